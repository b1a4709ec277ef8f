"""What came from the gateway beside messages' own reports: people's replies, looked at and taken, and reports of no message here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, overload

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from winnerlook.errors import InvalidRequestError
from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._borrowing import Joinable
from winnerlook.outbox._confidential import stored_for
from winnerlook.outbox._ids import first_id
from winnerlook.outbox._matching import QUARANTINED, in_parts
from winnerlook.outbox._search import number
from winnerlook.outbox._store import Store
from winnerlook.outbox._times import stored, when, when_or_none
from winnerlook.outbox._unit import Unit

_RECORDS, _MESSAGES = schema.records, schema.messages


@dataclass(frozen=True, slots=True, repr=False)
class ReplyView(MaskedRepr):
    """What a person wrote back. `id` is the same whenever the reply is looked at or taken. `message_id`, with that message's `reference`:
    which it answers, None where the gateway names none of this outbox. `time` is the gateway's, `received_at` when it came here, by
    `source`, poll or push; `sent_from`: the number that the person wrote to, where the gateway tells it. `taken_at`: None until it is
    taken."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text, "reference": mask_text, "sent_from": mask_phone}
    id: str
    account: str
    phone: str
    text: str
    time: datetime | None
    received_at: datetime
    source: str
    sent_from: str | None
    message_id: str | None
    reference: str | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class UnmatchedView(MaskedRepr):
    """A report of no message here: another program's of the account, or one of a store that was put back from an older backup. `forged`:
    it carries an id of this outbox's form that this outbox never gave."""

    _masks: ClassVar = {"phone": mask_phone, "customer_uuid": mask_text}
    id: str
    account: str
    phone: str
    status: str
    batch_number: str
    customer_uuid: str
    time: datetime | None
    received_at: datetime
    source: str
    forged: bool


class TakenReplies(Sequence[ReplyView]):
    """Replies that are taken when the transaction of `connection` is committed: what is done with them through it is done once."""

    def __init__(self, replies: Sequence[ReplyView], connection: sa.Connection) -> None:
        self._replies = tuple(replies)
        self.connection = connection

    @overload
    def __getitem__(self, index: int) -> ReplyView: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[ReplyView, ...]: ...

    def __getitem__(self, index: int | slice) -> ReplyView | tuple[ReplyView, ...]:
        return self._replies[index]

    def __len__(self) -> int:
        return len(self._replies)

    def __repr__(self) -> str:
        return f"TakenReplies({list(self._replies)!r})"


class _GivenBack(Exception):  # noqa: N818  # no error: it ends a transaction without a commit
    pass


OnReply = Callable[[ReplyView, sa.Connection], None]


def replies(
    unit: Unit, *, account: str | None, since: datetime | None, phone: str | None, taken: bool | None, oldest_first: bool, most: int,
) -> list[ReplyView]:
    """See `Outbox.replies`."""
    query = sa.select(_RECORDS).where(schema.REPLIES, *_bounds(account, since))
    if phone is not None:
        query = query.where(stored_for(_RECORDS.c.phone_key, number(phone)))
    if taken is not None:
        query = query.where(_RECORDS.c.taken_at.is_not(None) if taken else schema.UNTAKEN)
    order = _RECORDS.c.id if oldest_first else _RECORDS.c.id.desc()
    return _views(unit.connection, unit.connection.execute(query.order_by(order).limit(at_least_one(most))).all())


def unmatched(unit: Unit, *, account: str | None, since: datetime | None, most: int) -> list[UnmatchedView]:
    """See `Outbox.unmatched`."""
    query = sa.select(_RECORDS).where(schema.STRAYS, *_bounds(account, since)).order_by(_RECORDS.c.id.desc()).limit(at_least_one(most))
    return [
        UnmatchedView(
            row.id, row.account, row.phone, row.status or "", row.batch_number or "", row.customer_uuid, when_or_none(row.time),
            when(row.received_at), row.source, row.state == QUARANTINED,
        )
        for row in unit.connection.execute(query)
    ]


