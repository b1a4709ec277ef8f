"""From the queue to a worker, and up to the moment before the first byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._message import operation_of, send_parameters
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_MESSAGES, _ATTEMPTS = schema.messages, schema.attempts


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker: its name in rows, and for how many milliseconds it takes leases."""

    name: str
    lease: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """An attempt whose row is committed. `parameters` are what is to be sent."""

    account: str
    message_id: str
    number: int
    fence: int
    operation: str
    parameters: dict[str, object] = field(repr=False)


def claim(unit: Unit, account: str, holder: Holder, *, due_by: int, most: int) -> list[sa.Row[Any]]:
    """Take what is due, the highest priority and then the oldest first. What another worker is at is passed over, not waited for."""
    if breakers.blocks(unit, account):
        return []
    query = (
        sa.select(_MESSAGES)
        .where(_MESSAGES.c.account == account, _MESSAGES.c.state == State.QUEUED.value, _MESSAGES.c.not_before <= due_by)
        .order_by(_MESSAGES.c.rank, _MESSAGES.c.not_before, _MESSAGES.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for row in unit.connection.execute(query).all():
        lease = {"owner": holder.name, "lease_until": unit.now + holder.lease, "fence": row.fence + 1}
        moved = None if drop_if_late(unit, row) else unit.move(row, Move.CLAIM, **lease)
        if moved is not None:
            taken.append(moved)
    return taken


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


def begin(store: Store, unit: Unit, claimed: sa.Row[Any], holder: Holder) -> Ticket | None:
    """Write the attempt's row. None where the message is not this worker's any more, is too late, or its account may not send."""
    row = unit.lock(claimed.id)
    if row is None or row.state != State.CLAIMED or row.fence != claimed.fence or drop_if_late(unit, row):
        return None
    if breakers.blocks(unit, row.account):
        unit.move(row, Move.RELEASE)
        return None
    number = row.attempts + 1
    detail = {"attempt": number}
    if unit.move(row, Move.ATTEMPT, attempts=number, lease_until=unit.now + holder.lease, detail=detail) is None:
        return None
    customer_uuid = store.signer.customer_uuid(row.account, row.id, number)
    operation = operation_of(row.extension)
    attempt = {
        "message_id": row.id, "number": number, "customer_uuid": customer_uuid, "operation": operation, "owner": holder.name,
        "fence": row.fence, "started_at": unit.now,
    }
    unit.connection.execute(sa.insert(_ATTEMPTS), attempt)
    return Ticket(row.account, row.id, number, row.fence, operation, {**send_parameters(row), "customerUuid": customer_uuid})


def release(unit: Unit, claimed: Sequence[sa.Row[Any]]) -> int:
    """Give back what was taken and not begun. Says how many that were."""
    released = 0
    for row in sorted(claimed, key=lambda each: each.id):
        now = unit.lock(row.id)
        if now is not None and now.state == State.CLAIMED and now.fence == row.fence:
            released += unit.move(now, Move.RELEASE) is not None
    return released
