"""Moving the clock: what happens on the way, in which order, and who hears of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, START, Ticks, still_clock
from winnerlook_mock import Happening, Kind
from winnerlook_mock.gateway import Clock

WAIT = 10.0
"""Real seconds, for what takes none unless it is broken."""
class Log:
    """Timers on a clock, and when each of them fired: the name, the moment it was given, and the clock's own."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.fired: list[tuple[str, float, float]] = []

    def set(self, name: str, seconds: float) -> None:
        def fire(due: float) -> None:
            self.fired.append((name, due - START.timestamp(), self.clock.timestamp() - START.timestamp()))

        self.clock.call_at(START.timestamp() + seconds, name, fire)


@contextmanager
def _moving(clock: Clock, **amount: float) -> Iterator[threading.Thread]:
    """Another thread that moves the clock while the block runs."""
    thread = threading.Thread(target=lambda: clock.advance(**amount), daemon=True)
    thread.start()
    yield thread
    thread.join(WAIT)
    assert not thread.is_alive()


def test_what_falls_due_happens_in_order_each_at_its_own_moment() -> None:
    """R1, P4: the clock shows each moment while it lasts, and its target in the end."""
    log = Log(clock := still_clock())
    for name, seconds in (("c", 30.0), ("a", 10.0), ("b", 10.0), ("now", 0.0), ("late", 31.0)):
        log.set(name, seconds)
    assert [what for _, what in clock.pending] == ["now", "a", "b", "c", "late"]
    assert clock.pending[1][0] == START + timedelta(seconds=10)
    clock.advance(seconds=30)
    assert log.fired == [("now", 0.0, 0.0), ("a", 10.0, 10.0), ("b", 10.0, 10.0), ("c", 30.0, 30.0)]
    assert clock.now() == START + timedelta(seconds=30)
    assert [what for _, what in clock.pending] == ["late"]


def test_what_is_set_on_the_way_happens_within_the_same_move() -> None:
    """P4: a failed push sets its next attempt, which falls due before the end."""
    clock = still_clock()
    moments: list[float] = []

    def again(due: float) -> None:
        moments.append(due - START.timestamp())
        clock.call_at(due + 10, "again", again)

    clock.call_at(START.timestamp() + 5, "first", again)
    clock.advance(seconds=36)
    assert moments == [5, 15, 25, 35]
    assert [at for at, _ in clock.pending] == [START + timedelta(seconds=45)]


def test_what_was_set_to_a_moment_gone_by_happens_now_and_time_does_not_run_back() -> None:
    """R1."""
    log = Log(clock := still_clock())
    clock.advance(seconds=100)
    log.set("past", 40.0)
    clock.settle()
    assert log.fired == [("past", 40.0, 100.0)]
    assert clock.now() == START + timedelta(seconds=100)


def test_a_cancelled_one_does_not_happen_even_where_another_of_its_moment_cancels_it() -> None:
    """P4."""
    log = Log(clock := still_clock())
    clock.call_at(START.timestamp() + 1, "first", lambda _due: second.cancel())
    log.set("between", 1.0)
    second = clock.call_at(START.timestamp() + 1, "second", lambda _due: pytest.fail("it was cancelled"))
    clock.advance(seconds=5)
    assert [name for name, _, _ in log.fired] == ["between"]
    assert clock.pending == ()


def test_one_that_fails_stops_no_other_and_the_log_does_not_say_what_it_said(caplog: pytest.LogCaptureFixture) -> None:
    """L2: an exception's text may hold a number."""
    log = Log(clock := still_clock())
    log.set("before", 1.0)

    def fail(_due: float) -> None:
        raise ValueError(f"cannot reach {PHONE}")

    clock.call_at(START.timestamp() + 2, "the report", fail)
    log.set("after", 3.0)
    with caplog.at_level(logging.DEBUG):
        clock.advance(seconds=5)
    assert [name for name, _, _ in log.fired] == ["before", "after"]
    assert caplog.messages == ["the report failed: ValueError"]
    assert PHONE not in caplog.text
    assert clock.now() == START + timedelta(seconds=5)


