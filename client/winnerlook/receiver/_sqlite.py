"""A store that lasts: an SQLite file, shared by threads and processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from winnerlook.errors import ConfigurationError
from winnerlook.receiver._stores import BusyError

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS seen_at ON seen (at)",
)
_DAY = 86_400
_PRIMARY = 0xFF
"""The part of SQLite's error codes that says what kind it is."""


class SqliteStore:
    """Remembers keys for `days` in a file of its own, made for its owner alone (mode 600).

    One transaction stays open while a handler runs: pushes to one file are handled one after the other, and one that is killed half
    way leaves nothing behind. A push waits `wait` seconds for those before it, then BusyError has the gateway try again. `clock` gives
    seconds since 1970. Raises ConfigurationError for a file that cannot be used.
    """

    def __init__(self, path: str | Path, days: float = 7, *, wait: float = 2.0, clock: Callable[[], float] = time.time) -> None:
        if not days > 0:
            raise ConfigurationError("days must be a number above 0")
        self._path = Path(path).absolute()
        self._days, self._wait, self._clock = days, wait, clock
        try:
            # SQLite would make the file readable for all; it gives the files beside it the same mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            with suppress(BusyError), self.once([]):  # a handler of another process may be at work
                pass
        except (OSError, ValueError) as error:  # the latter for a name that cannot be one
            raise ConfigurationError(f"store {path}: {getattr(error, 'strerror', None) or 'no file name'}") from None
        except sqlite3.Error as error:
            problem = getattr(error, "sqlite_errorname", type(error).__name__)
            raise ConfigurationError(f"store {path}: cannot be used as an SQLite file ({problem})") from None

    @contextmanager
    def once(self, keys: Sequence[str]) -> Iterator[Collection[str]]:
        """See `Store.once`. Leaving commits; where that fails, SQLite's error escapes and the keys are released."""
        with closing(self._connect()) as connection:  # closing without a commit rolls back
            with _busy():
                # Not IMMEDIATE: whoever just reads the file, a backup say, would let the handler run and then refuse the commit.
                connection.execute("BEGIN EXCLUSIVE")
                new = self._claim(connection, keys)
            yield new
            with _busy():
                connection.execute("COMMIT")

    def _claim(self, connection: sqlite3.Connection, keys: Sequence[str]) -> list[str]:
        for statement in _SCHEMA:
            connection.execute(statement)
        now = self._clock()
        connection.execute("DELETE FROM seen WHERE at <= ?", (now - self._days * _DAY,))
        insert = "INSERT OR IGNORE INTO seen (key, at) VALUES (?, ?)"
        return [key for key in keys if connection.execute(insert, (key, now)).rowcount == 1]

    def _connect(self) -> sqlite3.Connection:
        """A connection for one block: made and used in one thread, not inherited by a process that forks, and to a file that is there."""
        return sqlite3.connect(f"{self._path.as_uri()}?mode=rw", uri=True, timeout=self._wait, isolation_level=None)


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & _PRIMARY in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BusyError from None
        raise
