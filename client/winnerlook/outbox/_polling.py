"""Fetching reports and replies: one poller an account, and each answer on disk before it is read (R1)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from winnerlook._wire import WireAnswer
from winnerlook.attempts import attempt_of
from winnerlook.certainty import Certainty
from winnerlook.errors import AnswerError, GatewayError, UnreadableResultError, WinnerlookError
from winnerlook.outbox import _leases as leases
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Holder
from winnerlook.outbox._confidential import at_hand
from winnerlook.outbox._errors import StoreError
from winnerlook.outbox._ids import new_id
from winnerlook.outbox._line import Line, read_answer
from winnerlook.outbox._outcomes import OVERSLEPT
from winnerlook.outbox._settling import Entered, enter
from winnerlook.outbox._spill import Spill
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.outbox._watch import Watch
from winnerlook.records import Reply, Report

STARTED, ANSWERED, PARSED, QUARANTINED = "STARTED", "ANSWERED", "PARSED", "QUARANTINED"
REFUSED, NOT_SENT, LOST = "REFUSED", "NOT_SENT", "LOST"
OPERATIONS = ("GetReport2Connect", "GetMo2Connect")
_POLLS = schema.polls
_MOST_POLLS = 10_000
_AT_ONCE = 100

Checkpoint = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Polled:
    """What polling brought. `busy`: another poller is at this account. `polls` were made, `failed` of them brought no answer that could be
    read; `error` is the last one's class name. Records: see `Entered`."""

    busy: bool = False
    polls: int = 0
    failed: int = 0
    error: str | None = None
    records: Entered = field(default_factory=Entered)


@dataclass(slots=True)
class _Poller:
    """One turn of one poller at one account, which holds the lease `fence`."""

    store: Store
    line: Line
    holder: Holder
    fence: int
    spill: Spill
    checkpoint: Checkpoint
    polled: Polled = field(default_factory=Polled)

    @property
    def lease_name(self) -> str:
        return lease_name(self.line.account)

    def turn(self, stopped: Callable[[], bool]) -> None:
        """Poll each operation until it has nothing more, or something goes wrong."""
        recover(self.store, self.line.account, self.fence, self.add)
        for operation in OPERATIONS:
            for _ in range(_MOST_POLLS):
                if stopped() or not self.once(operation):
                    break

    def once(self, operation: str) -> bool:
        """One poll. Whether to poll again: it brought something new."""
        watch = Watch(self.store.wall)
        row = self._start(operation)
        if row is None:  # the lease is another's by now
            return False
        poll_id = str(row["id"])
        self.checkpoint("poll started")
        if watch.milliseconds >= self.holder.lease - 1000 * self.line.call_seconds:
            # After a freeze: another may have ended this poll, and what came now would be in no window that it has shown.
            self._ended(poll_id, OVERSLEPT, Certainty.NOT_SENT)
            return False
        try:
            self.line.poll(operation, lambda answer: self._keep(row, answer))
        except StoreError as error:  # the answer came, and the database did not take it
            if not self.spill.holds(poll_id):
                self._ended(poll_id, type(error).__name__, Certainty.UNKNOWN)
            raise
        except WinnerlookError as error:
            self._ended(poll_id, type(error).__name__, error.certainty)
        except BaseException as error:
            attempt = attempt_of(error)
            self._ended(poll_id, type(error).__name__, attempt.certainty if attempt else Certainty.UNKNOWN)
            raise
        entered = settle(self.store, poll_id)
        self.checkpoint("parsed")
        self.add(entered)
        self.polled = replace(self.polled, polls=self.polled.polls + 1)
        return entered is not None and entered.new > 0

    def add(self, entered: Entered | None) -> None:
        """Count what came, None for an answer that could not be read or did not come."""
        if entered is None:
            self.polled = replace(self.polled, failed=self.polled.failed + 1)
            return
        total = self.polled.records
        self.polled = replace(self.polled, records=Entered(
            total.new + entered.new, total.duplicates + entered.duplicates, total.matched + entered.matched,
            total.quarantined + entered.quarantined,
        ))

    def _start(self, operation: str) -> dict[str, Any] | None:
        row: dict[str, Any] = {}

        def work(unit: Unit) -> bool:
            if not leases.renew(unit, self.lease_name, self.fence, self.holder.lease):
                return False
            if not row:  # another try is of the same poll
                row.update({
                    "id": new_id(unit.now), "account": self.line.account, "operation": operation, "binding": self.line.binding,
                    "owner": self.holder.name, "fence": self.fence, "started_at": unit.now,
                })
            self.store.insert_new(unit.connection, _POLLS, {**row, "state": STARTED, "possibly_lost": False})
            return True

        return row if self.store.run(work) else None

    def _keep(self, row: dict[str, Any], answer: WireAnswer) -> None:
        """The gateway has forgotten what is in this answer: it is kept whoever holds the lease now."""
        answered = {**row, "http_status": answer.status, "content_type": answer.content_type, "raw": answer.body}
        with self.spill.meanwhile(answered):
            self.store.run(lambda unit: _take_in(self.store, unit, answered))
        self.checkpoint("raw stored")

    def _ended(self, poll_id: str, name: str, certainty: Certainty) -> None:
        """Without an answer: what it held is lost, if it was ever on its way. With one, `settle` says what it is."""
        nothing = certainty is Certainty.NOT_SENT
        values = {"state": NOT_SENT if nothing else LOST, "possibly_lost": not nothing, "error": name}

        def work(unit: Unit) -> None:
            if _change(unit, poll_id, (STARTED,), ended_at=unit.now, **values) and not nothing:
                _note(unit, "POLL_LOST", poll_id, self.line.account, name)

        self.store.run(work)
        self.polled = replace(self.polled, error=name)


