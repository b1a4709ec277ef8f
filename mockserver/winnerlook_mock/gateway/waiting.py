"""What waits to be polled."""

from __future__ import annotations

import heapq
from itertools import count
from typing import Generic, TypeVar

from winnerlook.operations import MAX_POLLED, REPORTS_KEPT_DAYS

KEPT_SECONDS = REPORTS_KEPT_DAYS * 86_400.0

Record = TypeVar("Record")


class Waiting(Generic[Record]):
    """Records that wait to be polled: each from a moment on, for three days, handed out once, at most 500 a time (R1)."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Record]] = []
        self._order = count()

    def __len__(self) -> int:
        """Records kept, those included that are not due yet."""
        return len(self._heap)

    def put(self, record: Record, due: float, now: float) -> None:
        """Keep a record; polls see it from `due` on (seconds since the epoch). What has passed its three days by `now` is forgotten: an
        account that never polls would fill the memory."""
        while self._heap and self._heap[0][0] <= now - KEPT_SECONDS:
            heapq.heappop(self._heap)
        heapq.heappush(self._heap, (due, next(self._order), record))

    def take(self, now: float) -> tuple[Record, ...]:
        """Hand out what is due, the oldest first, and forget it together with what has passed its three days."""
        taken: list[Record] = []
        while self._heap and self._heap[0][0] <= now and len(taken) < MAX_POLLED:
            due, _, record = heapq.heappop(self._heap)
            if due > now - KEPT_SECONDS:
                taken.append(record)
        return tuple(taken)
