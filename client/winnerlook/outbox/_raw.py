"""Rows as the store has them, to the letter: what is encrypted stays so. For archives, which must be equal to what they keep."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from winnerlook.masking import mask_phone, mask_text
from winnerlook.outbox._confidential import Confidential, Keyed, RawAnswer, as_stored

AT_ONCE = 500
Values = dict[str, Any]
"""A row by its columns, as JSON has it: bytes in base64."""

_MASKS: dict[str, Callable[[str], str]] = {"phone": mask_phone, "sent_from": mask_phone}
_PERSONAL = (Confidential, RawAnswer, Keyed)


def select(table: sa.Table) -> sa.Select[Any]:
    """Every column, past the types that hide and show."""
    return sa.select(*(as_stored(each).label(each.name) if isinstance(each.type, _PERSONAL) else each for each in table.columns))


def values(row: sa.Row[Any]) -> Values:
    """A row that `select` gave."""
    return {name: _json(value) for name, value in row._mapping.items()}  # noqa: SLF001  # SQLAlchemy's own public name


def shown(table: sa.Table, row: sa.Row[Any], *, mask: bool) -> Values:
    """A row through the types that show, its numbers and texts masked or not."""
    found: Values = {}
    for column in table.columns:
        value = row._mapping[column]  # noqa: SLF001
        if mask and value is not None and isinstance(column.type, _PERSONAL):
            value = f"<{len(value)} bytes>" if isinstance(value, bytes) else _MASKS.get(column.name, mask_text)(value)
        found[column.name] = _json(value)
    return found


def pages(
    connection: sa.Connection, query: sa.Select[Any], key: Sequence[sa.ColumnElement[Any]], start: Sequence[Any] | None = None,
) -> Iterator[list[sa.Row[Any]]]:
    """The rows of a query in the order of a unique key, some at a time."""
    after = start
    while True:
        page = query if after is None else query.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
        rows = connection.execute(page.order_by(*key).limit(AT_ONCE)).all()
        if not rows:
            return
        yield list(rows)
        after = [rows[-1]._mapping[str(column.key)] for column in key]  # noqa: SLF001


def _json(value: Any) -> Any:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | memoryview) else value
