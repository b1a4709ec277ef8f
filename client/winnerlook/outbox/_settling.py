"""Reports and replies, polled or pushed: kept once, matched to attempts, and what they prove."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from winnerlook._validation import NOT_XML
from winnerlook.masking import mask_digits
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Ticket
from winnerlook.outbox._ids import new_id
from winnerlook.outbox._matching import MATCHED, QUARANTINED, UNMATCHED, Match, in_parts, match, of_batch
from winnerlook.outbox._outcomes import Outcome, count_duplicates, record
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.pushes import milliseconds
from winnerlook.records import DELIVERED, Reply, Report

_RECORDS, _ATTEMPTS = schema.records, schema.attempts
_LONGEST_ACCOUNT = 100
_NOT_FINAL = frozenset({"ACCEPTD", "ENROUTE"})
"""Statuses of SMPP that say that a message is on its way."""


@dataclass(frozen=True, slots=True)
class Entered:
    """`new` records were kept, `duplicates` had come before, by poll or push; `matched` of the new belong to messages of this outbox,
    `quarantined` carry an id like its own that it never gave."""

    new: int = 0
    duplicates: int = 0
    matched: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True, order=True)
class _Proof:
    """That the gateway took an attempt on. `status` is what a report says, empty for a reply."""

    message_id: str
    attempt: int
    status: str
    source: str

    @property
    def move(self) -> Move | None:
        """What becomes of the message, if this is an end."""
        if not self.status or self.status in _NOT_FINAL:
            return None
        return Move.DELIVER if self.status == DELIVERED else Move.FAIL

    @property
    def told(self) -> dict[str, object]:
        """What the log says of it."""
        return {"attempt": self.attempt, "status": mask_digits(self.status)[:20], "source": self.source}


def identity(account: str, record: Report | Reply) -> str:
    """What makes two records the same one, whichever way they came: polls tell times in whole seconds."""
    second = None if record.time is None else milliseconds(record.time) // 1000
    parts: tuple[object, ...]
    if isinstance(record, Report):
        parts = ("report", account, record.batch_number, record.phone, record.status, second, record.customer_uuid.strip())
    else:
        parts = ("reply", account, record.phone, record.text, second, record.customer_uuid.strip())
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def enter(
    store: Store, unit: Unit, account: str, records: Iterable[Report | Reply], *, source: str, poll_id: str | None = None,
) -> Entered:
    """Keep what is new of them, and settle the messages that they speak of.

    Rows are written in the order of their keys and messages locked in the order of their ids, so that a poll and a push with the same
    records do not wait for each other. Their own ids are in the order in which they came: of two replies the first comes first.
    """
    given, account = list(records), (_storable(account) or "")[:_LONGEST_ACCOUNT]
    by_identity = {identity(account, record): record for record in given}
    rows = [
        {**_row(unit, account, record), **_found(found), "identity": key, "source": source, "poll_id": poll_id}
        for (key, record), found in zip(by_identity.items(), match(store, unit, account, list(by_identity.values())), strict=True)
    ]
    rows.sort(key=lambda row: str(row["identity"]))
    kept = store.insert_new_ids(unit.connection, _RECORDS, rows)
    new = [row for row in rows if row["id"] in kept]
    _settle(unit, [_proof(row) for row in new if row["state"] == MATCHED])
    states = [row["state"] for row in new]
    return Entered(len(new), len(given) - len(new), states.count(MATCHED), states.count(QUARANTINED))


def rematch(unit: Unit, account: str, batch_number: str) -> int:
    """Match the reports that came before it was known which messages are of this batch. Gives how many those were."""
    waits = (_RECORDS.c.account == account) & (_RECORDS.c.state == UNMATCHED) & (_RECORDS.c.batch_number == batch_number)
    rows = unit.connection.execute(sa.select(_RECORDS).where(waits).order_by(_RECORDS.c.id)).all()
    proofs = []
    for row, found in zip(rows, of_batch(unit, account, batch_number, [row.phone for row in rows]) if rows else (), strict=True):
        statement = sa.update(_RECORDS).where(_RECORDS.c.id == row.id, _RECORDS.c.state == UNMATCHED).values(**_found(found))
        if found.state == MATCHED and unit.connection.execute(statement).rowcount:
            proofs.append(_proof({**row._mapping, **_found(found)}))  # noqa: SLF001  # SQLAlchemy's own public name
    _settle(unit, proofs)
    return len(proofs)


def conclude(store: Store, unit: Unit, ticket: Ticket, outcome: Outcome) -> list[State]:
    """Write a call's outcome down, and match the reports that came before it. See `record`."""
    states = record(store, unit, ticket, outcome)
    if outcome.batch_number is not None:
        rematch(unit, ticket.account, outcome.batch_number)
    return states


