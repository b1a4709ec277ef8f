"""What is told of what was committed: to a callback and to the log of the program."""

from __future__ import annotations

import json
import logging
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook import Client
from winnerlook.outbox import Event, Outbox, ResendAfter, StoreError
from winnerlook.outbox import _schema as schema
from winnerlook.pushes import Push, PushType
from winnerlook.records import Report

PHONE = "13912345678"
LOGGER = "winnerlook.outbox"


@pytest.fixture
def told():
    return []


@pytest.fixture
def outbox(url, make, told):
    return make(url, on_event=told.append)


def entries(outbox):
    events = schema.events
    query = sa.select(events).order_by(events.c.lane, events.c.seq)
    return [(row.at, row.kind, row.message_id, json.loads(row.detail)) for row in outbox._store.look(
        lambda unit: unit.connection.execute(query).all())]


def test_every_entry_of_the_log_in_its_order(outbox, told, client, account):
    outbox.put_many([(PHONE, TEXT)] * 3)
    assert told == []  # the log begins with a message's first move
    outbox.drain(client)
    outbox.poll(client)
    assert [(round(event.time.timestamp() * 1000), event.kind, event.message_id, event.detail) for event in told] == entries(outbox)
    assert {event.account for event in told} == {account.user_code}
    assert [event.kind for event in told if event.message_id == told[0].message_id] == ["PUT", "CLAIM", "ATTEMPT", "ACCEPT", "DELIVER"]
    assert isinstance(told[0], Event)
    assert told[0].time.tzinfo is not None
    assert "1391234" not in repr(told)


def test_only_after_the_commit(url, make, client):
    """From within the callback, another connection sees what it tells."""
    other, seen = make(url), []
    outbox = make(url, on_event=lambda event: seen.append((event, other.message(event.message_id).log[-1].kind)))
    outbox.put(PHONE, TEXT)
    outbox.drain(client)
    assert [(event.kind, last) for event, last in seen] == [
        ("PUT", "CLAIM"), ("CLAIM", "CLAIM"), ("ATTEMPT", "ATTEMPT"), ("ACCEPT", "ACCEPT"),
    ]


def test_nothing_of_what_was_rolled_back(outbox, told):
    def work(unit):
        unit.note(None, "ODD", {"account": "shop"})
        unit.log()
        unit.connection.execute(sa.text("INSERT INTO wl_leases (name) VALUES (NULL)"))

    with pytest.raises(StoreError):
        outbox._store.run(work)
    with pytest.raises(ZeroDivisionError):
        outbox._store.run(lambda unit: (unit.note(None, "ODD", {}), 1 / 0))
    assert told == entries(outbox) == []


def test_once_for_what_was_tried_twice(outbox, told):
    """A step that the database refused for the moment, and then did."""
    tries = []

    def work(unit):
        unit.note(None, "ODD", {"account": "shop"})
        tries.append(unit)
        if len(tries) == 1:
            error = sqlite3.OperationalError("locked")
            error.sqlite_errorname = "SQLITE_BUSY"
            raise sa.exc.OperationalError("x", None, error)

    outbox._store.run(work)
    assert (len(tries), [event.kind for event in told]) == (2, ["ODD"])


def test_a_callback_that_fails_breaks_nothing(url, make, client, caplog):
    def fail(_event):
        raise ValueError("theirs")

    outbox = make(url, on_event=fail)
    outbox.put(PHONE, TEXT)
    assert outbox.drain(client).accepted == 1
    assert [record.levelname for record in caplog.records if "on_event" in record.message] == ["ERROR"] * 4


def test_a_program_that_is_ended_in_a_callback(url, make, client):
    """Only errors are swallowed."""
    def interrupt(_event):
        raise KeyboardInterrupt

    outbox = make(url, on_event=interrupt)
    outbox.put(PHONE, TEXT)
    with pytest.raises(KeyboardInterrupt):
        outbox.drain(client)


def test_what_needs_a_person_is_a_warning(outbox, told, client, *, clock, account, mock, caplog):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(seconds=1))).id
    caplog.set_level(logging.DEBUG, LOGGER)
    with losing(mock.url, lambda request: b"SendMsg" in request or b"GetReport2" in request) as way:
        with Client(account.user_code, account.user_pass, endpoint=way.url, binding="http") as lossy:
            outbox.drain(lossy)
            outbox.poll(lossy)
    clock.advance(seconds=2)
    outbox.drain(client)
    echoes = tuple(Report("1", PHONE, "ACCEPTD", each.customer_uuid) for each in outbox.message(message_id).attempts)
    outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, echoes))
    account.answer_next("GetReport2Connect", f"no record of {PHONE}")
    outbox.poll(client)
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -25)
    outbox.drain(client)
    outbox.resume(account.user_code)
    logged = [record for record in caplog.records if record.name == LOGGER and hasattr(record, "outbox_event")]
    warnings = [record.outbox_event for record in logged if record.levelno == logging.WARNING]
    assert warnings == ["DOUBT", "POLL_LOST", "PROVEN_DUPLICATE", "POLL_QUARANTINED", "BREAKER_STOPPED"]
    assert {record.levelno for record in logged} == {logging.WARNING, logging.DEBUG}
    assert [record.outbox_event for record in logged] == [event.kind for event in told]
    assert {record.outbox_account for record in logged} == {account.user_code}
    assert {record.outbox_message_id for record in logged if record.outbox_event == "PROVEN_DUPLICATE"} == {message_id}
    assert all(datetime.fromisoformat(record.outbox_time).tzinfo == UTC for record in logged)
    assert PHONE not in caplog.text


def test_a_poller_that_died(outbox, client, account, told):
    row = {
        "id": "0" * 26, "account": account.user_code, "operation": "GetReport2Connect", "binding": "http", "owner": "x", "fence": 0,
        "state": "STARTED", "possibly_lost": False, "started_at": 1,
    }
    outbox._store.run(lambda unit: unit.connection.execute(schema.polls.insert(), row))
    outbox.poll(client)
    (lost,) = [event for event in told if event.kind == "POLL_LOST"]
    assert (lost.account, lost.detail["poll"], lost.detail["error"]) == (account.user_code, row["id"], "PollerLost")


def test_nobody_listens(url, client, account):
    """Neither a callback nor a logger: nothing is made for them."""
    logger = logging.getLogger(LOGGER)
    before, logger.level = logger.level, logging.CRITICAL
    try:
        with Outbox(url, account=account.user_code).init() as outbox:
            outbox.put(PHONE, TEXT)
            assert outbox.drain(client).accepted == 1
    finally:
        logger.setLevel(before)
