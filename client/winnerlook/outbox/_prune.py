"""Deleting what is older than six months (L1), and only what an archive holds to the letter.

The archive leads: each of its lines is read, the row that it speaks of is looked at in the store, and deleted if it is the same, old enough
and done with. So whatever an interrupted run left is found by the next one, and what is in no archive stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _raw as raw
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._archive import Archive, Line
from winnerlook.outbox._errors import ArchiveError
from winnerlook.outbox._joining import verified
from winnerlook.outbox._log_prune import cut_log
from winnerlook.outbox._retention import cutoff
from winnerlook.outbox._states import FINAL
from winnerlook.outbox._store import Store
from winnerlook.outbox._times import when
from winnerlook.outbox._unit import Unit

PRUNED = "PRUNE"
_AT_ONCE = 200
_MESSAGES, _ATTEMPTS, _RECORDS, _POLLS = schema.messages, schema.attempts, schema.records, schema.polls
_TIMES = ("created_at", "changed_at", "started_at", "ended_at", "echoed_at", "received_at")
_UNDONE_POLLS = frozenset({"STARTED", "ANSWERED"})

Checkpoint = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted: `messages` with all that belonged to them, `records` that belonged to none, `polls`, and `entries` of the log.
    `kept`: messages, records and polls of the archive that are older than `older_than` and stay, because they are not done with or have
    changed since the export. `log_waits_for`: the message of the first entry that is old enough and stays, because its message does."""

    older_than: datetime
    archive: str
    messages: int = 0
    records: int = 0
    polls: int = 0
    entries: int = 0
    kept: int = 0
    log_waits_for: str | None = None


def prune(store: Store, archive: Path, older_than: datetime | timedelta | None, checkpoint: Checkpoint) -> Pruned:
    """See `Outbox.prune`."""
    before = cutoff(store.look(lambda unit: unit.now), older_than)
    found, _ = verified(store, archive)
    if found.contents != archives.STORED:
        raise ArchiveError(f"the archive holds its rows {found.contents}, not as they are stored: export again for pruning")
    detail = {"archive": found.sha256, "older_than": before, "counts": found.counts}
    store.run(lambda unit: unit.note(None, PRUNED, detail))
    checkpoint("prune begun")
    gone, kept = _rows(store, archive, found, before, checkpoint)
    entries, waits_for = cut_log(store, archive, found, before, checkpoint)
    return Pruned(
        when(before), found.sha256, gone[archives.MESSAGE], gone[archives.RECORD], gone[archives.POLL], entries, kept, waits_for,
    )


def _rows(store: Store, archive: Path, found: Archive, before: int, checkpoint: Checkpoint) -> tuple[Mapping[str, int], int]:
    gone: dict[str, int] = dict.fromkeys((archives.MESSAGE, archives.RECORD, archives.POLL), 0)
    kept = 0
    with archives.opened(archive) as file:
        lines = archives.read(file)
        if next(lines)["store"] != found.store:
            raise ArchiveError("the archive is not the one that was there a moment ago")
        for kind, some in groupby(lines, key=lambda line: line["kind"]):
            if kind not in gone:
                continue
            while batch := list(islice(some, _AT_ONCE)):
                deleted, stayed = _delete(store, kind, [line for line in batch if _is_old(line, before)])
                gone[kind] += deleted
                kept += stayed
                checkpoint(f"{kind} lines pruned")
    return gone, kept


def _is_old(line: Line, before: int) -> bool:
    rows = (line["row"], *line.get("attempts", ()), *line.get("records", ()))
    return all(row[name] < before for row in rows for name in _TIMES if row.get(name) is not None)


def _delete(store: Store, kind: str, lines: Sequence[Line]) -> tuple[int, int]:
    """How many were deleted, and how many stay."""
    if not lines:
        return 0, 0
    table = {archives.MESSAGE: _MESSAGES, archives.RECORD: _RECORDS, archives.POLL: _POLLS}[kind]

    def work(unit: Unit) -> tuple[int, int]:
        here = _here(unit, table, [line["row"]["id"] for line in lines])
        same = [line["row"]["id"] for line in lines if here.get(line["row"]["id"]) == _held(line) and _is_done(kind, line["row"])]
        if table is _MESSAGES:
            for belonging in (_RECORDS, _ATTEMPTS):
                unit.connection.execute(sa.delete(belonging).where(belonging.c.message_id.in_(same)))
        unit.connection.execute(sa.delete(table).where(table.c.id.in_(same)))
        return len(same), len(here) - len(same)

    return store.run(work)


def _held(line: Line) -> tuple[Any, ...]:
    return line["row"], line.get("attempts", []), line.get("records", [])


def _here(unit: Unit, table: sa.Table, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """What the store has of these ids, for this transaction alone."""
    rows = unit.connection.execute(raw.select(table).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update()).all()
    attempts, records = dict[str, list[raw.Values]](), dict[str, list[raw.Values]]()
    if table is _MESSAGES:
        attempts = _belonging(unit, _ATTEMPTS, (_ATTEMPTS.c.message_id, _ATTEMPTS.c.number), ids)
        records = _belonging(unit, _RECORDS, (_RECORDS.c.message_id, _RECORDS.c.id), ids)
    return {row.id: (raw.values(row), attempts.get(row.id, []), records.get(row.id, [])) for row in rows}


def _belonging(unit: Unit, table: sa.Table, order: Sequence[sa.ColumnElement[Any]], ids: Sequence[str]) -> dict[str, list[raw.Values]]:
    rows = unit.connection.execute(raw.select(table).where(table.c.message_id.in_(ids)).order_by(*order))
    return {message_id: [raw.values(row) for row in some] for message_id, some in groupby(rows, key=lambda row: str(row.message_id))}


def _is_done(kind: str, row: Line) -> bool:
    """Nothing is expected of it any more."""
    if kind == archives.MESSAGE:
        return row["state"] in FINAL
    return kind == archives.RECORD or row["state"] not in _UNDONE_POLLS
