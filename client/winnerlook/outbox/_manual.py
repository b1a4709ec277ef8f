"""What a person settles: hold, resend, mark, cancel. Each by the table of moves, and with who and why in the log."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import has_doubt
from winnerlook.outbox._errors import SettlementError
from winnerlook.outbox._states import TRANSITIONS, Move, State
from winnerlook.outbox._times import stored
from winnerlook.outbox._unit import Unit

_MESSAGES = schema.messages
_LONGEST = {"by": 100, "reason": 200}
_TELLING_DIGITS, _TELLING_CODE, _TELLING_TEXT = 7, 4, 8
"""So many digits of a number, digits of a code in a text, characters of a text give it away."""
_BETWEEN_DIGITS = re.compile(r"[\s().-]")
_CODE = re.compile(rf"[0-9]{{{_TELLING_CODE},}}", re.ASCII)
_NEXT = {
    State.CLAIMED: "a worker has it now; look again in a moment",
    State.ATTEMPT: "it is being sent now; look again in a moment",
    State.ACCEPTED: "the gateway took it on, and its report will tell",
    State.DELIVERED: "it was delivered",
    State.FAILED: "the gateway took it on; to reach the recipient all the same, put a new message",
    State.NO_REPORT: "the gateway took it on; to reach the recipient all the same, put a new message",
    State.QUEUED: "it waits to be sent; cancel takes it out",
    State.UNKNOWN: "it is in doubt: hold it, send it again, or mark it",
    State.UNKNOWN_EXPIRED: "it is in doubt: send it again, or mark it",
}
_ENDED = "it is not going to be sent"


@dataclass(frozen=True, slots=True)
class Settled:
    """A message after what a person did to it."""

    id: str
    state: State
    possible_duplicate: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Who asked for it and for what reason, as the log will say."""

    by: str
    reason: str

    @classmethod
    def of(cls, by: str | None, reason: str) -> Why:
        """`by` None is the user of this process. Raises InvalidRequestError."""
        return cls(_words("by", by if by is not None else _user()), _words("reason", reason))


def hold(unit: Unit, message_id: str, why: Why) -> Settled:
    """Stop the resend of a message in doubt, be it planned or waiting in the queue."""
    row = _locked(unit, message_id, why)
    if row.state == State.QUEUED and not has_doubt(unit, row.id):
        raise _refusal(row, "held")
    held = _moved(unit, row, Move.HOLD, why, "held", resends_left=0, resend_at=None)
    if row.state == State.UNKNOWN:  # the gateway has no longer to speak of it than before
        unit.connection.execute(sa.update(_MESSAGES).where(_MESSAGES.c.id == row.id).values(changed_at=row.changed_at))
    return held


def resend(unit: Unit, message_id: str, why: Why, expires_at: datetime | None) -> Settled:
    """Send again what is in doubt, or what certainly was not sent. Raises InvalidRequestError where its time is over."""
    row = _locked(unit, message_id, why)
    expiry = row.expires_at if expires_at is None else stored("expires_at", expires_at)
    if (Move.SEND_AGAIN, State(row.state)) in TRANSITIONS and expiry is not None and expiry <= unit.now:
        raise InvalidRequestError(
            f"message {row.id}: its time to be sent is over; say until when it is still worth sending", parameter="expires_at",
        )
    doubled = row.possible_duplicate or has_doubt(unit, row.id)
    # With a new token, so that the answer of an attempt before cannot speak for it.
    values = {"possible_duplicate": doubled, "not_before": unit.now, "expires_at": expiry, "resend_at": None, "fence": row.fence + 1}
    return _moved(unit, row, Move.SEND_AGAIN, why, "sent again", **values)


def mark(unit: Unit, message_id: str, outcome: str, why: Why) -> Settled:
    """Take a person's word that it was sent, or was not."""
    row = _locked(unit, message_id, why)
    return _moved(unit, row, Move.MARK_SENT if outcome == "sent" else Move.MARK_NOT_SENT, why, "marked", resend_at=None)


def cancel(unit: Unit, message_id: str, why: Why) -> Settled:
    """Take a message out of the queue."""
    row = _locked(unit, message_id, why)
    if row.state == State.QUEUED and has_doubt(unit, row.id):
        problem = f"message {row.id} waits to be sent again, and an attempt of it is in doubt: hold it instead"
        raise SettlementError(problem, id=row.id, state=row.state)
    return _moved(unit, row, Move.CANCEL, why, "cancelled")


def _locked(unit: Unit, message_id: str, why: Why) -> sa.Row[Any]:
    row = unit.lock(message_id)
    if row is None:
        raise SettlementError("there is no message of this id: see `winnerlook outbox unknown`, or what put gave", id=message_id)
    for name, words in (("by", why.by), ("reason", why.reason)):
        if _tells(words, row):
            raise InvalidRequestError(
                f"{name} holds a part of the message's number or text, which the log must not: say it without", parameter=name,
            )
    return row


def _moved(unit: Unit, row: sa.Row[Any], move: Move, why: Why, done: str, **values: Any) -> Settled:
    moved = unit.move(row, move, detail={"by": why.by, "reason": why.reason}, **values)
    if moved is None:
        raise _refusal(row, done)
    return Settled(moved.id, State(moved.state), moved.possible_duplicate)


def _refusal(row: sa.Row[Any], done: str) -> SettlementError:
    state = State(row.state)
    return SettlementError(
        f"message {row.id} is {state} and cannot be {done}: {_NEXT.get(state, _ENDED)}", id=row.id, state=state.value,
    )


def _tells(words: str, row: sa.Row[Any]) -> bool:
    """Whether words hold a telling part of a message's number, of a code in its text, or of the text itself."""
    digits = _BETWEEN_DIGITS.sub("", words)
    return (
        _shared(digits, row.phone, _TELLING_DIGITS) or any(code in words for code in _CODE.findall(row.text))
        or row.text in words or _shared(words, row.text, _TELLING_TEXT)
    )


def _shared(one: str, other: str, length: int) -> bool:
    return any(one[start:start + length] in other for start in range(len(one) - length + 1))


def _words(name: str, words: object) -> str:
    longest = _LONGEST[name]
    if not isinstance(words, str) or not words.strip() or len(words) > longest or not words.isprintable():
        problem = f"must be 1 to {longest} characters on one line, for the log to say who did it and why"
        raise InvalidRequestError(f"{name} {problem}", parameter=name)
    return words.strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise InvalidRequestError("by must be given: this process's user has no name", parameter="by") from None
