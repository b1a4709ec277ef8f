"""Work of one account: one piece after another, beside that of all others."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that is known of, and done once it is started. `done` comes to its end with it."""

    work: Callable[[], None]
    lane: Lane
    done: Future[None]

    def start(self) -> None:
        """Do it as soon as the lane is free."""
        self.lane.take(self)


class Lane:
    """Does jobs in the order of their starts, on a thread that ends when there are no more: an account that is slow to take its pushes
    holds up nobody else's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._busy = False

    def prepare(self, work: Callable[[], None]) -> Job:
        """A job that is still to be started."""
        return Job(work, self, Future())

    def take(self, job: Job) -> None:
        """Queue a job."""
        with self._lock:
            self._jobs.append(job)
            if self._busy:
                return
            self._busy = True
        threading.Thread(target=self._run, name="winnerlook-mock-push", daemon=True).start()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.work()
            except Exception as error:  # noqa: BLE001  # the jobs behind it must be done all the same
                _log.error("a push failed: %s", type(error).__name__)
            finally:
                job.done.set_result(None)

    def _next(self) -> Job | None:
        with self._lock:
            self._busy = bool(self._jobs)
            return self._jobs.popleft() if self._jobs else None
