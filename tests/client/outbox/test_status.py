"""How a store stands, in numbers; and that a million messages are not walked through for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import Message, State, _doubts, _status
from winnerlook.outbox import _schema as schema

PHONE = "13900000000"


def test_what_came_where_and_when(url, make, clock):
    outbox = make(url)
    outbox.put_many([(PHONE, TEXT)] * 3)
    clock.advance(61)
    cancelled = outbox.put(PHONE, TEXT).id
    outbox.cancel(cancelled, by="anna", reason="why")
    status = outbox.status()
    assert status.states == {State.QUEUED: 3, State.CANCELLED: 1}
    assert status.last_minute == {State.CANCELLED: 1}
    assert status.last_hour == status.states
    assert timedelta(seconds=61) <= status.at - status.oldest_due < timedelta(seconds=120)
    clock.advance(3600)
    assert outbox.status().last_hour == {}


def test_what_is_not_yet_due_is_not_late(outbox):
    outbox.put(PHONE, TEXT, not_before=outbox.status().at + timedelta(hours=1))
    assert outbox.status().oldest_due is None


def plan(connection, query):
    """How the database goes about a query, its values as it gets them."""
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    is_sqlite = connection.dialect.name == "sqlite"
    values = tuple(compiled.params[name] for name in compiled.positiontup) if is_sqlite else compiled.params
    rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{compiled}", values)
    return "\n".join(str(row[-1]) for row in rows)


@pytest.fixture
def full(url, make, clock):
    """A store in which it is worth while to use an index."""
    outbox = make(url)
    outbox.put_many((f"139{number:08}", TEXT) for number in range(6000))
    messages = schema.messages
    done = messages.update().where(messages.c.phone_key > "13900000200").values(state=State.DELIVERED.value, changed_at=1)
    outbox._store.run(lambda unit: unit.connection.execute(done))
    if not outbox._store.is_sqlite:
        with outbox._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    return outbox


def test_no_question_walks_through_all_messages(full, clock):
    """Each goes by an index, and what counts all of them by one that holds all that it needs."""
    with full._store.engine.connect() as connection:
        now = int(clock() * 1000)
        questions = [*_status.queries(now), _doubts.query(None, 100), _doubts.query("shop", 100)]
        assert "wl_messages_waiting" in plan(connection, _status._oldest_due())
        assert "wl_messages_doubled" in plan(connection, _status._doubled())
        for question in questions:
            steps = plan(connection, question)
            assert "wl_" in steps
            for line in steps.splitlines():
                walked = "SCAN wl_messages" in line and "USING" not in line
                assert not walked, steps
                assert "Seq Scan on wl_messages" not in line, steps


def test_what_waits_for_each_account(url, make, clock):
    outbox = make(url)
    outbox.put_many([Message(PHONE, TEXT, account="one"), Message(PHONE, TEXT, account="one")])
    outbox.put(PHONE, TEXT, account="two", not_before=outbox.status().at + timedelta(hours=1))
    one, two = outbox.status().queues
    assert (one.account, one.messages, two.account, two.messages, two.oldest_due) == ("one", 2, "two", 1, None)
    assert one.oldest_due == outbox.find(PHONE)[-1].not_before
    for message in outbox.find(PHONE):
        outbox.cancel(message.id, reason="why")
    assert outbox.status().queues == ()
