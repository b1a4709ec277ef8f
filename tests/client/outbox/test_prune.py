"""Pruning: what is older than six months, archived and done with goes; nothing else, and the log stays whole (L1)."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.outbox.archived import PHONE, TABLES, change, left, lines, resealed, rows
from tests.client.outbox.conftest import TEXT
from winnerlook.china_time import CHINA
from winnerlook.outbox import ArchiveError, LogError, Outbox, RetentionError, State
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._retention import earliest
from winnerlook.outbox._settling import enter
from winnerlook.records import Reply


@pytest.mark.parametrize(("today", "limit"), [
    ((2026, 11, 23, 11), (2026, 5, 23)), ((2026, 8, 31, 12), (2026, 2, 28)), ((2028, 8, 30, 0), (2028, 2, 29)),
    ((2026, 1, 1, 0), (2025, 7, 1)), ((2026, 6, 30, 23), (2025, 12, 30)),
])
def test_six_months_by_the_calendar_of_china(today, limit):
    """L1"""
    now = datetime(*today, tzinfo=CHINA)
    assert earliest(int(now.timestamp() * 1000)) == datetime(*limit, tzinfo=CHINA)


def test_what_is_younger_is_not_pruned(used, tmp_path, clock):
    """L1: and the error says up to which date it would be."""
    used.export(tmp_path / "a")
    before = left(used)
    limit = earliest(int(clock() * 1000))
    for asked in (limit + timedelta(minutes=1), datetime.now(UTC), timedelta(days=180)):
        with pytest.raises(RetentionError) as refused:
            used.prune(tmp_path / "a", older_than=asked)
        assert refused.value.earliest == limit
        assert f"{limit:%Y-%m-%d}" in str(refused.value)
    assert used.prune(tmp_path / "a").messages == 0
    assert {**left(used), "events": 0} == {**before, "events": 0}


def test_what_is_old_and_exported_is_pruned(used, client, clock, tmp_path):
    """L1: the rest stays, the log goes on, and the archive joins it still."""
    clock.advance(days=190)
    used.put(PHONE, TEXT)
    used.drain(client)
    used.export(tmp_path / "a")
    pruned = used.prune(tmp_path / "a")
    assert (pruned.messages, pruned.records, pruned.polls, pruned.kept) == (5, 1, 4, 0)
    assert pruned.entries > 20
    assert pruned.log_waits_for is None
    assert [row.phone for row in rows(used, "messages")] == [PHONE]
    assert len(rows(used, "attempts")) == 1
    assert not rows(used, "records")
    assert not rows(used, "polls")
    kinds = [row.kind for row in rows(used, "events")]
    assert sorted(kinds) == sorted(["PUT", "CLAIM", "ATTEMPT", "ACCEPT", "EXPORT", "PRUNE", "PRUNE_LOG"])
    assert pruned.archive in next(row.detail for row in rows(used, "events") if row.kind == "PRUNE")
    used.verify()
    assert used.verify_archive(tmp_path / "a")[1]
    again = used.prune(tmp_path / "a")
    assert (again.messages, again.records, again.polls, again.entries) == (0, 0, 0, 0)
    used.poll(client)
    clock.advance(days=190)
    used.export(tmp_path / "b")
    assert used.prune(tmp_path / "b").messages == 1
    assert used.verify()
    assert used.verify_archive(tmp_path / "a")


class InterruptedRunError(Exception):
    pass


def test_a_prune_that_is_interrupted_can_be_repeated(used, clock, tmp_path, monkeypatch):
    """At every point: each run comes one further than the one before, and what it leaves is whole."""
    monkeypatch.setattr("winnerlook.outbox._prune._AT_ONCE", 2)
    monkeypatch.setattr("winnerlook.outbox._log_prune._AT_ONCE", 7)
    clock.advance(days=190)
    used.export(tmp_path / "a")
    points = []
    for place in range(30):
        steps = iter(range(place))

        def checkpoint(point, steps=steps):
            points.append(point)
            if next(steps, None) is None:
                raise InterruptedRunError

        used._checkpoint = checkpoint
        with suppress(InterruptedRunError):
            used.prune(tmp_path / "a")
            break
        used.verify()
        used.verify_archive(tmp_path / "a")
    assert set(points) == {
        "prune begun", "message lines pruned", "record lines pruned", "poll lines pruned", "log announced", "log pruned",
    }
    used.verify()
    assert left(used) | {"events": 0} == dict.fromkeys(TABLES, 0)
    assert not {row.kind for row in rows(used, "events")} - {"EXPORT", "PRUNE", "PRUNE_LOG"}


def test_what_is_not_done_with_stays_and_the_log_waits_for_it(store, client, clock, tmp_path):
    waiting = store.put(PHONE, TEXT, not_before=store.status().at + timedelta(days=300)).id
    cancelled = store.put(PHONE, TEXT).id
    store.cancel(cancelled, by="anna", reason="asked for")
    store.put(PHONE, TEXT)
    store.drain(client)
    store.poll(client)
    clock.advance(days=190)
    store.resend(cancelled, by="anna", reason="asked for")
    store.export(tmp_path / "a")
    pruned = store.prune(tmp_path / "a")
    assert (pruned.messages, pruned.kept) == (1, 1)  # what was sent again is young
    assert {row.id for row in rows(store, "messages")} == {waiting, cancelled}
    assert pruned.log_waits_for == cancelled
    assert [entry.kind for entry in store.message(cancelled).log] == ["PUT", "CANCEL", "SEND_AGAIN"]
    store.verify()


def test_what_has_changed_since_the_export_stays(used, clock, tmp_path):
    clock.advance(days=190)
    used.export(tmp_path / "a")
    first, second, third, *_ = sorted(row.id for row in rows(used, "messages"))
    messages, records, attempts = schema.messages, schema.records, schema.attempts
    change(used, messages.update().where(messages.c.id == first).values(proven_duplicate=True))
    change(used, records.delete().where(records.c.message_id == second))
    change(used, attempts.update().where(attempts.c.message_id == third).values(code=-9))
    pruned = used.prune(tmp_path / "a")
    assert (pruned.messages, pruned.kept) == (2, 3)
    assert {row.id for row in rows(used, "messages")} == {first, second, third}


def test_what_is_in_no_archive_stays(used, clock, tmp_path):
    """Also what an archive holds from which it was taken."""
    clock.advance(days=190)
    used.export(tmp_path / "a")
    *read, _ = lines(tmp_path / "a")
    gone = next(line for line in read if line["kind"] == "message")
    resealed(tmp_path / "b", [line for line in read if line is not gone])
    assert used.prune(tmp_path / "b").messages == 4
    assert [row.id for row in rows(used, "messages")] == [gone["row"]["id"]]


def test_only_an_archive_of_rows_as_they_are_stored_will_do(used, tmp_path):
    used.export(tmp_path / "a", contents="masked")
    with pytest.raises(ArchiveError, match="masked"):
        used.prune(tmp_path / "a")
    with pytest.raises(ArchiveError):
        used.prune(tmp_path / "missing")


def test_a_beginning_that_was_cut_off_without_a_word_is_found(used):
    lane = next(lane for lane, (length, _) in used.verify().items() if length)
    events, chains = schema.events, schema.chains
    third = next(row for row in rows(used, "events") if (row.lane, row.seq) == (lane, 3))
    change(used, events.delete().where(events.c.lane == lane, events.c.seq <= 3))
    change(used, chains.update().where(chains.c.lane == lane).values(pruned_seq=3, pruned_hash=third.hash))
    with pytest.raises(LogError, match="pruned"):
        used.verify()


def test_a_beginning_that_was_moved_after_a_prune_is_found(used, clock, tmp_path):
    clock.advance(days=190)
    used.export(tmp_path / "a")
    used.prune(tmp_path / "a")
    pruned = [chain for chain in rows(used, "chains") if chain.pruned_seq]
    chains = schema.chains
    change(used, chains.update().where(chains.c.lane == pruned[0].lane).values(pruned_hash="f" * 64))
    with pytest.raises(LogError):
        used.verify()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(
    st.sampled_from(["put", "cancel", "resend", "reply", "day", "season", "archive"]), min_size=3, max_size=14,
))
def test_whatever_happened_archives_and_store_hold_everything_once(steps):
    """Each message is in the store or in an archive, the log is whole from one to the other, and nothing young is gone."""
    now = 1_800_000_000.0
    with tempfile.TemporaryDirectory() as folder, Outbox(f"sqlite:///{folder}/o.sqlite", account="a", clock=lambda: now) as outbox:
        outbox.init()
        put, archived, entries, replies = [], set(), {}, 0
        for number, step in enumerate([*steps, "season", "archive"]):
            if step == "put":
                put.append(outbox.put(PHONE, TEXT).id)
            elif step == "reply":
                reply, replies = Reply("13899999999", f"{number}", None), replies + 1
                outbox._store.run(lambda unit, reply=reply: enter(outbox._store, unit, "a", [reply], source="push"))
            elif step in {"day", "season"}:
                now += 86_400 * (1 if step == "day" else 100)
            elif step == "archive":
                path = Path(folder, f"{number}.jsonl.gz")
                outbox.export(path)
                outbox.prune(path)
                read = lines(path)
                archived |= {line["row"]["id"] for line in read if line["kind"] in {"message", "record"}}
                entries |= {line["row"]["seq"]: line["row"]["hash"] for line in read if line["kind"] == "entry"}
            else:
                for message_id in put[-2:]:
                    view = outbox.message(message_id)
                    if view is not None and view.state is (State.QUEUED if step == "cancel" else State.CANCELLED):
                        getattr(outbox, step)(message_id, by="anna", reason="as it comes")
            [(_, (length, _))] = [end for end in outbox.verify().items() if end[1][0]] or [(0, (0, ""))]
        here = {row.id: row for row in rows(outbox, "messages")}
        assert set(put) <= set(here) | archived
        assert replies == len(archived - set(put) | {row.id for row in rows(outbox, "records")})
        kept = {row.seq: row.hash for row in rows(outbox, "events")}
        assert set(entries) | set(kept) == set(range(1, length + 1))
        assert all(kept[seq] == entries[seq] for seq in set(kept) & set(entries))
        limit = earliest(int(now * 1000)).timestamp() * 1000
        gone = set(put) - set(here)
        assert all(row.state == State.QUEUED or row.changed_at >= limit for row in here.values())
        assert not gone & set(here)
