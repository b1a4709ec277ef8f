"""Sealing what is not sealed with the newest key: rows from before there was a key, and after a rotation all of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import exc

from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._confidential import Confidential, Keyed, RawAnswer, as_stored, at_hand
from winnerlook.outbox._errors import StoreError, masked
from winnerlook.outbox._keys import FILE_VARIABLE, VARIABLE
from winnerlook.outbox._opening import renew_vault
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._vault import MARK, Vault

_TABLES = (schema.messages, schema.polls, schema.records)
_AT_ONCE = 500


def encrypt(store: Store) -> int:
    """Do it, some rows a transaction. Gives how many rows that were. Once it has ended, older keys are needed no more."""
    ring = store.access.ring
    if ring is None:
        raise ConfigurationError(f"there is no key to encrypt with: give Outbox one, or set {VARIABLE} or {FILE_VARIABLE}")
    total = 0
    while changed := sum(_table(store, table) for table in _TABLES):  # others may have stored by an older key meanwhile
        total += changed
    if store.is_sqlite and (total or store.look(lambda _unit: at_hand().clear_left)):
        _wipe(store.engine)
    store.run(lambda unit: renew_vault(unit.connection, ring))
    store.access.forget()
    return total


def _table(store: Store, table: sa.Table) -> int:
    columns = [column for column in table.columns if isinstance(column.type, Confidential | RawAnswer | Keyed)]
    total, last = 0, ""
    while ids := store.look(lambda unit, last=last: _stale(unit, table, columns, table.c.id > last)):  # type: ignore[misc]
        total += store.run(lambda unit, ids=ids: _renew(unit, table, columns, ids))  # type: ignore[misc]
        last = ids[-1]
    return total


def _stale(unit: Unit, table: sa.Table, columns: list[sa.Column[object]], condition: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(table.c.id).where(condition, sa.or_(*map(_is_stale, columns))).order_by(table.c.id).limit(_AT_ONCE)
    return list(unit.connection.execute(query).scalars())


def _is_stale(column: sa.Column[object]) -> sa.ColumnElement[bool]:
    """Whether it is there, and not as the newest key would have it."""
    vault, stored = at_hand(), as_stored(column)
    assert isinstance(vault, Vault)
    mark: str | bytes = vault.newest_text
    if isinstance(column.type, Keyed):
        mark = MARK
    elif isinstance(column.type, RawAnswer):
        mark = vault.newest_bytes
    return sa.func.substr(stored, 1, len(mark), type_=stored.type) != mark


def _renew(unit: Unit, table: sa.Table, columns: list[sa.Column[object]], ids: list[str]) -> int:
    """Read and write them back: their types do the rest."""
    query = sa.select(table.c.id, *columns).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update()
    rows = [{f"new_{name}": value for name, value in row._mapping.items()} for row in unit.connection.execute(query)]  # noqa: SLF001
    values = {column.name: sa.bindparam(f"new_{column.name}", type_=column.type) for column in columns}
    unit.connection.execute(sa.update(table).where(table.c.id == sa.bindparam("new_id")).values(values), rows)
    return len(rows)


def _wipe(engine: sa.Engine) -> None:
    """SQLite leaves what a row was before in unused parts of its file: write the file anew, and empty its log."""
    with masked():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            try:
                cursor.execute("VACUUM")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except engine.dialect.loaded_dbapi.OperationalError as error:
                raise exc.OperationalError("VACUUM", None, error) from None
        finally:
            connection.close()
    if busy:
        raise StoreError("all rows are encrypted, but what they were before is still in the file: call Outbox.encrypt() again", kind="Busy")
