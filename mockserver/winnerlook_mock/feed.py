"""What is new, for whoever watches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

KEPT = 10_000


class Event(NamedTuple):
    """Something new. `kind` is journal, message, report, reply, push, fault or account; `subject` is what it is about, as it is now."""

    number: int
    kind: str
    account: str
    subject: Any


class Feed:
    """The newest events, oldest first. Wants the gateway's lock held; `wake` of a subscriber is called under it and must be quick."""

    def __init__(self, kept: int = KEPT) -> None:
        self._events: deque[Event] = deque(maxlen=kept)
        self._count = 0
        self._subscribers: tuple[Callable[[], None], ...] = ()

    @property
    def last(self) -> int:
        """The number of the newest event; 0 before there is one."""
        return self._count

    def publish(self, kind: str, account: str, subject: Any) -> None:
        """Tell that something is new."""
        self._count += 1
        self._events.append(Event(self._count, kind, account, subject))
        for wake in self._subscribers:
            wake()

    def since(self, number: int) -> tuple[list[Event], bool]:
        """The events after this one, and whether some of them are not kept any more."""
        if number >= self._count or not self._events:
            return [], number < self._count
        first = self._events[0].number
        new = list(islice(reversed(self._events), self._count - number))
        return new[::-1], number + 1 < first

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Be woken by each event, until what is given back is called."""
        mine = partial(wake)  # the same function may subscribe twice
        self._subscribers = (*self._subscribers, mine)

        def end() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not mine)

        return end
