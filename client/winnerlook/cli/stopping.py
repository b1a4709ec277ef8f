"""Signals that end a command which has no end of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""The last is on Windows only: Ctrl-Break, a console that is closed, and what one program can send another."""


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or hangup calls `stop`; a second one does what it did before. A signal that whoever started the command
    had it ignore, as nohup does, stays ignored."""
    before = _heeded()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def told(_number: int, _frame: FrameType | None) -> None:
        restore()
        stop()

    for number in before:
        signal.signal(number, told)
    try:
        yield
    finally:
        restore()


def _heeded() -> dict[int, signal._HANDLER]:
    """The handlers of the signals that count; none outside the main thread, where Python lets nobody set one."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) not in (signal.SIG_IGN, None)}
