"""Batch numbers as the document's samples look (R12)."""

from __future__ import annotations

_PREFIX = 220000
_MILLISECONDS_DIGITS = 13


class BatchNumbers:
    """19 digits: a fixed head, then the epoch milliseconds; strictly increasing, however fast they are asked for."""

    def __init__(self) -> None:
        self._last = 0

    @property
    def last(self) -> int:
        """The newest, 0 before there is one."""
        return self._last

    def go_on_after(self, number: int) -> None:
        """Be greater than this one from now on."""
        self._last = number

    def next(self, timestamp: float) -> str:
        """The number for a send at `timestamp` (seconds since the epoch)."""
        self._last = max(self._last + 1, _PREFIX * 10**_MILLISECONDS_DIGITS + round(timestamp * 1_000_000) // 1000)
        return str(self._last)
