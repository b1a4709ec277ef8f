"""A customer's receiver of pushes, on a real socket, that does what a test says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.client.raw_server import RawServer, read_request
from winnerlook.pushes import Push, read_body
from winnerlook.records import Reply, Report

WAIT = 10.0
"""Real seconds, for what takes a few milliseconds unless it is broken."""
DROP = 0
"""In the place of a status: close the connection without an answer."""


@dataclass(frozen=True)
class Received:
    """One request, and the status that it was answered with."""

    line: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def push(self) -> Push:
        """What it says."""
        return read_body(self.body, self.headers.get("content-type"))


class Receiver:
    """Takes every push, as long as nothing else is said.

    `statuses` are answered first, then what `respond` says to the count of requests so far. No answer leaves while `gate` is closed.
    `handle` is done with each request before it is answered.
    """

    def __init__(
        self, *, respond: Callable[[int], int] = lambda _count: 200, handle: Callable[[Received], Any] = lambda _received: None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.statuses: deque[int] = deque()
        self.gate = threading.Event()
        self.gate.set()
        self.requests: list[Received] = []
        self._respond, self._handle, self._context = respond, handle, context
        self._came = threading.Condition()
        self._raw = RawServer(self._serve)
        self.address = self._raw.url if context is None else self._raw.url.replace("http:", "https:")
        self.url = f"{self.address}/push"

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(WAIT)
        if self._context is not None:
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self._answer(secured)
        else:
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        head, _, body = read_request(connection).partition(b"\r\n\r\n")
        if not head:
            return
        line, *lines = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value for name, _, value in (header.partition(": ") for header in lines)}
        with self._came:
            status = self.statuses.popleft() if self.statuses else self._respond(len(self.requests))
            received = Received(line, headers, body, status)
            self.requests.append(received)
            self._came.notify_all()
        self._handle(received)
        self.gate.wait(WAIT)
        if status != DROP:
            connection.sendall(f"HTTP/1.1 {status} Said so\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess".encode())

    def wait_for(self, count: int) -> list[Received]:
        """The requests, once so many have come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.requests) >= count, WAIT), f"{len(self.requests)} pushes came, not {count}"
            return list(self.requests)

    @property
    def pushes(self) -> list[Push]:
        """What was taken, in the order in which it came."""
        return [received.push for received in self.requests if 200 <= received.status < 300]

    @property
    def records(self) -> list[Report | Reply]:
        """The records in what was taken."""
        return [record for push in self.pushes for record in push.records]

    def counts(self) -> Counter[Report | Reply]:
        """How often each record was taken."""
        return Counter(self.records)

    def __enter__(self) -> Self:
        self._raw.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.gate.set()
        self._raw.__exit__(kind, error, trace)
