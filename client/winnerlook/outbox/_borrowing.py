"""A caller's connection, for the time of one `put`: SQLAlchemy's, Django's, or one of sqlite3 or psycopg itself."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from winnerlook.errors import InvalidRequestError


class DriverConnection(Protocol):
    """What sqlite3, psycopg and Django's ``django.db.connection`` have in common."""

    @property
    def cursor(self) -> Any:
        """A method that gives a cursor."""


Joinable = sa.Connection | DriverConnection


class _Borrowed:
    """Executes on another's connection. When its transaction ends, and how it is set up, is the other's business."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def _leave(self, *_arguments: object, **_options: object) -> None:
        pass

    commit = rollback = close = create_function = add_notice_handler = _leave


_current: ContextVar[_Borrowed] = ContextVar("borrowed")
_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


@contextmanager
def borrowed(connection: Joinable, backend: str) -> Iterator[sa.Connection]:
    """A connection in whose open transaction SQLAlchemy can execute; it neither begins, commits, rolls back nor closes anything.

    `backend` is that of the outbox. Raises InvalidRequestError for a connection to another, for one without an open transaction, since what
    is put there would be committed at once, and for what is no such connection.
    """
    if isinstance(connection, sa.Connection):
        _check_backend(connection.dialect.name, backend)
        if not connection.in_transaction():
            connection.begin()  # as its first statement would
        _check_open(connection.connection.driver_connection)
        yield connection
        return
    driver = _driver_connection(connection)
    _check_backend("sqlite" if isinstance(driver, sqlite3.Connection) else "postgresql", backend)
    token = _current.set(_Borrowed(driver))
    try:
        with _engine(backend).connect() as joined:
            yield joined
    finally:
        _current.reset(token)


@cache
def _engine(backend: str) -> sa.Engine:
    options: dict[str, Any] = {} if backend == "sqlite" else {"use_native_hstore": False}  # it would be looked up, for nothing
    return sa.create_engine(
        _URLS[backend], creator=_current.get, poolclass=NullPool, pool_reset_on_return=None, hide_parameters=True,
        logging_name="winnerlook-outbox", **options,
    )


def _driver_connection(connection: Any) -> Any:
    is_django = hasattr(connection, "in_atomic_block")
    if is_django and not connection.in_atomic_block:
        raise _wrong("has no transaction open: put inside transaction.atomic()")
    driver = connection.connection if is_django else connection
    psycopg = sys.modules.get("psycopg")
    if not isinstance(driver, sqlite3.Connection) and (psycopg is None or not isinstance(driver, psycopg.Connection)):
        raise _wrong(
            f"must be SQLAlchemy's Connection (of a Session: session.connection()), Django's, or one of sqlite3 or psycopg 3, not "
            f"{type(driver).__name__}"
        )
    _check_open(driver)
    return driver


def _check_open(driver: Any) -> None:
    psycopg = sys.modules.get("psycopg")
    is_open = True
    if isinstance(driver, sqlite3.Connection):
        is_open = driver.in_transaction or _opens_by_itself(driver)
    elif psycopg is not None and isinstance(driver, psycopg.BaseConnection):
        is_open = not driver.autocommit or driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
    if not is_open:
        raise _wrong("has no transaction open, and would commit at once: begin one first")


def _opens_by_itself(driver: sqlite3.Connection) -> bool:
    """Whether the driver begins a transaction before it writes. Python 3.12 has a second way to say so."""
    autocommit = getattr(driver, "autocommit", -1)  # -1: as `isolation_level` says
    return driver.isolation_level is not None if autocommit == -1 else not autocommit


def _check_backend(theirs: str, ours: str) -> None:
    if theirs != ours:
        raise _wrong(f"is one to {theirs}, and the outbox is on {ours}: both must be in one database to share a transaction")


def _wrong(problem: str) -> InvalidRequestError:
    return InvalidRequestError(f"connection {problem}", parameter="connection")
