"""The faults that are armed, and which of them strikes a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from random import Random

from winnerlook_mock.faults.fault import Fault

Numbers = Callable[[], Iterable[str]]

_FEW = 64


@dataclass(slots=True, eq=False)
class Armed:
    """A fault in force. `seen` counts the calls that it was for, `struck` those that it struck. `ends` is on the machine's monotonic
    clock."""

    number: int
    fault: Fault
    armed_at: datetime
    ends: float
    random: Random = field(repr=False)
    seen: int = 0
    struck: int = 0
    monotonic: Callable[[], float] = field(default=time.monotonic, repr=False)

    @property
    def title(self) -> str:
        """What the journal says of it."""
        return f"fault {self.number}: {self.fault.kind}{f' {self.fault.stage}' if self.fault.stage else ''}"

    @property
    def left(self) -> float:
        """Seconds of real time until it is over by itself."""
        return max(0.0, self.ends - self.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it strikes no more."""
        fault = self.fault
        return (fault.times is not None and self.struck >= fault.times) or self.left == 0.0

    def strikes(self) -> bool:
        """Whether it strikes a call that it is for."""
        self.seen += 1
        if self.seen % self.fault.every or (self.fault.probability < 1 and self.random.random() >= self.fault.probability):
            return False
        self.struck += 1
        return True


class _When(Enum):
    """When a fault strikes: before a request is read, as the gateway's own answer, or on the answer's way."""

    UNREAD = 1
    SAYS = 2
    ON_THE_WIRE = 3


_Scope = tuple[str | None, str | None, _When]
"""Account and operation, None for all of them."""


class Board:
    """Faults by whom they are for: those for one operation first, then the oldest. Wants the gateway's lock held. `monotonic` tells real
    seconds, for `Fault.lasts`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._armed: dict[_Scope, list[Armed]] = {}
        self._count = 0
        self._until_swept = _FEW
        self.any_unread: bool = False
        """Whether a fault is armed that strikes before a request is read."""

    def __iter__(self) -> Iterator[Armed]:
        in_force = (armed for those in self._armed.values() for armed in those if not armed.is_over)
        return iter(sorted(in_force, key=lambda armed: armed.number))

    def arm(self, fault: Fault, now: datetime) -> Armed:
        """Put a fault in force."""
        self._sweep()
        self._count += 1
        armed = Armed(
            self._count, fault, now, self._monotonic() + fault.lasts, Random(fault.seed),  # noqa: S311  # a run is to repeat
            monotonic=self._monotonic,
        )
        self._armed.setdefault(_scope(fault), []).append(armed)
        self.any_unread = self.any_unread or fault.is_unread
        return armed

    def restore(self, armed: Iterable[Armed], count: int) -> None:
        """Have these in force, and go on counting after `count`."""
        self._armed, self._count = {}, count
        for one in armed:
            self._armed.setdefault(_scope(one.fault), []).append(one)
        self._keep(lambda _: True)

    @property
    def count(self) -> int:
        """How many have been armed so far."""
        return self._count

    def disarm(self, number: int) -> Armed | None:
        """Take a fault out of force; None where there is none of this number any more."""
        found = next((armed for armed in self if armed.number == number), None)
        self._keep(lambda armed: armed.number != number)
        return found

    def clear(self, account: str | None = None) -> None:
        """Take all out of force, or all that are for one account."""
        self._keep(lambda armed: account is not None and armed.fault.account != account)

    def strike(
        self, account: str, operation: str, door: str, now: datetime, *, says: bool, numbers: Numbers = tuple,
    ) -> Armed | None:
        """The fault that strikes a call, of those that speak for the gateway or of those on the wire. `numbers` gives its recipients.

        Those for the account go before those for all, then those for the operation before those for any, then the older ones.
        """
        if not self._armed:
            return None
        numbers = cache(numbers)  # a call is read once, however many faults ask for its numbers
        when = _When.SAYS if says else _When.ON_THE_WIRE
        for armed in self._of((account, None), operation, when):
            fault = armed.fault
            if (
                _fits(fault, door, now) and not self._is_over(armed)
                and (fault.to is None or any(number.startswith(fault.to) for number in numbers())) and armed.strikes()
            ):
                return armed
        return None

    def strike_unread(self, operation: str | None, door: str, now: datetime) -> Armed | None:
        """The fault that strikes a request before its body is read: those for the operation go before those for any here, too."""
        for armed in self._of((None,), operation, _When.UNREAD):
            if _fits(armed.fault, door, now) and not self._is_over(armed) and armed.strikes():
                return armed
        return None

    def _of(self, accounts: Iterable[str | None], operation: str | None, when: _When) -> Iterator[Armed]:
        """Those that are for such a call, the first to strike first: what is armed for others costs nothing."""
        operations = (None,) if operation is None else (operation, None)
        for account in accounts:
            for name in operations:
                yield from self._armed.get((account, name, when), ())

    def _is_over(self, armed: Armed) -> bool:
        if armed.is_over:
            self._keep(lambda other: not other.is_over)
        return armed.is_over

    def _sweep(self) -> None:
        """Forget what is over, now and then: where nobody calls any more, nothing else does."""
        self._until_swept -= 1
        if self._until_swept <= 0:
            self._keep(lambda armed: not armed.is_over)
            self._until_swept = max(_FEW, sum(map(len, self._armed.values())))

    def _keep(self, wanted: Callable[[Armed], bool]) -> None:
        kept = {scope: [armed for armed in those if wanted(armed)] for scope, those in self._armed.items()}
        self._armed = {scope: those for scope, those in kept.items() if those}
        self.any_unread = any(when is _When.UNREAD for _, _, when in self._armed)


def _scope(fault: Fault) -> _Scope:
    when = _When.UNREAD if fault.is_unread else _When.SAYS if fault.says else _When.ON_THE_WIRE
    return fault.account, fault.operation, when


def _fits(fault: Fault, door: str, now: datetime) -> bool:
    return (
        fault.fits_door(door) and (fault.since is None or now >= fault.since) and (fault.until is None or now < fault.until)
    )
