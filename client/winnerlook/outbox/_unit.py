"""One transaction: the moves of messages in it, and what the log says of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from winnerlook.outbox import _schema as schema
from winnerlook.outbox._states import HELD, TRANSITIONS, Move, State

_MESSAGES = schema.messages


@dataclass(frozen=True, slots=True)
class _Entry:
    at: int
    message_id: str | None
    kind: str
    detail: str


def entry_hash(previous: str, lane: int, seq: int, entry: tuple[int, str | None, str, str]) -> str:
    """An entry's place in its chain: 64 hexadecimal digits over the one before and all of its own."""
    return hashlib.sha256(json.dumps([previous, lane, seq, *entry]).encode("ascii")).hexdigest()


class Unit:
    """What `Store.run` gives to its work. `now` is in milliseconds since 1970."""

    def __init__(self, connection: sa.Connection, now: int, lane: int) -> None:
        self.connection, self.now = connection, now
        self._lane = lane
        self._entries: list[_Entry] = []

    def lock(self, message_id: str) -> sa.Row[Any] | None:
        """A message as it is, for this transaction alone; None where there is none."""
        query = sa.select(_MESSAGES).where(_MESSAGES.c.id == message_id).with_for_update()
        return self.connection.execute(query).one_or_none()

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
            self.note(row.id, move.value, {"from": row.state, "to": to.value, "fence": moved.fence, **(detail or {})})
        return moved

    def _say_put(self, row: sa.Row[Any]) -> None:
        """The log begins with a message's first move: `put` may be inside a caller's transaction, which must not hold up the log."""
        if row.state == State.QUEUED and not row.fence:
            self._entries.append(_Entry(row.created_at, row.id, "PUT", json.dumps({"account": row.account})))

    def note(self, message_id: str | None, kind: str, detail: dict[str, Any]) -> None:
        """Let the log say something. No phone number, no text."""
        self._entries.append(_Entry(self.now, message_id, kind, json.dumps(detail, sort_keys=True)))

    def log(self) -> None:
        """Append to the chain. The last thing a transaction does: it holds the chain's end until the commit, and waits for nothing else."""
        if not self._entries:
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
        self.connection.execute(sa.insert(schema.events), rows)
        self.connection.execute(sa.update(chains).where(chains.c.lane == lane).values(seq=seq, hash=previous))
        self._entries = []
