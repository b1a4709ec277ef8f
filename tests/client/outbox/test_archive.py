"""Export, verify and prune: a snapshot to the letter, six months by the calendar, nothing deleted that is in no archive (L1)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import stat
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.outbox.conftest import TEXT
from winnerlook import InvalidRequestError
from winnerlook.china_time import CHINA
from winnerlook.outbox import ArchiveError, LogError, Outbox, RetentionError, State, _log
from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._retention import earliest
from winnerlook.outbox._settling import enter
from winnerlook.outbox._unit import entry_hash
from winnerlook.records import Reply

PHONE = "13900000000"
TABLES = ("messages", "attempts", "records", "polls", "events")


@pytest.fixture
def store(url, make):
    return make(url)


@pytest.fixture
def used(store, client, account):
    """An outbox with all there is: delivered messages, a reply that belongs to none, polls."""
    store.put_many([(f"139{number:08}", TEXT) for number in range(5)])
    store.drain(client)
    account.reply("13899999999", "你好")
    store.poll(client)
    return store


def rows(outbox, table):
    return outbox._store.look(lambda unit: unit.connection.execute(getattr(schema, table).select()).all())


def change(outbox, statement):
    return outbox._store.run(lambda unit: unit.connection.execute(statement).rowcount)


def left(outbox):
    return {table: len(rows(outbox, table)) for table in TABLES}


def lines(path):
    content = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()]


def resealed(path, changed):
    """The file that somebody makes who changes an archive and knows how it is made."""
    body = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in changed)
    counts = {kind: sum(line["kind"] == kind for line in changed) for kind in ("message", "record", "poll", "entry")}
    end = {"kind": "end", "counts": counts, "sha256": hashlib.sha256(body).hexdigest()}
    path.write_bytes(body + json.dumps(end, separators=(",", ":")).encode() + b"\n")
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_an_archive_holds_everything_to_the_letter(used, tmp_path, name):
    path = tmp_path / name
    made = used.export(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))
    read = lines(path)
    messages = [line for line in read if line["kind"] == "message"]
    assert [line["row"]["id"] for line in messages] == sorted(row.id for row in rows(used, "messages"))
    assert {line["row"]["phone"] for line in messages} == {f"139{number:08}" for number in range(5)}
    assert all(len(line["attempts"]) == 1 and len(line["records"]) == 1 for line in messages)
    [reply] = [line["row"] for line in read if line["kind"] == "record"]
    assert (reply["phone"], reply["text"]) == ("13899999999", "你好")
    assert len([line for line in read if line["kind"] == "entry"]) == made.counts["entry"]
    assert dict(made.counts) == {
        "message": 5, "record": 1, "poll": len(rows(used, "polls")), "entry": len(rows(used, "events")) - 1,  # less that of the export
    }
    found, named = used.verify_archive(path)
    assert (found, named) == (made, True)
    content = gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes()
    body = b"".join(content.splitlines(keepends=True)[:-1])
    assert read[-1]["sha256"] == made.sha256 == hashlib.sha256(body).hexdigest()


def test_without_a_file_and_masked(used):
    file = io.BytesIO()
    made = used.export(file, contents="masked")
    text = file.getvalue().decode()
    assert made.counts["message"] == 5
    for secret in (PHONE, "13899999999", "\\u4f60\\u597d", "9999999"):
        assert secret not in text
    assert "139****0000" in text


def test_a_span_of_time(store, client, clock, tmp_path):
    """Months one after the other hold everything once, and their parts of the log join."""
    start = datetime.now(UTC)
    for _ in range(3):
        store.put(PHONE, TEXT)
        store.drain(client)
        clock.advance(days=10)
    edges = [start + timedelta(days=10 * number - 1) for number in range(4)]
    parts = [
        store.export(tmp_path / f"{number}", since=edges[number] if number else None, until=edges[number + 1]) for number in range(3)
    ]
    assert [part.counts["message"] for part in parts] == [1, 1, 1]
    for earlier, later in pairwise(parts):
        for lane in set(earlier.chains) & set(later.chains):
            assert later.chains[lane][0] == earlier.chains[lane][1]
    assert sum(part.counts["entry"] for part in parts) == 14  # four a message, and two that no report came for
    for number in range(3):
        store.verify_archive(tmp_path / f"{number}")


def test_what_makes_no_export(store, tmp_path):
    (tmp_path / "there").write_text("precious")
    with pytest.raises(ArchiveError, match="never overwritten"):
        store.export(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"
    with pytest.raises(ArchiveError):
        store.export(tmp_path / "no" / "folder")
    now = datetime.now(UTC)
    for options in ({"since": now, "until": now}, {"since": datetime(2026, 1, 1)}, {"contents": "all"}):  # noqa: DTZ001
        with pytest.raises(InvalidRequestError):
            store.export(tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_an_export_that_fails_leaves_no_file(used, tmp_path, monkeypatch):
    monkeypatch.setattr(archives.Writer, "end", lambda writer: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        used.export(tmp_path / "x.jsonl")
    assert not list(tmp_path.glob("*x.jsonl*"))


def test_any_line_changed_or_missing_is_found(used, tmp_path):
    path = tmp_path / "a.jsonl"
    used.export(path)
    whole = path.read_bytes().splitlines(keepends=True)
    broken = tmp_path / "b.jsonl"
    for place, line in enumerate(whole):
        digits = [at for at, byte in enumerate(line) if chr(byte).isdigit()]
        changed = line[:digits[-1]] + (b"1" if line[digits[-1]:digits[-1] + 1] != b"1" else b"2") + line[digits[-1] + 1:]
        for instead in (b"", changed, line + line):
            broken.write_bytes(b"".join([*whole[:place], instead, *whole[place + 1:]]))
            with pytest.raises(ArchiveError):
                used.verify_archive(broken)
    for size in (0, 1, len(whole[0]), path.stat().st_size - 1):
        broken.write_bytes(path.read_bytes()[:size])
        with pytest.raises(ArchiveError):
            used.verify_archive(broken)


def test_a_compressed_one_that_is_cut_off(used, tmp_path):
    path = tmp_path / "a.gz"
    used.export(path)
    for content in (path.read_bytes()[:-100], path.read_bytes()[:-1], b"no gzip", b""):
        (tmp_path / "b.gz").write_bytes(content)
        with pytest.raises(ArchiveError):
            used.verify_archive(tmp_path / "b.gz")


def test_one_that_was_changed_and_made_anew(used, tmp_path):
    """A row of the log breaks its chain or the join; of another row, the store's log does not name the file."""
    path, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    used.export(path)
    *read, _ = lines(path)
    message = next(line for line in read if line["kind"] == "message")
    message["row"]["state"] = "FAILED"
    assert used.verify_archive(resealed(other, read))[1] is False
    entries = [line["row"] for line in read if line["kind"] == "entry"]
    entries[0]["detail"] = "{}"
    with pytest.raises(ArchiveError, match="chain"):
        used.verify_archive(resealed(other, read))
    chains = read[0]["chains"]
    last = {lane: begin[1] for lane, (begin, _) in chains.items()}
    for row in entries:  # all of the chains anew
        lane = str(row["lane"])
        told = (row["at"], row["message_id"], row["kind"], row["detail"])
        row["hash"] = last[lane] = entry_hash(last[lane], row["lane"], row["seq"], told)
        chains[lane][1] = [row["seq"], row["hash"]]
    with pytest.raises(ArchiveError, match="than in the store"):
        used.verify_archive(resealed(other, read))


def test_another_stores_archive(used, make, tmp_path):
    used.export(tmp_path / "a")
    with pytest.raises(ArchiveError, match="another store"):
        make(f"sqlite:///{tmp_path}/other.sqlite").verify_archive(tmp_path / "a")


def test_a_store_that_is_older_than_the_archive(used, tmp_path):
    used.export(tmp_path / "a")
    for lane, (seq, _) in used.verify().items():
        change(used, schema.chains.update().where(schema.chains.c.lane == lane).values(seq=max(seq - 10, 0)))
    with pytest.raises(ArchiveError, match="older copy"):
        used.verify_archive(tmp_path / "a")


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
