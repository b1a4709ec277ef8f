"""Finding messages by what a person knows of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._confidential import stored_for
from winnerlook.outbox._states import State
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._views import MessageView, message

_MESSAGES = schema.messages
_BETWEEN = re.compile(r"[\s()+-]")
_NUMBER = re.compile(r"[0-9]{3,20}", re.ASCII)


def number(phone: str) -> str:
    """The digits of a number as a person writes it. Raises InvalidRequestError."""
    digits = _BETWEEN.sub("", phone) if isinstance(phone, str) else ""
    if not _NUMBER.fullmatch(digits):
        raise InvalidRequestError("phone must be 3 to 20 digits, with or without blanks, hyphens, brackets and a +", parameter="phone")
    return digits


def find(
    unit: Unit, most: int, *, phone: str | None = None, reference: str | None = None, dedup_key: str | None = None,
) -> list[MessageView]:
    """See `Outbox.find`. Raises InvalidRequestError."""
    given = {name: value for name, value in (("phone", phone), ("reference", reference), ("dedup_key", dedup_key)) if value is not None}
    if len(given) != 1:
        raise InvalidRequestError("find by one of phone, reference and dedup_key", parameter="phone")
    ((name, value),) = given.items()
    if not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be a string", parameter=name)
    if phone is not None:
        return _views(unit, by_number(number(phone)).limit(most))
    if dedup_key is not None:
        return _views(unit, by_key(accounts(unit), dedup_key).limit(most))
    return _referred(unit, value, most)


def by_number(digits: str) -> sa.Select[Any]:
    """Their ids. Ids begin with their time."""
    return sa.select(_MESSAGES.c.id).where(stored_for(_MESSAGES.c.phone_key, digits)).order_by(_MESSAGES.c.id.desc())


def by_reference(reference: str) -> sa.Select[Any]:
    """Ids of messages whose references end alike."""
    return sa.select(_MESSAGES.c.id).where(stored_for(_MESSAGES.c.reference_key, reference)).order_by(_MESSAGES.c.id.desc())


def by_key(accounts: Sequence[str], dedup_key: str) -> sa.Select[Any]:
    """The ids of what has this key, one for each account at most."""
    same = _MESSAGES.c.account.in_(accounts) & stored_for(_MESSAGES.c.dedup_key, dedup_key)
    return sa.select(_MESSAGES.c.id).where(same).order_by(_MESSAGES.c.id.desc())


def accounts(unit: Unit) -> list[str]:
    """All that have messages. A look into the index for each, however many messages there are."""
    found = [""]
    after = sa.select(_MESSAGES.c.account).order_by(_MESSAGES.c.account).limit(1)
    while (account := unit.connection.execute(after.where(_MESSAGES.c.account > found[-1])).scalar()) is not None:
        found.append(account)
    return found[1:]


def waiting(unit: Unit, but: Collection[str]) -> list[str]:
    """The accounts, other than these, that have messages in the queue. As cheap."""
    queued = sa.select(sa.literal(1)).where(_MESSAGES.c.state == State.QUEUED.value).limit(1)
    others = [account for account in accounts(unit) if account not in but]
    return [account for account in others if unit.connection.execute(queued.where(_MESSAGES.c.account == account)).first()]


def _referred(unit: Unit, reference: str, most: int) -> list[MessageView]:
    views, last = list[MessageView](), None
    while len(views) < most:
        query = by_reference(reference).limit(most)
        ids = unit.connection.execute(query if last is None else query.where(_MESSAGES.c.id < last)).scalars().all()
        views += [view for view in map(partial(message, unit), ids) if view is not None and view.reference == reference]
        if len(ids) < most:
            break
        last = ids[-1]
    return views[:most]


def _views(unit: Unit, query: sa.Select[Any]) -> list[MessageView]:
    ids = unit.connection.execute(query).scalars().all()
    return [view for view in map(partial(message, unit), ids) if view is not None]
