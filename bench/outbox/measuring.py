"""What is measured, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.chaos import stores
from bench.chaos.processes import Context, context
from bench.chaos.putter import caller_engine
from bench.outbox import mock, worker
from winnerlook.outbox import Message, Outbox, Packing

TEXT = "您的验证码是:2345【测试】"
WORKERS, BATCHES = (1, 2, 4, 8), (1, 20, 100)
_PUTS, _PUTS_MANY = 100, 5000
_EACH, _EACH_PACKED = 20, 200
"""Messages a worker sends in a round, one a call or packed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One combination. `what` is put, put_many or drain."""

    store: str
    what: str
    workers: int = 1
    batch: int = 1
    packing: str = "off"


@dataclass(slots=True)
class Figure:
    """Messages a second, of each round; for drains on PostgreSQL also what a message cost the server."""

    case: Case
    rounds: list[float]
    wal_bytes: float = 0.0
    commits: float = 0.0
    rows: float = 0.0

    @property
    def median(self) -> float:
        """Half of the rounds are below."""
        return median(self.rounds)


class Bench:
    """A mock, a database and workers that are there for all cases."""

    def __init__(self, context: Context, database: stores.Database, latency: float) -> None:
        self._database = database
        self._mock, theirs = context.Pipe()
        context.Process(target=mock.serve, args=(theirs, latency), daemon=True).start()
        self._endpoint: str = self._mock.recv()
        self._workers = [self._start(context) for _ in range(max(WORKERS))]
        self._outbox = Outbox(database.url, account=worker.ACCOUNT).init()
        self._engine = caller_engine(database.url)
        self._next = 0

    @staticmethod
    def _start(context: Context) -> Connection:
        ours, theirs = context.Pipe()
        context.Process(target=worker.drain, args=(theirs,), daemon=True).start()
        return ours

    def messages(self, count: int) -> Iterator[Message]:
        """So many, each to a number of its own."""
        for _ in range(count):
            self._next += 1
            yield Message(f"13{self._next:09}", TEXT, bulk=True)

    def round(self, figure: Figure) -> None:
        """Measure once."""
        case = figure.case
        if case.what == "put":
            count = _PUTS
            figure.rounds.append(count / _seconds(lambda: [self._outbox.put(each.phone, TEXT, bulk=True) for each in self.messages(count)]))
        elif case.what == "put_many":
            count = _PUTS_MANY
            figure.rounds.append(count / _seconds(lambda: self._outbox.put_many(self.messages(count))))
        else:
            self._drain(figure)

    def _drain(self, figure: Figure) -> None:
        case = figure.case
        each = _EACH if case.packing == Packing.OFF or case.batch == 1 else _EACH_PACKED
        self._empty()
        self._outbox.put_many(self.messages(each * case.workers))
        crew = self._workers[: case.workers]
        for pipe in crew:
            pipe.send(worker.Round(self._database.url, self._endpoint, case.batch, case.packing, each))
        for pipe in crew:
            pipe.recv()
        before = self._server()
        for pipe in crew:
            pipe.send("go")
        told = [pipe.recv() for pipe in crew]
        after = self._server()
        sent = sum(accepted for _, _, accepted in told)
        figure.rounds.append(sent / (max(end for _, end, _ in told) - min(began for began, _, _ in told)))
        figure.wal_bytes, figure.commits, figure.rows = ((now - then) / sent for now, then in zip(after, before, strict=True))

    def _empty(self) -> None:
        """Nothing of an earlier round is due."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("UPDATE wl_messages SET state = 'REJECTED' WHERE state = 'QUEUED'"))

    def _server(self) -> tuple[float, float, float]:
        """Bytes of WAL, commits, and rows written, of all time; nothing of SQLite."""
        if self._database.name == "sqlite":
            return 0.0, 0.0, 0.0
        time.sleep(1.1)  # the server gathers its counts for a second
        with self._engine.connect() as connection:
            row = connection.execute(sa.text(
                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal, xact_commit AS commits, "
                "tup_inserted + tup_updated + tup_deleted AS rows FROM pg_stat_database WHERE datname = current_database()"
            )).one()
        return float(row.wal), float(row.commits), float(row.rows)


def cases(store: str) -> list[Case]:
    """All combinations; packed calls with one worker and with all."""
    drains = [Case(store, "drain", workers, batch) for workers, batch in product(WORKERS, BATCHES)]
    packed = [
        Case(store, "drain", workers, 100, packing)
        for packing, workers in product((Packing.INDIVIDUAL, Packing.BATCH), WORKERS)
    ]
    return [Case(store, "put"), Case(store, "put_many"), *drains, *packed]


def measure(store: str, directory: Path, latency: float, rounds: int, say: Callable[[str], None]) -> tuple[str, list[Figure]]:
    """The database's version, and a figure for each case. The cases take turns, so that what the machine does besides hits all alike."""
    with _opened(store, directory) as (own, database):
        bench = Bench(own, database, latency)
        figures = [Figure(case, []) for case in cases(store)]
        for number in range(rounds):
            for figure in figures:
                bench.round(figure)
            say(f"  {store}: round {number + 1} of {rounds}")
        return database.version(), figures


@contextmanager
def _opened(store: str, directory: Path) -> Iterator[tuple[Context, stores.Database]]:
    own = context("bench.outbox.worker", "bench.outbox.mock")
    with TemporaryDirectory(prefix="wl-bench-", dir=directory) as folder, stores.opened(store, own, Path(folder)) as database:
        yield own, database


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
