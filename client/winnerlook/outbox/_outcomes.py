"""What came of an attempt, and what follows for its message."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.attempts import Attempt, attempt_of
from winnerlook.certainty import Certainty
from winnerlook.errors import CertificateError, InvalidRequestError, WinnerlookError
from winnerlook.evidence import Evidence
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Part, Ticket, has_doubt
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.results import Sent
from winnerlook.sms import segment_count

_ATTEMPTS = schema.attempts
LAPSED = "LeaseLapsed"
"""What stands for the error of an attempt whose worker was not heard of again. Its own answer may still come."""
OVERSLEPT = "Overslept"
"""What stands for the error of an attempt that was not made, because it was too late when its turn came."""
NO_CHANNEL = -8
_SHORTEST_BATCH_NUMBER = 12
"""Digits. Those of the gateway have 19, and a balance never has so many."""
_FIRST_WAIT, _LONGEST_WAIT = 1_000, 300_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a send ended. `put_back`: certainly not sent, and worth another try; `pause`: the next message would meet the same."""

    certainty: Certainty
    batch_number: str | None = None
    code: int | None = None
    error: str | None = None
    evidence: str | None = field(default=None, repr=False)
    put_back: bool = False
    pause: bool = False


def of_receipt(sent: Sent) -> Outcome:
    """A batch number came back. What is too short to be one, such as a balance, is the answer of another call: it proves nothing (R12)."""
    if len(sent.batch_number) < _SHORTEST_BATCH_NUMBER:
        return Outcome(Certainty.UNKNOWN, error="StrangeBatchNumber", evidence=_evidence(sent.attempts))
    return Outcome(Certainty.ACCEPTED, batch_number=sent.batch_number, evidence=_evidence(sent.attempts))


def of_error(error: BaseException) -> Outcome:
    """From what a send raised, be it an interruption."""
    if not isinstance(error, WinnerlookError):
        attempt = attempt_of(error)
        certainty = attempt.certainty if attempt else Certainty.UNKNOWN
        return Outcome(certainty, error=type(error).__name__, evidence=_evidence((attempt,) if attempt else ()), put_back=True)
    what = {"code": error.code, "error": type(error).__name__, "evidence": _evidence(error.attempts)}
    if isinstance(error, InvalidRequestError):  # certainly not sent, and never will be
        return Outcome(Certainty.REJECTED, **what)  # type: ignore[arg-type]
    account_wide = error.code in breakers.ACCOUNT_WIDE
    unreachable = error.certainty is Certainty.NOT_SENT
    put_back = unreachable or account_wide or error.code == NO_CHANNEL
    pause = account_wide or unreachable or isinstance(error, CertificateError)
    return Outcome(error.certainty, put_back=put_back, pause=pause, **what)  # type: ignore[arg-type]


def of_oversleeping() -> Outcome:
    """The moment to send had passed before a byte left: the process, or the machine, had stood still."""
    return Outcome(Certainty.NOT_SENT, error=OVERSLEPT, evidence=json.dumps(asdict(Evidence())), put_back=True)


def _evidence(tries: tuple[Attempt, ...]) -> str | None:
    return json.dumps(asdict(tries[-1].evidence)) if tries else None


def record(store: Store, unit: Unit, ticket: Ticket, outcome: Outcome) -> list[State]:
    """Write a call's outcome down, and let its messages move. Late ones count too, as evidence. Gives the messages' states; what had been
    written before is not written again."""
    parts = {part.message_id: part for part in ticket.parts}
    rows = unit.lock_all(list(parts))
    written = _write(unit, ticket, outcome)
    heard = [row for row in rows if row.id in written]
    unit.count_attempts(outcome.certainty, len(heard))
    if heard and outcome.code in breakers.ACCOUNT_WIDE:
        breakers.trip(store, unit, ticket.account, outcome.code, min(segment_count(row.text) for row in heard))
    states = {row.id: State(row.state) for row in rows}
    if outcome.certainty is Certainty.ACCEPTED and heard:
        breakers.succeeded(store, unit, ticket.account)
        states.update(_accepted(unit, heard, parts))
    else:
        current = [row for row in heard if row.fence == parts[row.id].fence]  # of the others another attempt has begun since
        moved = [_not_accepted(unit, row, parts[row.id], outcome, packed=len(parts) > 1) for row in current]
        states.update({row.id: State(row.state) for row in moved if row is not None})
    return list(states.values())


