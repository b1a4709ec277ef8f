"""What happened while the clock was moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """REPORT: one came in from the network. EXPIRED: nobody polled a record for three days (R1). PUSHED and PUSH_FAILED: an attempt to
    deliver a push. GAVE_UP: that was the last attempt."""

    REPORT = "report"
    EXPIRED = "expired"
    PUSHED = "pushed"
    PUSH_FAILED = "push-failed"
    GAVE_UP = "gave-up"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that fell due. `at` is the moment in China time, `account` the user name, `subject` the `Report` or `Reply` that it is
    about, or the `PushEntry`."""

    at: datetime
    kind: Kind
    account: str
    subject: Any
