"""What happens to the answer of one call on its way out, beyond its text."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from winnerlook_mock.http_body import Receive, Send

if TYPE_CHECKING:
    from winnerlook_mock.faults.board import Armed
    from winnerlook_mock.faults.connection import Connection

READY = "winnerlook.ready"
"""Where a scope keeps the `Ready` that is still to leave."""
_LONGEST_HOLD = 60.0
"""Seconds of real time."""


class Wire:
    """`hold` keeps the answer back until something else is done; what was given to `after` happens when the answer has left, or can
    leave no more; `spoil` lets a fault have it. `receive` may be set later, where nothing has to be received yet."""

    def __init__(self, receive: Receive | None = None, connection: Connection | None = None) -> None:
        self.receive: Receive | None = receive
        self._connection = connection
        self._begun = time.perf_counter()
        self._holds: list[Future[None]] = []
        self._after: list[Callable[[], None]] = []
        self._accident: tuple[Armed, str, str] | None = None

    @property
    def has_whole_request(self) -> bool:
        """Whether nothing of the request is still to come."""
        return self._connection is not None and self._connection.has_whole_request

    @property
    def is_free(self) -> bool:
        """Whether the answer may leave at once and as it is."""
        return not self._holds and self._accident is None

    @property
    def seconds(self) -> float:
        """Real time since the request came."""
        return round(time.perf_counter() - self._begun, 6)

    def hold(self, until: Future[None]) -> None:
        """Do not answer before this is done."""
        self._holds.append(until)

    def after(self, action: Callable[[], None]) -> None:
        """Do this once the answer has left."""
        self._after.append(action)

    def spoil(self, armed: Armed, door: str, operation: str) -> None:
        """Let the answer leave as the fault has it."""
        self._accident = (armed, door, operation)

    def over(self, send: Send) -> Send:
        """`send`, as it goes for this answer. The head leaves with the first of the body."""
        head: dict[str, Any] = {}

        async def leave(message: Any) -> None:
            if self._holds:
                holds, self._holds = self._holds, []
                with contextlib.suppress(asyncio.CancelledError):  # the server stops: what is sent from now on goes nowhere
                    await _all_done(holds)
            if message["type"] == "http.response.start":
                head.update(message)
            elif self._accident is not None:
                await self._spoiled(head, message["body"], send)
            else:
                begins = [head.copy()] if head else []
                head.clear()
                await self._send(send, [*begins, message])

        return leave

    async def _send(self, send: Send, messages: list[Any]) -> None:
        if self._connection is not None:
            await self._connection.send_together(send, messages)
            return
        for message in messages:
            await send(message)

    async def _spoiled(self, head: dict[str, Any], body: bytes, send: Send) -> None:
        from winnerlook_mock.faults.effects import Outgoing, Way, spoil  # noqa: PLC0415  # most servers never need it

        assert self._accident is not None
        assert self.receive is not None
        armed, door, operation = self._accident
        outgoing = Outgoing(head["status"], tuple(head["headers"]), body, door, operation)
        await spoil(armed.fault, outgoing, Way(send, self.receive, self._connection, armed.random))

    def left(self) -> None:
        """The answer has left."""
        for action in self._after:
            action()


class Ready(NamedTuple):
    """An answer that was there before ASGI knew of its request: its body is whole, and the headers tell its length."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    wire: Wire


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
