"""How SQLite looks for rows: by an index that gives just those, however many others there are. It plans without knowing sizes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import Message, ResendAfter

_GROWING = re.compile(r"(?:SCAN|SEARCH) (?:wl_messages|wl_attempts|wl_records|wl_events)\b.*")
_NARROW = re.compile(
    r"\((?:id|message_id|customer_uuid|batch_number|rowid)=\?"  # a few rows, by name
    r"|\(account=\? AND state=\? AND (?:rank|batch_number)"  # what is next in the queue
    r"|COVERING INDEX wl_messages_due \(account=\? AND state=\?\)$"  # its first rank
    r"|\(state=\? AND (?:lease_until|expires_at|resend_at|changed_at)<\?\)"  # what is over
    r"|\(state=\? AND (?:not_before|resend_at)>\? AND (?:not_before|resend_at)<\?\)|INDEX wl_messages_waiting \(not_before>\?",
)


@pytest.fixture
def plans(outbox):
    """Of each statement that is run: which rows it goes through."""
    found = {}

    def explain(_connection, cursor, statement, parameters, _context, many):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and statement not in found:
            steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
            found[statement] = [step[3] for step in steps]

    sa.event.listen(outbox._store.engine, "before_cursor_execute", explain)
    return found


def test_sending_polling_and_sweeping_look_at_few_rows(outbox, client, account, plans, clock):
    again = ResendAfter(timedelta(minutes=1))
    outbox.put_many(
        Message("13900000000", f"{TEXT}{at}", bulk=at % 2 == 0, policy=again, priority=at % 3, dedup_key=f"{at}") for at in range(30)
    )
    outbox.drain(client, most=10)
    account.reply("13900000000", "你好")
    outbox.poll(client)
    account.fault("close", times=3)
    outbox.drain(client)
    outbox.poll(client)
    clock.advance(days=5)
    outbox.sweep()
    outbox.drain(client)
    steps = [(step, statement) for statement, all_steps in plans.items() for step in all_steps if _GROWING.match(step)]
    wide = [each for each in steps if not _NARROW.search(each[0])]
    assert len(steps) > 15
    assert not wide
