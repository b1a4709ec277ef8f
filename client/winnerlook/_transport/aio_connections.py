"""asyncio's connections, kept between calls, with the evidence of the call in hand."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import Any

import aiohappyeyeballs

from winnerlook._steps import Exchange
from winnerlook._timeouts import LONGEST_IDLE, Deadline
from winnerlook._transport.answers import read_answer
from winnerlook._transport.connections import name_of
from winnerlook._transport.endpoint import Endpoint
from winnerlook._wire import WireAnswer

_NEXT_ADDRESS = 0.25
"""Seconds until the next of a host's addresses is tried as well."""
_LONGEST_GOODBYE = 1.0
"""Seconds that the other end of a TLS connection has to say goodbye too."""


class Connection(asyncio.Protocol):
    """One connection. One on which something came unasked is not used again: that would be the next call's answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.lost = self._loop.create_future()
        self._transport: Any = None
        self._step: Exchange | None = None
        self._reused, self._used = False, time.monotonic()
        self._arrived, self._ended = b"", False
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the next call may have it. A connection that was idle for long may be about to be closed, and a call lost on it."""
        return not (self._ended or self._transport.is_closing()) and time.monotonic() < self._used + LONGEST_IDLE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """asyncio's."""
        if self._step is None:
            self.abort()
            return
        self._step.evidence.bytes_received += len(data)
        self._arrived += data
        self._wake()

    def eof_received(self) -> None:
        """asyncio's."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's."""
        self._ended, self._failure = True, exc
        if not self.lost.done():
            self.lost.set_result(None)
        self._wake()

    def close(self) -> None:
        """When what was written has left."""
        self._transport.close()

    def abort(self) -> None:
        """At once: of what was written nothing leaves any more."""
        self._ended = True
        self._transport.abort()

    async def carry(self, step: Exchange, request: bytes) -> tuple[WireAnswer, bool]:
        """Send a request and read its answer; whether another may follow."""
        evidence, self._step = step.evidence, step
        evidence.connected, evidence.reused, self._reused = True, self._reused, True
        try:
            evidence.bytes_sent = len(request)  # before it is written: a write that fails may have sent a part
            self._transport.write(request)
            evidence.request_complete = True
            reading = read_answer()
            next(reading)
            while True:
                reading.send(await self._receive(step.deadline))
        except StopIteration as whole:
            return whole.value  # type: ignore[no-any-return]  # a reading's return value
        finally:
            self._step, self._used = None, time.monotonic()

    async def _receive(self, deadline: Deadline) -> bytes:
        """The next bytes, b"" at the end."""
        if not (self._arrived or self._ended):
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(deadline.for_read, self._give_up)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        data, self._arrived = self._arrived, b""
        if self._failure is not None and not data:
            raise self._failure
        return data

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_up(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError("timed out"))


class Pool:
    """Connections to one endpoint on the running loop: idle ones, the last used first; no more at once than `size`, whoever comes then
    waits."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext | None, *, size: int) -> None:
        self._host, self._port = name_of(endpoint), endpoint.port
        self._tls: dict[str, Any] = {}
        if context is not None:
            name = self._host.partition("%")[0]
            self._tls = {"ssl": context, "server_hostname": name, "ssl_shutdown_timeout": _LONGEST_GOODBYE}
        self._room = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._living: set[Connection] = set()

    async def exchange(self, step: Exchange, request: bytes) -> WireAnswer:
        """Send a request on one of them and read its answer."""
        if self._room.locked():
            async with asyncio.timeout(step.deadline.remaining):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            connection = self._kept() or await self._made(step.deadline)
            return await self._carried(connection, step, request)
        finally:
            self._room.release()

    async def _carried(self, connection: Connection, step: Exchange, request: bytes) -> WireAnswer:
        stays = False
        try:
            answer, stays = await connection.carry(step, request)
            return answer
        finally:
            if stays:
                self._idle.append(connection)
            else:
                connection.abort()

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected:
                return connection
            connection.close()
        return None

    async def _made(self, deadline: Deadline) -> Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(deadline.for_connect):
            addresses = await self._addresses(loop)
            reached = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS, loop=loop)
            try:
                _, connection = await loop.create_connection(Connection, sock=reached, **self._tls)
            except BaseException:
                reached.close()
                raise
        self._living.add(connection)
        connection.lost.add_done_callback(lambda _: self._living.discard(connection))
        return connection

    async def _addresses(self, loop: asyncio.AbstractEventLoop) -> Any:
        try:
            return socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:  # a name, for which a thread may have to wait
            return await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)

    async def close(self) -> None:
        """Close the connections, all of which are idle or broken off, and see them gone."""
        self._idle.clear()
        for connection in self._living:
            connection.close()
        if self._living:
            await asyncio.wait([connection.lost for connection in self._living], timeout=2 * _LONGEST_GOODBYE)
        for connection in self._living:
            connection.abort()
