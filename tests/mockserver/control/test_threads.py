"""Work beside the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from winnerlook_mock.control.threads import Threads


def test_what_nobody_waits_for_any_more_keeps_its_place_until_it_is_done() -> None:
    """Callers that come and go cannot have more done at a time than may be."""
    release, begun = threading.Event(), []

    def work() -> int:
        begun.append(1)
        release.wait(20)
        return 7

    async def many() -> int:
        threads = Threads(2)
        for _ in range(5):
            tasks = [asyncio.ensure_future(threads.do(work)) for _ in range(2)]
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        assert len(begun) == 2
        release.set()
        return await threads.do(work)

    assert asyncio.run(many()) == 7


def test_what_is_raised_is_raised_where_it_is_waited_for() -> None:
    async def fail() -> None:
        threads = Threads(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await threads.do(lambda: 1 / 0)

    asyncio.run(fail())
