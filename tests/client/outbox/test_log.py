"""The log: append-only, and any change is found (L1)."""

from __future__ import annotations

import pytest

from tests.client.outbox.archived import PHONE
from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import LogError, _log
from winnerlook.outbox import _schema as schema


@pytest.fixture
def logged(url, make, client):
    outbox = make(url)
    outbox.put_many([("13900000000", TEXT)] * 2)
    outbox.drain(client)
    return outbox


def lane_of(outbox):
    return next(lane for lane, (length, _) in outbox.verify().items() if length)


def test_an_untouched_log_is_whole(logged):
    assert sum(length for length, _ in logged.verify().values()) == 8
    assert logged.verify() == logged.verify()


@pytest.mark.parametrize("changes", [{"detail": "{}"}, {"kind": "REJECT"}, {"at": 1}, {"message_id": None}, {"hash": "0" * 64}])
def test_a_changed_entry_is_found(logged, changes):
    lane, events = lane_of(logged), schema.events
    statement = events.update().where(events.c.lane == lane, events.c.seq == 3).values(**changes)
    logged._store.run(lambda unit: unit.connection.execute(statement))
    with pytest.raises(LogError) as found:
        logged.verify()
    assert (found.value.lane, found.value.seq) == (lane, 3)


@pytest.mark.parametrize(("seq", "at"), [(1, 1), (4, 4), (8, 7)])
def test_a_missing_entry_is_found(logged, seq, at):
    lane, events = lane_of(logged), schema.events
    logged._store.run(lambda unit: unit.connection.execute(events.delete().where(events.c.lane == lane, events.c.seq == seq)))
    with pytest.raises(LogError) as found:
        logged.verify()
    assert (found.value.lane, found.value.seq) == (lane, at)


def test_the_log_holds_no_number_and_no_text(logged):
    events = logged._store.look(lambda unit: unit.connection.execute(schema.events.select()).all())
    assert not [row for row in events if "13900000000" in row.detail or "验证码" in row.detail]


def test_verify_beside_workers(url, make, monkeypatch):
    """It looks at one moment: entries that are written meanwhile are no changes."""
    outbox, other = make(url), make(url)
    walk, written = _log._walk, []

    def walk_slowly(*arguments):
        if not written:
            written.append(other.cancel(other.put(PHONE, TEXT).id, by="anna", reason="meanwhile"))
        return walk(*arguments)

    monkeypatch.setattr(_log, "_walk", walk_slowly)
    before = sum(length for length, _ in outbox.verify().values())
    assert sum(length for length, _ in outbox.verify().values()) == before + 2
