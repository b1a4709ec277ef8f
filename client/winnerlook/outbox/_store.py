"""The database under an outbox: SQLite or PostgreSQL, its clock, and the transactions that everything happens in."""

from __future__ import annotations

import logging
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._borrowing import Joinable, borrowed
from winnerlook.outbox._confidential import using
from winnerlook.outbox._errors import NotInitialisedError, masked, store_error
from winnerlook.outbox._events import OnEvent, tell
from winnerlook.outbox._ids import Signer
from winnerlook.outbox._keys import KeyRing
from winnerlook.outbox._opening import Access, not_in_clear
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._vault import Seals

Outcome = TypeVar("Outcome")

Clock = Callable[[], float]
"""Seconds since 1970."""

_BUSY_SECONDS = 30.0
_NEXT_LOOK = 0.0005, 0.004
"""Seconds until a writer of SQLite tries again, from and to."""
_LANES = 16
_LOGGER = "winnerlook-outbox"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
_HMAC_KEY = "hmac_key"


class Store:
    """One database. Safe for threads; a process that forks makes its own.

    `patience`: seconds for which a transaction is tried again while the database is locked, restarting or out of reach. `ring`: the keys
    that it is encrypted with. `on_event` is told what the log was, after each commit.
    """

    notifies = True
    """Whether what is put wakes workers on PostgreSQL."""

    def __init__(
        self, url_or_engine: str | URL | sa.Engine, *, clock: Clock | None, patience: float, ring: KeyRing | None = None,
        on_event: OnEvent | None = None,
    ) -> None:
        self.engine = _engine(url_or_engine)
        self._reader = self.engine.execution_options(reads_only=True)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._clock, self._patience = clock, patience
        self._lane = 0 if self.is_sqlite else secrets.randbelow(_LANES)
        self._signer: Signer | None = None
        self.access = Access(ring)
        self._on_event = on_event

    @property
    def seals(self) -> Seals:
        """What stands between its texts and what is stored. Raises ConfigurationError for a key that is wrong or missing."""
        with masked():
            return self.access.ready(self._reader, self.engine, self.insert_new)

    @property
    def signer(self) -> Signer:
        """Made of the store's own key, which `init` wrote. Raises NotInitialisedError."""
        if self._signer is None:
            query = sa.select(schema.meta.c.value).where(schema.meta.c.name == _HMAC_KEY)
            key = self.look(lambda unit: unit.connection.execute(query).scalar())
            if key is None:
                raise NotInitialisedError("the outbox has no key: run Outbox.init() once")
            self._signer = Signer(bytes(key))
        return self._signer

    def write_key(self, connection: sa.Connection) -> None:
        """Make the key, unless there is one, and the vault."""
        row = {"name": _HMAC_KEY, "value": secrets.token_bytes(32)}
        self.insert_new(connection, schema.meta, row)
        self.access.within(connection, self.insert_new)

    def insert_new(self, connection: sa.Connection, table: sa.Table, rows: dict[str, Any] | list[dict[str, Any]]) -> int:
        """Insert what no unique key has already. Gives how many rows that were."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        options = {"preserve_rowcount": True}  # SQLAlchemy keeps it of an INSERT only when asked
        fresh = not_in_clear(connection, table, rows if isinstance(rows, list) else [rows])
        if not fresh:
            return 0
        return int(connection.execute(insert(table).on_conflict_do_nothing(), fresh, execution_options=options).rowcount)

    def insert_new_ids(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> set[str]:
        """The same. Gives the ids of those rows."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        fresh = not_in_clear(connection, table, rows)
        return set(connection.execute(insert(table).on_conflict_do_nothing().returning(table.c.id), fresh).scalars()) if fresh else set()

    def wall(self) -> float:
        """Seconds since 1970 by the clock at hand: this machine's, unless the store was given one."""
        return (self._clock or time.time)()

    def now(self, connection: sa.Connection) -> int:
        """Milliseconds since 1970, by the server's clock where several machines share one: leases must not hang on how theirs differ."""
        if self._clock is not None or self.is_sqlite:
            return int((self._clock or time.time)() * 1000)
        return int(connection.execute(sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")).scalar_one())

    def run(self, work: Callable[[Unit], Outcome]) -> Outcome:
        """Do `work` in one transaction that writes; again while the database cannot, up to `patience`.

        A commit whose answer was lost may have been made, so `work` looks at what is there before it changes it. Raises StoreError,
        NotInitialisedError, ConfigurationError for a key that is wrong or missing.
        """
        return self._tried(self.engine, work)

    def look(self, work: Callable[[Unit], Outcome]) -> Outcome:
        """The same for work that only reads: on SQLite it waits for nobody."""
        return self._tried(self._reader, work)

    def snapshot(self, work: Callable[[Unit], Outcome]) -> Outcome:
        """The same for work that reads much: all that it reads is of one moment."""
        reader = self._reader if self.is_sqlite else self.engine.execution_options(reads_only=True, isolation_level="REPEATABLE READ")
        return self._tried(reader, work)

    def _tried(self, engine: sa.Engine, work: Callable[[Unit], Outcome]) -> Outcome:
        end, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            try:
                seals = self.access.ready(self._reader, self.engine, self.insert_new)
                with using(seals), engine.begin() as connection:
                    unit = Unit(connection, self.now(connection), self._lane)
                    outcome = work(unit)
                    unit.log()
                break
            except DBAPIError as error:
                if not _passing(error) or time.monotonic() + pause > end:
                    raise store_error(error) from None
            except SQLAlchemyError as error:
                raise store_error(error) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        tell(unit.logged, self._on_event)
        return outcome

    @contextmanager
    def joined(self, connection: Joinable | None) -> Iterator[sa.Connection]:
        """The caller's transaction, or one of its own."""
        with masked():
            if connection is not None:
                with borrowed(connection, self.engine.dialect.name) as theirs, using(self.access.within(theirs, self.insert_new)):
                    yield theirs
                return
            with using(self.seals), self.engine.begin() as own:
                yield own

    def close(self) -> None:
        """Close idle connections."""
        self.engine.dispose()


def _is_busy(error: DBAPIError) -> bool:
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _passing(error: DBAPIError) -> bool:
    """Locked, deadlocked, restarting, out of reach: what another try may mend. A table that is missing is no such thing."""
    if error.connection_invalidated:
        return True
    if getattr(error.orig, "sqlite_errorname", None) is not None:
        return _is_busy(error)
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in {"08", "40", "53", "55", "57"}


def _engine(given: str | URL | sa.Engine) -> sa.Engine:
    try:
        url = given.url if isinstance(given, sa.Engine) else make_url(given)
    except ArgumentError:
        raise ConfigurationError("the outbox's database must be an SQLAlchemy URL, such as sqlite:///outbox.sqlite") from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url)
    if backend != "postgresql":
        raise ConfigurationError(f"the outbox works on SQLite and PostgreSQL, not on {backend}")
    if isinstance(given, sa.Engine):
        return given.execution_options(isolation_level="READ COMMITTED")
    return _postgresql(url)


class _NoRows(logging.Filter):
    """At DEBUG SQLAlchemy logs the rows that it reads: numbers and texts (L2)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGER}").addFilter(_NoRows())


def _postgresql(url: URL) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True, isolation_level="READ COMMITTED",
            logging_name=_LOGGER,
        )
    except ModuleNotFoundError:
        raise ConfigurationError("PostgreSQL needs psycopg: pip install 'winnerlook[outbox]'") from None

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        connection.execute("SET synchronous_commit = on")  # a commit that is only in memory would be no proof
        connection.autocommit = autocommit

    return engine


def _no_file(path: str, error: OSError | ValueError) -> str:
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120  # what is no path must not raise
    if isinstance(error, FileNotFoundError):
        return f"the outbox's file cannot be made: there is no folder {folder}; make it first, or name another in the URL"
    if isinstance(error, PermissionError):
        return f"the outbox's file cannot be made: this user may not write in the folder {folder}"
    return f"the outbox's file {path!r} cannot be made: {getattr(error, 'strerror', None) or 'that is no file name'}"


def _sqlite(url: URL) -> sa.Engine:
    if not url.database or url.database == ":memory:" or url.query:
        raise ConfigurationError("the outbox needs an SQLite file of its own name, such as sqlite:////var/lib/shop/outbox.sqlite")
    path = url.database
    with suppress(FileExistsError):
        try:
            # SQLite would make it readable for all; the files beside it get the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise
        except (OSError, ValueError) as error:
            raise ConfigurationError(_no_file(path, error)) from None
    engine = sa.create_engine(
        URL.create("sqlite", database=path), hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}, logging_name=_LOGGER,
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # else the driver decides when a transaction begins
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(path):  # deleted or put back: what goes to the old one is lost with it
            raise exc.DisconnectionError

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("reads_only"):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_to_write(connection)

    return engine


def _begin_to_write(connection: sa.Connection) -> None:
    """At once, since one that reads first and writes later would be refused in between. SQLite's own wait grows to 100 ms a turn, so that
    of several writers all wait most of the time: this one looks again soon, each time after another while."""
    end = time.monotonic() + _BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except DBAPIError as error:
                if not _is_busy(error) or time.monotonic() > end:
                    raise
                time.sleep(random.uniform(*_NEXT_LOOK))  # noqa: S311  # no secret
            else:
                return
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")


def _identity(path: str) -> tuple[int, int] | None:
    """Which file it is, whatever its name; None where there is none."""
    with suppress(OSError):
        found = os.stat(path)  # noqa: PTH116  # the name is a string
        return found.st_dev, found.st_ino
    return None
