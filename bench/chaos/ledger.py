"""What the mock and the outbox each say of a run, in one form for both stores."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS that the mock took on and charged. `status` is what its report says; `polled_at` are the moments, in seconds since 1970, at
    which it was handed to a poller, `pushed` says whether the receiver said that it has it."""

    account: str
    phone: str
    customer_uuid: str
    operation: str
    batch_number: str
    cost: int
    status: str = ""
    polled_at: tuple[float, ...] = ()
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class HandedReply:
    """A reply that a poll took from the mock, or that was pushed, `at` None, and taken."""

    account: str
    phone: str
    text: str
    at: float | None


@dataclass(slots=True)
class MockLedger:
    """All of it. `charged` and `spent` are the account statements' sums; `dropped` is what the mock had no room for."""

    sent: list[Sent]
    replies: list[HandedReply] = field(default_factory=list)
    charged: int = 0
    spent: int = 0
    dropped: int = 0
    faults: dict[str, dict[str, int]] = field(default_factory=dict)
    """Strikes by kind, and in each by ``send`` and ``poll``."""
    pushes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt's row."""

    number: int
    customer_uuid: str
    operation: str
    certainty: str | None
    echoed: bool
    batch_number: str | None = None


@dataclass(slots=True)
class Kept:
    """A message in the outbox."""

    id: str
    phone: str
    state: str
    possible_duplicate: bool = False
    proven_duplicate: bool = False
    attempts: list[Try] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LostWindow:
    """A poll whose answer may have been lost, or could not be read and is kept; in seconds of the run's own time."""

    account: str
    operation: str
    start: float
    end: float


@dataclass(slots=True)
class OutboxLedger:
    """All of it. `records` are (account, phone, batch number) of reports, `replies` (account, phone, text). `left_doubt` counts, for the
    messages that were ever in doubt, the last move that ended it."""

    kept: list[Kept]
    records: set[tuple[str, str, str]] = field(default_factory=set)
    replies: set[tuple[str, str, str]] = field(default_factory=set)
    windows: list[LostWindow] = field(default_factory=list)
    left_doubt: Counter[str] = field(default_factory=Counter)
    polls: Counter[str] = field(default_factory=Counter)
    lapses: int = 0


def read_outbox(engine: sa.Engine) -> OutboxLedger:
    """From the tables themselves: whoever checks takes nobody's word."""
    with engine.connect() as connection:
        def rows(statement: str) -> list[sa.Row[tuple[object, ...]]]:
            return list(connection.execute(sa.text(statement)).all())

        attempts: dict[str, list[Try]] = defaultdict(list)
        for row in rows("SELECT * FROM wl_attempts ORDER BY message_id, number"):
            attempts[row.message_id].append(
                Try(row.number, row.customer_uuid, row.operation, row.certainty, row.echoed_at is not None, row.batch_number),
            )
        kept = [
            Kept(row.id, row.phone, row.state, bool(row.possible_duplicate), bool(row.proven_duplicate), attempts[row.id])
            for row in rows("SELECT id, phone, state, possible_duplicate, proven_duplicate FROM wl_messages ORDER BY id")
        ]
        polls = rows("SELECT account, operation, state, possibly_lost, started_at, ended_at FROM wl_polls")
        windows = [
            LostWindow(row.account, row.operation, row.started_at / 1000, (row.ended_at or 1e18) / 1000)
            for row in polls if row.possibly_lost or row.state == "QUARANTINED"
        ]
        records = rows("SELECT kind, account, phone, batch_number, text FROM wl_records")
        moves = rows(
            "SELECT message_id, kind, detail FROM wl_events WHERE message_id IN "
            "(SELECT message_id FROM wl_events WHERE detail LIKE '%\"to\": \"UNKNOWN\"%') ORDER BY at, lane, seq"
        )
        (lapses,) = rows("SELECT count(*) AS n FROM wl_events WHERE kind = 'LAPSE'")
    return OutboxLedger(
        kept,
        {(row.account, row.phone, row.batch_number) for row in records if row.kind == "report"},
        {(row.account, row.phone, row.text) for row in records if row.kind == "reply"},
        windows, _ends_of_doubt(moves, kept), Counter(row.state for row in polls), int(lapses.n),
    )


def _ends_of_doubt(moves: list[sa.Row[tuple[object, ...]]], kept: list[Kept]) -> Counter[str]:
    """By the last move out of it, for those that are not in it. Entries of different chains may have changed places."""
    left = dict.fromkeys((row.message_id for row in moves), "open")
    left |= {row.message_id: row.kind for row in moves if '"from": "UNKNOWN"' in row.detail}
    left |= {message.id: "open" for message in kept if message.id in left and message.state == "UNKNOWN"}
    return Counter(left.values())
