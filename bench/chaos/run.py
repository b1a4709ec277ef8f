"""A run: put, storm, calm, settle, compare."""

from __future__ import annotations

import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.chaos import processes, stores
from bench.chaos.checker import Problem, Verdict, check
from bench.chaos.crew import Crew
from bench.chaos.gateway import Gateway, MockOrders
from bench.chaos.ledger import MockLedger, OutboxLedger, read_outbox
from bench.chaos.plan import ACCOUNTS, Plan
from bench.chaos.putter import PutterOrders, caller_engine
from bench.chaos.putter import orders as chaos_orders
from bench.chaos.receiver import SECRET, ReceiverOrders
from bench.chaos.virtual_time import VirtualTime
from bench.chaos.worker import LEASE, POLLING, SENDING, WorkerOrders, clients, deaths, open_outbox
from winnerlook.outbox import LogError, Outbox, State, Status

FACTOR = 60.0
"""Seconds of the run's own time to a real one: a lease is 3 s."""
_FROZEN_SECONDS = 1.5 * LEASE / FACTOR
_TICK, _LOOK_EVERY = 0.02, 0.5
_STUCK_SECONDS = 300.0
_A_QUARTER, _WINDOW = 15 * 60.0, 79 * 3600.0
_UNDONE = (State.QUEUED, State.CLAIMED, State.ATTEMPT)
_SAMPLE = 200
_MOST_FAILED = 20


