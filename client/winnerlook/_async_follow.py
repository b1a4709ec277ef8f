"""`AsyncClient.follow`: the rhythm performed by awaiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self

from winnerlook._core import next_of
from winnerlook._following import Rhythm
from winnerlook.errors import WinnerlookError
from winnerlook.records import Reply, Report


class AsyncWaiting(Protocol):
    """How an `AsyncFollowing` lets time pass."""

    rung: bool

    def ring(self) -> None:
        """End the wait under way and every later one."""

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when `rung`."""


class AsyncBell:
    """Waits that any task, thread and signal handler can end."""

    def __init__(self) -> None:
        self.rung = False
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def ring(self) -> None:
        """End the wait under way and every later one."""
        self.rung = True
        waiter = self._waiter
        if waiter is not None:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits
                waiter[0].call_soon_threadsafe(waiter[1].set)

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when `rung`."""
        event = asyncio.Event()
        self._waiter = asyncio.get_running_loop(), event  # before the look at `rung`, or a ring in between would be missed
        try:
            if not self.rung:
                async with asyncio.timeout(seconds):
                    await event.wait()
        except TimeoutError:
            return
        finally:
            self._waiter = None


class AsyncFollowing(AsyncIterator[Report | Reply]):
    """`Following` for asyncio, made by `AsyncClient.follow`: for ``async for`` and ``async with``. Several tasks may take from one.

    Cancelling it loses nothing: a poll under way goes on, and its records wait in the client.
    """

    def __init__(
        self, poll: Callable[[str], Awaitable[tuple[Any, ...]]], backlogs: Sequence[deque[Any]], rhythm: Rhythm,
        waiting: AsyncWaiting | None = None,
    ) -> None:
        self._poll, self._backlogs, self._rhythm = poll, backlogs, rhythm
        self._waiting = waiting or AsyncBell()
        self._turn = asyncio.Lock()
        self._over = False

    def stop(self) -> None:
        """As `Following.stop`."""
        self._waiting.ring()

    async def __anext__(self) -> Report | Reply:
        while not self._over:
            for backlog in self._backlogs:
                if (record := next_of(backlog)) is not None:
                    return record  # type: ignore[no-any-return]  # what these backlogs hold
            async with self._turn:
                await self._advance()
        raise StopAsyncIteration

    async def _advance(self) -> None:
        """Poll or wait once, unless another task has just found something."""
        if any(self._backlogs):
            return
        if self._waiting.rung:
            self._over = True
        elif (operation := self._rhythm.due) is None:
            await self._waiting.wait(self._rhythm.pause())
        else:
            await self._poll_once(operation)

    async def _poll_once(self, operation: str) -> None:
        try:
            self._rhythm.polled(await self._poll(operation))
        except WinnerlookError as error:
            if not self._rhythm.failed(error, stopped=self._waiting.rung):
                raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
