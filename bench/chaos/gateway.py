"""The mock in a process of its own, and what a run asks of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from bench.chaos.ledger import HandedReply, MockLedger, Sent
from bench.chaos.plan import ACCOUNTS, POLLED, PUSHED
from bench.chaos.processes import Context, end_with_parent
from bench.chaos.troubles import POLLS, troubles
from winnerlook.records import parse_replies
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.faults.armed import ArmedFault
from winnerlook_mock.gateway import Message
from winnerlook_mock.gateway.settings import PushChaos
from winnerlook_mock.push.ledger import PushState

_BALANCE = 10_000_000
_TRIES = (0.1, 0.2, 0.5, *(1.0,) * 600)
"""Seconds between the attempts of a push: the receiver is back long before the last."""
_REPLY_EVERY = 0.1
_SAID = (": code", ": result")
"""How the journal names faults that speak in the gateway's place."""


@dataclass(frozen=True, slots=True)
class MockOrders:
    """How the mock is to be. `likely` is the chance of each fault on a send, `likely_on_polls` that on a poll."""

    seed: int
    messages: int
    likely: float
    likely_on_polls: float
    report_url: str


class Gateway:
    """The mock's process, as the run that started it sees it."""

    def __init__(self, context: Context, orders: MockOrders) -> None:
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, orders), daemon=True)
        self.process.start()
        self.url: str = self._pipe.recv()

    def arm(self) -> None:
        """Let everything go wrong from now on."""
        self._ask("arm")

    def calm(self) -> None:
        """Let nothing go wrong any more, and no more replies come."""
        self._ask("calm")

    def untried(self) -> int:
        """How many of the faults that are to strike a poll have struck none."""
        return int(self._ask("untried"))

    def waiting(self) -> int:
        """How many records are still to be fetched or pushed."""
        return int(self._ask("waiting"))

    def ledger(self) -> MockLedger:
        """All that it took on, charged and handed out."""
        ledger: MockLedger = self._ask("ledger")
        return ledger

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()


class _Mock:
    def __init__(self, orders: MockOrders) -> None:
        self._orders = orders
        self.server = MockServer(
            defaults={"balance_interval": 0}, journal_limit=10 * orders.messages + 1_000_000, journal_raw_bytes=0,
        ).start()
        kept = 3 * orders.messages + 10_000
        common: dict[str, Any] = {
            "balance": _BALANCE, "messages_kept": kept, "pushes_kept": kept, "seed": orders.seed,
            "delivery_statuses": {"UNDELIV": 0.05, "NO_REPORT": 0.02, "ACCEPTD": 0.01},
        }
        chaos = PushChaos(duplicate=0.05, reorder=0.1, drop=0.05, split=0.1, merge=0.1, early=0.1)
        self.accounts = [
            self.server.account(POLLED, ACCOUNTS[POLLED], delivery_delay="uniform:0,0.5", **common),
            self.server.account(
                PUSHED, ACCOUNTS[PUSHED], report_url=orders.report_url, reply_url=orders.report_url, poll_pushed=True, push_chaos=chaos,
                push_backoff=_TRIES, push_timeout=1.0, push_interval=0.2, **common,
            ),
        ]
        self._faults: list[ArmedFault] = []
        self._random = Random(orders.seed)
        self._calm = threading.Event()

    def arm(self) -> None:
        orders = self._orders
        self._faults = [self.server.fault(**each) for each in troubles(orders.seed, orders.likely, orders.likely_on_polls)]
        threading.Thread(target=self._reply, daemon=True).start()

    def calm(self) -> None:
        self._calm.set()
        self.server.clear_faults()
        self.accounts[1].configure(push_chaos=PushChaos())

    def untried(self) -> int:
        return sum(fault.fault.times is not None and fault.fault.operation in POLLS and not fault.struck for fault in self._faults)

    def _reply(self) -> None:
        number = 0
        while not self._calm.wait(_REPLY_EVERY):
            account = self._random.choice(self.accounts)
            if messages := account.messages:
                number += 1
                account.reply(self._random.choice(messages[-1000:]).phone, f"收到 {number}")

    def waiting(self) -> int:
        self.server.clock.advance(minutes=1)  # pushes are held back for half of that at most
        waiting = sum(len(account.waiting_reports) + len(account.waiting_replies) for account in self.accounts)
        return waiting + self._due()

    def _due(self) -> int:
        pushes = sum(push.state not in {PushState.DELIVERED, PushState.GIVEN_UP} for push in self.accounts[1].pushes)
        return pushes + sum("3 days" not in what for _, what in self.server.clock.pending)

    def ledger(self) -> MockLedger:
        sent = [_sent(account.user_code, message) for account in self.accounts for message in account.messages]
        ledger = MockLedger(sent, list(self._replies()))
        for account in self.accounts:
            statement = account.statement
            ledger.charged += int(statement.charged)
            ledger.spent += int(statement.opening - statement.closing)
            ledger.dropped += account.held().messages_dropped
        ledger.dropped += self.server.journal.dropped
        for fault in self._faults:
            where = ledger.faults.setdefault(str(fault.fault.kind), {"send": 0, "poll": 0})
            where["poll" if fault.fault.operation in POLLS else "send"] += fault.struck
        ledger.pushes = _pushes(self.accounts[1])
        return ledger

    def _replies(self) -> Iterator[HandedReply]:
        for entry in self.server.journal:
            # What a fault says in the gateway's place holds none; whatever else was answered was handed out, even if it did not arrive.
            if entry.operation == "GetMo2Connect" and entry.answer and entry.account and not entry.fault.endswith(_SAID):
                for reply in parse_replies(entry.answer, with_sender=True):
                    yield HandedReply(entry.account, reply.phone, reply.text, entry.at.timestamp())
        for push in self.accounts[1].pushes:
            if push.state is PushState.DELIVERED:
                yield from (HandedReply(PUSHED, reply.phone, reply.text, None) for reply in push.push.replies)


def _pushes(account: MockAccount) -> Counter[str]:
    counts: Counter[str] = Counter()
    for push in account.pushes:
        counts[str(push.state)] += 1
        counts["attempts"] += len(push.attempts)
    return counts


def _sent(account: str, message: Message) -> Sent:
    steps = message.timeline
    return Sent(
        account, message.phone, message.customer_uuid, message.operation, message.batch_number, int(message.cost), message.status,
        tuple(step.at.timestamp() for step in steps if step.what == "polled"),
        any(step.what == "pushed" and step.detail.endswith(": 200") for step in steps),
    )


def _serve(pipe: Connection, orders: MockOrders) -> None:
    end_with_parent()
    mock = _Mock(orders)
    pipe.send(mock.server.url)
    with suppress(EOFError):  # the run is over
        while True:
            pipe.send(getattr(mock, pipe.recv())())
