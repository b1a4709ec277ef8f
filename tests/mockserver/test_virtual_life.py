"""Two hours of a gateway's life, in seconds."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.mockserver.gateway.caller import REPORT_DOORS, Caller
from tests.mockserver.push.receiver import DROP, Receiver
from winnerlook.records import Report
from winnerlook_mock import NO_REPORT, Kind, MockAccount, PushState

MESSAGES = 10_000
ROUNDS = 200
MINUTES = 120
STATUSES = {"UNDELIV": 0.1, "EXPIRED": 0.05, NO_REPORT: 0.05}
TEXTS = ("短信" * 10, "字" * 80, "字" * 150)
SEGMENTS = (1, 2, 3)
EVERY = 7
"""One in so many pushes fails."""


def _send(caller: Caller, at: int) -> None:
    """Fifty SMS, in one call or in several."""
    phones = [f"13{at % 10}{at:05}{each:03}" for each in range(MESSAGES // ROUNDS // 2)]
    text = TEXTS[at % 3]
    if at % 2:
        caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(phones), Msg=text))
    else:
        for phone in phones:
            caller.accepted(caller.call("sendMsgExt", DesNo=phone, Msg=text, customerUuid=f"order-{phone}"))


def _consistent(caller: Caller, opening: Decimal, reports: list[Report], silent: int) -> None:
    """Money, messages, journal and reports of one account tell the same story."""
    account = MockAccount(caller.gateway, caller.account)
    messages, statement = account.messages, account.statement
    by_id = {(message.batch_number, message.phone): message for message in messages}
    assert len(messages) == len(by_id) == MESSAGES // 2
    assert sum((message.cost for message in messages), Decimal(0)) == statement.charged
    assert statement.charged == sum(message.segments for message in messages) * Decimal("0.05")
    assert {message.segments for message in messages} == set(SEGMENTS)
    counted = Counter((report.batch_number, report.phone) for report in reports)
    assert counted.keys() <= by_id.keys()
    assert set(counted.values()) == {1}
    assert len(messages) - len(counted) == silent
    refunds = sum((by_id[report.batch_number, report.phone].cost for report in reports if report.status != "DELIVRD"), Decimal(0))
    assert statement.refunded == refunds > 0
    assert statement.opening == opening
    assert statement.charged - statement.refunded == statement.opening - statement.closing
    assert statement.closing == account.balance
    accepted = [entry for entry in account.journal if entry.operation in ("SendBatchMsg", "sendMsgExt")]
    assert sum(len(entry.parameters["DesNo"].split(",")) for entry in accepted) == len(messages)
    assert {entry.answer for entry in accepted} == {message.batch_number for message in messages}
    assert all(report.customer_uuid == by_id[report.batch_number, report.phone].customer_uuid for report in reports)


def test_two_hours_with_ten_thousand_messages_leave_everything_consistent() -> None:
    """R1, R15, P1, P2, P4, O1: delays, failures with refunds, a receiver that fails every seventh push, and another account that polls."""
    common: dict[str, Any] = {
        "balance": "5000", "price": "0.05", "delivery_delay": "lognormal:20,1", "delivery_statuses": STATUSES, "refund_failures": True,
    }
    with Receiver(respond=lambda count: (503, DROP)[count % 2] if count % EVERY == 0 else 200) as receiver:
        pushing = Caller(seed=1, report_url=receiver.url, reply_url=receiver.url, push_interval=15, push_backoff=(5,) * 10, **common)
        polling = Caller(pushing.gateway, user_code="polling", seed=2, **common)
        clock = pushing.clock
        polled: list[Report] = []
        typed: list[str] = []
        happened: Counter[Kind] = Counter()
        for at in range(ROUNDS):
            _send(pushing, at)
            _send(polling, at)
            for caller in (pushing, polling):
                caller.reply(f"139000{at:05}", f"reply {at}")
            typed.append(f"reply {at}")
            happened.update(happening.kind for happening in clock.advance(seconds=MINUTES * 60 / ROUNDS))
            polled += polling.reports(REPORT_DOORS[1 + at % 2])
        replies = [reply.text for reply in polling.replies()]
        happened.update(happening.kind for happening in clock.advance(hours=24))
        while more := polling.reports():
            polled += more

        reports = [record for record in receiver.records if isinstance(record, Report)]
        outgoing = pushing.account.outgoing
        assert {entry.state for entry in outgoing.ledger} == {PushState.DELIVERED}
        assert (outgoing.pending, outgoing.retries, outgoing.held) == ({}, {}, [])
        assert happened[Kind.PUSHED] == len(outgoing.ledger) == len(receiver.pushes)
        assert happened[Kind.PUSH_FAILED] == len(receiver.requests) - len(receiver.pushes) > 20
        assert happened[Kind.GAVE_UP] == 0
        assert happened[Kind.REPORT] == len(reports) + len(polled)
        assert [record.text for record in receiver.records if not isinstance(record, Report)] == replies == typed
        assert (pushing.reports(), pushing.replies()) == ((), ())
        silent = MESSAGES - happened[Kind.REPORT]
        assert 0.03 * MESSAGES < silent < 0.07 * MESSAGES
        _consistent(pushing, Decimal(5000), reports, MESSAGES // 2 - len(reports))
        _consistent(polling, Decimal(5000), polled, MESSAGES // 2 - len(polled))
        clock.advance(days=3)
        assert clock.pending == ()
