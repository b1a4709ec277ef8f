"""Archives: what is in them, and that whatever was changed in one is found."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.client.outbox.archived import PHONE, change, lines, resealed, rows
from tests.client.outbox.conftest import TEXT
from winnerlook import InvalidRequestError
from winnerlook.outbox import ArchiveError
from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._unit import entry_hash


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
