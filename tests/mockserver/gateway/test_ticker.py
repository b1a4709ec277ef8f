"""What falls due while clocks run with real time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.mockserver.gateway.caller import START
from tests.mockserver.gateway.test_clock import Ticks
from winnerlook_mock import MockServer
from winnerlook_mock.gateway import Clock
from winnerlook_mock.gateway.ticker import Ticker

WAIT = 10.0
"""Real seconds, for what takes a few milliseconds unless it is broken."""
SOON = 0.01


@pytest.fixture
def ticker() -> Iterator[Ticker]:
    made = Ticker()
    yield made
    made.stop()
    _ended(made)


def _ended(ticker: Ticker) -> None:
    thread = ticker._thread
    if thread is not None:
        thread.join(WAIT)
        assert not thread.is_alive()


def _event_in(clock: Clock, seconds: float) -> threading.Event:
    """Set when a timer has fired, so many seconds from now."""
    fired = threading.Event()
    clock.call_at(clock.timestamp() + seconds, "event", lambda _due: fired.set())
    return fired


def test_what_falls_due_happens_by_itself(ticker: Ticker) -> None:
    """R1, P4: what was set before the start, and what is set later."""
    clock = Clock()
    before = _event_in(clock, SOON)
    ticker.watch(clock)
    ticker.start()
    assert before.wait(WAIT)
    assert _event_in(clock, SOON).wait(WAIT)
    assert _event_in(clock, -5.0).wait(WAIT)


def test_an_earlier_timer_is_not_held_up_by_a_later_one(ticker: Ticker) -> None:
    """R1: a thread that waits for the end of three days wakes for what comes before."""
    clock = Clock()
    ticker.watch(clock)
    ticker.start()
    late = _event_in(clock, 3 * 86_400)
    assert _event_in(clock, SOON).wait(WAIT)
    assert not late.is_set()


def test_a_clock_that_stands_still_fires_nothing_until_it_is_resumed(ticker: Ticker) -> None:
    """R1, P4: other clocks go on."""
    frozen, running = Clock(frozen=True), Clock()
    for clock in (frozen, running):
        ticker.watch(clock)
    ticker.start()
    waiting = _event_in(frozen, 0.0)
    assert _event_in(running, SOON).wait(WAIT)
    assert not waiting.is_set()
    frozen.resume()
    assert waiting.wait(WAIT)
    frozen.freeze()
    waiting = _event_in(frozen, 0.0)
    assert _event_in(running, SOON).wait(WAIT)
    assert not waiting.is_set()
    frozen.settle()
    assert waiting.is_set()


def test_what_is_due_sooner_since_the_clock_was_moved_happens(ticker: Ticker) -> None:
    """R1: an hour is nearly gone by at once; the rest takes real time."""
    clock = Clock()
    ticker.watch(clock)
    ticker.start()
    fired = _event_in(clock, 3600)
    clock.advance(seconds=3600 - 0.05)
    assert fired.wait(WAIT)


def test_no_thread_until_something_is_due_later(ticker: Ticker) -> None:
    """A gateway on which everything happens at once needs none; nor does one whose clock stands still."""
    clock = Clock(START, monotonic=Ticks(), frozen=True)
    ticker.start()
    ticker.watch(clock)
    ticker.watch(clock)
    clock.call_at(START.timestamp() + 5, "something", lambda _due: None)
    clock.advance(seconds=1)
    assert ticker._thread is None
    clock.resume()
    assert ticker._thread is not None
    assert ticker._clocks == [clock]


def test_after_the_stop_nothing_happens_by_itself_until_the_next_start() -> None:
    """R1, P4."""
    ticker, clock = Ticker(), Clock()
    ticker.watch(clock)
    ticker.start()
    assert _event_in(clock, SOON).wait(WAIT)
    thread = ticker._thread
    assert thread is not None
    ticker.stop()
    thread.join(WAIT)
    assert not thread.is_alive()
    waiting = _event_in(clock, 0.0)
    assert ticker._thread is None
    assert not waiting.is_set()
    ticker.start()
    assert waiting.wait(WAIT)
    ticker.stop()
    _ended(ticker)


def test_it_does_not_fire_while_the_clock_is_moved(ticker: Ticker) -> None:
    """R1: the move does it, in order."""
    clock = Clock()
    ticker.watch(clock)
    ticker.start()
    threads: list[str] = []
    fired = threading.Event()

    def fire(_due: float) -> None:
        threads.append(threading.current_thread().name)
        if len(threads) == 50:
            fired.set()

    now = clock.timestamp()
    for at in range(50):
        clock.call_at(now + 1000 + at / 1e6, "it", fire)
    clock.advance(seconds=2000)
    assert fired.is_set()
    assert set(threads) == {threading.current_thread().name}


def test_an_action_that_fails_does_not_end_it(ticker: Ticker, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    ticker.watch(clock)
    ticker.start()
    clock.call_at(clock.timestamp(), "it", lambda _due: 1 // 0)  # type: ignore[arg-type]
    assert _event_in(clock, SOON).wait(WAIT)
    assert caplog.messages == ["it failed: ZeroDivisionError"]


def test_a_server_fires_what_is_due_on_the_clocks_of_its_accounts() -> None:
    """R1: an account with a clock of its own lives by that, others do not; when the server has stopped, nothing happens by itself."""
    with MockServer() as mock:
        own = Clock(frozen=True)
        mine, others = mock.account(clock=own), mock.account()
        assert mine.clock is own
        assert others.clock is mock.clock
        waiting = _event_in(own, 0.0)
        assert _event_in(others.clock, SOON).wait(WAIT)
        assert not waiting.is_set()
        own.resume()
        assert waiting.wait(WAIT)
        thread = mock.gateway._ticker._thread
    assert thread is not None
    thread.join(WAIT)
    assert not thread.is_alive()
