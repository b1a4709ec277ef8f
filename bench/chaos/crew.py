"""The processes of a run: they die, and the next one takes their place at once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import cycle
from multiprocessing.context import ForkServerProcess
from random import Random

from bench.chaos.processes import Context
from bench.chaos.putter import PutterOrders, put_all
from bench.chaos.receiver import ReceiverOrders, serve
from bench.chaos.worker import POLLING, SENDING, WorkerOrders, work

_BINDINGS = ("http", "http", "http", "soap11", "soap12")
_DEAD_END = "http://127.0.0.1:1"
"""Nobody listens there: whoever is sent that way sends nothing, and knows it."""
_STOP_SECONDS = 30.0
_POLLERS = 2
_PASSES = {"claimed": 12, **dict.fromkeys(POLLING, 10)}
_MOST_PASSES = 100
"""A process dies at the latest when it comes by its point for so many times."""


@dataclass(slots=True)
class _Slot:
    """A place that is always taken. `ends`: when who has it is killed, on the monotonic clock."""

    name: str
    process: ForkServerProcess
    ends: float = float("inf")


@dataclass(slots=True)
class Crew:
    """All of them. `orders` are those of a worker that nothing happens to."""

    context: Context
    random: Random
    orders: WorkerOrders
    putter: PutterOrders
    receiver: ReceiverOrders
    workers: int
    doomed: bool = True
    kills: Counter[str] = field(default_factory=Counter)
    freezes: int = 0
    failed: list[str] = field(default_factory=list)
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _frozen: dict[int, float] = field(default_factory=dict)
    _dooms: dict[bool, Iterator[str]] = field(default_factory=dict)
    _put: bool = False

    def start(self) -> None:
        """Fill all places."""
        self._dooms = {polls: cycle(self.random.sample(points, len(points))) for polls, points in ((False, SENDING), (True, POLLING))}
        for name in ("receiver", "putter", *self._sending_and_polling):
            self._fill(name)

    @property
    def _sending_and_polling(self) -> list[str]:
        return [f"worker-{number}" for number in range(self.workers)] + [f"poller-{number}" for number in range(_POLLERS)]

    @property
    def has_put(self) -> bool:
        """Whether the putter has come to its end."""
        return self._put

    def tick(self) -> None:
        """Wake who is to go on, and replace who is dead."""
        now = time.monotonic()
        for pid, until in list(self._frozen.items()):
            if until <= now:
                del self._frozen[pid]
                _signal(pid, signal.SIGCONT)
        for slot in list(self._slots.values()):
            if slot.process.exitcode is None:
                if slot.ends <= now:
                    self.kill(slot.name)
                continue
            if slot.process.exitcode not in {0, -signal.SIGKILL}:
                self.failed.append(f"{slot.name} ended with {slot.process.exitcode}")
            if slot.name == "putter" and slot.process.exitcode == 0:
                self._put = True
                del self._slots["putter"]
            else:
                self._fill(slot.name)

    def kill(self, name: str | None = None) -> None:
        """SIGKILL, for one of them by chance or by name."""
        slot = self._slots.get(name) if name else self.random.choice(list(self._slots.values()))
        if slot is not None and slot.process.pid is not None and slot.process.exitcode is None:
            self._frozen.pop(slot.process.pid, None)
            slot.process.kill()
            self.kills[f"at random: {slot.name.partition('-')[0]}"] += 1

    def freeze(self, seconds: float) -> None:
        """SIGSTOP for so long, for a worker that is not asleep already."""
        slot = self.random.choice([self._slots[name] for name in self._sending_and_polling])
        if slot.process.pid is not None and slot.process.exitcode is None and slot.process.pid not in self._frozen:
            _signal(slot.process.pid, signal.SIGSTOP)
            self._frozen[slot.process.pid] = time.monotonic() + seconds
            self.freezes += 1

    def calm(self) -> None:
        """Nobody is killed from now on; those who were to kill themselves are replaced, for the last time."""
        self.doomed = False
        for pid in list(self._frozen):
            _signal(pid, signal.SIGCONT)
        self._frozen.clear()
        self._end_workers()
        for name in self._sending_and_polling:
            self._fill(name)

    def end(self) -> None:
        """Let all workers finish what they are at."""
        self._end_workers()

    def _end_workers(self) -> None:
        ending = [self._slots.pop(name) for name in self._sending_and_polling]
        for slot in ending:
            slot.process.terminate()
        for slot in ending:
            slot.process.join(_STOP_SECONDS)
            if slot.process.exitcode is None:
                self.failed.append(f"{slot.name} did not stop within {_STOP_SECONDS:g} s")
                slot.process.kill()
            elif slot.process.exitcode not in {0, -signal.SIGKILL, -signal.SIGTERM}:
                self.failed.append(f"{slot.name} ended with {slot.process.exitcode}")

    def _fill(self, name: str) -> None:
        ends = float("inf")
        if name == "putter":
            process = self.context.Process(target=put_all, args=(self.putter,), daemon=True)
        elif name == "receiver":
            process = self.context.Process(target=serve, args=(self.receiver,), daemon=True)
        else:
            orders, ends = self._orders(polls=name.startswith("poller"))
            process = self.context.Process(target=work, args=(orders,), daemon=True)
        process.start()
        self._slots[name] = _Slot(name, process, ends)

    def _orders(self, *, polls: bool) -> tuple[WorkerOrders, float]:
        """Each is to die at a point, the points in turn; some are sent where nobody answers, for a while."""
        random = self.random
        orders = replace(
            self.orders, binding=random.choice(_BINDINGS), batch=random.choice((3, 20, 50, 50, 50)), sends=not polls,
            polls=polls or random.random() < 0.5,
        )
        if not self.doomed:
            return orders, float("inf")
        if random.random() < 0.04:
            return replace(orders, endpoint=_DEAD_END), time.monotonic() + 0.5
        point = next(self._dooms[polls])
        return replace(orders, die_at=point, die_after=random.randint(1, _PASSES.get(point, _MOST_PASSES))), float("inf")


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
