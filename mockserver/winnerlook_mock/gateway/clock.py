"""The gateway's one source of time, and what happens when its time has come."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime, timedelta

from winnerlook.china_time import CHINA
from winnerlook_mock.gateway.happening import Happening
from winnerlook_mock.gateway.timers import Action, Timer, Timers

_log = logging.getLogger(__name__)

_ROUNDS = 3
"""Work under way, what it brings about at once (a push delivered twice), and what that does."""


class Clock:
    """A clock that runs with real time, can be stopped, and can be moved forward by any amount at once.

    Everything in the gateway that depends on time asks it: the balance rule, frequency and monthly limits; and everything that is to
    happen later happens by it: reports, the end of the three days that records are kept, push retries. A server has one for all accounts;
    an account may have one of its own.

    :param start: where it begins, by default now. ValueError without a time zone, since it names no moment then.
    :param frozen: stand still from the beginning.
    """

    def __init__(
        self, start: datetime | None = None, *, frozen: bool = False, monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if start is not None and start.utcoffset() is None:
            raise ValueError("the clock's start needs a time zone")
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._monotonic = monotonic
        self._base = start.timestamp() if start else time.time()
        self._since = monotonic()
        self._frozen = frozen
        self._moving = False
        self._timers = Timers()
        self._under_way: set[Future[None]] = set()
        self._happenings: list[Happening] = []
        self.on_change: Callable[[], None] = lambda: None
        """Called when the next timer's moment, in real time, has changed: for whoever fires timers while the clock runs."""

    def timestamp(self) -> float:
        """Seconds since the epoch, in whole microseconds: a datetime made of them is the same moment."""
        with self._lock:
            return self._read()

    def _read(self) -> float:
        return round(self._base if self._frozen or self._moving else self._base + self._monotonic() - self._since, 6)

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
        return self._frozen

    @property
    def pending(self) -> tuple[tuple[datetime, str], ...]:
        """What is to happen, the next first: the moment in China time, and what."""
        with self._lock:
            return tuple((self.at(timer.due), timer.what) for timer in self._timers)

    def freeze(self) -> None:
        """Stand still until `resume`; `advance` still moves the clock."""
        with self._lock:
            self._base, self._frozen = self._read(), True
        self.on_change()

    def resume(self) -> None:
        """Run with real time again, from where the clock stands."""
        with self._lock:
            self._base, self._since, self._frozen = self._read(), self._monotonic(), False
        self.on_change()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> tuple[Happening, ...]:
        """Move forward, and let everything happen that falls due on the way, in order, each at its own moment. What happened is returned,
        in order; pushes that were due have been answered, or have failed, when this returns.

        Raises ValueError for a negative amount: the gateway's time never runs back. Must not be called by a push receiver that the gateway
        waits for just then.
        """
        amount = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        if amount < 0:
            raise ValueError(f"the clock only moves forward, not by {amount} s")
        try:
            with self._turn:
                self._stand(moving=True)
                try:
                    self._move(round(self._base + amount, 6))
                finally:
                    happened = self._stand(moving=False)
        finally:
            self.on_change()
        return happened

    def settle(self) -> tuple[Happening, ...]:
        """Let everything happen that is due, without moving on: pushes under way come to their end, and so does what they bring about at
        once. What happened is returned."""
        return self.advance()

    def _stand(self, *, moving: bool) -> tuple[Happening, ...]:
        """While the clock is moved, real time does not run it. What happened so far is given back."""
        with self._lock:
            self._base, self._since = self._read(), self._monotonic()
            self._moving = moving
            happened, self._happenings = tuple(self._happenings), []
        return happened

    def _move(self, target: float) -> None:
        self._await_work()
        while (timer := self._pop(target)) is not None:
            with self._lock:
                self._base = max(self._base, timer.due)
            _fire(timer)
            self._await_work()
        with self._lock:
            self._base = target

    def _await_work(self) -> None:
        """Not until nothing is under way: on a busy server that would be never."""
        for _ in range(_ROUNDS):
            wait(self._work())

    def _work(self) -> list[Future[None]]:
        """What is under way; futures that are done take a moment to be forgotten."""
        with self._lock:
            return [work for work in self._under_way if not work.done()]

    def _pop(self, until: float) -> Timer | None:
        with self._lock:
            return self._timers.pop(until)

    def call_at(self, due: float, what: str, action: Action) -> Timer:
        """Let something happen at a moment (seconds since the epoch); `what` says it in words for people."""
        timer = Timer(due, what, action)
        with self._lock:
            before = self._timers.next_due()
            self._timers.add(timer)
        if before is None or due < before:
            self.on_change()
        return timer

    def until_next(self) -> float | None:
        """Real seconds until the next timer is due; None where there is none, or the clock stands still."""
        with self._lock:
            due = self._timers.next_due()
            return None if due is None or self._frozen or self._moving else max(0.0, due - self._read())

    def fire_due(self) -> None:
        """Let happen what is due by now; nothing while the clock stands still, or is moved, which does the same."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            while not self._frozen and (timer := self._pop(self.timestamp())) is not None:
                _fire(timer)
        finally:
            self._turn.release()

    def wait_for(self, work: Future[None]) -> None:
        """Let `advance` and `settle` wait for work under way, which may set timers."""
        with self._lock:
            self._under_way.add(work)
        work.add_done_callback(self._forget)

    def _forget(self, work: Future[None]) -> None:
        with self._lock:
            self._under_way.discard(work)

    def happened(self, happening: Happening) -> None:
        """Tell whoever moves the clock."""
        with self._lock:
            if self._moving:
                self._happenings.append(happening)

    def restore(self, timestamp: float, *, frozen: bool) -> None:
        """Stand at another moment, an earlier one too, with nothing that is to happen: for a state that is put in place of another."""
        with self._lock:
            self._timers.clear()
            self._base, self._since, self._frozen = timestamp, self._monotonic(), frozen
        self.on_change()

    def stop(self) -> None:
        """Forget what was to happen."""
        with self._lock:
            self._timers.clear()


def _fire(timer: Timer) -> None:
    action = timer.action  # another thread may cancel it just now
    if action is None:
        return
    try:
        action(timer.due)
    except Exception as error:  # noqa: BLE001  # what else is due must happen all the same
        _log.error("%s failed: %s", timer.what, type(error).__name__)
