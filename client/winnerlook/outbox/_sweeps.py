"""What time does to messages: leases that ran out, hours that are over, resends that are due, reports that will not come any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import drop_if_late
from winnerlook.outbox._ids import first_id
from winnerlook.outbox._matching import UNMATCHED
from winnerlook.outbox._outcomes import LAPSED, doubt
from winnerlook.outbox._settling import rematch
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_MESSAGES, _ATTEMPTS = schema.messages, schema.attempts
_AT_ONCE = 200
_OVERTAKEN = 3_600_000
"""Milliseconds: far longer than any two transactions overlap."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many messages: `released` from a lease that ran out before an attempt, `in_doubt` from one that ran out in it, `expired` unsent,
    `resent` as possible duplicates, `given_up` in doubt, `silent` without a report."""

    released: int = 0
    in_doubt: int = 0
    expired: int = 0
    resent: int = 0
    given_up: int = 0
    silent: int = 0


def sweep(store: Store, window: int) -> Swept:
    """Everything that is due. `window`: milliseconds after which the gateway has nothing more to say of a message."""
    c = _MESSAGES.c
    swept = Swept(
        released=_each(store, lambda now: (c.state == State.CLAIMED.value) & (c.lease_until < now), _lapse),
        in_doubt=_each(store, lambda now: (c.state == State.ATTEMPT.value) & (c.lease_until < now), _lapse),
        expired=_each(store, lambda now: (c.state == State.QUEUED.value) & (c.expires_at <= now), drop_if_late),
        given_up=_each(store, lambda now: (c.state == State.UNKNOWN.value) & (c.changed_at <= now - window), _give_up),
        silent=_each(store, lambda now: (c.state == State.ACCEPTED.value) & (c.changed_at <= now - window), _silence),
    )
    resent = _each(store, lambda now: (c.state == State.UNKNOWN.value) & (c.resend_at <= now), _resend)
    if not store.is_sqlite:  # there one writes at a time
        _match_overtaken(store)
    return replace(swept, resent=resent)


def _match_overtaken(store: Store) -> None:
    """A report without an echo and the answer to its send that were written at the same moment have not seen each other."""
    records = schema.records

    def overtaken(unit: Unit) -> list[tuple[str, str]]:
        query = (
            sa.select(records.c.account, records.c.batch_number).distinct()
            .join(_ATTEMPTS, _ATTEMPTS.c.batch_number == records.c.batch_number)
            .where(records.c.id >= first_id(unit.now - _OVERTAKEN), records.c.state == UNMATCHED)
            .limit(_AT_ONCE)
        )
        return [(row.account, row.batch_number) for row in unit.connection.execute(query)]

    for account, batch_number in store.look(overtaken):
        store.run(lambda unit, account=account, batch_number=batch_number: rematch(unit, account, batch_number))  # type: ignore[misc]


def _each(store: Store, due: Callable[[int], Any], work: Callable[[Unit, sa.Row[Any]], bool]) -> int:
    """Do `work` on what is due, some at a time, passing over what another is at."""

    def some(unit: Unit) -> tuple[int, int]:
        query = sa.select(_MESSAGES).where(due(unit.now)).order_by(_MESSAGES.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
        rows = unit.connection.execute(query).all()
        return len(rows), sum(bool(work(unit, row)) for row in rows)

    total = 0
    while True:
        seen, done = store.run(some)
        total += done
        if seen < _AT_ONCE or not done:
            return total


def _lapse(unit: Unit, row: sa.Row[Any]) -> bool:
    """A worker was not heard of again. Without an attempt nothing was sent; with one, nobody knows."""
    if row.state == State.CLAIMED:
        return unit.move(row, Move.LAPSE, detail={"owner": row.owner}) is not None
    unit.connection.execute(
        sa.update(_ATTEMPTS)
        .where(_ATTEMPTS.c.message_id == row.id, _ATTEMPTS.c.number == row.attempts, _ATTEMPTS.c.certainty.is_(None))
        .values(certainty="unknown", error=LAPSED, ended_at=unit.now)
    )
    unit.count_attempts("unknown")
    return doubt(unit, row, {"attempt": row.attempts, "owner": row.owner}, Move.LAPSE) is not None


def _resend(unit: Unit, row: sa.Row[Any]) -> bool:
    left = row.resends_left - 1
    values = {"resends_left": left, "resend_at": None, "possible_duplicate": True, "not_before": unit.now}
    return unit.move(row, Move.RESEND, **values) is not None


def _give_up(unit: Unit, row: sa.Row[Any]) -> bool:
    return unit.move(row, Move.GIVE_UP, resend_at=None) is not None


def _silence(unit: Unit, row: sa.Row[Any]) -> bool:
    return unit.move(row, Move.SILENCE) is not None
