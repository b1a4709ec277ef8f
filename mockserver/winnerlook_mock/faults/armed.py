"""A fault in force, in the hand of whoever armed it."""

from __future__ import annotations

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
