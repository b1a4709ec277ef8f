"""The log as a whole: every chain walked from where it begins, so that a change or a deletion is found (L1)."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._errors import LogError
from winnerlook.outbox._unit import Unit, entry_hash

PRUNED_LOG = "PRUNE_LOG"
"""The entry that says up to where the chains are going to be pruned: what `verify` believes their beginnings by."""
_AT_ONCE = 1000
_EVENTS = schema.events

Ends = dict[int, tuple[int, str]]
"""Of each chain: the number of an entry, and its hash."""


def verify(unit: Unit) -> Ends:
    """Walk every chain of the log, from where it was pruned to its end. Gives each one's length and last hash, to be noted elsewhere.
    Raises LogError at the first entry that was changed, where one is missing, and where the beginning was cut off without a word."""
    ends: Ends = {}
    begins: Ends = {}
    announced: list[Ends] = []
    for chain in unit.connection.execute(sa.select(schema.chains).order_by(schema.chains.c.lane)).all():
        begins[chain.lane] = (chain.pruned_seq, chain.pruned_hash)
        ends[chain.lane] = _walk(unit.connection, chain, announced)
    _check_beginnings(unit.connection, begins, announced)
    return ends


def _walk(connection: sa.Connection, chain: sa.Row[Any], announced: list[Ends]) -> tuple[int, str]:
    lane, seq, last = chain.lane, chain.pruned_seq, chain.pruned_hash
    while True:
        page = sa.select(_EVENTS).where(_EVENTS.c.lane == lane, _EVENTS.c.seq > seq).order_by(_EVENTS.c.seq).limit(_AT_ONCE)
        rows = connection.execute(page).all()
        for row in rows:
            seq += 1
            last = entry_hash(last, lane, seq, (row.at, row.message_id, row.kind, row.detail))
            if row.seq != seq or row.hash != last:
                raise LogError(f"the log's chain {lane} was changed at entry {seq}, or one before is missing", lane=lane, seq=seq)
            if row.kind == PRUNED_LOG:
                announced.append(announcement(row.detail))
        if not rows:
            break
    if (seq, last) != (chain.seq, chain.hash):
        raise LogError(f"the log's chain {lane} ends at entry {seq}, not as its end is noted", lane=lane, seq=seq)
    return seq, last


def announcement(detail: str) -> Ends:
    """What a PRUNE_LOG entry says."""
    return {int(lane): (int(seq), str(last)) for lane, (seq, last) in json.loads(detail)["chains"].items()}


def _check_beginnings(connection: sa.Connection, begins: Ends, announced: list[Ends]) -> None:
    """A chain may begin where an entry of the log said that it would, or, while that is under way, before."""
    for lane, (seq, last) in begins.items():
        if seq and not any(_allows(connection, said.get(lane), lane, (seq, last)) for said in announced):
            problem = f"the log's chain {lane} begins after entry {seq}, and no entry says that those before were pruned"
            raise LogError(problem, lane=lane, seq=seq)


def _allows(connection: sa.Connection, said: tuple[int, str] | None, lane: int, begin: tuple[int, str]) -> bool:
    if said is None or said[0] < begin[0]:
        return False
    if said[0] == begin[0]:
        return said == begin
    query = sa.select(_EVENTS.c.hash).where(_EVENTS.c.lane == lane, _EVENTS.c.seq == said[0])
    return connection.execute(query).scalar() == said[1]
