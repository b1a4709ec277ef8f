"""How many messages a second an account sends at most, by all workers on the store together.

The generic cell rate algorithm: `next_at` is when the account may take again. A take is for one second's worth at most, and moves that time
on by what was taken; time that passed unused is not saved up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import sqlalchemy as sa

from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_RATES = schema.rates


def limit(store: Store, unit: Unit, account: str, per_second: float | None) -> None:
    """Set or change a limit, None ends it. Raises ConfigurationError."""
    if per_second is None:
        unit.connection.execute(sa.delete(_RATES).where(_RATES.c.account == account))
        return
    is_number = isinstance(per_second, int | float) and not isinstance(per_second, bool)
    if not is_number or not per_second > 0 or not math.isfinite(per_second):
        raise ConfigurationError(f"per_second must be a number of messages above 0, or None for no limit, not {per_second!r}")
    store.insert_new(unit.connection, _RATES, {"account": account, "per_second": per_second, "next_at": 0})
    # What was taken at another rate is not waited for: a limit that was far too low would be heeded for long after.
    unit.connection.execute(_of(account).values(per_second=per_second, next_at=unit.now))


def limits(unit: Unit) -> dict[str, float]:
    """Messages a second, by account; those without a limit are not in it."""
    return {row.account: row.per_second for row in unit.connection.execute(sa.select(_RATES).order_by(_RATES.c.account))}


@dataclass(frozen=True, slots=True)
class Room:
    """How many `messages` may be taken now; where that is none, after how many milliseconds (`wait`) to ask again."""

    messages: int
    wait: int = 0
    per_second: float = math.inf


def room(unit: Unit, account: str, most: int) -> Room:
    """For `most` messages at most. Holds the account's limit until the transaction ends, so that nobody else takes the same."""
    row = unit.connection.execute(sa.select(_RATES).where(_RATES.c.account == account).with_for_update()).one_or_none()
    if row is None:
        return Room(most)
    if row.next_at > unit.now:
        return Room(0, row.next_at - unit.now)
    return Room(min(most, max(1, int(row.per_second))), per_second=row.per_second)


def spend(unit: Unit, account: str, room: Room, messages: int) -> None:
    """Take so many of those that there is room for. What is given back later is not put back: that only sends less."""
    if messages and math.isfinite(room.per_second):
        unit.connection.execute(_of(account).values(next_at=unit.now + math.ceil(messages * 1000 / room.per_second)))


def _of(account: str) -> sa.Update:
    return sa.update(_RATES).where(_RATES.c.account == account)
