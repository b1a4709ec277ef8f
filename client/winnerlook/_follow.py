"""`Client.follow`: the rhythm performed by blocking."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self
from weakref import WeakSet

from winnerlook._core import next_of
from winnerlook._following import Rhythm
from winnerlook.errors import WinnerlookError
from winnerlook.records import Reply, Report

_SLICE = 0.2
"""Seconds that one wait for a lock may last. A signal that comes just before it does not interrupt it, and on Windows none does: its
handler would run only at the end."""


class Waiting(Protocol):
    """How a `Following` lets time pass."""

    rung: bool

    def ring(self) -> None:
        """End the wait under way and every later one."""

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when `rung`."""


class Bell:
    """Waits that any thread and any signal handler can end. Not a `threading.Event`: setting one takes a lock that the wait holds at its
    begin and end, so a handler that runs in the waiting thread just then would block for ever. A SimpleQueue is documented to be reentrant.
    """

    def __init__(self) -> None:
        self.rung = False
        self._queue: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ring(self) -> None:
        """End the wait under way and every later one."""
        self.rung = True
        self._queue.put(None)

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when `rung`."""
        end = time.monotonic() + seconds
        while not self.rung and (left := end - time.monotonic()) > 0:
            with suppress(queue.Empty):
                self._queue.get(timeout=min(left, _SLICE))


class Following(Iterator[Report | Reply]):
    """Reports and replies as they come, made by `Client.follow`. Several threads may take from one.

    `stop` ends it: what has been polled is still handed on, then the iteration ends. A context manager, which stops it. Leaving the loop
    without that, and an exception in its body, loses nothing either: records that were not handed on wait in the client for the next
    `follow`, `reports` or `replies`. But Ctrl-C in a poll may lose the records of its answer: let a signal handler call `stop` instead.
    After an error, whoever goes on iterating has it wait and poll again. A fork gives the child a copy, with those records in it.
    """

    def __init__(
        self, poll: Callable[[str], tuple[Any, ...]], backlogs: Sequence[deque[Any]], rhythm: Rhythm, waiting: Waiting | None = None,
    ) -> None:
        self._poll, self._backlogs, self._rhythm = poll, backlogs, rhythm
        self._waiting = waiting or Bell()
        self._turn = threading.Lock()
        self._over = False
        _all.add(self)

    def stop(self) -> None:
        """Poll no more, from any thread or signal handler; returns at once. A wait ends, a poll under way is let finish and its records
        are handed on."""
        self._waiting.ring()

    def __next__(self) -> Report | Reply:
        while not self._over:
            for backlog in self._backlogs:
                if (record := next_of(backlog)) is not None:
                    return record  # type: ignore[no-any-return]  # what these backlogs hold
            with self._turn:
                self._advance()
        raise StopIteration

    def _advance(self) -> None:
        """Poll or wait once, unless another thread has just found something."""
        if any(self._backlogs):
            return
        if self._waiting.rung:
            self._over = True
        elif (operation := self._rhythm.due) is None:
            self._waiting.wait(self._rhythm.pause())
        else:
            self._poll_once(operation)

    def _poll_once(self, operation: str) -> None:
        try:
            self._rhythm.polled(self._poll(operation))
        except WinnerlookError as error:
            if not self._rhythm.failed(error, stopped=self._waiting.rung):
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


_all: WeakSet[Following] = WeakSet()


def _renew_locks() -> None:
    """A lock that another thread held at the fork is held for good: that thread is not in the child."""
    for following in _all:
        following._turn = threading.Lock()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)  # pyright: ignore[reportAttributeAccessIssue]
