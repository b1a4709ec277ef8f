"""A server that does to a connection exactly what a test says."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Behaviour = Callable[[socket.socket], None]


class RawServer:
    """Runs `behaviour` on every connection, each in a thread; counts the requests that `read_request` saw."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._behaviour(connection)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:  # whoever still waits for a request on a kept one
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


def read_request(connection: socket.socket) -> bytes:
    """One whole request, head and body; empty when the client closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def http(body: bytes, *, status: str = "200 OK", content_type: str = "text/xml; charset=utf-8", extra: str = "") -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body


def answering(answer: bytes) -> Behaviour:
    """Answers every request of a connection with the same bytes."""

    def behaviour(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(answer)

    return behaviour


def reset(connection: socket.socket) -> None:
    """Close with an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


ENVELOPES = {
    "soap11": "http://schemas.xmlsoap.org/soap/envelope/",
    "soap12": "http://www.w3.org/2003/05/soap-envelope",
}


def envelope(operation: str, result: str, version: str = "soap11") -> bytes:
    """A whole HTTP answer of an operation."""
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{ENVELOPES[version]}"><s:Body>'
        f'<{operation}Response xmlns="http://tempuri.org/"><{operation}Result>{result}</{operation}Result></{operation}Response>'
        "</s:Body></s:Envelope>"
    )
    return http(body.encode())
