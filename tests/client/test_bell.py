"""The wait of `Client.follow`, which threads and signal handlers end."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from tests.client.waits import Watched
from winnerlook._follow import Bell

HOUR = 3600.0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers that signal")
def test_a_signal_handler_may_stop_it_at_any_moment():
    """Even where the wait holds a lock: it would wait for ever."""
    before = signal.getsignal(signal.SIGALRM)
    bell = Bell()
    signal.signal(signal.SIGALRM, lambda *_: bell.ring())
    try:
        for turn in range(400):
            bell = Bell()
            signal.setitimer(signal.ITIMER_REAL, 0.00005 + turn % 20 * 0.00001)
            while not bell.rung:
                bell.wait(0.00002)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
def test_a_signal_ends_a_long_wait_of_the_main_thread():
    bell = Watched()
    before = signal.signal(signal.SIGUSR1, lambda *_: bell.ring())

    def send() -> None:
        bell.begun.wait(10)
        os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=send)
    thread.start()
    begun = time.monotonic()
    bell.wait(HOUR)
    thread.join()
    signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - begun < 60


def test_a_bell_that_nobody_rings_lets_the_time_pass():
    begun = time.monotonic()
    Bell().wait(0.01)
    assert time.monotonic() - begun >= 0.01
