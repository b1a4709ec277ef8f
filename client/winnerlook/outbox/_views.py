"""What the store says of its messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from winnerlook.certainty import Certainty
from winnerlook.evidence import Evidence
from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._raw import AT_ONCE
from winnerlook.outbox._states import State
from winnerlook.outbox._times import when, when_or_none
from winnerlook.outbox._unit import Unit

_WAITS = frozenset({State.ACCEPTED, State.UNKNOWN, State.NO_REPORT, State.UNKNOWN_EXPIRED})


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt. `certainty` is None while it is under way; `echoed` says whether the gateway has named it since; `evidence` is what the
    connection saw, None where nobody could tell."""

    number: int
    customer_uuid: str
    started_at: datetime
    ended_at: datetime | None
    certainty: Certainty | None
    batch_number: str | None
    code: int | None
    error: str | None
    echoed: bool
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A poll that may have taken records from the gateway and lost them, between these times."""

    account: str
    operation: str
    started_at: datetime
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log. `detail` holds no number and no text."""

    at: datetime
    kind: str
    detail: Mapping[str, Any]

    def __iter__(self) -> Iterator[Any]:
        """Time and kind, as a pair."""
        return iter((self.at, self.kind))


@dataclass(frozen=True, slots=True)
class RecordView:
    """A report or reply that was matched to an attempt. `source` is how it came, by poll or push; `status` is a report's."""

    kind: str
    source: str
    attempt: int | None
    received_at: datetime
    time: datetime | None
    status: str | None


@dataclass(frozen=True, slots=True, repr=False)
class MessageView(MaskedRepr):
    """A message as it stands. `changed_at`: when it came to its state. `resend_at`: when its policy sends it again. `possibly_lost`:
    windows in which the report that it still waits for may have been lost."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text, "reference": mask_text}
    id: str
    account: str
    phone: str
    text: str
    reference: str | None
    state: State
    possible_duplicate: bool
    proven_duplicate: bool
    created_at: datetime
    changed_at: datetime
    not_before: datetime
    expires_at: datetime | None
    resend_at: datetime | None
    attempts: tuple[AttemptView, ...]
    possibly_lost: tuple[Window, ...]
    records: tuple[RecordView, ...] = field(repr=False)
    log: tuple[LogEntry, ...] = field(repr=False)


def message(unit: Unit, message_id: str) -> MessageView | None:
    """One of this id, None where there is none."""
    messages = schema.messages
    row = unit.connection.execute(sa.select(messages).where(messages.c.id == message_id)).one_or_none()
    if row is None:
        return None
    attempts = attempts_of(unit.connection, [message_id]).get(message_id, ())
    waits = row.state in _WAITS and bool(attempts)
    lost = lost_since(windows(unit.connection, row.account), attempts[0].started_at) if waits else ()
    return MessageView(
        row.id, row.account, row.phone, row.text, row.reference, State(row.state), row.possible_duplicate, row.proven_duplicate,
        when(row.created_at), when(row.changed_at), when(row.not_before), when_or_none(row.expires_at), when_or_none(row.resend_at),
        attempts, lost, _records(unit.connection, message_id), _entries(unit.connection, message_id),
    )


def attempts_of(connection: sa.Connection, message_ids: list[str]) -> dict[str, tuple[AttemptView, ...]]:
    """The attempts of messages, in their order, by the message's id."""
    tries, found = schema.attempts, dict[str, tuple[AttemptView, ...]]()
    for start in range(0, len(message_ids), AT_ONCE):
        some = tries.c.message_id.in_(message_ids[start:start + AT_ONCE])
        for row in connection.execute(sa.select(tries).where(some).order_by(tries.c.message_id, tries.c.number)):
            found[row.message_id] = (*found.get(row.message_id, ()), _attempt(row))
    return found


def windows(connection: sa.Connection, account: str | None = None) -> tuple[Window, ...]:
    """Polls whose records may be lost, of an account or of all."""
    polls = schema.polls
    query = sa.select(polls.c.account, polls.c.operation, polls.c.started_at, polls.c.ended_at, polls.c.error)
    query = query.where(polls.c.possibly_lost.is_(True)).order_by(polls.c.started_at, polls.c.id)
    if account is not None:
        query = query.where(polls.c.account == account)
    rows = connection.execute(query)
    return tuple(Window(row.account, row.operation, when(row.started_at), when_or_none(row.ended_at), row.error) for row in rows)


def lost_since(lost: tuple[Window, ...], sent_at: datetime) -> tuple[Window, ...]:
    """What was polled before a message was sent cannot have held its report."""
    return tuple(window for window in lost if window.ended_at is None or window.ended_at >= sent_at)


def _records(connection: sa.Connection, message_id: str) -> tuple[RecordView, ...]:
    records = schema.records
    columns = (records.c.kind, records.c.source, records.c.attempt, records.c.received_at, records.c.time, records.c.status)
    query = sa.select(*columns).where(records.c.message_id == message_id).order_by(records.c.received_at, records.c.id)
    return tuple(
        RecordView(row.kind, row.source, row.attempt, when(row.received_at), when_or_none(row.time), row.status)
        for row in connection.execute(query)
    )


def _entries(connection: sa.Connection, message_id: str) -> tuple[LogEntry, ...]:
    events = schema.events
    query = sa.select(events.c.at, events.c.kind, events.c.detail).where(events.c.message_id == message_id)
    rows = connection.execute(query.order_by(events.c.at, events.c.lane, events.c.seq))
    return tuple(LogEntry(when(row.at), row.kind, json.loads(row.detail)) for row in rows)


def _attempt(row: sa.Row[Any]) -> AttemptView:
    evidence = Evidence(**json.loads(row.evidence)) if row.evidence else None
    return AttemptView(
        row.number, row.customer_uuid, when(row.started_at), when_or_none(row.ended_at),
        Certainty(row.certainty) if row.certainty else None, row.batch_number, row.code, row.error, row.echoed_at is not None, evidence,
    )
