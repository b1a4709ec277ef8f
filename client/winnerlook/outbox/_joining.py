"""Whether an archive is this store's: its part of the log must go on where the store's does."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._archive import Archive
from winnerlook.outbox._errors import ArchiveError
from winnerlook.outbox._export import EXPORTED
from winnerlook.outbox._ranges import hash_of
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit


def verified(store: Store, path: Path) -> tuple[Archive, bool]:
    """A whole archive of this store, and whether the store's log names its export. Raises ArchiveError."""
    found = archives.check(path)
    if found.store != store.signer.store:
        raise ArchiveError("the archive is another store's")
    return found, store.snapshot(lambda unit: _joins(unit, found))


def _joins(unit: Unit, found: Archive) -> bool:
    chains = {chain.lane: chain for chain in unit.connection.execute(sa.select(schema.chains))}
    for lane, part in found.chains.items():
        for seq, last in part:
            chain = chains.get(lane)
            if chain is None or seq > chain.seq:
                raise ArchiveError(f"the archive has entry {seq} of the log's chain {lane}, and the store has not: is it an older copy?")
            if seq >= chain.pruned_seq and last != _hash(unit.connection, chain, seq):
                raise ArchiveError(f"entry {seq} of the log's chain {lane} is another one in the archive than in the store")
    return _is_named(unit.connection, found.sha256)


def _hash(connection: sa.Connection, chain: sa.Row[tuple[object, ...]], seq: int) -> str | None:
    return str(chain.pruned_hash) if seq == chain.pruned_seq else hash_of(connection, chain.lane, seq)


def _is_named(connection: sa.Connection, sha256: str) -> bool:
    events = schema.events
    query = sa.select(events.c.seq).where(events.c.kind == EXPORTED, events.c.detail.contains(sha256, autoescape=True)).limit(1)
    return connection.execute(query).scalar() is not None
