"""What waits to be polled."""

from __future__ import annotations

import pytest

from tests.mockserver.gateway.caller import Caller
from winnerlook_mock.gateway.waiting import Waiting

DAY = 86_400.0


def test_it_hands_out_at_most_500_the_oldest_first_and_each_once() -> None:
    """R1: 1201 records take three polls."""
    waiting: Waiting[int] = Waiting()
    for number in range(1201):
        waiting.put(number, float(number))
    taken = [waiting.take(2000.0) for _ in range(4)]
    assert [len(records) for records in taken] == [500, 500, 201, 0]
    assert [number for records in taken for number in records] == list(range(1201))
    assert len(waiting) == 0


def test_it_is_kept_three_days_and_no_longer() -> None:
    """R1: counted from the moment it came."""
    waiting: Waiting[str] = Waiting()
    for record in ("first", "second"):
        waiting.put(record, 0.0)
        assert waiting.take(3 * DAY - 0.001) == (record,)
    waiting.put("third", 0.0)
    assert waiting.take(3 * DAY) == ()
    assert len(waiting) == 0


def test_what_is_too_old_takes_no_place_in_a_poll() -> None:
    """R1: 600 old records are forgotten in the poll that hands out 500 fresh ones."""
    waiting: Waiting[int] = Waiting()
    for _ in range(600):
        waiting.put(-1, 0.0)
    for number in range(600):
        waiting.put(number, 3 * DAY)
    assert waiting.take(4 * DAY) == tuple(range(500))
    assert waiting.take(4 * DAY) == tuple(range(500, 600))


def test_it_says_what_is_forgotten_and_when_the_next_will_be() -> None:
    """R1."""
    waiting: Waiting[str] = Waiting()
    assert waiting.ends_at is None
    for day, record in enumerate(("first", "second", "third")):
        waiting.put(record, day * DAY)
    assert waiting.ends_at == 3 * DAY
    assert waiting.expire(4 * DAY) == ("first", "second")
    assert waiting.ends_at == 5 * DAY
    assert waiting.take(4 * DAY) == ("third",)


def test_what_nobody_polls_makes_room_for_what_is_newer() -> None:
    """R1: three days of a load test would fill the memory."""
    waiting: Waiting[int] = Waiting()
    for number in range(7):
        waiting.put(number, 0.0, most=5)
    assert waiting.dropped == 2
    assert waiting.take(1.0) == (2, 3, 4, 5, 6)


def test_as_many_records_wait_as_sms_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """R1: where that is more than what waits anyway."""
    monkeypatch.setattr("winnerlook_mock.gateway.delivery.MOST", 2)
    caller = Caller(messages_kept=3)
    for _ in range(4):
        caller.send()
    assert (len(caller.account.reports), caller.account.reports.dropped) == (3, 1)
