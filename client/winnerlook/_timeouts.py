"""How long a call may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields

from winnerlook.errors import ConfigurationError

LONGEST_IDLE = 3.0
"""Seconds for which a connection is kept for the next call. Many servers close after 5; a call that meets that on its way may be done or
not, and nobody knows."""
_LONGEST = 1_000_000
"""Seconds; sockets overflow beyond some years."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for making a connection, for each wait for more bytes, and for the call as a whole, its retries and waits included."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (isinstance(value, int | float) and 0 < value <= _LONGEST):
                raise ConfigurationError(f"{field.name}_timeout must be a number of seconds above 0 and at most {_LONGEST}, not {value!r}")


class Deadline:
    """The moment by which one call must be over."""

    __slots__ = ("_at", "_monotonic", "_timeouts")

    def __init__(self, timeouts: Timeouts, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._timeouts, self._monotonic = timeouts, monotonic
        self._at = monotonic() + timeouts.total

    @property
    def left(self) -> float:
        """Seconds left, 0 when the time is over."""
        return max(0.0, self._at - self._monotonic())

    @property
    def remaining(self) -> float:
        """Seconds left. Raises TimeoutError when there are none."""
        left = self.left
        if left <= 0:
            raise TimeoutError(f"the call took longer than {self._timeouts.total} s")
        return left

    @property
    def for_connect(self) -> float:
        """Seconds that making a connection may take now."""
        return min(self._timeouts.connect, self.remaining)

    @property
    def for_read(self) -> float:
        """Seconds that the next wait for bytes may take."""
        return min(self._timeouts.read, self.remaining)
