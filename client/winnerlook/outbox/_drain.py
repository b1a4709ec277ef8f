"""Sending what is due, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import WinnerlookError
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox._claims import Holder, Ticket, begin, claim, release
from winnerlook.outbox._line import Line
from winnerlook.outbox._outcomes import Outcome, of_error, of_receipt, record
from winnerlook.outbox._states import State
from winnerlook.outbox._store import Store
from winnerlook.outbox._sweeps import Swept

_Call = tuple[sa.Row[Any], ...]
_COUNTED = {
    State.ACCEPTED: "accepted", State.DELIVERED: "accepted", State.FAILED: "accepted", State.REJECTED: "rejected",
    State.UNKNOWN: "unknown", State.QUEUED: "put_back", State.CLAIMED: "put_back", State.ATTEMPT: "put_back",
}


@dataclass(frozen=True, slots=True)
class Drained:
    """What a pass did: messages `accepted` and `rejected` by the gateway, `unknown` for now, `put_back` because they certainly were not
    sent and will be tried again; and before that, what time had done."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    put_back: int = 0
    swept: Swept = field(default_factory=Swept)

    @property
    def attempts(self) -> int:
        """Attempts that were made."""
        return self.accepted + self.rejected + self.unknown + self.put_back


@dataclass(slots=True)
class Pass:
    """One pass over one account's queue."""

    store: Store
    line: Line
    holder: Holder
    checkpoint: Callable[[str], None]
    stopped: Callable[[], bool]
    batch: int
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, most: int | None) -> int:
        """Send at most so many of those that are due now; what is put back meanwhile is for a later pass. Gives how many attempts it
        made."""
        self._ask_for_balance()
        due_by = self.store.look(lambda unit: unit.now)
        made = 0
        while not self.stopped() and (most is None or made < most):
            room = self.batch if most is None else min(self.batch, most - made)
            claimed = self._claim(due_by, room)
            if not claimed:
                break
            self.checkpoint("claimed")
            sent, go_on = self._work_off(_calls(claimed))
            made += sent
            if not go_on:
                break
        return made

    def _claim(self, due_by: int, most: int) -> list[sa.Row[Any]]:
        return self.store.run(lambda unit: claim(unit, self.line.account, self.holder, due_by=due_by, most=most))

    def _work_off(self, calls: Sequence[_Call]) -> tuple[int, bool]:
        """How many attempts were made, and whether the next message would fare better than the last."""
        left = list(calls)
        made = 0
        try:
            while left and not self.stopped():
                (row,) = left.pop(0)
                ticket = self._begin(row)
                if ticket is None:
                    continue
                made += 1
                if self._attempt(ticket).pause:
                    return made, False
        finally:
            rest = [row for call in left for row in call]
            if rest:
                self.store.run(lambda unit: release(unit, rest))
        return made, not self.stopped()

    def _begin(self, row: sa.Row[Any]) -> Ticket | None:
        self.checkpoint("before attempt")
        ticket = self.store.run(lambda unit: begin(self.store, unit, row, self.holder))
        if ticket is not None:
            self.checkpoint("attempt committed")
        return ticket

    def _attempt(self, ticket: Ticket) -> Outcome:
        """Send, with no transaction open, and write down what came of it."""
        try:
            outcome = of_receipt(self.line.send(ticket.operation, ticket.parameters))
        except WinnerlookError as error:
            outcome = of_error(error)
        except BaseException as error:
            self._finish(ticket, of_error(error))
            raise
        self.checkpoint("sent")
        self._finish(ticket, outcome)
        self.checkpoint("outcome committed")
        return outcome

    def _finish(self, ticket: Ticket, outcome: Outcome) -> None:
        state = self.store.run(lambda unit: record(self.store, unit, ticket, outcome))
        self.counts[_COUNTED.get(state, "unknown") if state else "unknown"] += 1

    def _ask_for_balance(self) -> None:
        account = self.line.account
        if not self.store.run(lambda unit: breakers.balance_due(unit, account)):
            return
        try:
            balance = self.line.balance()
        except WinnerlookError:  # it will be asked for again
            return
        self.store.run(lambda unit: breakers.settle_balance(unit, account, balance))


def _calls(claimed: Sequence[sa.Row[Any]]) -> list[_Call]:
    """The messages that go out together: each by itself, since only a single send echoes an id of its own."""
    return [(row,) for row in claimed]
