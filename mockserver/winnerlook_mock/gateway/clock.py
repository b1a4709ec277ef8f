"""The gateway's one source of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from winnerlook.china_time import CHINA


class Clock:
    """A clock that runs with real time, can be stopped, and can be moved forward by any amount at once.

    Everything in the gateway that depends on time asks it: the balance rule, the age of reports, frequency and monthly limits.
    """

    def __init__(self, start: datetime | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin at `start`, or now. Raises ValueError for a `start` without a time zone, which names no moment."""
        if start is not None and start.utcoffset() is None:
            raise ValueError("the clock's start needs a time zone")
        self._lock = threading.Lock()
        self._monotonic = monotonic
        self._base = start.timestamp() if start else time.time()
        self._since: float | None = monotonic()

    def timestamp(self) -> float:
        """Seconds since the epoch, in whole microseconds: a datetime made of them is the same moment."""
        with self._lock:
            return self._read()

    def _read(self) -> float:
        return round(self._base if self._since is None else self._base + self._monotonic() - self._since, 6)

    def now(self) -> datetime:
        """The moment, in China time."""
        return self.at(self.timestamp())

    @staticmethod
    def at(timestamp: float) -> datetime:
        """A moment given in seconds since the epoch, in China time."""
        return datetime.fromtimestamp(timestamp, CHINA)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._since is None

    def freeze(self) -> None:
        """Stand still until `resume`; `advance` still moves the clock."""
        with self._lock:
            self._base, self._since = self._read(), None

    def resume(self) -> None:
        """Run with real time again, from where the clock stands."""
        with self._lock:
            self._base, self._since = self._read(), self._monotonic()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move forward. Raises ValueError for a negative amount: the gateway's time never runs back."""
        amount = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        if amount < 0:
            raise ValueError(f"the clock only moves forward, not by {amount} s")
        with self._lock:
            self._base = round(self._base + amount, 6)