def lease_name(account: str) -> str:
    """Of an account's one poller."""
    return f"poll:{account}"


def poll(
    store: Store, line: Line, holder: Holder, folder: Path, *, checkpoint: Checkpoint, stopped: Callable[[], bool],
) -> Polled:
    """Fetch everything that an account has, unless another is at it. Answers that the database does not take go to `folder`; those that
    it did not take before are taken in first."""
    spill = Spill(folder, store.signer.store, store.look(lambda _unit: at_hand()))
    for row in spill.rows():
        store.run(lambda unit, row=row: _take_in(store, unit, row))  # type: ignore[misc]  # mypy knows no such lambda
        spill.remove(row["id"])
    name, owner = lease_name(line.account), f"{holder.name}:{secrets.token_hex(4)}"
    fence = store.run(lambda unit: leases.take(store, unit, name, owner, holder.lease))
    if fence is None:
        return Polled(busy=True)
    poller = _Poller(store, line, holder, fence, spill, checkpoint)
    try:
        poller.turn(stopped)
    finally:
        store.run(lambda unit: leases.give_back(unit, name, fence))
    return poller.polled


def recover(store: Store, account: str, fence: int, add: Callable[[Entered | None], None]) -> None:
    """End what a poller before left half done: an answer that is on disk is read; one that is not may be lost."""
    started = (_POLLS.c.account == account) & (_POLLS.c.state == STARTED) & (_POLLS.c.fence < fence)
    values = {"state": LOST, "possibly_lost": True, "error": "PollerLost"}

    def lose(unit: Unit) -> None:
        statement = sa.update(_POLLS).where(started).values(ended_at=unit.now, **values).returning(_POLLS.c.id)
        for poll_id in unit.connection.execute(statement).scalars().all():
            _note(unit, "POLL_LOST", poll_id, account, "PollerLost")

    store.run(lose)
    answered = sa.select(_POLLS.c.id).where(_POLLS.c.account == account, _POLLS.c.state == ANSWERED).order_by(_POLLS.c.id).limit(_AT_ONCE)
    while ids := store.look(lambda unit: list(unit.connection.execute(answered).scalars())):
        for poll_id in ids:
            add(settle(store, poll_id))


