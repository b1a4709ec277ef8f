"""Which attempt a report or a reply speaks of: by the id that it echoes, else for a report by batch and number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._ids import Echo
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.records import Reply, Report

MATCHED, UNMATCHED, QUARANTINED = "MATCHED", "UNMATCHED", "QUARANTINED"
_ATTEMPTS, _MESSAGES = schema.attempts, schema.messages
_AT_ONCE = 500
"""Values in one statement, so that a long answer meets no bound of the database's."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a record was found to be; `message_id` and `attempt` where it is MATCHED."""

    state: str
    message_id: str | None = None
    attempt: int | None = None


def match(store: Store, unit: Unit, account: str, records: Sequence[Report | Reply]) -> list[Match]:
    """Of each record, in their order, by a few statements for all of them."""
    echoes = [store.signer.echo(account, record.customer_uuid) for record in records]
    genuine = {record.customer_uuid.strip() for record, echo in zip(records, echoes, strict=True) if echo and echo.genuine}
    batches = {_batch(record) for record, echo in zip(records, echoes, strict=True) if echo is None} - {""}
    by_uuid = _attempts(unit, account, _ATTEMPTS.c.customer_uuid, genuine)
    by_batch = _attempts(unit, account, _ATTEMPTS.c.batch_number, batches)
    return [_of(record, echo, by_uuid, by_batch) for record, echo in zip(records, echoes, strict=True)]


def of_batch(unit: Unit, account: str, batch_number: str, phones: Iterable[str]) -> list[Match]:
    """The same of reports without an echo, of one batch, by their numbers."""
    attempts = _attempts(unit, account, _ATTEMPTS.c.batch_number, [batch_number])[batch_number]
    return [_known(_of_phone(attempts, phone), UNMATCHED) for phone in phones]


def in_parts(values: Collection[Any]) -> Iterator[list[Any]]:
    """In an order of their own, and so many that one statement can hold them."""
    ordered = sorted(values)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


_Attempts = dict[str, list[Any]]


def _of(record: Report | Reply, echo: Echo | None, by_uuid: _Attempts, by_batch: _Attempts) -> Match:
    if echo is not None:
        named = by_uuid[record.customer_uuid.strip()] if echo.genuine else []
        # One id names all messages of one call; a call of one message needs no number to tell.
        return _known(named[0] if len(named) == 1 else _of_phone(named, record.phone), QUARANTINED)
    return _known(_of_phone(by_batch[_batch(record)], record.phone), UNMATCHED)


def _known(attempt: Any, otherwise: str) -> Match:
    return Match(otherwise) if attempt is None else Match(MATCHED, attempt.message_id, attempt.number)


def _batch(record: Report | Reply) -> str:
    """A report's batch number, empty where there is none (R12)."""
    number = record.batch_number if isinstance(record, Report) else ""
    return number if number.isascii() and number.isdigit() else ""


def _attempts(unit: Unit, account: str, column: sa.Column[Any], values: Collection[str]) -> _Attempts:
    """An account's attempts, by what they have in this column."""
    found: _Attempts = defaultdict(list)
    for some in in_parts(values):
        query = (
            sa.select(_ATTEMPTS.c.message_id, _ATTEMPTS.c.number, column.label("value"), _MESSAGES.c.phone)
            .join(_MESSAGES, _MESSAGES.c.id == _ATTEMPTS.c.message_id)
            .where(column.in_(some), schema.beside(_MESSAGES.c.account) == account)
            .order_by(_ATTEMPTS.c.message_id, _ATTEMPTS.c.number)
        )
        for row in unit.connection.execute(query):
            found[row.value].append(row)
    return found


def _of_phone(attempts: Sequence[Any], phone: str) -> Any:
    """The one whose message went to this number, with or without its country code."""
    return next((each for each in attempts if schema.national(each.phone) == schema.national(phone)), None)
