"""What is to happen at a moment to come."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

Action = Callable[[float], None]
"""What a timer does; it is given the moment that the timer was set to."""

_FEW = 64


@dataclass(slots=True, eq=False)
class Timer:
    """Something that happens at `due` (seconds since the epoch), unless it is cancelled before. `what` says it to people."""

    due: float
    what: str
    action: Action | None

    def cancel(self) -> None:
        """Let it not happen. Does nothing to one that has happened."""
        self.action = None


class Timers:
    """Timers in the order of their moments; those of one moment in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._roomy = _FEW

    def __iter__(self) -> Iterator[Timer]:
        """The timers that are still to happen, the next one first."""
        return (timer for _, _, timer in sorted(self._heap) if timer.action is not None)

    def add(self, timer: Timer) -> None:
        """Set a timer."""
        if len(self._heap) >= self._roomy:
            self._forget_cancelled()
        heapq.heappush(self._heap, (timer.due, next(self._order), timer))

    def _forget_cancelled(self) -> None:
        """On a clock that stands still they would never be taken out."""
        self._heap = [entry for entry in self._heap if entry[2].action is not None]
        heapq.heapify(self._heap)
        self._roomy = max(_FEW, 2 * len(self._heap))

    def next_due(self) -> float | None:
        """The moment of the next timer, None where there is none."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, until: float) -> Timer | None:
        """Take out the next timer, where it is due by `until`."""
        due = self.next_due()
        return heapq.heappop(self._heap)[2] if due is not None and due <= until else None

    def clear(self) -> None:
        """Forget them all."""
        self._heap.clear()