def settle(store: Store, poll_id: str, state: str = ANSWERED) -> Entered | None:
    """Read an answer that is on disk, and enter what it holds. None where it is not there, or cannot be read to its end."""
    row = store.look(lambda unit: unit.connection.execute(sa.select(_POLLS).where(_POLLS.c.id == poll_id)).one_or_none())
    if row is None or row.state != state:
        return None
    records, verdict = _read(row)
    done: list[Entered | None] = []

    def work(unit: Unit) -> Entered | None:
        if not _change(unit, poll_id, (state,), records=len(records), **verdict):
            return done[-1] if done else None  # by a try before, whose commit was not heard of, or by another
        entered = enter(store, unit, row.account, records, source="poll", poll_id=poll_id)
        if verdict["state"] == PARSED and not records:  # an empty answer is worth no disk
            unit.connection.execute(sa.update(_POLLS).where(_POLLS.c.id == poll_id).values(raw=None))
        if verdict["state"] == QUARANTINED and state != QUARANTINED:
            _note(unit, "POLL_QUARANTINED", poll_id, row.account, verdict["error"])
        if verdict["possibly_lost"] and not row.possibly_lost:
            _note(unit, "POLL_LOST", poll_id, row.account, verdict["error"])
        done.append(entered if verdict["state"] == PARSED or records else None)
        return done[-1]

    return store.run(work)


def _read(row: sa.Row[Any]) -> tuple[tuple[Report, ...] | tuple[Reply, ...], dict[str, Any]]:
    """What can be read of an answer, and what the poll's row is to say of it."""
    try:
        records = read_answer(row.binding, row.operation, WireAnswer(row.http_status, row.content_type, bytes(row.raw)))
    except GatewayError as error:
        unsure = error.certainty is Certainty.UNKNOWN
        return (), {"state": REFUSED, "possibly_lost": unsure, "code": error.code, "error": type(error).__name__}
    except UnreadableResultError as error:
        return error.records, {"state": QUARANTINED, "possibly_lost": False, "error": type(error).__name__}
    except AnswerError as error:
        return (), {"state": QUARANTINED, "possibly_lost": True, "error": type(error).__name__}
    except Exception as error:  # noqa: BLE001  # an answer that upsets the reader must not keep the later ones from being read
        return (), {"state": QUARANTINED, "possibly_lost": False, "error": type(error).__name__}
    return records, {"state": PARSED, "possibly_lost": False, "error": None}


def replay(store: Store, account: str | None) -> tuple[int, int]:
    """Read quarantined answers again. Gives how many there were, and how many could be read to their end now."""
    query = sa.select(_POLLS.c.id).where(_POLLS.c.state == QUARANTINED).order_by(_POLLS.c.id)
    if account is not None:
        query = query.where(_POLLS.c.account == account)
    ids = store.look(lambda unit: list(unit.connection.execute(query).scalars()))
    for poll_id in ids:
        settle(store, poll_id, QUARANTINED)
    left = store.look(lambda unit: set(unit.connection.execute(query).scalars()))
    return len(ids), len([poll_id for poll_id in ids if poll_id not in left])


def _take_in(store: Store, unit: Unit, row: dict[str, Any]) -> None:
    """Put an answer on its poll's row, as often as you like."""
    values = {"state": ANSWERED, "possibly_lost": False, "ended_at": unit.now}
    answer = {name: row[name] for name in ("http_status", "content_type", "raw")}
    if not _change(unit, row["id"], (STARTED, LOST), **values, **answer):
        store.insert_new(unit.connection, _POLLS, {**row, **values})  # a store that was put back from its backup has no such row


def _note(unit: Unit, kind: str, poll_id: str, account: str, error: str | None) -> None:
    unit.note(None, kind, {"poll": poll_id, "account": account, "error": error})


def _change(unit: Unit, poll_id: str, before: tuple[str, ...], **values: Any) -> bool:
    statement = sa.update(_POLLS).where(_POLLS.c.id == poll_id, _POLLS.c.state.in_(before))
    return unit.connection.execute(statement.values(**values)).rowcount == 1
