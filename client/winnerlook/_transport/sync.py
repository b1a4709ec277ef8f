"""Bytes over urllib3, with evidence and a deadline for the whole call."""

from __future__ import annotations

import http.client
import io
import os
import socket
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3
import urllib3.connection

from winnerlook._steps import Exchange
from winnerlook._timeouts import LONGEST_IDLE, Deadline
from winnerlook._transport import mapping
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.headers import COMMON
from winnerlook._transport.quiet import keep_secrets_out_of_logs
from winnerlook._transport.tls import Tls
from winnerlook._wire import NOT_FINAL, ClosedError, WireAnswer
from winnerlook.evidence import Evidence

_PIECE = 65536


@dataclass(slots=True)
class _Watch:
    """One call as its connection sees it."""

    evidence: Evidence
    deadline: Deadline
    response: http.client.HTTPResponse | None = None


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


class _Response(http.client.HTTPResponse):
    """One that a signal may find half made: Python closes it then, and would complain on standard error that there is no `fp`."""

    fp: Any = None


class _Witness:
    """Keeps the evidence of the call in hand. A mixin for http.client connections."""

    sock: Any
    _used = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether urllib3 may use the connection again. One that was idle for long may be about to be closed, and a call lost on it."""
        return super().is_connected and time.monotonic() < self._used + LONGEST_IDLE  # type: ignore[misc]

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # the connection class's
        _watch.get().evidence.connected = True

    def request(self, *args: Any, **options: Any) -> None:
        watch = _watch.get()
        self._used = time.monotonic()
        watch.evidence.reused = self.sock is not None and not watch.evidence.connected  # urllib3 connects first where there is TLS
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
        response = _Response(sock, *args, **options)
        raw = response.fp.detach()  # a BufferedReader, as makefile("rb") gives
        response.fp = io.BufferedReader(_Reader(sock, raw))
        _watch.get().response = response
        return response


# http.client declares response_class a class; it only ever calls it, so a method may stand there.
class _HttpConnection(_Witness, urllib3.connection.HTTPConnection):  # type: ignore[misc]
    pass


class _HttpsConnection(_Witness, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    def connect(self) -> None:
        super().connect()
        # The context has checked what `Tls` asks for, a pin perhaps, or has been told not to: urllib3 need not warn at every call.
        self.is_verified = True


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class SyncTransport:
    """Pooled connections to one endpoint; safe for many threads. Repeats nothing, follows no redirect, asks no proxy."""

    def __init__(self, endpoint: Endpoint, security: Tls, *, pool_size: int) -> None:
        keep_secrets_out_of_logs()
        self._endpoint, self._security, self._pool_size = endpoint, security, pool_size
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._pool = self._new_pool()

    def _new_pool(self) -> urllib3.HTTPConnectionPool:
        host, port = self._endpoint.host, self._endpoint.port
        if self._endpoint.scheme == "https":
            return _HttpsPool(host, port, maxsize=self._pool_size, block=False, **self._security.urllib3_options())
        return _HttpPool(host, port, maxsize=self._pool_size, block=False)

    def exchange(self, step: Exchange) -> WireAnswer:
        """Send a request and read its whole answer. Raises TransportError; what interrupts it, as a signal handler may, passes."""
        watch = _Watch(step.evidence, step.deadline)
        token = _watch.set(watch)
        try:
            return self._exchange(step)
        except Exception as error:  # whatever a server can set off in a library, the request may have left
            if watch.response is not None:
                watch.response.close()  # urllib3 forgets it where the head cannot be read
            if mapping.interrupts(error):
                raise
            raise mapping.mapped(error, step, self._endpoint) from mapping.presentable(error)
        finally:
            _watch.reset(token)

    def _exchange(self, step: Exchange) -> WireAnswer:
        request, deadline = step.request, step.deadline
        response = self._own_pool().urlopen(
            request.method, request.target, body=request.body, headers={**COMMON, **request.headers}, retries=False, redirect=False,
            assert_same_host=False, preload_content=False, decode_content=False,
            timeout=urllib3.Timeout(connect=deadline.for_connect, read=deadline.for_read),
        )
        body = bytearray()
        whole = False
        try:
            # Piece by piece to the end: only a read that finds nothing more notices that the answer was cut short.
            while response.status not in NOT_FINAL and (piece := response.read(_PIECE)):
                body += piece
                if len(body) > mapping.LONGEST_ANSWER:
                    raise mapping.TooLongError
            whole = response.status not in NOT_FINAL
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()
        return WireAnswer(response.status, response.headers.get("Content-Type"), bytes(body))

    def _own_pool(self) -> urllib3.HTTPConnectionPool:
        """The pool of this process: after a fork the connections are the parent's too, and would give either the other's answers."""
        if self._closed:
            raise ClosedError
        if self._process != os.getpid():
            with self._lock:
                if self._process != os.getpid():
                    self._pool, self._process = self._new_pool(), os.getpid()
        return self._pool

    def close(self) -> None:
        """Close idle connections, and refuse what comes later."""
        self._closed = True
        self._pool.close()
