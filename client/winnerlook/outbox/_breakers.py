"""What the gateway says of an account as a whole, for every worker on the store to heed (C2, C5, C9, C11, C12, C18, C27)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

CLOSED, STOPPED, BALANCE, SLOWED = "CLOSED", "STOPPED", "BALANCE", "SLOWED"

STOPPING = frozenset({-3, -11, -17, -25, -51})
"""Every message would get these too: nothing is sent until a person has looked, and said so with `Outbox.resume`."""
BALANCE_CODE, THROTTLED_CODE = -7, -16
ACCOUNT_WIDE = STOPPING | {BALANCE_CODE, THROTTLED_CODE}
"""Codes that say nothing of the message that met them: it waits in the queue."""

_FIRST_WAIT = {BALANCE: 5_000, SLOWED: 500}
_LONGEST_WAIT = {BALANCE: 300_000, SLOWED: 30_000}
_BREAKERS = schema.breakers


def read(connection: sa.Connection, account: str) -> sa.Row[Any] | None:
    """An account's breaker, None where it never had one."""
    return connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.account == account)).one_or_none()


def blocks(unit: Unit, account: str) -> bool:
    """Whether nothing of this account may be sent now. A pause for the balance ends by `settle_balance` alone."""
    row = read(unit.connection, account)
    if row is None or row.kind == CLOSED:
        return False
    return bool(row.kind != SLOWED or row.until > unit.now)


def wait_ends(unit: Unit, account: str) -> int | None:
    """When a pause that time ends, or the one until the balance is asked for again, is over; None where there is none."""
    row = read(unit.connection, account)
    return row.until if row is not None and row.kind in {SLOWED, BALANCE} else None


def trip(store: Store, unit: Unit, account: str, code: int, needed: int) -> None:
    """Open the breaker for a code. `needed` is what the message would have cost, in SMS. Another's stop is not made less."""
    row = _locked(store, unit, account)
    if row.kind == STOPPED and code not in STOPPING:
        return
    if row.kind == BALANCE and code == THROTTLED_CODE:
        return
    kind = STOPPED if code in STOPPING else BALANCE if code == BALANCE_CODE else SLOWED
    # Workers that were under way together meet one and the same limit: that counts once.
    repeated = row.kind == kind and row.until is not None and row.until > unit.now
    failures = row.failures if repeated else row.failures + 1
    until = None if kind == STOPPED else row.until if repeated else unit.now + _wait(kind, failures)
    _set(unit, account, kind=kind, code=code, since=unit.now, until=until, needed=needed, failures=failures)


def succeeded(store: Store, unit: Unit, account: str) -> None:
    """A message was accepted: the next -16 begins with the shortest wait again."""
    row = read(unit.connection, account)
    if row is None or row.kind != SLOWED or row.until > unit.now:
        return
    if _locked(store, unit, account).kind == SLOWED:
        _set(unit, account, kind=CLOSED, code=None, since=unit.now, until=None, needed=None, failures=0)


def balance_due(unit: Unit, account: str) -> bool:
    """Whether it is time to ask for the balance of an account that waits for it. Whoever is told so is the only one for a while."""
    row = unit.connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.account == account).with_for_update()).one_or_none()
    if row is None or row.kind != BALANCE or row.until > unit.now:
        return False
    failures = row.failures + 1
    unit.connection.execute(
        sa.update(_BREAKERS).where(_BREAKERS.c.account == account)
        .values(until=unit.now + _wait(BALANCE, failures), failures=failures)
    )
    return True


def settle_balance(unit: Unit, account: str, balance: object) -> bool:
    """Close the breaker if the balance covers what it was opened for."""
    row = unit.connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.account == account).with_for_update()).one_or_none()
    if row is None or row.kind != BALANCE or balance < (row.needed or 1):  # type: ignore[operator]  # a Decimal
        return False
    _set(unit, account, kind=CLOSED, code=None, since=unit.now, until=None, needed=None, failures=0)
    return True


def resume(unit: Unit, account: str) -> bool:
    """Close it, whatever had opened it. Whether it was open. Raises InvalidRequestError for an account that nothing is known of."""
    row = unit.connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.account == account).with_for_update()).one_or_none()
    if row is None and not _has_messages(unit, account):
        raise InvalidRequestError("there is no such account: the store has no message of it, and nothing holds it up", parameter="account")
    if row is None or row.kind == CLOSED:
        return False
    _set(unit, account, kind=CLOSED, code=None, since=unit.now, until=None, needed=None, failures=0)
    return True


def _has_messages(unit: Unit, account: str) -> bool:
    messages = schema.messages
    return unit.connection.execute(sa.select(messages.c.id).where(messages.c.account == account).limit(1)).first() is not None


def _wait(kind: str, failures: int) -> int:
    return int(min(_LONGEST_WAIT[kind], _FIRST_WAIT[kind] * 2 ** min(failures - 1, 20)))


def _locked(store: Store, unit: Unit, account: str) -> sa.Row[Any]:
    row = {"account": account, "kind": CLOSED, "since": unit.now, "failures": 0}
    store.insert_new(unit.connection, _BREAKERS, row)
    return unit.connection.execute(sa.select(_BREAKERS).where(_BREAKERS.c.account == account).with_for_update()).one()


def _set(unit: Unit, account: str, **values: Any) -> None:
    unit.connection.execute(sa.update(_BREAKERS).where(_BREAKERS.c.account == account).values(**values))
    unit.note(None, f"BREAKER_{values['kind']}", {"account": account, "code": values["code"]})
