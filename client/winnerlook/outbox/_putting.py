"""Taking messages in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._message import Message, new_row
from winnerlook.outbox._store import Store

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


def put(store: Store, message: Message, account: str | None, connection: sa.Connection | None) -> Put:
    """Take one in. Raises InvalidRequestError before anything is written, StoreError."""
    new_row(message, account, 0)  # a wrong one opens no transaction
    with store.joined(connection) as joined:
        row = new_row(message, account, store.now(joined))
        if store.insert_new(joined, schema.messages, row):
            return Put(row["id"])
        return Put(_known(joined, row), duplicate=True)


def _known(connection: sa.Connection, row: dict[str, Any]) -> str:
    messages = schema.messages
    query = sa.select(messages.c.id).where(messages.c.account == row["account"], messages.c.dedup_key == row["dedup_key"])
    return str(connection.execute(query).scalar_one())


def put_many(
    store: Store, messages: Iterable[Message | tuple[str, str]], account: str | None, connection: sa.Connection | None, *, atomic: bool,
) -> PutMany:
    """Take in what an iterator gives, a chunk at a time in memory. Raises InvalidRequestError with the position of the wrong one."""
    if atomic or connection is not None:
        with store.joined(connection) as joined:
            return _total(_insert(store, joined, chunk, account) for chunk in _chunks(messages))
    return _total(_committed(store, chunk, account) for chunk in _chunks(messages))


def _committed(store: Store, chunk: tuple[int, list[Message]], account: str | None) -> tuple[int, int]:
    with store.joined(None) as own:
        return _insert(store, own, chunk, account)


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
    start, messages = chunk
    now, rows = store.now(connection), []
    for place, message in enumerate(messages):
        try:
            rows.append(new_row(message, account, now))
        except InvalidRequestError as error:
            raise InvalidRequestError(
                f"message {start + place} (counted from 0): {error}", parameter=error.parameter, operation=error.operation,
            ) from None
    put = store.insert_new(connection, schema.messages, rows)
    return put, len(rows) - put


def _total(counts: Iterable[tuple[int, int]]) -> PutMany:
    put = duplicates = 0
    for taken, left_out in counts:
        put, duplicates = put + taken, duplicates + left_out
    return PutMany(put, duplicates)
