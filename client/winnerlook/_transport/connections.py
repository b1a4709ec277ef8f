"""urllib3's connections, kept between calls, with the evidence of the call in hand."""

from __future__ import annotations

import time
import weakref
from collections import deque
from typing import Any

import urllib3.connection
import urllib3.util

from winnerlook._steps import Exchange
from winnerlook._timeouts import LONGEST_IDLE
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.tls import Tls

_PIECE = 65536


class Witness:
    """Keeps the evidence of the call in hand, `step`. A mixin for urllib3's connections."""

    sock: Any
    timeout: float | None
    step: Exchange
    _used = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether the next call may have it. A connection that was idle for long may be about to be closed, and a call lost on it; one on
        which something came unasked is not used either."""
        return super().is_connected and time.monotonic() < self._used + LONGEST_IDLE  # type: ignore[misc]

    def open(self) -> None:
        """Be connected, by the call's deadline."""
        evidence = self.step.evidence
        if self.sock is None:
            self.timeout = self.step.deadline.for_connect
            self.connect()  # type: ignore[attr-defined]  # the connection class's
        else:
            evidence.reused = True
        evidence.connected = True
        self._used = time.monotonic()

    def send(self, data: bytes) -> None:
        """All of it, by the deadline."""
        self.sock.settimeout(self.step.deadline.for_read)
        self.step.evidence.bytes_sent += len(data)  # before the call: a send that fails may have sent a part
        super().send(data)  # type: ignore[misc]

    def receive(self) -> bytes:
        """The next bytes, b"" at the end."""
        self.sock.settimeout(self.step.deadline.for_read)
        data: bytes = self.sock.recv(_PIECE)
        self.step.evidence.bytes_received += len(data)
        return data


class _Http(Witness, urllib3.connection.HTTPConnection):  # type: ignore[misc]  # declared is_connected is a plain property there
    pass


class _Https(Witness, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    pass


def name_of(endpoint: Endpoint) -> str:
    """The host as DNS knows it."""
    return endpoint.host if endpoint.host.isascii() else urllib3.util.parse_url(str(endpoint)).host or endpoint.host


class Pool:
    """Idle connections to one endpoint, the last used first. Safe for many threads, since a deque is. More are made when more are wanted
    at once, and those beyond `size` are closed after their call."""

    def __init__(self, endpoint: Endpoint, security: Tls, *, size: int) -> None:
        self._address = {"host": name_of(endpoint), "port": endpoint.port}
        self._kind: type[Witness] = _Https if endpoint.scheme == "https" else _Http
        self._options = security.urllib3_options() if endpoint.scheme == "https" else {}
        self._size = size
        self._idle: deque[Any] = deque()
        self._closed = False
        weakref.finalize(self, _close_all, self._idle)  # a client that is merely forgotten leaves no socket open

    def take(self, step: Exchange) -> Any:
        """A connection for one call; `open` makes it one."""
        connection = None
        while connection is None:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._kind(**self._address, **self._options)
            else:
                if not connection.is_connected:
                    connection.close()
                    connection = None
        connection.step = step
        return connection

    def give(self, connection: Any) -> None:
        """Keep a connection whose answer was read to its end."""
        del connection.step  # it holds the whole request
        self._idle.append(connection)
        if self._closed or len(self._idle) > self._size:
            _close_one(self._idle)

    def close(self) -> None:
        """Close idle connections, and keep none from now on."""
        self._closed = True
        _close_all(self._idle)


def _close_all(idle: deque[Any]) -> None:
    while idle:
        _close_one(idle)


def _close_one(idle: deque[Any]) -> None:
    try:
        connection = idle.popleft()  # the one that was idle longest
    except IndexError:
        return
    connection.close()
