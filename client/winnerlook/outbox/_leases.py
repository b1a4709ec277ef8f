"""One at a time: leases that are not those of messages."""

from __future__ import annotations

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_LEASES = schema.leases


def take(store: Store, unit: Unit, name: str, owner: str, milliseconds: int) -> int | None:
    """The fencing token of a lease that is free or has run out, None where another has it. `owner` is a name that this one taking gives
    itself: by it a try whose commit was made, and not heard of, is known again."""
    store.insert_new(unit.connection, _LEASES, {"name": name, "owner": None, "until": 0, "fence": 0})
    row = unit.connection.execute(sa.select(_LEASES).where(_LEASES.c.name == name).with_for_update()).one()
    if row.owner == owner:
        return int(row.fence)
    if row.owner is not None and row.until > unit.now:
        return None
    fence = int(row.fence) + 1
    values = {"owner": owner, "until": unit.now + milliseconds, "fence": fence}
    unit.connection.execute(sa.update(_LEASES).where(_LEASES.c.name == name).values(**values))
    return fence


def renew(unit: Unit, name: str, fence: int, milliseconds: int) -> bool:
    """Whether it is still this holder's, and then for so long again."""
    statement = sa.update(_LEASES).where(_LEASES.c.name == name, _LEASES.c.fence == fence, _LEASES.c.owner.is_not(None))
    return unit.connection.execute(statement.values(until=unit.now + milliseconds)).rowcount == 1


def give_back(unit: Unit, name: str, fence: int) -> None:
    """Let the next one have it at once."""
    statement = sa.update(_LEASES).where(_LEASES.c.name == name, _LEASES.c.fence == fence)
    unit.connection.execute(statement.values(owner=None, until=0))
