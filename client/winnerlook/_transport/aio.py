"""Bytes over aiohttp, with evidence from its trace signals and a deadline for the whole call."""

from __future__ import annotations

import asyncio
import functools
import math
import os
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from winnerlook._steps import Exchange
from winnerlook._timeouts import LONGEST_IDLE
from winnerlook._transport import mapping
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.headers import COMMON
from winnerlook._transport.tls import Tls
from winnerlook._wire import NOT_FINAL, ClosedError, WireAnswer

_CHUNK = 65536


class _Handler(ResponseHandler):
    """A connection on which something came unasked is not used again: that would be the next call's answer."""

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close


class _RepeatedError(aiohttp.ClientError):
    """aiohttp was about to send a request a second time."""


class AsyncTransport:
    """Pooled connections to one endpoint, on the loop that first uses it. Repeats nothing, follows no redirect, asks no proxy."""

    def __init__(self, endpoint: Endpoint, security: Tls, *, pool_size: int) -> None:
        self._endpoint, self._pool_size = endpoint, pool_size
        self._security = security.context() if endpoint.scheme == "https" else False
        self._session: aiohttp.ClientSession | None = None
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False
        self._under_way: set[asyncio.Future[None]] = set()

    async def exchange(self, step: Exchange) -> WireAnswer:
        """Send a request and read its whole answer. Raises TransportError; when cancelled, the step's evidence says how far it had come."""
        over = asyncio.get_running_loop().create_future()
        try:
            session = self._ready()
            self._under_way.add(over)
            return await self._exchange(session, step)
        except Exception as error:  # whatever a server can set off in a library, the request may have left
            if mapping.interrupts(error):
                raise
            raise mapping.mapped(error, step, self._endpoint) from mapping.presentable(error)
        finally:
            self._under_way.discard(over)
            over.set_result(None)

    async def _exchange(self, session: aiohttp.ClientSession, step: Exchange) -> WireAnswer:
        request, deadline = step.request, step.deadline
        timeout = aiohttp.ClientTimeout(
            total=deadline.remaining, sock_connect=deadline.for_connect, sock_read=deadline.for_read, ceil_threshold=math.inf,
        )
        async with session.request(
            request.method, URL(f"{self._endpoint}{request.target}", encoded=True), data=request.body,
            headers={**COMMON, **request.headers}, allow_redirects=False, timeout=timeout, trace_request_ctx=step,
        ) as response:
            evidence = step.evidence
            evidence.bytes_received += sum(len(name) + len(value) + 4 for name, value in response.raw_headers)
            body = bytearray()
            if response.status in NOT_FINAL:
                response.close()
                return WireAnswer(response.status, response.headers.get("Content-Type"), b"")
            async for chunk in response.content.iter_chunked(_CHUNK):
                evidence.bytes_received += len(chunk)
                body += chunk
                if len(body) > mapping.LONGEST_ANSWER:
                    raise mapping.TooLongError
            return WireAnswer(response.status, response.headers.get("Content-Type"), bytes(body))

    def _ready(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ClosedError
        home = os.getpid(), asyncio.get_running_loop()
        if self._session is None or self._home != home:  # a fork's connections are its parent's too, another loop's are dead
            self._home = home
            connector = aiohttp.TCPConnector(limit=self._pool_size, ssl=self._security, keepalive_timeout=LONGEST_IDLE)
            connector._factory = functools.partial(_Handler, loop=home[1])  # type: ignore[assignment]  # noqa: SLF001  # no public way
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[_witness()], auto_decompress=False,
            )
        return self._session

    def refuse(self) -> None:
        """From now on nothing new is sent."""
        self._closed = True

    async def close(self) -> None:
        """Wait for exchanges under way, then close all connections."""
        self.refuse()
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # lets the loop see the sockets off


def _witness() -> aiohttp.TraceConfig:
    """Trace signals that write down what a connection sees."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_reused)
    trace.on_request_headers_sent.append(_head_sent)
    trace.on_request_chunk_sent.append(_body_sent)
    return trace


def _step(context: SimpleNamespace) -> Exchange:
    step: Exchange = context.trace_request_ctx
    return step


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _event: Any) -> None:
    _step(context).evidence.connected = True


async def _reused(_session: aiohttp.ClientSession, context: SimpleNamespace, _event: Any) -> None:
    _step(context).evidence.connected = True
    _step(context).evidence.reused = True


async def _head_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, event: aiohttp.TraceRequestHeadersSentParams) -> None:
    """Called just before the head is written, so the evidence never claims less than what may have left."""
    step = _step(context)
    if step.evidence.bytes_sent:
        # aiohttp repeats a GET whose connection broke; nobody here may repeat what may have been done.
        raise _RepeatedError("the connection broke")
    step.evidence.bytes_sent += len(event.method) + len(step.request.target) + sum(len(k) + len(v) + 4 for k, v in event.headers.items())
    step.evidence.request_complete = not step.request.body


async def _body_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, event: aiohttp.TraceRequestChunkSentParams) -> None:
    step = _step(context)
    step.evidence.bytes_sent += len(event.chunk)
    step.evidence.request_complete = True
