"""How many calls a second the client makes at most."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from winnerlook.errors import ConfigurationError


class RateLimit:
    """Calls a second, evenly spaced. One object may be shared by threads, tasks and clients: give it to each client of an account."""

    def __init__(self, per_second: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if not (isinstance(per_second, int | float) and per_second > 0 and math.isfinite(per_second)):
            raise ConfigurationError(f"rate_limit must be a number of calls a second above 0, not {per_second!r}")
        self._interval = 1.0 / per_second
        self._monotonic = monotonic
        self._next = -math.inf
        self._lock = threading.Lock()

    def reserve(self, longest: float) -> float | None:
        """Take the next free place and say how many seconds off it is; take none, and return None, if that is more than `longest`."""
        with self._lock:
            now = self._monotonic()
            wait = max(0.0, self._next - now)
            if wait > longest:
                return None
            self._next = now + wait + self._interval
            return wait

    def __repr__(self) -> str:
        return f"RateLimit({1.0 / self._interval:g})"
