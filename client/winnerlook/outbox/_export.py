"""Writing archives: a snapshot of messages and all that belongs to them, of what belongs to none, and of the log."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _archive as archives
from winnerlook.outbox import _raw as raw
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._archive import Archive, Writer
from winnerlook.outbox._errors import ArchiveError
from winnerlook.outbox._files import whole
from winnerlook.outbox._ranges import Parts, chain_parts, span
from winnerlook.outbox._store import Store
from winnerlook.outbox._times import stored
from winnerlook.outbox._unit import Unit

EXPORTED = "EXPORT"
_CONTENTS = (archives.STORED, archives.MASKED, archives.PLAIN)
_MESSAGES, _ATTEMPTS, _RECORDS, _POLLS, _EVENTS = schema.messages, schema.attempts, schema.records, schema.polls, schema.events

Target = str | os.PathLike[str] | IO[bytes]


def export(
    store: Store, to: Target, *, since: datetime | None = None, until: datetime | None = None, contents: str = archives.STORED,
) -> Archive:
    """See `Outbox.export`."""
    if contents not in _CONTENTS:
        raise InvalidRequestError(f"contents is one of {', '.join(_CONTENTS)}", parameter="contents")
    begin = None if since is None else stored("since", since)
    end = None if until is None else stored("until", until)
    if begin is not None and end is not None and begin >= end:
        raise InvalidRequestError("since must be earlier than until", parameter="since")
    name = store.signer.store
    target = whole(Path(to)) if isinstance(to, str | os.PathLike) else nullcontext(to)
    with target as file:
        begun: list[bool] = []

        def write(unit: Unit) -> Archive:
            if begun:  # of a gzip file, and of a pipe, nothing is taken back
                raise ArchiveError("the database failed half way; what was written has no last line: export again")
            begun.append(True)
            parts = chain_parts(unit.connection, begin, end)
            header = {"store": name, "contents": contents, "since": begin, "until": end, "at": unit.now, "chains": parts}
            return _Export(unit.connection, Writer(file, header), begin, end, contents).run(parts)

        made = store.snapshot(write)
    detail = {"sha256": made.sha256, "contents": contents, "since": begin, "until": made.until, "counts": made.counts}
    store.run(lambda unit: unit.note(None, EXPORTED, detail))
    return made


@dataclass(slots=True)
class _Export:
    connection: sa.Connection
    writer: Writer
    since: int | None
    until: int | None
    contents: str

    def run(self, parts: Parts) -> Archive:
        for page in self._pages(_MESSAGES, (_MESSAGES.c.id,), span(_MESSAGES.c.id, self.since, self.until)):
            self._write_messages(page)
        alone = span(_RECORDS.c.id, self.since, self.until) & _RECORDS.c.message_id.is_(None)
        self._write_all(archives.RECORD, _RECORDS, (_RECORDS.c.id,), alone)
        self._write_all(archives.POLL, _POLLS, (_POLLS.c.id,), span(_POLLS.c.id, self.since, self.until))
        for lane, ((begin, _), (end, _)) in sorted(parts.items()):
            part = (_EVENTS.c.lane == lane) & (_EVENTS.c.seq > begin) & (_EVENTS.c.seq <= end)
            self._write_all(archives.ENTRY, _EVENTS, (_EVENTS.c.lane, _EVENTS.c.seq), part)
        return self.writer.end()

    def _write_messages(self, page: Sequence[sa.Row[Any]]) -> None:
        ids = [row.id for row in page]
        attempts = self._belonging(_ATTEMPTS, (_ATTEMPTS.c.message_id, _ATTEMPTS.c.number), ids)
        records = self._belonging(_RECORDS, (_RECORDS.c.message_id, _RECORDS.c.id), ids)
        for row in page:
            self.writer.line(archives.MESSAGE, self._values(_MESSAGES, row), attempts=attempts[row.id], records=records[row.id])

    def _belonging(self, table: sa.Table, order: Sequence[sa.ColumnElement[Any]], ids: Sequence[str]) -> dict[str, list[raw.Values]]:
        found: dict[str, list[raw.Values]] = defaultdict(list)
        for row in self.connection.execute(self._select(table).where(table.c.message_id.in_(ids)).order_by(*order)):
            found[row.message_id].append(self._values(table, row))
        return found

    def _write_all(self, kind: str, table: sa.Table, key: Sequence[sa.ColumnElement[Any]], condition: sa.ColumnElement[bool]) -> None:
        for page in self._pages(table, key, condition):
            for row in page:
                self.writer.line(kind, self._values(table, row))

    def _pages(self, table: sa.Table, key: Sequence[sa.ColumnElement[Any]], condition: sa.ColumnElement[bool]) -> Any:
        return raw.pages(self.connection, self._select(table).where(condition), key)

    def _select(self, table: sa.Table) -> sa.Select[Any]:
        return raw.select(table) if self.contents == archives.STORED else sa.select(table)

    def _values(self, table: sa.Table, row: sa.Row[Any]) -> raw.Values:
        if self.contents == archives.STORED:
            return raw.values(row)
        return raw.shown(table, row, mask=self.contents == archives.MASKED)
