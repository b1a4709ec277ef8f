"""A fault in force, in the hand of whoever armed it."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from winnerlook_mock.faults.board import Armed
from winnerlook_mock.faults.fault import Fault

if TYPE_CHECKING:
    from winnerlook_mock.gateway.gateway import Gateway


class ArmedFault:
    """Says how often the fault has struck, and takes it out of force: by `disarm`, or at the end of a ``with`` block."""

    def __init__(self, gateway: Gateway, armed: Armed) -> None:
        self._gateway, self._armed = gateway, armed

    @property
    def number(self) -> int:
        """Its number; faults of a server are counted from 1."""
        return self._armed.number

    @property
    def fault(self) -> Fault:
        """What it does to which calls."""
        return self._armed.fault

    @property
    def struck(self) -> int:
        """How many calls it has struck."""
        return self._armed.struck

    @property
    def seen(self) -> int:
        """How many calls it was for, those included that `every` and `probability` left out."""
        return self._armed.seen

    @property
    def armed_at(self) -> datetime:
        """When it was put in force, by the clock."""
        return self._armed.armed_at

    @property
    def is_over(self) -> bool:
        """Whether it strikes no more."""
        return self._armed.is_over

    @property
    def left(self) -> float:
        """Seconds of real time until it is over by itself."""
        return self._armed.left

    def disarm(self) -> bool:
        """Take it out of force. False where it was over."""
        return self._gateway.disarm(self.number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.disarm()

    def __repr__(self) -> str:
        return f"ArmedFault({self.number}, {self.fault!r}, struck={self.struck})"