def test_settle_lets_happen_what_is_due_and_moves_nothing() -> None:
    """R1."""
    log = Log(clock := still_clock())
    log.set("now", 0.0)
    log.set("soon", 0.001)
    clock.settle()
    assert [name for name, _, _ in log.fired] == ["now"]
    assert clock.now() == START


def test_stop_forgets_what_was_to_happen() -> None:
    log = Log(clock := still_clock())
    log.set("never", 1.0)
    clock.stop()
    assert clock.pending == ()
    clock.advance(seconds=2)
    assert log.fired == []


def test_what_happened_is_returned_in_order_and_once() -> None:
    """P4, R1: what happens outside of a move is told to nobody."""
    clock = still_clock()

    def tell(due: float) -> None:
        clock.happened(Happening(clock.at(due), Kind.REPORT, "acct", due))

    for seconds in (3, 1, 2, 9):
        clock.call_at(START.timestamp() + seconds, "report", tell)
    clock.happened(Happening(START, Kind.REPORT, "acct", None))
    assert [happening.at for happening in clock.advance(seconds=5)] == [START + timedelta(seconds=at) for at in (1, 2, 3)]
    assert clock.settle() == ()
    assert len(clock.advance(seconds=5)) == 1


def test_a_move_waits_for_work_under_way_and_for_what_that_brings_about() -> None:
    """P4: a push that is on its way fails, its retry falls due within the same move, and is waited for as well."""
    log = Log(clock := still_clock())
    first: Future[None] = Future()
    second: Future[None] = Future()
    clock.wait_for(first)
    begun = threading.Event()

    def again(_due: float) -> None:
        clock.wait_for(second)
        begun.set()

    log.set("after it", 60.0)
    with _moving(clock, seconds=60) as mover:
        assert clock.now() == START
        clock.call_at(START.timestamp() + 30, "again", again)  # as the work does before it is done
        first.set_result(None)
        assert begun.wait(WAIT)
        assert mover.is_alive()
        assert clock.now() == START + timedelta(seconds=30)
        assert log.fired == []
        second.set_result(None)
    assert log.fired == [("after it", 60.0, 60.0)]


def test_work_that_begins_further_work_is_waited_for_to_the_end() -> None:
    """P4: a push that chaos delivers twice."""
    clock = still_clock()
    works: list[Future[None]] = [Future() for _ in range(3)]
    done: list[int] = []

    def do(at: int) -> None:
        for following in works[at + 1 : at + 2]:
            clock.wait_for(following)
            threading.Thread(target=do, args=(at + 1,)).start()
        done.append(at)
        works[at].set_result(None)

    clock.wait_for(works[0])
    threading.Thread(target=do, args=(0,)).start()
    clock.settle()
    assert sorted(done) == [0, 1, 2]
    assert clock._under_way == set()


def test_time_stands_still_while_it_is_moved_and_runs_on_from_the_target() -> None:
    """R1: whatever real time the receivers take, the moments are those that were set."""
    ticks = Ticks()
    log = Log(clock := Clock(START, monotonic=ticks))
    ticks.at += 2
    clock.call_at(START.timestamp() + 5, "slow", lambda _due: setattr(ticks, "at", ticks.at + 1000))
    log.set("next", 6.0)
    clock.advance(seconds=8)
    assert log.fired == [("next", 6.0, 6.0)]
    assert clock.now() == START + timedelta(seconds=10)
    ticks.at += 1
    assert clock.now() == START + timedelta(seconds=11)


@pytest.mark.parametrize("frozen", [True, False])
def test_it_may_be_frozen_and_resumed_while_another_thread_moves_it(frozen: bool) -> None:
    """R1: the move comes to its target, and what was asked for last holds from then on."""
    ticks = Ticks()
    clock = Clock(START, frozen=not frozen, monotonic=ticks)
    work: Future[None] = Future()
    begun = threading.Event()

    def wait(_due: float) -> None:
        clock.wait_for(work)
        begun.set()

    clock.call_at(START.timestamp() + 10, "push", wait)
    with _moving(clock, seconds=20):
        assert begun.wait(WAIT)
        (clock.freeze if frozen else clock.resume)()
        ticks.at += 500
        assert clock.now() == START + timedelta(seconds=10)
        assert clock.until_next() is None
        work.set_result(None)
    assert clock.now() == START + timedelta(seconds=20)
    assert clock.frozen is frozen
    ticks.at += 1
    assert clock.now() == START + timedelta(seconds=20 if frozen else 21)


