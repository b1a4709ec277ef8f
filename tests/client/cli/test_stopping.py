"""Signals that end a command which has no end of its own."""

from __future__ import annotations

import signal
import threading

import pytest

from winnerlook.cli.receiving import _stopping
from winnerlook.cli.stopping import stopped_by_signals
from winnerlook_mock.cli.serving import stop_signals

posix = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="SIGUSR1 stands in for what only Windows has")


@pytest.fixture
def ctrl_break(monkeypatch):
    """A signal of this system under the name of the one that only Windows has."""
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)}
    yield signal.SIGUSR1
    for number, handler in before.items():
        signal.signal(number, handler)


@posix
def test_ctrl_break_stops_what_follows(ctrl_break):
    stopped = threading.Event()
    with stopped_by_signals(stopped.set):
        signal.raise_signal(ctrl_break)
        assert stopped.is_set()
        assert signal.getsignal(ctrl_break) is signal.SIG_DFL  # the second one ends the program


@posix
def test_ctrl_break_stops_the_receiver(ctrl_break):
    with pytest.raises(SystemExit) as ended, _stopping():
        signal.raise_signal(ctrl_break)
    assert ended.value.code == 0


@posix
def test_ctrl_break_stops_the_mock(ctrl_break):
    stopped = stop_signals()
    signal.raise_signal(ctrl_break)
    assert stopped.is_set()
