"""`follow` without I/O: what to poll next, how long to wait, and which failures to go on after."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol, Self, TypeVar
from weakref import WeakSet

from winnerlook._core import Core
from winnerlook._wire import ClosedError
from winnerlook.errors import InvalidRequestError, ThrottledError, WinnerlookError
from winnerlook.retry import Retry

_log = logging.getLogger("winnerlook")

_LONGEST = 86_400
"""Seconds; the gateway keeps for 3 days what nobody fetched (R1)."""


class Rhythm:
    """Rounds of polls, with waits between them.

    In a round the operations are polled in turn, each until a poll of it was the last (`Core.is_last`), so that many reports do not hold
    up a reply. Whoever performs this polls what is `due`, tells what came of it, and where nothing is due lets `pause` seconds pass.
    A wait takes `interval` seconds; after a round that brought nothing new, or in which a poll failed, twice the wait before, at most
    `max_interval`.
    """

    def __init__(self, operations: Sequence[str], *, interval: float, max_interval: float) -> None:
        self.operations: tuple[str, ...] = tuple(operations)
        self._interval, self._longest, self._next = interval, max_interval, interval
        # The last page of each is remembered over the wait too: a gateway that repeats itself gets slower polls, and no end of warnings.
        self._previous: dict[str, tuple[Any, ...]] = dict.fromkeys(self.operations, ())
        self._due = deque(self.operations)
        self._found = self._failed = False

    @classmethod
    def of(cls, *, interval: float, max_interval: float, reports: bool, replies: bool, encrypted: bool) -> Self:
        """From the arguments of `follow`. Raises InvalidRequestError."""
        _check(interval, "interval")
        _check(max_interval, "max_interval")
        if max_interval < interval:
            raise InvalidRequestError(
                f"max_interval ({max_interval} s) is shorter than interval ({interval} s): give a longer max_interval",
                parameter="max_interval",
            )
        if not (reports or replies):
            raise InvalidRequestError("reports and replies are both switched off: nothing is left to follow", parameter="reports")
        names = [("GetReport2ByEncrypt" if encrypted else "GetReport2Connect")] if reports else []
        names += [("GetMo2ByEncrypt" if encrypted else "GetMo2Connect")] if replies else []
        return cls(names, interval=interval, max_interval=max_interval)

    @property
    def due(self) -> str | None:
        """The operation to poll now; None when it is time to wait."""
        return self._due[0] if self._due else None

    def polled(self, page: tuple[Any, ...]) -> None:
        """What was due brought this page. One that repeats the page before is no news: it may be real, and may as well go on for ever."""
        name = self._due.popleft()
        previous, self._previous[name] = self._previous[name], page
        if not Core.is_last(page, previous):
            self._found = True
            self._due.append(name)

    def failed(self, error: WinnerlookError, *, stopped: bool) -> bool:
        """What was due failed: whether that may be passed over, because it certainly did nothing and time may mend it. After -16 (C11)
        the round goes on with the other operation, whose limit may be its own; any other failure ends the round."""
        self._failed = True
        if isinstance(error, ThrottledError):
            self._due.popleft()
            return True
        self._due.clear()
        if stopped:
            return Retry.allows(error) or isinstance(error.__cause__, ClosedError)
        if Retry.allows(error):
            _log.warning("%s; following goes on", error)
            return True
        return False

    def pause(self) -> float:
        """Seconds to wait now. With this the next round begins."""
        if self._found and not self._failed:
            self._next = self._interval
        wait, self._next = self._next, min(2 * self._next, self._longest)
        self._due = deque(self.operations)
        self._found = self._failed = False
        return wait


class Stoppable(Protocol):
    """What `follow` gives."""

    def stop(self) -> None:
        """Poll no more."""


Made = TypeVar("Made", bound=Stoppable)


class Followings:
    """Those that a client made and somebody still has, for the client to stop them when it is closed."""

    def __init__(self) -> None:
        self._all: WeakSet[Stoppable] = WeakSet()
        self._lock = threading.Lock()

    def add(self, following: Made) -> Made:
        """Remember one, and give it back."""
        with self._lock:
            self._all.add(following)
        return following

    def stop(self) -> None:
        """Stop them all."""
        with self._lock:
            every = list(self._all)
        for following in every:
            following.stop()


def _check(seconds: float, name: str) -> None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= _LONGEST:
        raise InvalidRequestError(f"{name} must be a number of seconds above 0 and at most {_LONGEST}, not {seconds!r}", parameter=name)
