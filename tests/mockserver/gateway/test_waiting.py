"""What waits to be polled."""

from __future__ import annotations

from winnerlook_mock.gateway.waiting import Waiting

DAY = 86_400.0


def test_it_hands_out_at_most_500_the_oldest_first_and_each_once() -> None:
    """R1: 1201 records take three polls."""
    waiting: Waiting[int] = Waiting()
    for number in reversed(range(1201)):
        waiting.put(number, float(number), 0.0)
    taken = [waiting.take(2000.0) for _ in range(4)]
    assert [len(records) for records in taken] == [500, 500, 201, 0]
    assert [number for records in taken for number in records] == list(range(1201))
    assert len(waiting) == 0


def test_records_of_one_moment_keep_their_order() -> None:
    waiting: Waiting[dict[str, int]] = Waiting()  # of a type that cannot be compared
    for number in range(10):
        waiting.put({"number": number}, 1.0, 1.0)
    assert [record["number"] for record in waiting.take(1.0)] == list(range(10))


def test_nothing_is_handed_out_before_it_is_due() -> None:
    waiting: Waiting[str] = Waiting()
    waiting.put("later", 10.0, 0.0)
    assert waiting.take(9.999) == ()
    assert len(waiting) == 1
    assert waiting.take(10.0) == ("later",)


def test_it_is_kept_three_days_and_no_longer() -> None:
    """R1: counted from the moment it was due."""
    waiting: Waiting[str] = Waiting()
    for record in ("first", "second"):
        waiting.put(record, 0.0, 0.0)
        assert waiting.take(3 * DAY - 0.001) == (record,)
    waiting.put("third", 0.0, 0.0)
    assert waiting.take(3 * DAY) == ()
    assert len(waiting) == 0


def test_what_is_too_old_takes_no_place_in_a_poll() -> None:
    """R1: 600 old records are forgotten in the poll that hands out 500 fresh ones."""
    waiting: Waiting[int] = Waiting()
    for number in range(600):
        waiting.put(-1, 0.0, 0.0)
        waiting.put(number, 3 * DAY, 0.0)
    assert waiting.take(4 * DAY) == tuple(range(500))
    assert waiting.take(4 * DAY) == tuple(range(500, 600))


def test_what_is_too_old_is_forgotten_when_something_new_comes() -> None:
    """R1: an account that never polls keeps three days of records, not all that there ever were."""
    waiting: Waiting[int] = Waiting()
    for day in range(100):
        for _ in range(10):
            waiting.put(day, day * DAY, day * DAY)
        assert len(waiting) == min(day + 1, 3) * 10
    assert [*waiting.take(99 * DAY)] == [97] * 10 + [98] * 10 + [99] * 10


def test_what_is_not_due_yet_is_not_too_old() -> None:
    """R1: the three days begin when it is due, not when it is put."""
    waiting: Waiting[str] = Waiting()
    waiting.put("late", 10 * DAY, 0.0)
    waiting.put("soon", 9 * DAY, 9 * DAY)
    assert waiting.take(10 * DAY) == ("soon", "late")
