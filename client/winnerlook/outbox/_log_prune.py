"""Cutting the beginning of the log's chains off: said in the log first, then done a little at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _raw as raw
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._archive import Archive, Line
from winnerlook.outbox._log import PRUNED_LOG, Ends
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit

_AT_ONCE = 500
_EVENTS, _CHAINS, _MESSAGES = schema.events, schema.chains, schema.messages


def cut_log(store: Store, archive: Path, found: Archive, before: int, checkpoint: Callable[[str], None]) -> tuple[int, str | None]:
    """Delete the entries before `before` that the archive holds and whose messages are gone, as far as nothing stands between them. Gives
    how many, and the message that the first one which stays waits for."""
    begins = store.look(_begins)
    ends, waits_for = _reach(store, archive, begins, before)
    if ends != begins:
        detail = {"archive": found.sha256, "chains": {str(lane): list(end) for lane, end in ends.items() if end[0]}}
        store.run(lambda unit: unit.note(None, PRUNED_LOG, detail))
        checkpoint("log announced")
    for lane, (end, _) in ends.items():
        while store.run(lambda unit, lane=lane, end=end: _cut(unit, lane, end)):  # type: ignore[misc]  # mypy does not infer it
            checkpoint("log pruned")
    return sum(ends[lane][0] - begins[lane][0] for lane in ends), waits_for


def _begins(unit: Unit) -> Ends:
    query = sa.select(_CHAINS).order_by(_CHAINS.c.lane)
    return {chain.lane: (int(chain.pruned_seq), str(chain.pruned_hash)) for chain in unit.connection.execute(query)}


def _reach(store: Store, archive: Path, begins: Ends, before: int) -> tuple[Ends, str | None]:
    """Up to where each chain may go."""
    ends, waits_for = dict(begins), None
    with archives.opened(archive) as file:
        for lane, lines in groupby(_entries(file), key=lambda row: int(row["lane"])):
            while page := list(islice(lines, _AT_ONCE)):
                ends[lane], stays = _reach_of_page(store, page, ends[lane], before)
                waits_for = waits_for or stays
    return ends, waits_for


def _entries(file: Any) -> Iterator[Line]:
    return (line["row"] for line in archives.read(file) if line["kind"] == archives.ENTRY)


def _reach_of_page(store: Store, page: Sequence[Line], end: tuple[int, str], before: int) -> tuple[tuple[int, str], str | None]:
    lane, last = page[0]["lane"], page[-1]["seq"]
    if last <= end[0] or page[0]["seq"] > end[0] + 1:
        return end, None
    here, kept = store.look(lambda unit: _look(unit, lane, end[0], last))
    for row in page:
        if row["seq"] != end[0] + 1:
            continue
        if row["at"] >= before or here.get(row["seq"]) != row:
            break
        if row["message_id"] in kept:
            return end, row["message_id"]
        end = (row["seq"], row["hash"])
    return end, None


def _look(unit: Unit, lane: int, after: int, last: int) -> tuple[dict[int, raw.Values], set[str]]:
    """The store's own entries, and which of their messages are there still."""
    part = (_EVENTS.c.lane == lane) & (_EVENTS.c.seq > after) & (_EVENTS.c.seq <= last)
    rows = {row.seq: raw.values(row) for row in unit.connection.execute(raw.select(_EVENTS).where(part))}
    named = {row["message_id"] for row in rows.values()} - {None}
    return rows, set(unit.connection.execute(sa.select(_MESSAGES.c.id).where(_MESSAGES.c.id.in_(named))).scalars())


def _cut(unit: Unit, lane: int, end: int) -> bool:
    """Cut some off. Whether there was anything to cut."""
    chain = unit.connection.execute(sa.select(_CHAINS).where(_CHAINS.c.lane == lane).with_for_update()).one()
    upto = min(chain.pruned_seq + _AT_ONCE, end)
    if upto <= chain.pruned_seq:
        return False
    last = unit.connection.execute(sa.select(_EVENTS.c.hash).where(_EVENTS.c.lane == lane, _EVENTS.c.seq == upto)).scalar_one()
    unit.connection.execute(sa.delete(_EVENTS).where(_EVENTS.c.lane == lane, _EVENTS.c.seq <= upto))
    unit.connection.execute(sa.update(_CHAINS).where(_CHAINS.c.lane == lane).values(pruned_seq=upto, pruned_hash=last))
    return True
