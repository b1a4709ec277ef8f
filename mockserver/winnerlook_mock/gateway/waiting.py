"""What waits to be polled."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from winnerlook.operations import MAX_POLLED, REPORTS_KEPT_DAYS

KEPT_SECONDS = REPORTS_KEPT_DAYS * 86_400.0
MOST = 100_000
"""Records that wait at most: a load that nobody polls for would fill the memory, where the gateway has three days."""

Record = TypeVar("Record")


class Waiting(Generic[Record]):
    """Records that wait to be polled: for three days, handed out once, at most 500 a time (R1). Moments are seconds since the epoch;
    `watched` says that somebody looks after the end of the three days, `dropped` how many of the oldest had to go for want of room."""

    def __init__(self) -> None:
        self.watched = False
        self.dropped: int = 0
        self._queue: deque[tuple[float, Record]] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    def __iter__(self) -> Iterator[Record]:
        """What waits, oldest first; it stays."""
        return iter([record for _, record in self._queue])

    @property
    def dated(self) -> tuple[tuple[float, Record], ...]:
        """What waits, oldest first, each with the moment from which on it does."""
        return tuple(self._queue)

    @property
    def ends_at(self) -> float | None:
        """When the oldest record is forgotten; None where there is none."""
        return self._queue[0][0] + KEPT_SECONDS if self._queue else None

    def put(self, record: Record, now: float, most: int = MOST) -> None:
        """Keep a record, and so many at most."""
        self._queue.append((now, record))
        while len(self._queue) > most:
            self._queue.popleft()
            self.dropped += 1

    def take(self, now: float) -> tuple[Record, ...]:
        """Hand out the oldest."""
        self.expire(now)
        return tuple(self._queue.popleft()[1] for _ in range(min(len(self._queue), MAX_POLLED)))

    def expire(self, now: float) -> tuple[Record, ...]:
        """Forget what has passed its three days; it is returned."""
        expired = []
        while self._queue and self._queue[0][0] + KEPT_SECONDS <= now:
            expired.append(self._queue.popleft()[1])
        return tuple(expired)
