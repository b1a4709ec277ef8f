"""What is to happen at a moment to come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from winnerlook_mock.gateway.timers import Timer, Timers

MOMENTS = st.lists(st.integers(0, 20).map(float), max_size=30)


def _nothing(_due: float) -> None:
    """Happens, and does nothing."""


def _set(timers: Timers, *moments: float) -> list[Timer]:
    made = [Timer(moment, str(at), _nothing) for at, moment in enumerate(moments)]
    for timer in made:
        timers.add(timer)
    return made


def test_the_next_one_is_taken_out_first_and_none_before_its_moment() -> None:
    """R1: three days are over at their end, not before."""
    timers = Timers()
    late, soon = _set(timers, 20.0, 10.0)
    assert timers.next_due() == 10.0
    assert timers.pop(9.999) is None
    assert timers.pop(10.0) is soon
    assert timers.pop(19.0) is None
    assert timers.next_due() == 20.0
    assert timers.pop(50.0) is late
    assert timers.pop(50.0) is None
    assert timers.next_due() is None


def test_those_of_one_moment_happen_in_the_order_in_which_they_were_set() -> None:
    """R1: reports of one moment are polled in the order of their sends."""
    timers = Timers()
    made = _set(timers, *[5.0] * 50)
    assert [timers.pop(5.0) for _ in made] == made


def test_a_cancelled_one_does_not_happen_and_is_not_seen() -> None:
    """P4: the retry of a push that was taken meanwhile."""
    timers = Timers()
    first, second, third = _set(timers, 1.0, 2.0, 3.0)
    first.cancel()
    third.cancel()
    third.cancel()
    assert list(timers) == [second]
    assert timers.next_due() == 2.0
    assert timers.pop(9.0) is second
    assert timers.pop(9.0) is None
    second.cancel()  # of one that has happened: nothing
    assert timers.next_due() is None


def test_they_may_be_forgotten() -> None:
    timers = Timers()
    _set(timers, 1.0, 2.0)
    timers.clear()
    assert (list(timers), timers.next_due()) == ([], None)


def test_cancelled_ones_do_not_pile_up() -> None:
    """P4: on a clock that stands still nothing is ever taken out, and pushes that are held back set and cancel timers all the time."""
    timers = Timers()
    (kept,) = _set(timers, 1e6)
    for moment in range(10_000):
        _set(timers, 2e6 + moment)[0].cancel()
    assert list(timers) == [kept]
    assert len(timers._heap) < 200


@given(MOMENTS, st.sets(st.integers(0, 29)))
def test_they_come_out_sorted_whatever_was_cancelled(moments: list[float], cancelled: set[int]) -> None:
    """P4, R1: by moment, then by the order of their setting."""
    timers = Timers()
    made = _set(timers, *moments)
    for at in cancelled & set(range(len(made))):
        made[at].cancel()
    wanted = sorted((timer for timer in made if timer.action), key=lambda timer: (timer.due, int(timer.what)))
    assert list(timers) == wanted
    assert timers.next_due() == (wanted[0].due if wanted else None)
    assert [timers.pop(20.0) for _ in wanted] == wanted
    assert timers.pop(20.0) is None
