"""Many callers at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.mockserver.gateway.caller import REPLY_DOORS, REPORT_DOORS, Caller
from winnerlook.codes import failure_value

THREADS = 16
ROUNDS = 60


def _together(work: Callable[[int], list[str]]) -> list[str]:
    """What all threads gathered; they start at one moment."""
    barrier = threading.Barrier(THREADS)

    def run(thread: int) -> list[str]:
        barrier.wait()
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return [found for gathered in pool.map(run, range(THREADS)) for found in gathered]


def test_sends_and_polls_at_once_leave_consistent_totals() -> None:
    """R1, R12: every batch number is unique, every report comes exactly once, the balance is what was not spent."""
    caller = Caller(balance=1000, price="0.75")
    batches: list[list[str]] = [[] for _ in range(THREADS)]

    def work(thread: int) -> list[str]:
        polled = []
        for at in range(ROUNDS):
            batches[thread].append(caller.accepted(caller.send(f"139{thread:02}{at:06}")))
            polled += [report.batch_number for report in caller.reports(REPORT_DOORS[(thread + at) % 3])]
        return polled

    polled = _together(work) + [report.batch_number for report in caller.reports()]
    sent = [batch for mine in batches for batch in mine]
    assert len(set(sent)) == THREADS * ROUNDS
    assert Counter(polled) == Counter(sent)
    assert all(mine == sorted(mine) for mine in batches)
    assert caller.account.balance == 1000 - Decimal("0.75") * THREADS * ROUNDS
    numbers = [entry.number for entry in caller.gateway.journal]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_coin_is_spent_twice() -> None:
    """C5: what is there for a hundred is spent on a hundred, the rest is -7."""
    caller = Caller(balance=100)
    answers = _together(lambda thread: [caller.send() for _ in range(20)])
    assert Counter(failure_value(answer) for answer in answers) == {None: 100, -7: THREADS * 20 - 100}
    assert caller.account.balance == 0


def test_limits_hold_under_a_rush() -> None:
    """C26, C27, C11: no more pass than may."""
    caller = Caller(monthly_limit=30)
    assert sum(failure_value(answer) is None for answer in _together(lambda _: [caller.send() for _ in range(5)])) == 30
    caller = Caller(number_limit=(7, 60))
    assert sum(failure_value(answer) is None for answer in _together(lambda _: [caller.send() for _ in range(5)])) == 7
    caller = Caller()
    answers = _together(lambda _: [caller.call("GetBalanceConnect")])
    assert Counter(answers) == {"100": 1, "-16": THREADS - 1}


def test_polls_at_once_neither_double_nor_drop_a_reply() -> None:
    """R1: while replies still come in."""
    caller = Caller()

    def work(thread: int) -> list[str]:
        polled = []
        for at in range(ROUNDS):
            caller.reply(text=f"{thread}/{at}")
            polled += [reply.text for reply in caller.replies(REPLY_DOORS[(thread + at) % 3])]
        return polled

    polled = _together(work) + [reply.text for reply in caller.replies()]
    assert Counter(polled) == Counter(f"{thread}/{at}" for thread in range(THREADS) for at in range(ROUNDS))


@pytest.mark.parametrize("delay", ["uniform:0,50", 25])
def test_polls_at_once_neither_double_nor_drop_a_report_that_comes_in_by_the_clock(delay: object) -> None:
    """R1, O5, O6, O9: through all doors, while some threads send, one moves the clock, and reports come by and by or all at one moment."""
    caller = Caller(balance=100_000, delivery_delay=delay)
    sent: list[list[str]] = [[] for _ in range(THREADS)]
    over = threading.Event()

    def move() -> None:
        while not over.is_set():
            caller.clock.advance(seconds=1)

    def work(thread: int) -> list[str]:
        polled = []
        for at in range(ROUNDS // 2):
            if thread % 2:
                sent[thread].append(caller.accepted(caller.send(f"139{thread:02}{at:06}")))
            polled += [report.batch_number for report in caller.reports(REPORT_DOORS[(thread + at) % 3])]
        return polled

    mover = threading.Thread(target=move)
    mover.start()
    polled = _together(work)
    over.set()
    mover.join()
    caller.clock.advance(seconds=60)
    while rest := caller.reports():
        polled += [report.batch_number for report in rest]
    assert Counter(polled) == Counter(batch for mine in sent for batch in mine)
    assert caller.account.reports.ends_at is None
