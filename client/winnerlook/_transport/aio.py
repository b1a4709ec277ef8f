"""Bytes over asyncio's connections, with evidence and a deadline for the whole call."""

from __future__ import annotations

import asyncio
import os

from winnerlook._steps import Exchange
from winnerlook._transport import mapping
from winnerlook._transport.aio_connections import Pool
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.heads import Heads
from winnerlook._transport.tls import Tls
from winnerlook._wire import ClosedError, WireAnswer


class AsyncTransport:
    """Pooled connections to one endpoint, on the loop that first uses it. Repeats nothing, follows no redirect, asks no proxy.

    asyncio makes the connections; aiohttp's session, made for much more, took two thirds of a call's time.
    """

    def __init__(self, endpoint: Endpoint, security: Tls, *, pool_size: int) -> None:
        self._endpoint, self._pool_size = endpoint, pool_size
        self._context = security.context() if endpoint.scheme == "https" else None
        self._heads = Heads(endpoint)
        self._pool: Pool | None = None
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False
        self._under_way: set[asyncio.Future[None]] = set()

    async def exchange(self, step: Exchange) -> WireAnswer:
        """Send a request and read its whole answer. Raises TransportError; when cancelled, the step's evidence says how far it had come."""
        over = asyncio.get_running_loop().create_future()
        try:
            pool = self._own_pool()
            self._under_way.add(over)
            return await pool.exchange(step, self._heads.write(step.request))
        except Exception as error:  # whatever a server can set off in a library, the request may have left
            if mapping.interrupts(error):
                raise
            raise mapping.mapped(error, step, self._endpoint) from mapping.presentable(error)
        finally:
            self._under_way.discard(over)
            over.set_result(None)

    def _own_pool(self) -> Pool:
        if self._closed:
            raise ClosedError
        home = os.getpid(), asyncio.get_running_loop()
        if self._pool is None or self._home != home:  # a fork's connections are its parent's too, another loop's are dead
            self._pool, self._home = Pool(self._endpoint, self._context, size=self._pool_size), home
        return self._pool

    def refuse(self) -> None:
        """From now on nothing new is sent."""
        self._closed = True

    async def close(self) -> None:
        """Wait for exchanges under way, then close all connections."""
        self.refuse()
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._pool is not None and self._home == (os.getpid(), asyncio.get_running_loop()):
            await self._pool.close()
