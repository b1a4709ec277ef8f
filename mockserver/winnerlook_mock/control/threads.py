"""Work beside the event loop, which answers SOAP calls meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")


class Threads:
    """Does so much at a time; the rest waits for its turn. Each piece has a thread of its own, which ends with it and which no program
    waits for: one that is held up by a receiver of pushes holds up neither the server's end nor its process's."""

    def __init__(self, most: int) -> None:
        self._turn = asyncio.Semaphore(most)

    async def do(self, work: Callable[[], Done]) -> Done:
        """What the work gives, or raises."""
        await self._turn.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Done] = loop.create_future()

        def tell(result: Done | None, error: BaseException | None) -> None:
            self._turn.release()  # only now: the work goes on though its caller has gone
            if done.done():  # nobody waits for it any more
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]

        def run() -> None:
            result, error = None, None
            try:
                result = work()
            except BaseException as raised:  # noqa: BLE001  # raised again where it is waited for
                error = raised
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell, result, error)

        threading.Thread(target=run, name="winnerlook-mock-control", daemon=True).start()
        return await done
