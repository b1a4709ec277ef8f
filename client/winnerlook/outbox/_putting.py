"""Taking messages in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._borrowing import Joinable
from winnerlook.outbox._confidential import stored_for
from winnerlook.outbox._message import Message, check, late, new_row
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._wakeup import announced, run_announced

_CHUNK = 1000
"""Rows that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Put:
    """`id` is the message's own, or where `duplicate` that of the message that had its key before."""

    id: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class PutMany:
    """How many were taken in, and how many left out because their keys were there before."""

    put: int
    duplicates: int


def put(store: Store, message: Message, account: str | None, connection: Joinable | None) -> Put:
    """Take one in. Raises InvalidRequestError before anything is written, StoreError."""
    check(message, account)  # a wrong one opens no transaction
    if connection is not None:
        with announced(store, connection) as joined:
            return _put(store, joined, new_row(message, account, store.now(joined)))
    row: dict[str, Any] = {}

    def work(unit: Unit) -> Put:
        row.update(row or new_row(message, account, unit.now))  # another try is of the same message
        return _put(store, unit.connection, row)

    return run_announced(store, work)


def _put(store: Store, connection: sa.Connection, row: dict[str, Any]) -> Put:
    _check_time(connection, row)
    if store.insert_new(connection, schema.messages, row):
        return Put(row["id"])
    known = str(_known(connection, row))
    return Put(known, duplicate=known != row["id"])


def _check_time(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Refuse what comes too late; not what comes again, such as an event that is handled twice."""
    wrong = late(row, row["created_at"])
    if wrong is not None and _known(connection, row) is None:
        raise wrong


def _known(connection: sa.Connection, row: dict[str, Any]) -> str | None:
    """What was there before: the same key, or the very message, by a commit whose answer was lost."""
    messages = schema.messages
    same = messages.c.id == row["id"]
    if row["dedup_key"] is not None:
        same |= (messages.c.account == row["account"]) & stored_for(messages.c.dedup_key, row["dedup_key"])
    return connection.execute(sa.select(messages.c.id).where(same)).scalar_one_or_none()


def put_many(
    store: Store, messages: Iterable[Message | tuple[str, str]], account: str | None, connection: Joinable | None, *, atomic: bool,
) -> PutMany:
    """Take in what an iterator gives, a chunk at a time in memory. Raises InvalidRequestError with the position of the wrong one."""
    if atomic or connection is not None:
        with announced(store, connection) as joined:
            return _total(_insert(store, joined, chunk, account) for chunk in _chunks(messages))
    return _total(_committed(store, chunk, account) for chunk in _chunks(messages))


def _committed(store: Store, chunk: tuple[int, list[Message]], account: str | None) -> tuple[int, int]:
    rows: list[dict[str, Any]] = []

    def work(unit: Unit) -> tuple[int, int]:
        if not rows:
            rows.extend(_rows(unit.connection, chunk, account, unit.now))
            put = store.insert_new(unit.connection, schema.messages, rows)
        else:  # a try before may have been committed, and its answer lost
            store.insert_new(unit.connection, schema.messages, rows)
            there = schema.messages.c.id.in_([row["id"] for row in rows])
            put = unit.connection.execute(sa.select(sa.func.count()).select_from(schema.messages).where(there)).scalar_one()
        return put, len(rows) - put

    return run_announced(store, work)


def _chunks(messages: Iterable[Message | tuple[str, str]]) -> Iterator[tuple[int, list[Message]]]:
    iterator, start = iter(messages), 0
    while chunk := [_message(item, start + place) for place, item in enumerate(islice(iterator, _CHUNK))]:
        yield start, chunk
        start += len(chunk)


def _message(item: object, position: int) -> Message:
    if isinstance(item, Message):
        return item
    if isinstance(item, tuple | list) and [type(part) for part in item] == [str, str]:
        return Message(*item)
    raise InvalidRequestError(
        f"message {position} (counted from 0) is neither a Message nor a pair of number and text; nothing from it on was taken in",
        parameter="messages",
    )


def _insert(store: Store, connection: sa.Connection, chunk: tuple[int, list[Message]], account: str | None) -> tuple[int, int]:
    rows = _rows(connection, chunk, account, store.now(connection))
    put = store.insert_new(connection, schema.messages, rows)
    return put, len(rows) - put


def _rows(connection: sa.Connection, chunk: tuple[int, list[Message]], account: str | None, now: int) -> list[dict[str, Any]]:
    start, messages = chunk
    rows = []
    for place, message in enumerate(messages):
        try:
            rows.append(new_row(message, account, now))
            _check_time(connection, rows[-1])
        except InvalidRequestError as error:
            raise InvalidRequestError(
                f"message {start + place} (counted from 0): {error}", parameter=error.parameter, operation=error.operation,
            ) from None
    return rows


def _total(counts: Iterable[tuple[int, int]]) -> PutMany:
    put = duplicates = 0
    for taken, left_out in counts:
        put, duplicates = put + taken, duplicates + left_out
    return PutMany(put, duplicates)
