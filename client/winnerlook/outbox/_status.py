"""What the store says of itself as a whole. Every question goes by an index: a queue may be a million long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _rates as rates
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._states import State
from winnerlook.outbox._times import when, when_or_none
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._views import Window, windows

MINUTE, HOUR = 60_000, 3_600_000
_MESSAGES, _POLLS, _BREAKERS = schema.messages, schema.polls, schema.breakers


@dataclass(frozen=True, slots=True)
class Breaker:
    """Why an account does not send. `until` is None for what only `Outbox.resume` ends."""

    account: str
    kind: str
    code: int | None
    until: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be sent for an account: how many `messages`, since when the one that is due longest is due, None where none is,
    and how many a second it sends at most (`Outbox.limit`), None without a limit."""

    account: str
    messages: int
    oldest_due: datetime | None
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How many messages stand where, how many of them came there in the last minute and hour, since when the one that is due longest is
    due, which accounts are held up, what needs a person, and how much waits for each account."""

    at: datetime
    states: Mapping[State, int]
    last_minute: Mapping[State, int]
    last_hour: Mapping[State, int]
    oldest_due: datetime | None
    possible_duplicates: int
    proven_duplicates: int
    breakers: tuple[Breaker, ...]
    possibly_lost: tuple[Window, ...]
    quarantined_polls: int
    queues: tuple[Queue, ...] = ()


def status(unit: Unit) -> Status:
    """Of the whole store."""
    connection = unit.connection
    doubled = connection.execute(_doubled()).one()
    oldest = connection.execute(_oldest_due()).scalar()
    return Status(
        when(unit.now), _by_state(connection, _counts()), _by_state(connection, _recent(unit.now - MINUTE)),
        _by_state(connection, _recent(unit.now - HOUR)), when(oldest) if oldest is not None and oldest <= unit.now else None,
        int(doubled[0]), int(doubled[1] or 0), _breakers(connection), windows(connection),
        int(connection.execute(_quarantined()).scalar_one()), _queues(unit),
    )


def held(unit: Unit, accounts: Collection[str]) -> dict[str, Breaker]:
    """Those of these accounts for which nothing may be sent now."""
    found = [each for each in _breakers(unit.connection) if each.account in accounts and breakers.blocks(unit, each.account)]
    return {each.account: each for each in found}


def queries(now: int) -> list[sa.Executable]:
    """Those that look at messages and polls, for a test to ask the database how it goes about them."""
    return [_counts(), _recent(now - MINUTE), _recent(now - HOUR), _oldest_due(), _doubled(), _quarantined(), _waiting()]


def _counts(*which: sa.ColumnElement[bool]) -> sa.Executable:
    return sa.select(_MESSAGES.c.state, sa.func.count()).where(*which).group_by(_MESSAGES.c.state)


def _recent(since: int) -> sa.Executable:
    every = [state.value for state in State]
    return _counts(_MESSAGES.c.state.in_(every), _MESSAGES.c.changed_at > since)


def _oldest_due() -> sa.Executable:
    return sa.select(sa.func.min(_MESSAGES.c.not_before)).where(schema.QUEUED)


def _waiting() -> sa.Executable:
    columns = (_MESSAGES.c.account, sa.func.count().label("messages"), sa.func.min(_MESSAGES.c.not_before).label("oldest"))
    return sa.select(*columns).where(schema.QUEUED).group_by(_MESSAGES.c.account).order_by(_MESSAGES.c.account)


def _queues(unit: Unit) -> tuple[Queue, ...]:
    limits = rates.limits(unit)
    return tuple(
        Queue(row.account, row.messages, when(row.oldest) if row.oldest <= unit.now else None, limits.get(row.account))
        for row in unit.connection.execute(_waiting())
    )


def _doubled() -> sa.Executable:
    columns: list[Any] = [sa.func.count(), sa.func.sum(sa.case((_MESSAGES.c.proven_duplicate, 1), else_=0))]
    return sa.select(*columns).select_from(_MESSAGES).where(schema.DOUBLED)


def _quarantined() -> sa.Executable:
    return sa.select(sa.func.count()).select_from(_POLLS).where(schema.QUARANTINED)


def _by_state(connection: sa.Connection, query: sa.Executable) -> dict[State, int]:
    return {State(state): int(count) for state, count in connection.execute(query)}


def _breakers(connection: sa.Connection) -> tuple[Breaker, ...]:
    held = connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.kind != "CLOSED").order_by(_BREAKERS.c.account))
    return tuple(Breaker(row.account, row.kind, row.code, when_or_none(row.until), when(row.since)) for row in held)