@contextmanager
def take(
    store: Store, most: int, *, connection: Joinable | None = None, accounts: Sequence[str] | None = None, after: str = "",
) -> Iterator[TakenReplies]:
    """See `Outbox.take_replies`. `after`: only those with later ids."""
    at_least_one(most)
    theirs: BaseException | None = None
    with suppress(_GivenBack), store.joined(connection) as joined:
        rows = joined.execute(untaken(store, most, accounts, after).values(taken_at=store.now(joined)).returning(_RECORDS)).all()
        try:
            yield TakenReplies(_views(joined, sorted(rows, key=lambda row: str(row.id))), joined)
        except BaseException as error:  # noqa: BLE001  # it is raised again below
            theirs = error
            # A caller may commit all the same. What PostgreSQL refuses here, after an error of its own, it cannot commit either.
            with suppress(SQLAlchemyError):
                given_back = sa.update(_RECORDS).where(_RECORDS.c.id.in_([row.id for row in rows]))
                joined.execute(given_back.values(taken_at=None))
            raise _GivenBack from None
    if theirs is not None:
        raise theirs  # as it was: the store's own errors are masked, those of whoever handles a reply are none of its business


def untaken(store: Store, most: int, accounts: Sequence[str] | None, after: str) -> sa.Update:
    """The oldest that nobody has taken or is taking; by one statement, which on SQLite waits for its turn before it looks."""
    waiting = sa.select(_RECORDS.c.id).where(schema.UNTAKEN, _RECORDS.c.id > after).order_by(_RECORDS.c.id).limit(most)
    if accounts is not None:
        waiting = waiting.where(_RECORDS.c.account.in_(accounts))
    if not store.is_sqlite:  # there sqlite3 begins no transaction for what begins with WITH; here a bare subquery may be run again
        free = waiting.with_for_update(skip_locked=True).cte("free")
        waiting = sa.select(free.c.id)
    return sa.update(_RECORDS).where(_RECORDS.c.id.in_(waiting), schema.UNTAKEN)


def hand_over(store: Store, accounts: Sequence[str], handler: OnReply, stopped: Callable[[], bool]) -> Exception | None:
    """Give each reply that is there to the handler, in a transaction of its own. One that it fails with stays, for the next time, and
    keeps no other; gives the last such error. Raises StoreError."""
    failed: Exception | None = None
    last = ""
    waits = sa.select(_RECORDS.c.id).where(schema.UNTAKEN, _RECORDS.c.account.in_(accounts)).limit(1)
    while not stopped() and store.look(lambda unit, after=last: unit.connection.execute(waits.where(_RECORDS.c.id > after)).first()):  # type: ignore[misc]
        begun = False
        try:
            with take(store, 1, accounts=accounts, after=last) as some:
                begun = True
                if not some:  # another has it
                    break
                last = some[0].id
                handler(some[0], some.connection)
        except Exception as error:  # it is told, and the other replies are other people's
            if not begun:
                raise
            failed = error
    return failed


def at_least_one(most: int) -> int:
    """A bound. Raises InvalidRequestError."""
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise InvalidRequestError("most must be a whole number from 1 on", parameter="most")
    return most


def _bounds(account: str | None, since: datetime | None) -> Iterator[sa.ColumnElement[bool]]:
    if account is not None:
        yield _RECORDS.c.account == account
    if since is not None:
        yield _RECORDS.c.id >= first_id(max(0, stored("since", since)))


def _views(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[ReplyView]:
    references = dict[str, str | None]()
    for some in in_parts({row.message_id for row in rows} - {None}):
        query = sa.select(_MESSAGES.c.id, _MESSAGES.c.reference).where(_MESSAGES.c.id.in_(some))
        references.update((row.id, row.reference) for row in connection.execute(query))
    return [
        ReplyView(
            row.id, row.account, row.phone, row.text or "", when_or_none(row.time), when(row.received_at), row.source,
            row.sent_from or None, row.message_id, references.get(row.message_id), when_or_none(row.taken_at),
        )
        for row in rows
    ]
