"""Making the tables, and bringing those of an older version up to date."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DatabaseError, OperationalError

from winnerlook.outbox._errors import NotInitialisedError, masked
from winnerlook.outbox._store import Store

VERSION_TABLE = "wl_version"
_ADVISORY_LOCK = 7_326_211_885_401
"""Any number that no other program takes for its own lock."""
_TRIES = 300
_one_at_a_time = threading.Lock()  # alembic keeps what it is at work on in its modules


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the tables to a revision, all or nothing. Whoever comes second waits for the first. Raises StoreError."""
    with _one_at_a_time, masked():
        if store.is_sqlite:
            _use_wal(store.engine)
        with store.engine.begin() as connection:  # on SQLite this is the lock
            if not store.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            _run(connection, revision)
            store.write_key(connection)


def _use_wal(engine: sa.Engine) -> None:
    """It stays in the file. SQLite lets nobody wait for this one."""
    try:
        connection = engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:  # a file that is no database; SQLAlchemy passes it on as it is
        raise DatabaseError("PRAGMA journal_mode = WAL", None, error) from None
    try:
        for left in range(_TRIES, -1, -1):
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except engine.dialect.loaded_dbapi.OperationalError as error:
                if not left:
                    raise OperationalError("PRAGMA journal_mode = WAL", None, error) from None
                time.sleep(0.1)
            else:
                return
    finally:
        connection.close()


def _run(connection: sa.Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(current: Any, _context: Any) -> Any:
        try:
            return script._upgrade_revs(revision, current)  # noqa: SLF001  # what alembic's own upgrade command calls
        except CommandError:
            raise NotInitialisedError(
                "the outbox's tables were made by a newer version of winnerlook: upgrade this program"
            ) from None

    with EnvironmentContext(config, script, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()
