"""What the store says of itself and of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from winnerlook.certainty import Certainty
from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._errors import LogError
from winnerlook.outbox._states import State
from winnerlook.outbox._unit import Unit, entry_hash

_GENESIS = "0" * 64
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt. `certainty` is None while it is under way; `echoed` says whether the gateway has named it since."""

    number: int
    customer_uuid: str
    started_at: datetime
    ended_at: datetime | None
    certainty: Certainty | None
    batch_number: str | None
    code: int | None
    error: str | None
    echoed: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A poll that may have taken records from the gateway and lost them, between these times."""

    account: str
    operation: str
    started_at: datetime
    ended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, repr=False)
class MessageView(MaskedRepr):
    """A message as it stands. `possibly_lost`: windows in which the report that it still waits for may have been lost; `log` pairs
    times with what happened."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text, "reference": mask_text}
    id: str
    account: str
    phone: str
    text: str
    reference: str | None
    state: State
    possible_duplicate: bool
    proven_duplicate: bool
    attempts: tuple[AttemptView, ...]
    possibly_lost: tuple[Window, ...]
    log: tuple[tuple[datetime, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Why an account does not send. `until` is None for what only `Outbox.resume` ends."""

    account: str
    kind: str
    code: int | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """How many messages stand where, which accounts are held up, and what needs a person."""

    states: Mapping[State, int]
    possible_duplicates: int
    proven_duplicates: int
    breakers: tuple[Breaker, ...]
    possibly_lost: tuple[Window, ...]
    quarantined_polls: int


def status(unit: Unit) -> Status:
    """Of the whole store."""
    connection, messages = unit.connection, schema.messages
    counts = connection.execute(sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)).all()
    possible, proven = (_count(connection, messages, flag) for flag in (messages.c.possible_duplicate, messages.c.proven_duplicate))
    held = connection.execute(sa.select(schema.breakers).where(schema.breakers.c.kind != "CLOSED").order_by(schema.breakers.c.account))
    breakers = tuple(Breaker(row.account, row.kind, row.code, _time(row.until)) for row in held)
    quarantined = _count(connection, schema.polls, schema.polls.c.state == "QUARANTINED")
    return Status({State(state): count for state, count in counts}, possible, proven, breakers, _windows(connection), quarantined)


def message(unit: Unit, message_id: str) -> MessageView | None:
    """Of one message, None where there is none."""
    row = unit.connection.execute(sa.select(schema.messages).where(schema.messages.c.id == message_id)).one_or_none()
    if row is None:
        return None
    tries = schema.attempts
    attempts = unit.connection.execute(sa.select(tries).where(tries.c.message_id == message_id).order_by(tries.c.number)).all()
    waits = row.state in {State.ACCEPTED, State.UNKNOWN, State.NO_REPORT, State.UNKNOWN_EXPIRED} and bool(attempts)
    lost = _windows(unit.connection, row.account, attempts[0].started_at) if waits else ()
    events = schema.events
    log = unit.connection.execute(
        sa.select(events.c.at, events.c.kind).where(events.c.message_id == message_id).order_by(events.c.at, events.c.lane, events.c.seq)
    )
    return MessageView(
        row.id, row.account, row.phone, row.text, row.reference, State(row.state), row.possible_duplicate, row.proven_duplicate,
        tuple(map(_attempt, attempts)), lost, tuple((_when(at), kind) for at, kind in log),
    )


def verify(unit: Unit) -> dict[int, tuple[int, str]]:
    """Walk every chain of the log. Gives each one's length and last hash, to be noted elsewhere. Raises LogError at the first entry that
    was changed, and where one is missing."""
    ends = {}
    for chain in unit.connection.execute(sa.select(schema.chains).order_by(schema.chains.c.lane)).all():
        seq, last = _walk(unit.connection, chain.lane)
        if (seq, last) != (chain.seq, chain.hash):
            raise LogError(f"the log's chain {chain.lane} ends at entry {seq}, not as its end is noted", lane=chain.lane, seq=seq)
        ends[int(chain.lane)] = (seq, last)
    return ends


def _walk(connection: sa.Connection, lane: int) -> tuple[int, str]:
    events = schema.events
    seq, last = 0, _GENESIS
    while True:
        page = sa.select(events).where(events.c.lane == lane, events.c.seq > seq).order_by(events.c.seq).limit(_AT_ONCE)
        rows = connection.execute(page).all()
        for row in rows:
            seq += 1
            last = entry_hash(last, lane, seq, (row.at, row.message_id, row.kind, row.detail))
            if row.seq != seq or row.hash != last:
                raise LogError(f"the log's chain {lane} was changed at entry {seq}, or one before is missing", lane=lane, seq=seq)
        if not rows:
            return seq, last


def _windows(connection: sa.Connection, account: str | None = None, since: int | None = None) -> tuple[Window, ...]:
    polls = schema.polls
    query = sa.select(polls).where(polls.c.possibly_lost.is_(True)).order_by(polls.c.started_at, polls.c.id)
    if account is not None:
        query = query.where(polls.c.account == account)
    if since is not None:  # what was polled before a message was sent cannot have held its report
        query = query.where(sa.func.coalesce(polls.c.ended_at, since) >= since)
    rows = connection.execute(query)
    return tuple(Window(row.account, row.operation, _when(row.started_at), _time(row.ended_at), row.error) for row in rows)


def _attempt(row: sa.Row[Any]) -> AttemptView:
    return AttemptView(
        row.number, row.customer_uuid, _when(row.started_at), _time(row.ended_at), Certainty(row.certainty) if row.certainty else None,
        row.batch_number, row.code, row.error, row.echoed_at is not None,
    )


def _count(connection: sa.Connection, table: sa.Table, condition: Any) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _when(milliseconds)
