"""Fires timers while their clocks run with real time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winnerlook_mock.gateway.clock import Clock

_LONGEST_WAIT = 3600.0
"""Seconds; platforms differ in the longest wait that they can do."""


class Ticker:
    """One thread for all clocks of a gateway. Between `start` and `stop` timers happen by themselves; without it only when a clock is
    moved."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._clocks: list[Clock] = []
        self._thread: threading.Thread | None = None
        self._running = False

    def watch(self, clock: Clock) -> None:
        """Look after a clock."""
        with self._changed:
            if clock in self._clocks:
                return
            self._clocks.append(clock)
        clock.on_change = self._wake
        self._wake()

    def forget(self, clock: Clock) -> None:
        """Look after a clock no longer."""
        with self._changed:
            self._clocks = [other for other in self._clocks if other is not clock]

    def start(self) -> None:
        """Begin."""
        with self._changed:
            self._running = True
        self._wake()

    def stop(self) -> None:
        """End, without waiting for a timer that happens just now."""
        with self._changed:
            self._running = False
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
            # A gateway on which nothing is ever due later needs no thread.
            if self._running and self._thread is None and self._until_next() is not None:
                self._thread = threading.Thread(target=self._run, name="winnerlook-mock-clock", daemon=True)
                self._thread.start()

    def _until_next(self) -> float | None:
        return min((wait for clock in self._clocks if (wait := clock.until_next()) is not None), default=None)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._running:
                    self._thread = None
                    return
                wait = self._until_next()
                if wait != 0:
                    self._changed.wait(_LONGEST_WAIT if wait is None else min(wait, _LONGEST_WAIT))
                    continue
                clocks = list(self._clocks)
            for clock in clocks:
                clock.fire_due()
