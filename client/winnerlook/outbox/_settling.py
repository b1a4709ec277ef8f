"""Reports and replies, polled or pushed: kept once, matched to attempts, and what they prove."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from winnerlook._validation import NOT_XML
from winnerlook.masking import mask_digits
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._ids import new_id
from winnerlook.outbox._outcomes import accepted
from winnerlook.outbox._states import Move
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.pushes import milliseconds
from winnerlook.records import Reply, Report

MATCHED, UNMATCHED, QUARANTINED = "MATCHED", "UNMATCHED", "QUARANTINED"
_RECORDS, _ATTEMPTS, _MESSAGES = schema.records, schema.attempts, schema.messages
_NOT_FINAL = frozenset({"ACCEPTD", "ENROUTE"})
"""Statuses of SMPP that say that a message is on its way."""
_NATIONAL_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Entered:
    """`new` records were kept, `duplicates` had come before, by poll or push; `matched` of the new belong to messages of this outbox,
    `quarantined` carry an id like its own that it never gave."""

    new: int = 0
    duplicates: int = 0
    matched: int = 0
    quarantined: int = 0


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
    records do not wait for each other.
    """
    given = list(records)
    by_identity = {identity(account, record): record for record in given}
    new: list[tuple[Report | Reply, dict[str, Any]]] = []
    for key in sorted(by_identity):
        row = _row(store, unit, account, key, by_identity[key])
        row.update(source=source, poll_id=poll_id)
        if store.insert_new(unit.connection, _RECORDS, row):
            new.append((by_identity[key], row))
    _settle(unit, [(record, row) for record, row in new if row["state"] == MATCHED])
    states = [row["state"] for _, row in new]
    return Entered(len(new), len(given) - len(new), states.count(MATCHED), states.count(QUARANTINED))


def _row(store: Store, unit: Unit, account: str, key: str, record: Report | Reply) -> dict[str, Any]:
    state, message_id, attempt = _match(store, unit, account, record)
    report = record if isinstance(record, Report) else None
    reply = record if isinstance(record, Reply) else None
    return {
        "id": new_id(unit.now), "account": account, "identity": key, "kind": "report" if report else "reply", "state": state,
        "message_id": message_id, "attempt": attempt, "received_at": unit.now,
        "time": None if record.time is None else milliseconds(record.time), "phone": _storable(record.phone),
        "status": _storable(report.status) if report else None,
        "batch_number": _storable(report.batch_number) if report else None,
        "customer_uuid": _storable(record.customer_uuid), "text": _storable(reply.text) if reply else None,
        "sent_from": _storable(reply.sent_from) if reply else None, "raw": _as_json(record),
    }


def _as_json(record: Report | Reply) -> str:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return json.dumps({name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()})


def _storable(text: str | None) -> str | None:
    """A text as a database can hold it; `raw` has it to the letter."""
    return None if text is None else NOT_XML.sub("\ufffd", text)


def _match(store: Store, unit: Unit, account: str, record: Report | Reply) -> tuple[str, str | None, int | None]:
    """Which attempt a record speaks of: by the id that it echoes, else for a report by batch and number."""
    customer_uuid = record.customer_uuid.strip()
    echo = store.signer.echo(account, customer_uuid)
    if echo is not None:
        named = _attempts(unit, account, _ATTEMPTS.c.customer_uuid == customer_uuid) if echo.genuine else []
        # One id names all messages of one call; a call of one message needs no number to tell.
        matched = named[0] if len(named) == 1 else _of_phone(named, record.phone)
        return (MATCHED, matched.message_id, matched.number) if matched else (QUARANTINED, None, None)
    if isinstance(record, Report) and record.batch_number.isascii() and record.batch_number.isdigit():
        matched = _of_phone(_attempts(unit, account, _ATTEMPTS.c.batch_number == record.batch_number), record.phone)
        if matched:
            return MATCHED, matched.message_id, matched.number
    return UNMATCHED, None, None


def _attempts(unit: Unit, account: str, condition: sa.ColumnElement[bool]) -> Sequence[Any]:
    query = (
        sa.select(_ATTEMPTS.c.message_id, _ATTEMPTS.c.number, _MESSAGES.c.phone)
        .join(_MESSAGES, _MESSAGES.c.id == _ATTEMPTS.c.message_id)
        .where(condition, _MESSAGES.c.account == account)
        .order_by(_ATTEMPTS.c.message_id)
    )
    return unit.connection.execute(query).all()


def _of_phone(attempts: Sequence[Any], phone: str) -> Any:
    """The one whose message went to this number, with or without its country code."""
    return next((each for each in attempts if each.phone[-_NATIONAL_DIGITS:] == phone[-_NATIONAL_DIGITS:]), None)


def _settle(unit: Unit, matched: Sequence[tuple[Report | Reply, dict[str, Any]]]) -> None:
    for record, row in sorted(matched, key=lambda each: (each[1]["message_id"], each[1]["attempt"])):
        message = unit.lock(row["message_id"])
        if message is None:
            continue
        unit.connection.execute(
            sa.update(_ATTEMPTS)
            .where(_ATTEMPTS.c.message_id == message.id, _ATTEMPTS.c.number == row["attempt"], _ATTEMPTS.c.echoed_at.is_(None))
            .values(echoed_at=unit.now)
        )
        accepted(unit, message, row["attempt"])
        if isinstance(record, Report) and record.status not in _NOT_FINAL:
            proved = unit.lock(message.id)
            if proved is not None:
                detail = {"attempt": row["attempt"], "status": mask_digits(record.status)[:20], "source": row["source"]}
                unit.move(proved, Move.DELIVER if record.delivered else Move.FAIL, detail=detail)
