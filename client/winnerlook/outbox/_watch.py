"""How long ago something was, for a process that may have been frozen in between."""

from __future__ import annotations

import time
from collections.abc import Callable


class Watch:
    """Started when it is made. `wall`: seconds since 1970.

    It goes by the clock that went further: the monotonic one stands still while a machine sleeps or is paused, the wall clock may be set
    back. One that was set forward makes it tell too much, never too little.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._from = wall(), time.monotonic()

    @property
    def milliseconds(self) -> float:
        """Since the start."""
        wall, monotonic = self._from
        return 1000 * max(self._wall() - wall, time.monotonic() - monotonic)
