"""A way to the mock on which answers get lost."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.client.raw_server import RawServer, read_request


def losing(url: str, lost: Callable[[bytes], bool]) -> RawServer:
    """Hands requests on to `url`, and closes instead of answering those that `lost` says; they have been done all the same."""
    host, port = urlsplit(url).hostname, urlsplit(url).port

    def behaviour(connection: socket.socket) -> None:
        while request := read_request(connection):
            with socket.create_connection((host, port)) as onward:
                onward.sendall(request.replace(b"Connection: keep-alive", b"Connection: close"))
                head, body = read_answer(onward)
            if lost(request):
                return
            connection.sendall(head + b"\r\n\r\n" + body)

    return RawServer(behaviour)


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    head, _, body = read_request(connection).partition(b"\r\n\r\n")  # an answer with a Content-Length reads as a request does
    return head, body


