"""Which rows belong to a span of time. Ids begin with their time, so that the primary key finds them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._ids import first_id

_EVENTS = schema.events


def span(column: sa.ColumnElement[str], since: int | None, until: int | None) -> sa.ColumnElement[bool]:
    """Ids of `since` and later, before `until`; None is no bound."""
    late = sa.true() if since is None else column >= first_id(since)
    return late if until is None else late & (column < first_id(until))


Parts = dict[int, tuple[tuple[int, str], tuple[int, str]]]
"""Of each chain: the entry before a part of it, and the part's last one, each by number and hash."""


def chain_parts(connection: sa.Connection, since: int | None, until: int | None) -> Parts:
    """Of each chain with entries of the time, without a gap: the entry before the first, and the last.

    An entry's time is not always later than the one before: a message's PUT has the time when it was put. The part goes from the first
    entry that is late enough to the last that is early enough.
    """
    parts: Parts = {}
    for chain in connection.execute(sa.select(schema.chains).order_by(schema.chains.c.lane)).all():
        lane, begin = chain.lane, int(chain.pruned_seq)
        if since is not None:
            first = _end(connection, sa.func.min, (_EVENTS.c.lane == lane) & (_EVENTS.c.at >= since))
            begin = chain.seq if first is None else first - 1
        early = sa.true() if until is None else _EVENTS.c.at < until
        last = _end(connection, sa.func.max, (_EVENTS.c.lane == lane) & (_EVENTS.c.seq > begin) & early)
        if last is not None:
            before = chain.pruned_hash if begin == chain.pruned_seq else hash_of(connection, lane, begin)
            parts[lane] = ((begin, before or ""), (last, hash_of(connection, lane, last) or ""))
    return parts


def hash_of(connection: sa.Connection, lane: int, seq: int) -> str | None:
    """An entry's hash, None where there is none of this number."""
    return connection.execute(sa.select(_EVENTS.c.hash).where(_EVENTS.c.lane == lane, _EVENTS.c.seq == seq)).scalar()


def _end(connection: sa.Connection, which: Any, condition: sa.ColumnElement[bool]) -> int | None:
    return connection.execute(sa.select(which(_EVENTS.c.seq)).where(condition)).scalar()
