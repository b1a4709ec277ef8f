"""What came of an attempt, and what follows for its message."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.attempts import Attempt, attempt_of
from winnerlook.certainty import Certainty
from winnerlook.errors import CertificateError, InvalidRequestError, WinnerlookError
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Ticket, has_doubt
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._store import Store
from winnerlook.outbox._unit import Unit
from winnerlook.results import Sent
from winnerlook.sms import segment_count

_ATTEMPTS = schema.attempts
LAPSED = "LeaseLapsed"
"""What stands for the error of an attempt whose worker was not heard of again. Its own answer may still come."""
NO_CHANNEL = -8
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
    """A batch number came back."""
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


def _evidence(tries: tuple[Attempt, ...]) -> str | None:
    return json.dumps(asdict(tries[-1].evidence)) if tries else None


def record(store: Store, unit: Unit, ticket: Ticket, outcome: Outcome) -> State | None:
    """Write an outcome down, and let its message move. Late ones count too, as evidence. Gives the message's state; None where the
    outcome had been written before."""
    row = unit.lock(ticket.message_id)
    if row is None or not _write(unit, ticket, outcome):
        return None
    if outcome.code in breakers.ACCOUNT_WIDE:
        breakers.trip(store, unit, ticket.account, outcome.code, segment_count(row.text))
    if outcome.certainty is Certainty.ACCEPTED:
        breakers.succeeded(store, unit, ticket.account)
        return accepted(unit, row, ticket.number, fence=ticket.fence)
    if row.fence != ticket.fence:  # another attempt has begun since
        return State(row.state)
    moved = _not_accepted(unit, row, ticket, outcome)
    return State((moved or row).state)


def _write(unit: Unit, ticket: Ticket, outcome: Outcome) -> bool:
    unheard = _ATTEMPTS.c.certainty.is_(None) | (_ATTEMPTS.c.error == LAPSED)
    statement = sa.update(_ATTEMPTS).where(_ATTEMPTS.c.message_id == ticket.message_id, _ATTEMPTS.c.number == ticket.number, unheard)
    values = {
        "ended_at": unit.now, "certainty": outcome.certainty.value, "evidence": outcome.evidence, "batch_number": outcome.batch_number,
        "code": outcome.code, "error": outcome.error,
    }
    return unit.connection.execute(statement.values(**values)).rowcount == 1


def _not_accepted(unit: Unit, row: sa.Row[Any], ticket: Ticket, outcome: Outcome) -> sa.Row[Any] | None:
    detail = {"attempt": ticket.number, "certainty": outcome.certainty.value, "code": outcome.code, "error": outcome.error}
    if outcome.certainty is Certainty.UNKNOWN:
        return doubt(unit, row, detail) if row.state == State.ATTEMPT else None
    if outcome.put_back:
        later = unit.now if outcome.code in breakers.ACCOUNT_WIDE else unit.now + _wait(ticket.number)
        return unit.move(row, Move.PUT_BACK, not_before=later, resend_at=None, detail=detail)
    if has_doubt(unit, row.id, but=ticket.number):
        return doubt(unit, row, detail) if row.state == State.ATTEMPT else None
    return unit.move(row, Move.REJECT, resend_at=None, detail=detail)


def doubt(unit: Unit, row: sa.Row[Any], detail: dict[str, Any], move: Move = Move.DOUBT) -> sa.Row[Any] | None:
    """Leave a message in doubt, and set the time of its resend where its policy has one."""
    resend_at = unit.now + row.resend_after if row.resend_after is not None and row.resends_left else None
    return unit.move(row, move, resend_at=resend_at, detail=detail)


def accepted(unit: Unit, row: sa.Row[Any], number: int, *, fence: int | None = None) -> State:
    """An attempt of a message was accepted: by its own answer (then `fence` is its token), or proved so by an echo."""
    own = fence is not None and row.state == State.ATTEMPT and row.fence == fence
    moved = unit.move(row, Move.ACCEPT if own else Move.PROVE, resend_at=None, detail={"attempt": number})
    _count_duplicates(unit, moved or row)
    return State((moved or row).state)


def _count_duplicates(unit: Unit, row: sa.Row[Any]) -> None:
    """More than one attempt that was certainly accepted is a duplicate that is proven."""
    taken = (_ATTEMPTS.c.certainty == Certainty.ACCEPTED.value) | _ATTEMPTS.c.echoed_at.is_not(None)
    count = unit.connection.execute(sa.select(sa.func.count()).where(_ATTEMPTS.c.message_id == row.id, taken)).scalar_one()
    if count > 1 and not row.proven_duplicate:
        messages = schema.messages
        flags = {"possible_duplicate": True, "proven_duplicate": True}
        unit.connection.execute(sa.update(messages).where(messages.c.id == row.id).values(**flags))
        unit.note(row.id, "PROVEN_DUPLICATE", {"attempts": count})


def _wait(attempt: int) -> int:
    return int(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt - 1, 20)))
