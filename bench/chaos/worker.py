"""A process that sends, and polls if it is told to, until it is killed."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.plan import ACCOUNTS
from bench.chaos.processes import end_with_parent
from bench.chaos.virtual_time import TimeSpec, VirtualTime
from winnerlook import Client
from winnerlook.outbox import Outbox, Packing, StoreError, Worker

LEASE, PATIENCE = 180.0, 60.0
CALL_SECONDS = 1.0
_POLL_EVERY = 0.2
SENDING = ("claimed", "before attempt", "attempt committed", "sent", "outcome committed")
POLLING = ("poll started", "raw stored", "parsed")


@dataclass(frozen=True, slots=True)
class WorkerOrders:
    """What a worker is to do. It kills itself when it comes to `die_at` for the `die_after`-th time; `deaths` is the file in which it says
    so, and which points it came by."""

    url: str
    endpoint: str
    time: TimeSpec
    binding: str
    sends: bool
    polls: bool
    batch: int
    deaths: str
    die_at: str | None = None
    die_after: int = 1


class Doom:
    """What `Outbox` calls at each point between two commits."""

    def __init__(self, orders: WorkerOrders) -> None:
        self._orders, self._left = orders, orders.die_after
        self._file = os.open(orders.deaths, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._seen: set[str] = set()

    def __call__(self, point: str) -> None:
        if point not in self._seen:
            self._seen.add(point)
            self._say("seen", point)
        if point == self._orders.die_at:
            self._left -= 1
            if self._left <= 0:
                self._say("died", point)
                os.kill(os.getpid(), signal.SIGKILL)

    def _say(self, what: str, point: str) -> None:
        os.write(self._file, f"{what}\t{point}\n".encode())  # one write of a short line to a file that is appended to is whole


def open_outbox(url: str, time: TimeSpec, checkpoint: Callable[[str], None] = lambda _point: None) -> Outbox:
    """The outbox as every process of a run has it."""
    spill = Path(time.path).parent / "spill"
    return Outbox(url, lease=LEASE, patience=PATIENCE, clock=VirtualTime(time), spill=spill, checkpoint=checkpoint)


def clients(stack: ExitStack, endpoint: str, binding: str) -> list[Client]:
    """One for each account."""
    return [
        stack.enter_context(Client(
            code, password, endpoint=endpoint, binding=binding, connect_timeout=CALL_SECONDS, read_timeout=CALL_SECONDS,
            total_timeout=CALL_SECONDS,
        ))
        for code, password in ACCOUNTS.items()
    ]


def work(orders: WorkerOrders) -> None:
    """What the process does."""
    end_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)  # thousands of broken connections are what is wanted here
    with open_outbox(orders.url, orders.time, Doom(orders)) as outbox, ExitStack() as stack:
        lines = clients(stack, orders.endpoint, orders.binding)
        if orders.sends:
            worker = Worker(
                outbox, lines, idle=0.05, longest_idle=0.3, batch=orders.batch, poll_interval=0.5 if orders.polls else None,
                packing=Packing.BATCH,
            )
            signal.signal(signal.SIGTERM, lambda *_: worker.stop())
            worker.run()
        else:
            _poll(outbox, lines)


def _poll(outbox: Outbox, lines: list[Client]) -> None:
    """As a cron job might, only more often."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    while not stopped.wait(_POLL_EVERY):
        with suppress(StoreError):  # it was out of reach for longer than `PATIENCE`
            outbox.poll(lines, stopped=stopped.is_set)


def deaths(path: Path) -> tuple[dict[str, int], set[str]]:
    """How many died at which point, and which points were seen."""
    died: dict[str, int] = {}
    seen = set()
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        what, point = line.split("\t")
        if what == "died":
            died[point] = died.get(point, 0) + 1
        else:
            seen.add(point)
    return died, seen
