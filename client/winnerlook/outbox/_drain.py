"""Sending what is due, once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import WinnerlookError
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox._claims import Claimed, Holder, Ticket, begin, claim, release
from winnerlook.outbox._errors import OutboxError
from winnerlook.outbox._line import Line
from winnerlook.outbox._outcomes import Outcome, of_error, of_oversleeping, of_receipt
from winnerlook.outbox._packing import Call, Packer
from winnerlook.outbox._settling import conclude
from winnerlook.outbox._states import State
from winnerlook.outbox._status import Breaker
from winnerlook.outbox._store import Store
from winnerlook.outbox._sweeps import Swept
from winnerlook.outbox._watch import Watch

_COUNTED = {
    State.ACCEPTED: "accepted", State.DELIVERED: "accepted", State.FAILED: "accepted", State.REJECTED: "rejected",
    State.UNKNOWN: "unknown", State.QUEUED: "put_back", State.CLAIMED: "put_back", State.ATTEMPT: "put_back",
}
_GLANCE = 0.05
"""Seconds between two looks, in a wait, whether to stop."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a pass did: messages `accepted` and `rejected` by the gateway, `unknown` for now, `put_back` because they certainly were not
    sent and will be tried again; and before that, what time had done. `held`: of the accounts that were worked for those for which nothing
    may be sent now, and why; their messages wait."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    put_back: int = 0
    swept: Swept = field(default_factory=Swept)
    held: Mapping[str, Breaker] = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        """Attempts that were made, one for each message of a call."""
        return self.accepted + self.rejected + self.unknown + self.put_back


@dataclass(frozen=True, slots=True)
class Step:
    """What a part of a pass did: so many attempts; whether the account has more for now, and after how many milliseconds."""

    made: int = 0
    more: bool = True
    wait: int = 0


@dataclass(slots=True)
class Pass:
    """One pass over one account's queue, in steps, so that several accounts take turns."""

    store: Store
    line: Line
    holder: Holder
    packer: Packer
    checkpoint: Callable[[str], None]
    stopped: Callable[[], bool]
    batch: int
    counts: Counter[str] = field(default_factory=Counter)
    _due_by: int | None = None

    def step(self, most: int) -> Step:
        """Send at most so many of those that were due when the pass began; what is put back to a later time is for a later pass."""
        if self._due_by is None:
            self._due_by = self._start()
        claimed = self._claim(self._due_by, min(self.batch, most))
        if not claimed.rows:
            return Step(more=claimed.wait > 0, wait=claimed.wait)
        self.checkpoint("claimed")
        return self._work_off(claimed.rows)

    def _start(self) -> int:
        now, waits = self.store.look(lambda unit: (unit.now, breakers.blocks(unit, self.line.account)))
        if waits:
            self._ask_for_balance()
        return now

    def _claim(self, due_by: int, most: int) -> Claimed:
        return self.store.run(lambda unit: claim(unit, self.line.account, self.holder, due_by=due_by, most=most))

    def _work_off(self, rows: Sequence[sa.Row[Any]]) -> Step:
        """Until one shows that the next message would fare no better."""
        left = {row.id: row for row in rows}
        made = 0
        try:
            for call in self.packer.calls(rows):
                if self.stopped():
                    break
                self.checkpoint("before attempt")
                watch = Watch(self.store.wall)
                ticket = self._begin(call)
                for row in call.rows:
                    del left[row.id]
                if ticket is None:
                    continue
                made += len(ticket.parts)
                if self._attempt(ticket, watch).pause:
                    return Step(made, more=False)
        finally:
            if left:
                self.store.run(lambda unit: release(unit, list(left.values())))
        return Step(made)

    def _begin(self, call: Call) -> Ticket | None:
        ticket = self.store.run(lambda unit: begin(self.store, unit, call, self.holder, self.packer))
        if ticket is not None:
            self.checkpoint("attempt committed")
        return ticket

    def _attempt(self, ticket: Ticket, watch: Watch) -> Outcome:
        """Send, with no transaction open, and write down what came of it."""
        try:
            outcome = of_oversleeping() if self._is_too_late(ticket, watch) else self._send(ticket)
        except BaseException as error:
            self._finish(ticket, of_error(error))
            raise
        self._finish(ticket, outcome)
        self.checkpoint("outcome committed")
        return outcome

    def _is_too_late(self, ticket: Ticket, watch: Watch) -> bool:
        """Whether, after a freeze, the call might outlive its lease, or one of its messages is out of time."""
        passed = watch.milliseconds
        return passed >= self.holder.lease - 1000 * self.line.call_seconds or (ticket.good_for is not None and passed >= ticket.good_for)

    def _send(self, ticket: Ticket) -> Outcome:
        try:
            outcome = of_receipt(self.line.send(ticket.operation, ticket.parameters))
        except WinnerlookError as error:
            outcome = of_error(error)
        self.checkpoint("sent")
        return outcome

    def _finish(self, ticket: Ticket, outcome: Outcome) -> None:
        states = self.store.run(lambda unit: conclude(self.store, unit, ticket, outcome))
        self.counts.update(_COUNTED.get(state, "unknown") for state in states)

    def _ask_for_balance(self) -> None:
        account = self.line.account
        if not self.store.run(lambda unit: breakers.balance_due(unit, account)):
            return
        try:
            balance = self.line.balance()
        except WinnerlookError:  # it will be asked for again
            return
        self.store.run(lambda unit: breakers.settle_balance(unit, account, balance))


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended the pass of one account, and of no other."""

    account: str
    error: Exception


def run(passes: Sequence[Pass], most: float, stopped: Callable[[], bool]) -> list[Failure]:
    """Let the accounts take turns until nothing more is due, or `most` attempts are made. Where a limit is all that holds messages up, it
    is waited for. Raises OutboxError, which means all of them."""
    left, failures = list(passes), []
    while left and most > 0 and not stopped():
        waits = []
        for each in tuple(left):
            try:
                step = each.step(int(min(most, each.batch)))
            except OutboxError:
                raise
            except Exception as error:  # noqa: BLE001  # handed on, and of this account alone
                failures.append(Failure(each.line.account, error))
                step = Step(more=False)
            most -= step.made
            waits.append(step.wait)
            if not step.more:
                left.remove(each)
            if most <= 0 or stopped():
                break
        if left and waits and min(waits) > 0:
            rest(min(waits) / 1000, stopped)
    return failures


def rest(seconds: float, stopped: Callable[[], bool]) -> None:
    """Wait, and see soon when it is to stop."""
    end = time.monotonic() + seconds
    while not stopped() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _GLANCE))
