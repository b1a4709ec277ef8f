"""The life of a message: its states, and the one table of moves between them.

    QUEUED ─ CLAIMED ─ ATTEMPT ─┬─ ACCEPTED ─┬─ DELIVERED
       │        │               │            ├─ FAILED
       ├────────┴─ EXPIRED      │            └─ NO_REPORT
       └─ CANCELLED             ├─ REJECTED
                                ├─ QUEUED           certainly not sent, and worth another try
                                └─ UNKNOWN ─┬─ ACCEPTED, REJECTED, QUEUED    on evidence, or for a resend that was asked for
                                            └─ UNKNOWN_EXPIRED

What a person may do (`BY_HAND`): cancel what is queued; hold, mark or send again what is in doubt; send again what certainly was not
sent. What the gateway took on is never sent again: that is a new message.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "QUEUED"
    CLAIMED = "CLAIMED"
    ATTEMPT = "ATTEMPT"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    NO_REPORT = "NO_REPORT"
    UNKNOWN_EXPIRED = "UNKNOWN_EXPIRED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class Move(StrEnum):
    """What may happen to a message."""

    CLAIM = "CLAIM"
    """A worker takes it, with a lease and a new fencing token."""
    RELEASE = "RELEASE"
    """The worker gives it back untouched."""
    LAPSE = "LAPSE"
    """The worker's lease ran out."""
    EXPIRE = "EXPIRE"
    """Its time to be sent is over, and no attempt is in doubt."""
    ATTEMPT = "ATTEMPT"
    """Its attempt's row is written; from the commit on a byte may leave."""
    ACCEPT = "ACCEPT"
    """The gateway answered with a batch number."""
    REJECT = "REJECT"
    """Certainly not sent, and not to be tried again."""
    PUT_BACK = "PUT_BACK"
    """Certainly not sent, and to be tried again."""
    DOUBT = "DOUBT"
    """It may have been sent."""
    PROVE = "PROVE"
    """The gateway's own words show that an attempt was accepted."""
    DELIVER = "DELIVER"
    FAIL = "FAIL"
    SILENCE = "SILENCE"
    """The gateway keeps no report any more that did not come by now."""
    GIVE_UP = "GIVE_UP"
    """The same, for a message in doubt."""
    RESEND = "RESEND"
    """Its policy sends it again after so much doubt, as a possible duplicate."""
    CANCEL = "CANCEL"
    """A person takes it out of the queue; no attempt of it is in doubt."""
    HOLD = "HOLD"
    """A person stops its resend: it stays in doubt until evidence or a person settles it."""
    SEND_AGAIN = "SEND_AGAIN"
    """A person sends it again; flagged as a possible duplicate where an attempt of it is in doubt."""
    MARK_SENT = "MARK_SENT"
    MARK_NOT_SENT = "MARK_NOT_SENT"
    """A person's word for what no evidence has shown. Evidence that comes later goes before it."""


TRANSITIONS: Mapping[tuple[Move, State], State] = {
    (Move.CLAIM, State.QUEUED): State.CLAIMED,
    (Move.RELEASE, State.CLAIMED): State.QUEUED,
    (Move.LAPSE, State.CLAIMED): State.QUEUED,
    (Move.LAPSE, State.ATTEMPT): State.UNKNOWN,  # never QUEUED: the bytes may have left
    (Move.EXPIRE, State.QUEUED): State.EXPIRED,
    (Move.EXPIRE, State.CLAIMED): State.EXPIRED,
    (Move.ATTEMPT, State.CLAIMED): State.ATTEMPT,
    (Move.ACCEPT, State.ATTEMPT): State.ACCEPTED,
    (Move.REJECT, State.ATTEMPT): State.REJECTED,
    (Move.PUT_BACK, State.ATTEMPT): State.QUEUED,
    (Move.DOUBT, State.ATTEMPT): State.UNKNOWN,
    # A resend that is not made after all leaves the doubt of the attempt before.
    (Move.DOUBT, State.QUEUED): State.UNKNOWN,
    (Move.DOUBT, State.CLAIMED): State.UNKNOWN,
    # The worker's own late answer, after its lease ran out.
    (Move.REJECT, State.UNKNOWN): State.REJECTED,
    (Move.PUT_BACK, State.UNKNOWN): State.QUEUED,
    # Whatever was thought of it, the gateway had taken it on.
    (Move.PROVE, State.QUEUED): State.ACCEPTED,
    (Move.PROVE, State.CLAIMED): State.ACCEPTED,
    (Move.PROVE, State.ATTEMPT): State.ACCEPTED,
    (Move.PROVE, State.UNKNOWN): State.ACCEPTED,
    (Move.PROVE, State.UNKNOWN_EXPIRED): State.ACCEPTED,
    (Move.PROVE, State.REJECTED): State.ACCEPTED,
    (Move.PROVE, State.EXPIRED): State.ACCEPTED,
    (Move.PROVE, State.CANCELLED): State.ACCEPTED,
    (Move.DELIVER, State.ACCEPTED): State.DELIVERED,
    (Move.DELIVER, State.FAILED): State.DELIVERED,
    (Move.DELIVER, State.NO_REPORT): State.DELIVERED,
    (Move.FAIL, State.ACCEPTED): State.FAILED,
    (Move.FAIL, State.NO_REPORT): State.FAILED,
    (Move.SILENCE, State.ACCEPTED): State.NO_REPORT,
    (Move.GIVE_UP, State.UNKNOWN): State.UNKNOWN_EXPIRED,
    (Move.RESEND, State.UNKNOWN): State.QUEUED,
    (Move.CANCEL, State.QUEUED): State.CANCELLED,
    (Move.HOLD, State.QUEUED): State.UNKNOWN,
    (Move.HOLD, State.UNKNOWN): State.UNKNOWN,
    (Move.SEND_AGAIN, State.UNKNOWN): State.QUEUED,
    (Move.SEND_AGAIN, State.UNKNOWN_EXPIRED): State.QUEUED,
    (Move.SEND_AGAIN, State.REJECTED): State.QUEUED,
    (Move.SEND_AGAIN, State.EXPIRED): State.QUEUED,
    (Move.SEND_AGAIN, State.CANCELLED): State.QUEUED,
    (Move.MARK_SENT, State.UNKNOWN): State.ACCEPTED,
    (Move.MARK_SENT, State.UNKNOWN_EXPIRED): State.ACCEPTED,
    (Move.MARK_NOT_SENT, State.UNKNOWN): State.REJECTED,
    (Move.MARK_NOT_SENT, State.UNKNOWN_EXPIRED): State.REJECTED,
}
"""Every move that there is. `Unit.move` makes no other."""

BY_HAND = frozenset({Move.CANCEL, Move.HOLD, Move.SEND_AGAIN, Move.MARK_SENT, Move.MARK_NOT_SENT})
"""Moves that only a person asks for. Their log entries say who and why."""

HELD = frozenset({State.CLAIMED, State.ATTEMPT})
"""States in which a worker's lease runs."""

IN_DOUBT = frozenset({State.UNKNOWN, State.UNKNOWN_EXPIRED})
"""States of messages that may have been sent."""

FINAL = frozenset({
    State.DELIVERED, State.FAILED, State.NO_REPORT, State.REJECTED, State.EXPIRED, State.UNKNOWN_EXPIRED, State.CANCELLED,
})
"""States in which time changes nothing more. Evidence that comes late, and a person, still may."""
