"""One try of one call, as hooks, results and errors show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from winnerlook.certainty import Certainty
from winnerlook.evidence import Evidence
from winnerlook.masking import MaskedRepr, mask_code


@dataclass(frozen=True, slots=True, repr=False)
class Attempt(MaskedRepr):
    """How a try went. Holds nothing personal.

    `number` counts from 1; `started_at` is aware, `seconds` how long it took; `code` is the failure code if the gateway answered one;
    `error` the exception's class name, None when there was a result.
    """

    _masks: ClassVar = {"code": mask_code}
    number: int
    operation: str
    binding: str
    started_at: datetime
    seconds: float
    certainty: Certainty
    evidence: Evidence
    code: int | None = None
    error: str | None = None


OnAttempt = Callable[[Attempt], None]
"""Called after every attempt, in the thread or task of the call. What it raises is logged and goes no further."""

_ATTRIBUTE = "winnerlook_attempt"


def attempt_of(error: BaseException) -> Attempt | None:
    """The attempt that an interruption cut short: for a CancelledError, a KeyboardInterrupt, or the TimeoutError that `asyncio.timeout`
    makes of the former. Its `certainty` tells whether the call may have been done. None where no call was under way."""
    seen: BaseException | None = error
    while seen is not None:
        attempt = getattr(seen, _ATTRIBUTE, None)
        if isinstance(attempt, Attempt):
            return attempt
        seen = seen.__cause__  # what was merely being handled may be another call's
    return None


def mark(interruption: BaseException, attempt: Attempt) -> None:
    """Leave the attempt on what interrupted it. The interruption itself must stay what it is: asyncio tells its own by identity."""
    setattr(interruption, _ATTRIBUTE, attempt)
