"""A store's vault: looked up, made, and sealed anew.

The key of the hashes is the store's own, at random, and lies in `wl_meta`, sealed: so the hashes stay what they are when keys are rotated
(a de-duplication key could not be hashed anew), and a wrong key is known before anything is done.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._confidential import as_stored, at_hand
from winnerlook.outbox._keys import KeyRing
from winnerlook.outbox._vault import NoVault, Seals, Vault, no_key, opened_bytes, sealed_bytes

_VAULT, _CLEAR_LEFT = "vault", "clear_left"
_PLACE = b"wl_meta.value"
_META = schema.meta
_UNIQUE = {"wl_messages": schema.messages.c.dedup_key, "wl_records": schema.records.c.identity}
_GOOD_SECONDS = 5.0

InsertNew = Callable[[sa.Connection, sa.Table, dict[str, Any]], int]


def find_vault(connection: sa.Connection, ring: KeyRing | None) -> Vault | None:
    """The store's, None where it has none. Raises ConfigurationError where it has one, and there is no key or a wrong one."""
    rows = connection.execute(sa.select(_META.c.name, _META.c.value).where(_META.c.name.in_([_VAULT, _CLEAR_LEFT])))
    kept = {name: bytes(value) for name, value in rows}
    if _VAULT not in kept:
        return None
    if ring is None:
        raise no_key()
    return Vault(ring, opened_bytes(ring, _PLACE, kept[_VAULT]), clear_left=_CLEAR_LEFT in kept)


def make_vault(connection: sa.Connection, ring: KeyRing, insert_new: InsertNew) -> Vault:
    """The store's, made where it has none. Raises ConfigurationError for a wrong key."""
    found = find_vault(connection, ring)
    if found is not None:
        return found
    insert_new(connection, _META, {"name": _VAULT, "value": sealed_bytes(ring, _PLACE, secrets.token_bytes(32))})
    if any(connection.execute(sa.select(table.c.id).limit(1)).first() for table in (schema.messages, schema.polls, schema.records)):
        insert_new(connection, _META, {"name": _CLEAR_LEFT, "value": b"1"})
    vault = find_vault(connection, ring)
    if vault is None:  # another transaction has made it, and this one sees only what was before
        raise ConfigurationError("another process is giving the outbox its key at this moment: try again")
    return vault


def renew_vault(connection: sa.Connection, ring: KeyRing) -> None:
    """Seal the hashes' key with the newest key, now that nothing else needs the older ones, and note that nothing is left in clear."""
    kept = connection.execute(sa.select(_META.c.value).where(_META.c.name == _VAULT).with_for_update()).scalar_one()
    sealed = sealed_bytes(ring, _PLACE, opened_bytes(ring, _PLACE, bytes(kept)))
    connection.execute(sa.update(_META).where(_META.c.name == _VAULT).values(value=sealed))
    connection.execute(sa.delete(_META).where(_META.c.name == _CLEAR_LEFT))


class Access:
    """What a `Store` knows of its vault: all of it from the first use on, and without a key for a few seconds, so that whoever was
    started without one does not go on storing in clear."""

    def __init__(self, ring: KeyRing | None) -> None:
        self.ring = ring
        self._seals: Seals = NoVault()
        self._good_until = -math.inf

    def ready(self, reader: sa.Engine, writer: sa.Engine, insert_new: InsertNew) -> Seals:
        """By connections of the store's own. Raises ConfigurationError for a key that is wrong or missing."""
        if time.monotonic() >= self._good_until:
            with reader.begin() as connection:
                vault = find_vault(connection, self.ring)
            if vault is None and self.ring is not None:
                with writer.begin() as connection:
                    vault = make_vault(connection, self.ring, insert_new)
            self._seals = vault or NoVault()
            self._good_until = math.inf if vault else time.monotonic() + _GOOD_SECONDS
        return self._seals

    def within(self, connection: sa.Connection, insert_new: InsertNew) -> Seals:
        """The same in a transaction that may yet come to nothing, with what was made in it: so nothing is remembered of it."""
        if time.monotonic() < self._good_until:
            return self._seals
        if self.ring is not None:
            return make_vault(connection, self.ring, insert_new)
        return find_vault(connection, None) or NoVault()

    def forget(self) -> None:
        """Look again at the next use."""
        self._good_until = -math.inf


def not_in_clear(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose unique key is not there as it was stored before there was a key: no constraint would find these equal."""
    column = _UNIQUE.get(table.name)
    if column is None or not at_hand().clear_left:
        return rows
    stored = as_stored(column)
    accounts, values = {row["account"] for row in rows}, {row[column.name] for row in rows} - {None}
    query = sa.select(table.c.account, stored).where(table.c.account.in_(accounts), stored.in_(values))
    known = {(account, value) for account, value in connection.execute(query)}
    return [row for row in rows if (row["account"], row[column.name]) not in known]
