"""Messages in doubt, with what speaks for and against their having been sent, and what they would have cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._states import IN_DOUBT, State
from winnerlook.outbox._times import when, when_or_none
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._views import AttemptView, Window, attempts_of, lost_since, windows
from winnerlook.sms import segment_count

_MESSAGES = schema.messages


@dataclass(frozen=True, slots=True, repr=False)
class Doubt(MaskedRepr):
    """A message that may have been sent. `since`: when the doubt began, or for UNKNOWN_EXPIRED when the gateway had nothing more to say;
    `segments`: SMS that it is charged as; `resend_at`: when its policy sends it again, None where it is held; `possibly_lost`: windows
    in which its report may have been lost."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text, "reference": mask_text}
    id: str
    account: str
    phone: str
    text: str
    reference: str | None
    state: State
    since: datetime
    segments: int
    possible_duplicate: bool
    resend_at: datetime | None
    attempts: tuple[AttemptView, ...]
    possibly_lost: tuple[Window, ...]


def doubts(unit: Unit, account: str | None, most: int) -> list[Doubt]:
    """At most so many, the oldest doubt first."""
    if not isinstance(most, int) or most < 1:
        raise InvalidRequestError("most must be a whole number from 1 on", parameter="most")
    return list(_viewed(unit, list(unit.connection.execute(query(account, most)))))


def query(account: str | None, most: int) -> sa.Select[Any]:
    """Each state by itself, so that the index on state and time gives them in order."""
    parts = []
    for state in sorted(IN_DOUBT):
        part = sa.select(_MESSAGES.c.id, _MESSAGES.c.changed_at).where(_MESSAGES.c.state == state.value)
        part = part if account is None else part.where(_MESSAGES.c.account == account)
        parts.append(sa.select(part.order_by(_MESSAGES.c.changed_at).limit(most).subquery()))
    oldest = sa.union_all(*parts).subquery()
    found = sa.select(_MESSAGES).join(oldest, oldest.c.id == _MESSAGES.c.id)
    return found.order_by(_MESSAGES.c.changed_at, _MESSAGES.c.id).limit(most)


def _viewed(unit: Unit, rows: list[sa.Row[Any]]) -> Iterator[Doubt]:
    attempts = attempts_of(unit.connection, [row.id for row in rows])
    lost = {account: windows(unit.connection, account) for account in {row.account for row in rows}}
    for row in rows:
        tries = attempts.get(row.id, ())
        may_hold = lost_since(lost[row.account], tries[0].started_at) if tries else ()
        yield Doubt(
            row.id, row.account, row.phone, row.text, row.reference, State(row.state), when(row.changed_at), segment_count(row.text),
            row.possible_duplicate, when_or_none(row.resend_at), tries, may_hold,
        )