def test_moves_of_several_threads_take_turns() -> None:
    """R1: each gets all of its way, and everything happens once."""
    log = Log(clock := still_clock())
    for seconds in range(1, 401):
        log.set(str(seconds), float(seconds))
    threads = [threading.Thread(target=lambda: [clock.advance(seconds=5) for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert log.fired == [(str(at), float(at), float(at)) for at in range(1, 401)]


def test_what_happened_comes_to_one_mover_only() -> None:
    """R1: while others report in the middle of it, none is told twice, and none is left over for a later move."""
    clock = still_clock()
    done = threading.Event()
    left_over: list[Happening] = []
    told: list[int] = []

    def report() -> None:
        for number in count():
            if done.is_set():
                return
            clock.happened(Happening(START, Kind.REPORT, "acct", number))

    reporter = threading.Thread(target=report)
    reporter.start()
    for _ in range(200):
        told += [happening.subject for happening in clock.advance(seconds=1)]
        left_over += clock._happenings
    done.set()
    reporter.join(WAIT)
    assert left_over == []
    assert told == sorted(set(told))


def test_real_time_until_the_next_timer_is_known_only_while_it_runs() -> None:
    """R1."""
    ticks = Ticks()
    log = Log(clock := Clock(START, monotonic=ticks))
    assert clock.until_next() is None
    log.set("it", 5.0)
    ticks.at += 2
    assert clock.until_next() == 3
    clock.freeze()
    assert clock.until_next() is None
    clock.resume()
    ticks.at += 7
    assert clock.until_next() == 0
    clock.fire_due()
    assert log.fired == [("it", 5.0, 9.0)]


def test_whoever_fires_timers_hears_of_each_change() -> None:
    """R1: of an earlier timer, not of a later one; of freeze, resume and every move, one that was interrupted included."""
    clock = still_clock()
    changes: list[None] = []
    clock.on_change = lambda: changes.append(None)

    def told() -> int:
        count = len(changes)
        changes.clear()
        return count

    clock.call_at(START.timestamp() + 50, "first", None)  # type: ignore[arg-type]  # as one that was cancelled
    clock.call_at(START.timestamp() + 20, "first", lambda _due: None)
    assert told() == 2
    clock.call_at(START.timestamp() + 20, "no earlier", lambda _due: None)
    assert told() == 0
    for change in (clock.freeze, clock.resume, clock.settle):
        change()
        assert told() == 1

    def interrupt(_due: float) -> None:
        raise KeyboardInterrupt

    clock.call_at(START.timestamp() + 30, "interrupted", interrupt)
    with pytest.raises(KeyboardInterrupt):
        clock.advance(seconds=60)
    assert told() == 1
    assert clock.now() == START + timedelta(seconds=30)


TIMERS = st.lists(st.tuples(st.integers(0, 100), st.none() | st.integers(0, 40)), max_size=12)


def _life(timers: list[tuple[int, int | None]], steps: list[int]) -> list[tuple[str, float, float]]:
    """What fires when the clock is moved in these steps. Each timer may set another when it fires, so many seconds later."""
    log = Log(clock := still_clock())

    def follow(name: str, seconds: int, due: float) -> None:
        log.set(f"{name} again", due - START.timestamp() + seconds)

    for at, (seconds, later) in enumerate(timers):
        log.set(str(at), float(seconds))
        if later is not None:
            clock.call_at(START.timestamp() + seconds, "follow", lambda due, at=at, later=later: follow(str(at), later, due))  # type: ignore[misc]
    for step in steps:
        clock.advance(seconds=step)
    return log.fired


@given(TIMERS, st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_it_is_the_same_in_one_move_and_in_many(timers: list[tuple[int, int | None]], steps: list[int]) -> None:
    """R1, P4: the same timers fire, in the same order and at the same moments, however the way is cut up."""
    assert _life(timers, steps) == _life(timers, [sum(steps)])
