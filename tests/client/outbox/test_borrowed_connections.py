"""Putting inside transactions that are not SQLAlchemy's own: sqlite3's, psycopg's and Django's."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from tests.client.outbox.conftest import TEXT
from winnerlook import InvalidRequestError
from winnerlook.outbox import Message, NotInitialisedError, PutMany, State, new_key

PHONE = "13900000000"


@contextmanager
def driver_connection(url, **options):
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), **options)) as connection:
            yield connection
    else:
        with psycopg.connect(url, **options) as connection:
            yield connection


def refusal(outbox, connection):
    with pytest.raises(InvalidRequestError) as refused:
        outbox.put(PHONE, TEXT, connection=connection)
    assert refused.value.parameter == "connection"
    assert outbox.status().states == {}
    return str(refused.value)


@pytest.mark.parametrize("committed", [True, False])
def test_a_message_joins_the_drivers_own_transaction(url, make, committed):
    outbox = make(url)
    with driver_connection(url) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
        connection.commit()
        connection.execute("INSERT INTO orders VALUES (42)")
        first = outbox.put(PHONE, TEXT, dedup_key="order-42", connection=connection)
        again = outbox.put(PHONE, TEXT, dedup_key="order-42", connection=connection)
        more = [Message(PHONE, TEXT, dedup_key=key) for key in ("order-42", "order-43")]
        assert outbox.put_many(more, connection=connection) == PutMany(put=1, duplicates=1)
        assert outbox.status().states == {}
        connection.commit() if committed else connection.rollback()
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (int(committed),)
    assert (again.id, again.duplicate) == (first.id, True)
    assert outbox.status().states == ({State.QUEUED: 2} if committed else {})


def test_a_message_joins_an_async_transaction(postgres_url, make):
    outbox = make(postgres_url)

    async def order(*, committed):
        engine = create_async_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
        async with AsyncSession(engine) as session:
            await session.run_sync(lambda own: outbox.put(PHONE, TEXT, connection=own.connection()))
            await (session.commit() if committed else session.rollback())
        await engine.dispose()

    asyncio.run(order(committed=False))
    assert outbox.status().states == {}
    asyncio.run(order(committed=True))
    assert outbox.status().states == {State.QUEUED: 1}


def test_a_savepoint_takes_its_messages_back(url, make):
    outbox = make(url)
    options = {"isolation_level": None} if url.startswith("sqlite") else {"autocommit": True}
    with driver_connection(url, **options) as connection:
        connection.execute("BEGIN")
        kept = outbox.put(PHONE, TEXT, connection=connection)
        connection.execute("SAVEPOINT inner_one")
        outbox.put(PHONE, TEXT, connection=connection)
        connection.execute("ROLLBACK TO SAVEPOINT inner_one")
        connection.execute("COMMIT")
    assert outbox.status().states == {State.QUEUED: 1}
    assert outbox.message(kept.id).state is State.QUEUED


def test_what_is_put_by_the_driver_is_encrypted_too(url, make):
    outbox = make(url, key=new_key())
    with driver_connection(url) as connection:
        put = outbox.put(PHONE, TEXT, dedup_key="order-42", connection=connection)
        stored = connection.execute("SELECT phone, text, dedup_key FROM wl_messages").fetchone()
        assert outbox.put(PHONE, TEXT, dedup_key="order-42", connection=connection).duplicate
        connection.commit()
    assert not {PHONE, TEXT, "order-42"} & set(stored)
    assert (outbox.message(put.id).phone, outbox.message(put.id).text) == (PHONE, TEXT)


def test_a_connection_without_a_transaction_is_refused(url, make):
    """What would be put there is committed before the caller's own work is."""
    outbox = make(url)
    options = {"isolation_level": None} if url.startswith("sqlite") else {"autocommit": True}
    with driver_connection(url, **options) as connection:
        assert "no transaction" in refusal(outbox, connection)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        assert "no transaction" in refusal(outbox, connection)
    engine.dispose()


def test_a_message_joins_sqlalchemy_where_a_listener_begins(outbox, sqlite_url):
    """SQLAlchemy's own recipe for transactions on SQLite: the driver is told to begin none."""
    engine = sa.create_engine(sqlite_url)
    sa.event.listen(engine, "connect", lambda driver, _record: setattr(driver, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        outbox.put(PHONE, TEXT, connection=connection)
        connection.rollback()
        outbox.put(PHONE, TEXT, connection=connection)
        connection.commit()
    engine.dispose()
    assert outbox.status().states == {State.QUEUED: 1}


def test_a_connection_to_another_kind_of_database_is_refused(url, make, tmp_path, postgres_url):
    outbox = make(url)
    other = postgres_url if url.startswith("sqlite") else f"sqlite:///{tmp_path / 'other.sqlite'}"
    with driver_connection(other) as connection:
        assert "one database" in refusal(outbox, connection)
    engine = sa.create_engine(other.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        assert "one database" in refusal(outbox, connection)
    engine.dispose()


def test_a_database_without_the_tables_is_named(outbox, tmp_path):
    with driver_connection(f"sqlite:///{tmp_path / 'other.sqlite'}") as connection, pytest.raises(NotInitialisedError):
        outbox.put(PHONE, TEXT, connection=connection)


def test_what_is_no_connection_is_refused_with_the_next_step(outbox, url, tmp_path):
    with Session(outbox._store.engine) as session:
        assert "session.connection()" in refusal(outbox, session)
    assert "not str" in refusal(outbox, "sqlite:///orders.sqlite")


def test_the_connection_stays_as_it_was(url, make):
    """Open, in its transaction, without functions and handlers of ours."""
    outbox = make(url)
    with driver_connection(url) as connection:
        outbox.put(PHONE, TEXT, connection=connection)
        if url.startswith("sqlite"):
            assert connection.in_transaction
            with pytest.raises(sqlite3.OperationalError, match="no such function"):
                connection.execute("SELECT 'a' REGEXP 'a'")
        else:
            assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
            assert not connection._notice_handlers
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM wl_messages").fetchone() == (0,)
