"""One transaction: the moves of messages in it, and what the log says of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._events import Entry
from winnerlook.outbox._states import HELD, TRANSITIONS, Move, State

_MESSAGES = schema.messages
ATTEMPTS = "attempts:"
"""Begins the names of those counters that are not kinds of log entries."""


def entry_hash(previous: str, lane: int, seq: int, entry: tuple[int, str | None, str, str]) -> str:
    """An entry's place in its chain: 64 hexadecimal digits over the one before and all of its own."""
    return hashlib.sha256(json.dumps([previous, lane, seq, *entry]).encode("ascii")).hexdigest()


class Unit:
    """What `Store.run` gives to its work. `now` is in milliseconds since 1970."""

    def __init__(self, connection: sa.Connection, now: int, lane: int) -> None:
        self.connection, self.now = connection, now
        self._lane = lane
        self._entries: list[Entry] = []
        self._tallies: Counter[str] = Counter()
        self.logged: tuple[Entry, ...] = ()

    def lock(self, message_id: str) -> sa.Row[Any] | None:
        """A message as it is, for this transaction alone; None where there is none."""
        query = sa.select(_MESSAGES).where(_MESSAGES.c.id == message_id).with_for_update()
        return self.connection.execute(query).one_or_none()

    def lock_all(self, message_ids: Sequence[str]) -> list[sa.Row[Any]]:
        """Those that there are, for this transaction alone. In the order of their ids, so that two who want the same ones do not each wait
        for the other."""
        query = sa.select(_MESSAGES).where(_MESSAGES.c.id.in_(message_ids)).order_by(_MESSAGES.c.id).with_for_update()
        return list(self.connection.execute(query).all())

    def move(self, row: sa.Row[Any], move: Move, *, detail: dict[str, Any] | None = None, **values: Any) -> sa.Row[Any] | None:
        """Make a move, if the message still stands where `row` saw it: its state and its fencing token. Gives the message as it is then,
        None where another was faster or the table has no such move."""
        to = TRANSITIONS.get((move, State(row.state)))
        if to is None:
            return None
        if to not in HELD:
            values = {"owner": None, "lease_until": None, **values}
        statement = (
            sa.update(_MESSAGES)
            .where(_MESSAGES.c.id == row.id, _MESSAGES.c.state == row.state, _MESSAGES.c.fence == row.fence)
            .values(state=to.value, changed_at=self.now, **values)
            .returning(_MESSAGES)
        )
        moved = self.connection.execute(statement).one_or_none()
        if moved is not None:
            self._say_put(row)
            detail = {"from": row.state, "to": to.value, "fence": moved.fence, **(detail or {})}
            self.note(row.id, move.value, detail, account=row.account)
        return moved

    def move_all(
        self, rows: Sequence[sa.Row[Any]], move: Move, detail: Callable[[sa.Row[Any]], dict[str, Any]] = lambda _row: {}, **values: Any,
    ) -> list[sa.Row[Any]]:
        """Make a move for several, which this transaction has locked, by one statement for each state that they stand in. `values` may be
        expressions; `detail` is asked of each as it is then. Gives those that moved, in the order of `rows`."""
        moved: dict[str, sa.Row[Any]] = {}
        for before, some in groupby(sorted(rows, key=lambda row: str(row.state)), key=lambda row: State(row.state)):
            to = TRANSITIONS.get((move, before))
            if to is None:
                continue
            kept = values if to in HELD else {"owner": None, "lease_until": None, **values}
            statement = (
                sa.update(_MESSAGES)
                .where(_MESSAGES.c.id.in_([row.id for row in some]), schema.beside(_MESSAGES.c.state) == before.value)
                .values(state=to.value, changed_at=self.now, **kept)
                .returning(_MESSAGES)
            )
            moved.update((row.id, row) for row in self.connection.execute(statement))
        for row in rows:
            if now := moved.get(row.id):
                self._say_put(row)
                said = {"from": row.state, "to": now.state, "fence": now.fence, **detail(now)}
                self.note(row.id, move.value, said, account=row.account)
        return [moved[row.id] for row in rows if row.id in moved]

    def _say_put(self, row: sa.Row[Any]) -> None:
        """The log begins with a message's first move: `put` may be inside a caller's transaction, which must not hold up the log."""
        if row.state == State.QUEUED and not row.fence:
            self._entries.append(Entry(row.created_at, row.id, "PUT", json.dumps({"account": row.account}), row.account))

    def note(self, message_id: str | None, kind: str, detail: dict[str, Any], *, account: str | None = None) -> None:
        """Let the log say something. No phone number, no text. Events tell the `account`, by default the detail's."""
        whose = account if account is not None else detail.get("account")
        self._entries.append(Entry(self.now, message_id, kind, json.dumps(detail, sort_keys=True), whose))

    def count_attempts(self, certainty: str, number: int = 1) -> None:
        """Let the metrics say how attempts ended. Entries of the log they count by themselves."""
        self._tallies[ATTEMPTS + certainty] += number

    def log(self) -> None:
        """Append to the chain. The last thing a transaction does: it holds the chain's end until the commit, and waits for nothing else."""
        if not self._entries and not self._tallies:
            return
        chains, lane = schema.chains, self._lane
        end = self.connection.execute(sa.select(chains).where(chains.c.lane == lane).with_for_update()).one()
        seq, previous, rows = end.seq, end.hash, []
        for entry in self._entries:
            seq += 1
            previous = entry_hash(previous, lane, seq, (entry.at, entry.message_id, entry.kind, entry.detail))
            rows.append({
                "lane": lane, "seq": seq, "at": entry.at, "message_id": entry.message_id, "kind": entry.kind, "detail": entry.detail,
                "hash": previous,
            })
        if rows:
            self.connection.execute(sa.insert(schema.events), rows)
        self._tallies.update(Counter(entry.kind for entry in self._entries) + Counter(json.loads(end.tallies)))
        values = {"seq": seq, "hash": previous, "tallies": json.dumps(self._tallies, sort_keys=True)}
        self.connection.execute(sa.update(chains).where(chains.c.lane == lane).values(**values))
        self.logged, self._entries = (*self.logged, *self._entries), []
        self._tallies.clear()
