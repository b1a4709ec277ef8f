"""Waking workers that have nothing to do, as soon as something was put.

Only that: they look by themselves every few seconds, and nothing is lost where no wake-up comes. On PostgreSQL `put` sends a NOTIFY with
its transaction; on SQLite it rings the workers of its own process.
"""

from __future__ import annotations

import logging
import os
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from winnerlook.outbox._borrowing import Joinable
from winnerlook.outbox._store import Outcome, Store
from winnerlook.outbox._unit import Unit

_CHANNEL = "wl_put"
_SLICE = 1.0
"""Seconds that one wait for a lock lasts: a signal that comes just before it does not interrupt it, and on Windows none does."""
_HEARTBEAT = 60.0
"""Seconds of silence after which a connection is asked whether it is still one."""
_PAUSE = 2.0
"""Seconds until a connection that was lost is made again."""
_LONGEST_JOIN = 5.0
_log = logging.getLogger("winnerlook.outbox")


class Alarm:
    """A sleep that a wake-up ends once, and a stop for good. Any thread and any signal handler may call either: a SimpleQueue is documented
    to be reentrant, a `threading.Event` is not."""

    def __init__(self) -> None:
        self.stopped = False
        self._queue: queue.SimpleQueue[None] = queue.SimpleQueue()

    def stop(self) -> None:
        """End the sleep under way and every later one."""
        self.stopped = True
        self._queue.put(None)

    def wake(self) -> None:
        """End the sleep under way, or the next."""
        if self._queue.empty():
            self._queue.put(None)

    def clear(self) -> None:
        """Forget wake-ups that came by now: whoever looks afterwards sees what they were for."""
        with suppress(queue.Empty):
            while True:
                self._queue.get_nowait()

    def sleep(self, seconds: float) -> bool:
        """For so many seconds at the longest. Whether it was woken."""
        end = time.monotonic() + seconds
        while not self.stopped and (left := end - time.monotonic()) > 0:
            with suppress(queue.Empty):
                self._queue.get(timeout=min(left, _SLICE))
                return True
        return False


@contextmanager
def announced(store: Store, connection: Joinable | None) -> Iterator[sa.Connection]:
    """As `Store.joined`, for putting: when it is committed, workers wake up."""
    with store.joined(connection) as joined:
        yield joined
        _notify(store, joined)
    if store.is_sqlite and connection is None:
        _asleep.wake(store)


def run_announced(store: Store, work: Callable[[Unit], Outcome]) -> Outcome:
    """The same as `Store.run`."""

    def announcing(unit: Unit) -> Outcome:
        outcome = work(unit)
        _notify(store, unit.connection)
        return outcome

    outcome = store.run(announcing)
    if store.is_sqlite:
        _asleep.wake(store)
    return outcome


def _notify(store: Store, connection: sa.Connection) -> None:
    if not store.is_sqlite and store.notifies:
        connection.execute(sa.text("SELECT pg_notify(:channel, '')"), {"channel": _CHANNEL})


@contextmanager
def listening(store: Store, alarm: Alarm) -> Iterator[None]:
    """Wake-ups go to an alarm for so long."""
    listener: _Listener | None = None
    if store.is_sqlite:
        _asleep.add(store, alarm)
    elif store.notifies:
        listener = _Listener(store, alarm)
    try:
        yield
    finally:
        _asleep.remove(alarm)
        if listener is not None:
            listener.close()


class _Asleep:
    """Alarms of this process, by the file that they are for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alarms: dict[str, WeakSet[Alarm]] = {}

    def add(self, store: Store, alarm: Alarm) -> None:
        with self._lock:
            self._alarms.setdefault(_file(store), WeakSet()).add(alarm)

    def remove(self, alarm: Alarm) -> None:
        with self._lock:
            for alarms in self._alarms.values():
                alarms.discard(alarm)

    def wake(self, store: Store) -> None:
        with self._lock:
            alarms = list(self._alarms.get(_file(store), ()))
        for alarm in alarms:
            alarm.wake()


def _file(store: Store) -> str:
    return os.path.realpath(str(store.engine.url.database))


_asleep = _Asleep()


class _Listener:
    """LISTENs on a connection and in a thread of its own; makes the connection again when it is lost."""

    def __init__(self, store: Store, alarm: Alarm) -> None:
        self._store, self._alarm = store, alarm
        self._over, self._end = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="winnerlook-outbox-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.close()
        self._thread.join(_LONGEST_JOIN)

    def _run(self) -> None:
        with self._over:
            said = False
            while True:
                try:
                    self._listen()
                except (SQLAlchemyError, OSError, self._store.engine.dialect.loaded_dbapi.Error) as error:
                    if not said:
                        _log.warning("no wake-ups for now (%s); the worker looks for messages by itself", type(error).__name__)
                    said = True
                if _ready(_PAUSE, self._over):
                    return

    def _listen(self) -> None:
        """Until it is over or the connection is lost. Nobody is told what was put before the LISTEN."""
        pooled = self._store.engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.detach()
        try:
            driver.autocommit = True
            driver.execute(f"LISTEN {_CHANNEL}")
            self._alarm.wake()
            while True:
                ready = _ready(_HEARTBEAT, self._over, driver)
                if self._over in ready:
                    return
                if not ready:
                    driver.execute("SELECT 1")
                driver.pgconn.consume_input()  # raises where the connection is none any more
                while driver.pgconn.notifies():
                    self._alarm.wake()
        finally:
            pooled.close()


def _ready(seconds: float, *sources: Any) -> list[Any]:
    """Those of the sources that something has come from, after so many seconds at the longest. `select` would fail in a process with more
    than 1024 files open."""
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(seconds)]
