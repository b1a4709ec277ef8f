"""What a plan asks of whoever drives it: an exchange of bytes, or time to pass."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from winnerlook._timeouts import Deadline
from winnerlook._wire import WireAnswer, WireRequest
from winnerlook.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Exchange:
    """Send a request and read its whole answer, by the deadline; write down in `evidence` what the connection sees, while it sees it.
    The driver sends the `WireAnswer` back, or throws what came instead."""

    request: WireRequest
    deadline: Deadline
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass. The driver sends None back."""

    seconds: float


Outcome = TypeVar("Outcome")
Step = Exchange | Wait
Plan = Generator[Step, WireAnswer | None, Outcome]
"""A call or a verb without its I/O: yields steps, returns the outcome."""
