"""From the queue to a worker, and up to the moment before the first byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _rates as rates
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._packing import Call, Packer
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_MESSAGES, _ATTEMPTS = schema.messages, schema.attempts
_PRIORITIES = 8
"""That are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker: its name in rows, and for how many milliseconds it takes leases."""

    name: str
    lease: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was taken, in the order in which it is to go; where nothing may be taken yet, after how many milliseconds to ask again."""

    rows: Sequence[sa.Row[Any]] = ()
    wait: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A message's own attempt in a call."""

    message_id: str
    number: int
    fence: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call whose attempts' rows are committed. `parameters` are what is to be sent; `good_for`: milliseconds after which the time of one
    of its messages is over, None where none has an end."""

    account: str
    operation: str
    customer_uuid: str
    parts: tuple[Part, ...]
    good_for: int | None
    parameters: dict[str, object] = field(repr=False)


def claim(unit: Unit, account: str, holder: Holder, *, due_by: int, most: int) -> Claimed:
    """Take what is due, the highest priority and then the oldest first. What another worker is at is passed over, not waited for."""
    if breakers.blocks(unit, account):
        return Claimed()
    room = rates.room(unit, account, most)
    if not room.messages:
        is_due = schema.QUEUED & (_MESSAGES.c.not_before <= due_by) & (schema.beside(_MESSAGES.c.account) == account)
        waits = unit.connection.execute(sa.select(_MESSAGES.c.account).where(is_due).limit(1)).first()
        return Claimed(wait=room.wait if waits else 0)
    found = _first_due(unit, account, due_by, room.messages)
    due = [row for row in found if not drop_if_late(unit, row)]
    taken = unit.move_all(due, Move.CLAIM, owner=holder.name, lease_until=unit.now + holder.lease, fence=_MESSAGES.c.fence + 1)
    rates.spend(unit, account, room, len(taken))
    return Claimed(taken, wait=1 if found and not taken else 0)  # behind those that were too late there may be more


def _first_due(unit: Unit, account: str, due_by: int, most: int) -> list[sa.Row[Any]]:
    """One priority after the other: in the index, what is scheduled for later lies behind what is due of the same priority, but before what
    is due of a lower one, and a million scheduled messages would be passed over one by one. Priorities are few; where they are not, the
    rest of them is gone through as it lies."""
    rank, left = _MESSAGES.c.rank, _PRIORITIES
    found: list[sa.Row[Any]] = []
    queued = (_MESSAGES.c.account == account) & (_MESSAGES.c.state == State.QUEUED.value)
    lowest = sa.select(sa.func.min(rank)).where(queued)
    at = unit.connection.execute(lowest).scalar()
    while at is not None and len(found) < most:
        query = (
            sa.select(_MESSAGES)
            .where(queued, rank == at if left else rank >= at, _MESSAGES.c.not_before <= due_by)
            .order_by(rank, _MESSAGES.c.not_before, _MESSAGES.c.id)
            .limit(most - len(found))
            .with_for_update(skip_locked=True)
        )
        found += unit.connection.execute(query).all()
        at = unit.connection.execute(lowest.where(rank > at)).scalar() if left else None
        left -= 1
    return found


def next_due(unit: Unit, accounts: Sequence[str], within: int) -> int | None:
    """In how many of the next milliseconds something of these accounts may be sent that may not now: a scheduled message, a resend, the
    end of a breaker's wait. None where there is no such thing."""
    end, later = unit.now + within, []
    for column, state in ((_MESSAGES.c.not_before, State.QUEUED), (_MESSAGES.c.resend_at, State.UNKNOWN)):
        soon = (_MESSAGES.c.state == state.value) & column.between(unit.now + 1, end) & _MESSAGES.c.account.in_(accounts)
        later.append(unit.connection.execute(sa.select(sa.func.min(column)).where(soon)).scalar())
    later += [breakers.wait_ends(unit, account) for account in accounts]
    times = [time - unit.now for time in later if time is not None and unit.now < time <= end]
    return min(times, default=None)


def drop_if_late(unit: Unit, row: sa.Row[Any]) -> bool:
    """Whether a message's time is over; then it is expired, or, where an attempt of it is in doubt, left in doubt."""
    if row.expires_at is None or row.expires_at > unit.now:
        return False
    unit.move(row, Move.DOUBT if has_doubt(unit, row.id) else Move.EXPIRE, resends_left=0, resend_at=None)
    return True


def has_doubt(unit: Unit, message_id: str, but: int = 0) -> bool:
    """Whether an attempt, `but` one, may have been accepted for all that is known."""
    doubtful = _ATTEMPTS.c.certainty.is_(None) | (_ATTEMPTS.c.certainty == "unknown")
    query = sa.select(sa.func.count()).where(_ATTEMPTS.c.message_id == message_id, _ATTEMPTS.c.number != but, doubtful)
    return bool(unit.connection.execute(query).scalar_one())


def begin(store: Store, unit: Unit, call: Call, holder: Holder, packer: Packer) -> Ticket | None:
    """Write the rows of a call's attempts. It is made of those that are still this worker's and not too late; None where none is, or its
    account may not send."""
    place = {row.id: (at, row.fence) for at, row in enumerate(call.rows)}
    locked = sorted(unit.lock_all(list(place)), key=lambda row: place[row.id])
    own = [row for row in locked if row.fence == place[row.id][1]]
    begun = [row for row in own if row.state == State.ATTEMPT and row.owner == holder.name]
    if begun:  # by a commit whose answer was lost: nothing has left since
        return _ticket(store, unit, Call(call.operation, tuple(begun)), packer)
    mine = [row for row in own if row.state == State.CLAIMED and not drop_if_late(unit, row)]
    if mine and breakers.blocks(unit, mine[0].account):
        unit.move_all(mine, Move.RELEASE)
        return None
    begun = unit.move_all(
        mine, Move.ATTEMPT, lambda row: {"attempt": row.attempts}, attempts=_MESSAGES.c.attempts + 1, lease_until=unit.now + holder.lease,
    )
    if not begun:
        return None
    ticket = _ticket(store, unit, Call(call.operation, tuple(begun)), packer)
    _write(unit, ticket, holder)
    return ticket


def _ticket(store: Store, unit: Unit, call: Call, packer: Packer) -> Ticket:
    """All attempts of a call share the customerUuid that is made of its first."""
    first = call.rows[0]
    customer_uuid = store.signer.customer_uuid(first.account, first.id, first.attempts)
    operation, parameters = packer.parameters(call, customer_uuid)
    parts = tuple(Part(row.id, row.attempts, row.fence) for row in call.rows)
    good_for = min((row.expires_at - unit.now for row in call.rows if row.expires_at is not None), default=None)
    return Ticket(first.account, operation, customer_uuid, parts, good_for, parameters)


def _write(unit: Unit, ticket: Ticket, holder: Holder) -> None:
    shared = {
        "customer_uuid": ticket.customer_uuid, "operation": ticket.operation, "owner": holder.name, "started_at": unit.now,
    }
    attempts = [{"message_id": part.message_id, "number": part.number, "fence": part.fence, **shared} for part in ticket.parts]
    unit.connection.execute(sa.insert(_ATTEMPTS), attempts)


def release(unit: Unit, claimed: Sequence[sa.Row[Any]]) -> int:
    """Give back what was taken and not begun. Says how many that were."""
    fences = {row.id: row.fence for row in claimed}
    own = [row for row in unit.lock_all(list(fences)) if row.state == State.CLAIMED and row.fence == fences[row.id]]
    return len(unit.move_all(own, Move.RELEASE))
