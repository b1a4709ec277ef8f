"""Bytes over aiohttp, with evidence from its connections and a deadline for the whole call."""

from __future__ import annotations

import asyncio
import math
import os

import aiohttp
from yarl import URL

from winnerlook._steps import Exchange
from winnerlook._transport import mapping
from winnerlook._transport.aio_connections import Connector, call_in_hand
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.headers import COMMON
from winnerlook._transport.tls import Tls
from winnerlook._wire import NOT_FINAL, ClosedError, WireAnswer, WireRequest


class AsyncTransport:
    """Pooled connections to one endpoint, on the loop that first uses it. Repeats nothing, follows no redirect, asks no proxy."""

    def __init__(self, endpoint: Endpoint, security: Tls, *, pool_size: int) -> None:
        self._endpoint, self._pool_size = endpoint, pool_size
        self._security = security.context() if endpoint.scheme == "https" else False
        self._session: aiohttp.ClientSession | None = None
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False
        self._urls: dict[str, URL] = {}
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
        call_in_hand.set(step)
        async with session.request(
            request.method, self._url(request), data=request.body, headers={**COMMON, **request.headers}, allow_redirects=False,
            timeout=timeout,
        ) as response:
            body = bytearray()
            if response.status in NOT_FINAL:
                response.close()
                return WireAnswer(response.status, response.headers.get("Content-Type"), b"")
            while chunk := await response.content.readany():
                body += chunk
                if len(body) > mapping.LONGEST_ANSWER:
                    raise mapping.TooLongError
            return WireAnswer(response.status, response.headers.get("Content-Type"), bytes(body))

    def _url(self, request: WireRequest) -> URL:
        """Of a POST, whose targets are few and hold nothing of the call, it is kept."""
        url = self._urls.get(request.target)
        if url is None:
            url = URL(f"{self._endpoint}{request.target}", encoded=True)
            if request.method == "POST":
                self._urls[request.target] = url
        return url

    def _ready(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ClosedError
        home = os.getpid(), asyncio.get_running_loop()
        if self._session is None or self._home != home:  # a fork's connections are its parent's too, another loop's are dead
            self._home = home
            connector = Connector(limit=self._pool_size, ssl=self._security, loop=home[1])
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
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