def _write(unit: Unit, ticket: Ticket, outcome: Outcome) -> set[str]:
    """Which messages' attempts had no outcome of their own before."""
    unheard = _ATTEMPTS.c.certainty.is_(None) | (_ATTEMPTS.c.error == LAPSED)
    statement = sa.update(_ATTEMPTS).where(_ATTEMPTS.c.customer_uuid == ticket.customer_uuid, unheard)
    values = {
        "ended_at": unit.now, "certainty": outcome.certainty.value, "evidence": outcome.evidence, "batch_number": outcome.batch_number,
        "code": outcome.code, "error": outcome.error,
    }
    return set(unit.connection.execute(statement.values(**values).returning(_ATTEMPTS.c.message_id)).scalars())


def _not_accepted(unit: Unit, row: sa.Row[Any], part: Part, outcome: Outcome, *, packed: bool) -> sa.Row[Any] | None:
    detail = {"attempt": part.number, "certainty": outcome.certainty.value, "code": outcome.code, "error": outcome.error}
    if outcome.certainty is Certainty.UNKNOWN:
        return doubt(unit, row, detail) if row.state == State.ATTEMPT else None
    # One message may be to blame, or the balance too low for all of them and not for some.
    alone = packed and (outcome.code == breakers.BALANCE_CODE or not outcome.put_back)
    if outcome.put_back or alone:
        same_place = alone or outcome.code in breakers.ACCOUNT_WIDE
        later = row.not_before if same_place else unit.now + _wait(part.number, apart=packed and outcome.code == NO_CHANNEL)
        return unit.move(row, Move.PUT_BACK, not_before=later, bulk=row.bulk and not alone, resend_at=None, detail=detail)
    if row.attempts > 1 and has_doubt(unit, row.id, but=part.number):
        return doubt(unit, row, detail) if row.state == State.ATTEMPT else None
    return unit.move(row, Move.REJECT, resend_at=None, detail=detail)


def doubt(unit: Unit, row: sa.Row[Any], detail: dict[str, Any], move: Move = Move.DOUBT) -> sa.Row[Any] | None:
    """Leave a message in doubt, and set the time of its resend where its policy has one."""
    resend_at = unit.now + row.resend_after if row.resend_after is not None and row.resends_left else None
    return unit.move(row, move, resend_at=resend_at, detail=detail)


def _accepted(unit: Unit, rows: Sequence[sa.Row[Any]], parts: Mapping[str, Part]) -> dict[str, State]:
    """By the answer of the attempts themselves."""
    own = [row for row in rows if row.state == State.ATTEMPT and row.fence == parts[row.id].fence]
    moved = unit.move_all(own, Move.ACCEPT, lambda row: {"attempt": parts[row.id].number}, resend_at=None)
    for row in moved:
        if row.attempts > 1:
            count_duplicates(unit, row)
    done = {row.id: State(row.state) for row in moved}
    return done | {row.id: accepted(unit, row, parts[row.id].number) for row in rows if row.id not in done}


def accepted(unit: Unit, row: sa.Row[Any], number: int) -> State:
    """An attempt of a message is proved to have been accepted: by an echo, or by an answer that came late."""
    moved = unit.move(row, Move.PROVE, resend_at=None, detail={"attempt": number})
    count_duplicates(unit, moved or row)
    return State((moved or row).state)


def count_duplicates(unit: Unit, row: sa.Row[Any]) -> None:
    """More than one attempt that was certainly accepted is a duplicate that is proven."""
    taken = (_ATTEMPTS.c.certainty == Certainty.ACCEPTED.value) | _ATTEMPTS.c.echoed_at.is_not(None)
    count = unit.connection.execute(sa.select(sa.func.count()).where(_ATTEMPTS.c.message_id == row.id, taken)).scalar_one()
    if count > 1 and not row.proven_duplicate:
        messages = schema.messages
        flags = {"possible_duplicate": True, "proven_duplicate": True}
        unit.connection.execute(sa.update(messages).where(messages.c.id == row.id).values(**flags))
        unit.note(row.id, "PROVEN_DUPLICATE", {"attempts": count}, account=row.account)


def _wait(attempt: int, *, apart: bool = False) -> int:
    """Milliseconds, for messages that are to fall `apart` of different length: of a call that one of them may hold up, the others are to
    meet in other calls."""
    wait = int(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt - 1, 20)))
    return wait + secrets.randbelow(wait) if apart else wait
