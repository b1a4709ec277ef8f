"""The tables of a new store, put in place in one go: migrations, which `test_schema` runs, take several times as long."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from winnerlook.outbox import Outbox

_CHANGES = ("CREATE", "INSERT", "ALTER", "UPDATE")
_script: list[str] = []


def fill(url: str) -> None:
    """Make the tables where there are none yet, for `Outbox.init` to find."""
    parts = sa.make_url(url)
    if parts.get_backend_name() == "sqlite":
        if parts.database and not Path(parts.database).exists():
            shutil.copy(_file(), parts.database)
            with closing(sqlite3.connect(parts.database)) as file, file:
                file.execute("UPDATE wl_meta SET value = ? WHERE name = 'hmac_key'", (_key(),))
        return
    with psycopg.connect(parts.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        if connection.execute("SELECT to_regclass('wl_messages')").fetchone() != (None,):
            return
        if _script:
            connection.execute("; ".join(_script))
            connection.execute("UPDATE wl_meta SET value = %s WHERE name = 'hmac_key'", (_key(),))
    if not _script:
        _script.extend(_written_down(url))


def _key() -> bytes:
    """No two stores are the same."""
    return secrets.token_bytes(32)


@cache
def _file() -> Path:
    path = Path(tempfile.mkdtemp()) / "blank.sqlite"
    Outbox(f"sqlite:///{path}").init().close()
    return path


def _written_down(url: str) -> list[str]:
    """What `Outbox.init` says to PostgreSQL, while it says it."""
    outbox, said = Outbox(url), []

    def hear(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().startswith(_CHANGES):
            cursor = psycopg.ClientCursor(connection.connection.driver_connection)
            said.extend(cursor.mogrify(statement, each) for each in (parameters if many else [parameters]))

    sa.event.listen(outbox._store.engine, "before_cursor_execute", hear)
    outbox.init().close()
    return said