def _row(unit: Unit, account: str, record: Report | Reply) -> dict[str, Any]:
    report = record if isinstance(record, Report) else None
    reply = record if isinstance(record, Reply) else None
    return {
        "id": new_id(unit.now), "account": account, "kind": "report" if report else "reply", "received_at": unit.now,
        "time": None if record.time is None else milliseconds(record.time), "phone": _storable(record.phone),
        "phone_key": _storable(reply.phone) if reply else None,
        "status": _storable(report.status) if report else None,
        "batch_number": _storable(report.batch_number) if report else None,
        "customer_uuid": _storable(record.customer_uuid), "text": _storable(reply.text) if reply else None,
        "sent_from": _storable(reply.sent_from) if reply else None, "raw": _as_json(record),
    }


def _found(found: Match) -> dict[str, Any]:
    return {"state": found.state, "message_id": found.message_id, "attempt": found.attempt}


def _as_json(record: Report | Reply) -> str:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return json.dumps({name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()})


def _storable(text: str | None) -> str | None:
    """A text as a database can hold it; `raw` has it to the letter."""
    return None if text is None else NOT_XML.sub("\ufffd", text)


def _proof(row: dict[str, Any]) -> _Proof:
    return _Proof(row["message_id"], row["attempt"], row["status"] or "", row["source"])


def _settle(unit: Unit, proofs: Iterable[_Proof]) -> None:
    """Let the messages move that were proved to be accepted, by a few statements for all of them."""
    by_message: dict[str, list[_Proof]] = defaultdict(list)
    for proof in sorted(proofs):
        by_message[proof.message_id].append(proof)
    for ids in in_parts(by_message):
        rows = unit.lock_all(ids)
        _note_echoes(unit, {(proof.message_id, proof.attempt) for message_id in ids for proof in by_message[message_id]})
        proved = unit.move_all(rows, Move.PROVE, lambda row: {"attempt": by_message[row.id][0].attempt}, resend_at=None)
        standing = {row.id: row for row in (*rows, *proved)}
        for row in standing.values():
            if row.attempts > 1:
                count_duplicates(unit, row)
        _finish(unit, standing, {message_id: end for message_id in standing if (end := _end(by_message[message_id]))})


def _finish(unit: Unit, standing: Mapping[str, sa.Row[Any]], ends: Mapping[str, _Proof]) -> None:
    for move in (Move.DELIVER, Move.FAIL):
        rows = [standing[message_id] for message_id, end in ends.items() if end.move is move]
        unit.move_all(rows, move, lambda row: ends[row.id].told)


def _note_echoes(unit: Unit, attempts: Collection[tuple[str, int]]) -> None:
    for some in in_parts(attempts):
        these = sa.tuple_(_ATTEMPTS.c.message_id, _ATTEMPTS.c.number).in_(some)
        by_index = _ATTEMPTS.c.message_id.in_({message_id for message_id, _number in some})  # SQLite has none for pairs
        first = these & by_index & _ATTEMPTS.c.echoed_at.is_(None)
        unit.connection.execute(sa.update(_ATTEMPTS).where(first).values(echoed_at=unit.now))


def _end(proofs: Sequence[_Proof]) -> _Proof | None:
    """The one that ends a message: whatever else they say, a delivery is what is left."""
    ends = [proof for proof in proofs if proof.move is not None]
    return min(ends, key=lambda proof: proof.move is not Move.DELIVER, default=None)