@dataclass(frozen=True, slots=True)
class Options:
    """Of a run."""

    store: str
    messages: int
    workers: int
    seed: int
    directory: Path
    say: Callable[[str], None] = print

    @property
    def troubles(self) -> list[str]:
        """What is done to the processes and to the database, in its order; each has its share of the messages' way."""
        count = self.messages
        wanted = Counter({"kill": 8 + count // 400, "freeze": 3 + count // 4000, "shake": 3 + count // 6000})
        listed = list(wanted.elements())
        Random(self.seed).shuffle(listed)  # a run is to repeat
        return listed


@dataclass(slots=True)
class Outcome:
    """How a run went."""

    options: Options
    verdict: Verdict
    mock: MockLedger
    outbox: OutboxLedger
    kills: Counter[str]
    freezes: int
    shakes: int
    shaken_by: str
    database: str
    seconds: dict[str, float]
    log_entries: int = 0
    problems: list[Problem] = field(default_factory=list)


class StuckError(Exception):
    """Nothing moved for too long."""


def run(options: Options) -> Outcome:
    """Do it all. Raises StuckError."""
    context = processes.context("bench.chaos.worker", "bench.chaos.putter", "bench.chaos.receiver", "bench.chaos.gateway")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wl-chaos-", dir=options.directory)))
        database = stack.enter_context(stores.opened(options.store, context, folder))
        return _Run(options, context, folder, database).all()


class _Run:
    def __init__(self, options: Options, context: processes.Context, folder: Path, database: stores.Database) -> None:
        self._options, self._database = options, database
        self._time = VirtualTime.begin(folder / "time", FACTOR)
        self._outbox = open_outbox(database.url, self._time.spec).init()
        self._engine = caller_engine(database.url)
        chaos_orders.metadata.create_all(self._engine)
        port = _free_port()
        likely = max(0.0015, min(0.01, 12 / options.messages))
        self._gateway = Gateway(context, MockOrders(
            options.seed, options.messages, likely, 0.01, f"http://127.0.0.1:{port}/{SECRET}",
        ))
        self._deaths = folder / "deaths"
        spec = self._time.spec
        orders = WorkerOrders(database.url, self._gateway.url, spec, "http", sends=True, polls=False, batch=20, deaths=str(self._deaths))
        self._plan = Plan(options.seed, options.messages)
        self._crew = Crew(
            context, Random(options.seed), orders, PutterOrders(database.url, spec, self._plan),
            ReceiverOrders(database.url, spec, port), options.workers,
        )
        self._shakes = 0
        self._problems: list[Problem] = []
        self._seconds: dict[str, float] = {}
        self._began = time.monotonic()

    def all(self) -> Outcome:
        self._gateway.arm()
        self._crew.start()
        self._storm()
        self._lap("storm")
        self._gateway.calm()
        self._crew.calm()
        self._wait_until(lambda status: not _undone(status))
        self._crew.end()
        self._settle()
        self._lap("settling")
        return self._compare()

    def _lap(self, name: str) -> None:
        self._seconds[name] = round(time.monotonic() - self._began - sum(self._seconds.values()), 1)

    def _storm(self) -> None:
        """Until all is put and the queue is empty; the troubles come as the messages move on."""
        coming = [(number + 1) / (len(self._options.troubles) + 1) for number in range(len(self._options.troubles))]
        left = list(zip(coming, self._options.troubles, strict=True))

        def on_look(status: Status) -> bool:
            done = sum(status.states.values()) - _undone(status)
            while left and done >= left[0][0] * self._options.messages * 0.95:
                self._trouble(left.pop(0)[1])
            for breaker in status.breakers:
                if breaker.kind == "STOPPED":  # what a person would do
                    self._outbox.resume(breaker.account)
            return self._crew.has_put and not left and not _undone(status) and self._all_tried()

        self._wait_until(on_look)

    def _all_tried(self) -> bool:
        """Polls go on when there is nothing more to send: until each fault has struck one, and a poller has died at each point."""
        died, _ = deaths(self._deaths)
        return not set(POLLING) - set(died) and not self._gateway.untried()

    def _trouble(self, what: str) -> None:
        if what == "kill":
            self._crew.kill()
        elif what == "freeze":
            self._crew.freeze(_FROZEN_SECONDS)
        else:
            self._shakes += 1
            self._database.shake()

    def _wait_until(self, done: Callable[[Status], bool]) -> None:
        """Keep the crew going until then."""
        next_look, next_word = 0.0, time.monotonic() + 10
        moved_at, before = time.monotonic(), None
        while True:
            self._crew.tick()
            now = time.monotonic()
            if now >= next_look:
                status = self._outbox.status()
                next_look = time.monotonic() + _LOOK_EVERY
                if done(status):
                    return
                if len(self._crew.failed) > _MOST_FAILED:
                    raise StuckError(f"the processes end by themselves: {self._crew.failed[:3]}")
                if status.states != before:
                    before, moved_at = status.states, now
                elif now - moved_at > _STUCK_SECONDS:
                    raise StuckError(f"nothing moved for {_STUCK_SECONDS:g} s: {_words(status)}, crew: {self._crew.failed}")
                if now >= next_word:
                    next_word = now + 10
                    self._options.say(f"  {now - self._began:6.0f} s  {_words(status)}")
            time.sleep(_TICK)

    def _settle(self) -> None:
        """Let time pass, first by quarters of an hour until all that is to be sent again is sent, then past the gateway's three days."""
        end = time.monotonic() + _STUCK_SECONDS
        with ExitStack() as stack:
            senders = clients(stack, self._gateway.url, "http")
            before = None
            while True:
                self._time.jump(_A_QUARTER)
                self._outbox.drain(senders)
                self._outbox.poll(senders)
                status = self._outbox.status()
                waiting = self._gateway.waiting()
                if not waiting and not _undone(status) and status.states == before:
                    break
                before = status.states
                self._crew.tick()
                if time.monotonic() > end:
                    self._problems.append(Problem("stuck", f"{waiting} records wait, {_words(status)}"))
                    break
            self._outbox.replay()
            self._time.jump(_WINDOW)
            self._outbox.drain(senders)
            self._outbox.poll(senders)

    def _compare(self) -> Outcome:
        outbox, mock = read_outbox(self._engine), self._gateway.ledger()
        verdict = check(self._plan.phones(), outbox, mock, self._time.of_real)
        died, seen = deaths(self._deaths)
        kills = Counter({f"at {point!r}": died.get(point, 0) for point in (*SENDING, *POLLING)}) + Counter(self._crew.kills)
        problems = [*verdict.problems, *self._problems, *(Problem("process", what) for what in self._crew.failed)]
        problems += [Problem("untried", f"nobody is ever killed at {point!r}") for point in seen - {*SENDING, *POLLING}]
        problems += [Problem("untried", f"nobody was killed at {point!r}") for point in (*SENDING, *POLLING) if not died.get(point)]
        problems += [
            Problem("untried", f"no fault of kind {kind} struck") for kind, struck in mock.faults.items() if not all(struck.values())
        ]
        problems += _view_problems(self._outbox, outbox)
        try:
            entries = sum(length for length, _ in self._outbox.verify().values())
        except LogError as error:
            entries = 0
            problems.append(Problem("log", str(error)))
        self._lap("comparing")
        return Outcome(
            self._options, verdict, mock, outbox, kills, self._crew.freezes, self._shakes, self._database.trouble,
            self._database.version(), self._seconds, entries, problems,
        )


def _view_problems(outbox: Outbox, ledger: OutboxLedger) -> list[Problem]:
    """Of some, whether the public view says the same as the rows."""
    some = ledger.kept[:: max(1, len(ledger.kept) // _SAMPLE)]
    views = [(kept, outbox.message(kept.id)) for kept in some]
    return [
        Problem("view", kept.id) for kept, view in views
        if view is None or (view.state, len(view.attempts), view.account in ACCOUNTS) != (kept.state, len(kept.attempts), True)
    ]


def _undone(status: Status) -> int:
    return sum(status.states.get(state, 0) for state in _UNDONE)


def _words(status: Status) -> str:
    return ", ".join(f"{state} {count}" for state, count in sorted(status.states.items())) or "nothing yet"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
