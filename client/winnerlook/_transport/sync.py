"""Bytes over urllib3's connections, with evidence and a deadline for the whole call."""

from __future__ import annotations

import errno
import os
import threading

from winnerlook._steps import Exchange
from winnerlook._transport import mapping
from winnerlook._transport.answers import read_answer
from winnerlook._transport.connections import Pool, Witness
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.heads import Heads
from winnerlook._transport.tls import Tls
from winnerlook._wire import ClosedError, WireAnswer

_ANSWERED_ALREADY = {errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE}
"""How a send ends on a connection that the server has closed, perhaps with an answer; macOS gives the last."""


class SyncTransport:
    """Pooled connections to one endpoint; safe for many threads. Repeats nothing, follows no redirect, asks no proxy.

    urllib3 makes the connections; its pool, made for retries, redirects and proxies, took half of a call's time.
    """

    def __init__(self, endpoint: Endpoint, security: Tls, *, pool_size: int) -> None:
        self._endpoint, self._security, self._pool_size = endpoint, security, pool_size
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._heads = Heads(endpoint)
        self._pool = self._new_pool()

    def _new_pool(self) -> Pool:
        return Pool(self._endpoint, self._security, size=self._pool_size)

    def exchange(self, step: Exchange) -> WireAnswer:
        """Send a request and read its whole answer. Raises TransportError; what interrupts it, as a signal handler may, passes."""
        try:
            return self._exchange(step)
        except Exception as error:  # whatever a server can set off in a library, the request may have left
            if mapping.interrupts(error):
                raise
            raise mapping.mapped(error, step, self._endpoint) from mapping.presentable(error)

    def _exchange(self, step: Exchange) -> WireAnswer:
        pool, request = self._own_pool(), self._heads.write(step.request)
        connection, stays = pool.take(step), False
        try:
            connection.open()
            try:
                connection.send(request)
                step.evidence.request_complete = True
            except OSError as error:
                if error.errno not in _ANSWERED_ALREADY:
                    raise
            answer, stays = _read(connection)
            return answer
        finally:
            if stays:
                pool.give(connection)
            else:
                connection.close()

    def _own_pool(self) -> Pool:
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


def _read(connection: Witness) -> tuple[WireAnswer, bool]:
    reading = read_answer()
    next(reading)
    try:
        while True:
            reading.send(connection.receive())
    except StopIteration as whole:
        return whole.value  # type: ignore[no-any-return]  # a reading's return value
