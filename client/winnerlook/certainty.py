"""How sure one can be of what became of a call."""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """What is known of a call when it is over.

    ACCEPTED: the gateway answered with a result. REJECTED: it answered with a documented code that means that nothing was done.
    NOT_SENT: no byte of the request left this machine. UNKNOWN: anything else; the gateway may or may not have done it, and only
    evidence from the gateway (a report, a push) can tell.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
