"""Bytes over urllib3, with evidence and a deadline for the whole call."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import urllib3
import urllib3.connection
import urllib3.exceptions

from winnerlook import errors
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.timeouts import Deadline, Timeouts
from winnerlook._version import __version__
from winnerlook._wire import WireAnswer, WireRequest
from winnerlook.evidence import Evidence

_HEADERS = {"User-Agent": f"winnerlook/{__version__}", "Accept": "text/xml, application/soap+xml"}

LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes; 500 records are a hundred kilobytes."""


@dataclass(slots=True)
class _Watch:
    """One call as its connection sees it."""

    evidence: Evidence
    deadline: Deadline


_watch: ContextVar[_Watch] = ContextVar("winnerlook_watch")


class _Reader(io.RawIOBase):
    """Reads a socket under the call's deadline, and counts. A timeout of the socket alone bounds each wait, not their sum."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw, self._watch = sock, raw, _watch.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._watch.deadline.for_read)
        count = self._raw.readinto(buffer)
        self._watch.evidence.bytes_received += count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Witness:
    """Keeps the evidence of the call in hand. A mixin for http.client connections."""

    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # the connection class's
        _watch.get().evidence.connected = True

    def request(self, *args: Any, **options: Any) -> None:
        watch = _watch.get()
        watch.evidence.reused = self.sock is not None
        watch.evidence.connected = watch.evidence.connected or self.sock is not None
        super().request(*args, **options)  # type: ignore[misc]
        watch.evidence.request_complete = True

    def send(self, data: Any) -> None:
        watch = _watch.get()
        if self.sock is None:
            self.connect()
        self.sock.settimeout(watch.deadline.for_read)
        watch.evidence.bytes_sent += len(data)  # before the call: a send that fails may have sent a part
        super().send(data)  # type: ignore[misc]

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, *args, **options)
        raw = response.fp.detach()  # a BufferedReader, as makefile("rb") gives
        response.fp = io.BufferedReader(_Reader(sock, raw))
        return response


# http.client declares response_class a class; it only ever calls it, so a method may stand there.
class _HttpConnection(_Witness, urllib3.connection.HTTPConnection):  # type: ignore[misc]
    pass


class _HttpsConnection(_Witness, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class SyncTransport:
    """Pooled connections to one endpoint; safe for many threads. Retries nothing, follows no redirect, asks no proxy."""

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts, *, pool_size: int) -> None:
        self._endpoint, self._timeouts = endpoint, timeouts
        pool_class = _HttpsPool if endpoint.scheme == "https" else _HttpPool
        self._pool = pool_class(endpoint.host, endpoint.port, maxsize=pool_size, block=False)

    def exchange(self, request: WireRequest) -> WireAnswer:
        """Send a request and read its whole answer. Raises TransportError."""
        watch = _Watch(Evidence(), Deadline(self._timeouts))
        token = _watch.set(watch)
        try:
            with _mapped(request, watch.evidence, self._endpoint):
                return self._exchange(request, watch.deadline)
        finally:
            _watch.reset(token)

    def _exchange(self, request: WireRequest, deadline: Deadline) -> WireAnswer:
        response = self._pool.urlopen(
            request.method, request.target, body=request.body, headers={**request.headers, **_HEADERS}, retries=False, redirect=False,
            assert_same_host=False, preload_content=False, timeout=urllib3.Timeout(connect=deadline.for_connect, read=deadline.for_read),
        )
        try:
            body = response.read(LONGEST_ANSWER + 1)
        except BaseException:
            response.close()
            raise
        if len(body) > LONGEST_ANSWER:
            response.close()
            raise urllib3.exceptions.HTTPError(f"the answer is longer than {LONGEST_ANSWER} bytes")
        response.release_conn()
        return WireAnswer(response.status, response.headers.get("Content-Type"), body)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


@contextmanager
def _mapped(request: WireRequest, evidence: Evidence, endpoint: Endpoint) -> Iterator[None]:
    """Foreign errors become ours, told apart by the evidence, not by their names."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        kind, name = _kind(error, evidence), request.operation.name if request.operation else None
        problem = f"{name or request.target}: {_PROBLEMS[kind]} {endpoint} ({_reason(error)}); {_sent(evidence)}"
        raise kind(problem, evidence=replace(evidence), operation=name) from error


_PROBLEMS: dict[type[errors.TransportError], str] = {
    errors.ConnectError: "no connection to",
    errors.CallTimeoutError: "no whole answer in time from",
    errors.ConnectionLostError: "lost the connection to",
}


def _kind(error: Exception, evidence: Evidence) -> type[errors.TransportError]:
    if not evidence.connected:
        return errors.ConnectError
    if isinstance(error, urllib3.exceptions.TimeoutError) or isinstance(_innermost(error), TimeoutError):
        return errors.CallTimeoutError
    return errors.ConnectionLostError


def _sent(evidence: Evidence) -> str:
    if evidence.nothing_left:
        return "nothing was sent"
    return "the request was sent" if evidence.request_complete else "part of the request was sent"


def _reason(error: BaseException) -> str:
    """The innermost words of an error, which say most and hold no URL."""
    innermost = _innermost(error)
    return (innermost.strerror if isinstance(innermost, OSError) else None) or str(innermost) or type(innermost).__name__


def _innermost(error: BaseException) -> BaseException:
    """urllib3 wraps what the socket raised, as an argument or as a cause."""
    wrapped = next((arg for arg in error.args if isinstance(arg, BaseException)), None) or error.__cause__
    return error if wrapped is None else _innermost(wrapped)
