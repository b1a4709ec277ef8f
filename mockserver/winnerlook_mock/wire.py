"""What happens to the answer of one call on its way out, beyond its text."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from winnerlook_mock.http_body import Send

_LONGEST_HOLD = 60.0
"""Seconds of real time."""


class Wire:
    """`hold` keeps the answer back until something else is done; what was given to `after` happens when the answer has left, or can
    leave no more."""

    def __init__(self) -> None:
        self._holds: list[Future[None]] = []
        self._after: list[Callable[[], None]] = []

    def hold(self, until: Future[None]) -> None:
        """Do not answer before this is done."""
        self._holds.append(until)

    def after(self, action: Callable[[], None]) -> None:
        """Do this once the answer has left."""
        self._after.append(action)

    def over(self, send: Send) -> Send:
        """`send`, as it goes for this answer."""

        async def held(message: Any) -> None:
            if self._holds:
                holds, self._holds = self._holds, []
                with contextlib.suppress(asyncio.CancelledError):  # the server stops: what is sent from now on goes nowhere
                    await _all_done(holds)
            await send(message)

        return held

    def left(self) -> None:
        """The answer has left."""
        for action in self._after:
            action()


async def _all_done(works: list[Future[None]]) -> None:
    """Wait for work of other threads, for so long at most. It may outlive this loop, which a future made from it would not bear."""
    loop = asyncio.get_running_loop()

    def tell(over: asyncio.Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(over.set)

    events = []
    for work in works:
        over = asyncio.Event()
        work.add_done_callback(lambda _work, over=over: tell(over))  # type: ignore[misc]
        events.append(over)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_HOLD):
            for over in events:
                await over.wait()
