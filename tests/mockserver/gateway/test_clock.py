"""The one source of time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import START, Ticks
from winnerlook.china_time import CHINA
from winnerlook_mock.gateway import Clock

WAIT = 10.0
"""Real seconds, for what takes none unless it is broken."""


def test_it_runs_with_real_time_until_frozen_and_again_when_resumed() -> None:
    """R2, R1: freeze stops the gateway's time, advance moves it either way, resume goes on from where it stands."""
    ticks = Ticks()
    clock = Clock(START, monotonic=ticks)
    ticks.at += 2.5
    assert clock.now() == START + timedelta(seconds=2.5)
    clock.freeze()
    assert clock.frozen
    ticks.at += 100
    clock.advance(days=1, hours=2, minutes=3, seconds=4)
    clock.freeze()
    stood = START + timedelta(days=1, hours=2, minutes=3, seconds=6.5)
    assert clock.now() == stood
    clock.resume()
    assert not clock.frozen
    ticks.at += 1
    clock.resume()
    clock.advance(seconds=0.5)
    assert clock.now() == stood + timedelta(seconds=1.5)


def test_it_begins_now_in_china_time() -> None:
    """R13: without a start it is the machine's time, shown in UTC+8."""
    before = datetime.now(CHINA)
    moment = Clock().now()
    assert before - timedelta(milliseconds=1) <= moment <= datetime.now(CHINA) + timedelta(milliseconds=1)
    assert moment.utcoffset() == timedelta(hours=8)


def test_it_never_runs_back() -> None:
    clock = Clock(START, monotonic=lambda: 0.0)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(hours=1, minutes=-61)
    assert clock.now() == START


def test_a_start_without_a_time_zone_names_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test


@given(st.floats(0, 4e9), st.lists(st.floats(0, 1e6), max_size=5))
def test_a_datetime_made_of_a_timestamp_is_the_same_moment(start: float, steps: list[float]) -> None:
    """R1: were it rounded up, what was made this moment would not be due this moment on a clock that stands still."""
    clock = Clock(datetime.fromtimestamp(0, CHINA), monotonic=lambda: 0.0)
    for step in (start, *steps):
        clock.advance(seconds=step)
        assert clock.now().timestamp() == clock.timestamp()


def test_many_threads_may_move_it_and_none_sees_it_run_back() -> None:
    clock = Clock(START, monotonic=lambda: 0.0)
    done = threading.Event()
    seen: list[float] = []

    def watch() -> None:
        while not done.is_set():
            seen.append(clock.timestamp())

    def move() -> None:
        for _ in range(200):
            clock.advance(seconds=1)
            clock.freeze()
            clock.resume()

    watcher = threading.Thread(target=watch)
    movers = [threading.Thread(target=move) for _ in range(8)]
    for thread in (watcher, *movers):
        thread.start()
    for thread in movers:
        thread.join()
    done.set()
    watcher.join()
    assert clock.now() == START + timedelta(seconds=1600)
    assert seen == sorted(seen)
