"""The outbox as programs use it."""

from __future__ import annotations

import os
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Self

import sqlalchemy as sa

from winnerlook._client import Client
from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _migrate, _polling, _putting, _settling, _views
from winnerlook.outbox._claims import Holder
from winnerlook.outbox._drain import Drained, Pass
from winnerlook.outbox._line import ClientLine, Line
from winnerlook.outbox._message import Message
from winnerlook.outbox._polling import Polled
from winnerlook.outbox._putting import Put, PutMany
from winnerlook.outbox._store import Clock, Store
from winnerlook.outbox._sweeps import Swept, sweep
from winnerlook.outbox._views import MessageView, Status
from winnerlook.pushes import Push

_SPARE_SECONDS = 30.0
"""What a lease lasts beyond the longest call: time to write its outcome down."""

Clients = Client | Sequence[Client]


def _never() -> bool:
    return False


def _nothing(_point: str) -> None:
    pass


class Outbox:
    """Messages that wait in a database until they were sent, and what became of each.

    :param database: an SQLAlchemy URL or engine, SQLite (a file) or PostgreSQL (by psycopg). Of an engine for SQLite only the file counts:
        the outbox opens it in its own way (WAL, ``synchronous=FULL``).
    :param account: the login name of messages that name none.
    :param window: how long the gateway may still speak of a message (R1); after that and `margin` one without a report is NO_REPORT, one
        in doubt UNKNOWN_EXPIRED.
    :param lease: seconds for which a worker that is not heard of keeps what it took, at least 30 more than a call takes.
    :param patience: seconds for which a step is tried again while the database is locked, restarting or out of reach.
    :param clock: seconds since 1970; by default the machine's for SQLite, the server's for PostgreSQL.
    :param checkpoint: called with the name of each point between two commits, for tests that end a process there.
    :raises ConfigurationError: the database is none that the outbox works on.

    Safe for threads; a process that forks makes its own. A context manager. Methods raise `StoreError` when the database fails, and
    `NotInitialisedError` before `init`.
    """

    def __init__(
        self, database: str | sa.engine.URL | sa.Engine, *, account: str | None = None, window: timedelta = timedelta(days=3),
        margin: timedelta = timedelta(hours=6), lease: float = 120.0, patience: float = 30.0, clock: Clock | None = None,
        checkpoint: Callable[[str], None] = _nothing,
    ) -> None:
        if window + margin <= timedelta(0) or not lease > 0:
            raise ConfigurationError("window, margin and lease must be above 0")
        self._store = Store(database, clock=clock, patience=patience)
        self._account, self._window = account, (window + margin) // timedelta(milliseconds=1)
        self._lease, self._checkpoint = lease, checkpoint
        self._name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"

    def init(self) -> Self:
        """Make the tables, or bring those of an older version up to date. Safe to call again, and from several processes at once."""
        _migrate.upgrade(self._store)
        return self

    def put(self, phone: str, text: str, *, connection: sa.Connection | None = None, **options: Any) -> Put:
        """Take a message in. `options` are the other fields of `Message`. In the transaction of `connection`, the message is there when and
        only when that is committed. Raises InvalidRequestError, before anything is written."""
        return _putting.put(self._store, Message(phone, text, **options), self._account, connection)

    def put_many(
        self, messages: Iterable[Message | tuple[str, str]], *, connection: sa.Connection | None = None, atomic: bool = True,
    ) -> PutMany:
        """Take in what an iterator gives, in one transaction, with a thousand in memory at a time. `atomic` False commits each thousand, so
        that workers on SQLite need not wait for the end; give dedup keys then, to be able to begin again. Raises InvalidRequestError with
        the position of a wrong one; then none is taken in, or with `atomic` False none of its thousand and after."""
        return _putting.put_many(self._store, messages, self._account, connection, atomic=atomic)

    def drain(
        self, clients: Clients, *, most: int | None = None, batch: int = 20, stopped: Callable[[], bool] = _never,
    ) -> Drained:
        """Send what is due now, each message once, `most` at most, for the accounts of these clients. For cron, Celery and the like;
        `Worker` does it again and again. A client's own retries are not made: each attempt has its row."""
        swept = self.sweep()
        counts: Counter[str] = Counter()
        for line in self._lines(clients):
            work = Pass(self._store, line, self._holder, self._checkpoint, stopped, batch, counts)
            made = work.run(most)
            most = None if most is None else most - made
        return Drained(**counts, swept=swept)

    def sweep(self) -> Swept:
        """Do what time asks for: `drain` begins with it."""
        return sweep(self._store, self._window)

    def poll(self, clients: Clients, *, stopped: Callable[[], bool] = _never) -> dict[str, Polled]:
        """Fetch reports and replies of these clients' accounts, and settle what they prove. By account. An account at which another poller
        is, is left to it."""
        point = self._checkpoint
        lines = self._lines(clients)
        return {line.account: _polling.poll(self._store, line, self._holder, checkpoint=point, stopped=stopped) for line in lines}

    def receiver_handler(self, push: Push) -> None:
        """For `winnerlook.receiver.Receiver`: enters what was pushed beside what was polled, each record once, and commits."""
        self._store.run(lambda unit: _settling.enter(self._store, unit, push.account, push.records, source="push"))

    def replay(self, account: str | None = None) -> tuple[int, int]:
        """Read poll answers again that could not be read. Gives how many there were, and how many can be read to their end now."""
        return _polling.replay(self._store, account)

    def resume(self, account: str) -> None:
        """Let an account send again that the gateway's answers had stopped."""
        self._store.run(lambda unit: breakers.resume(self._store, unit, account))

    def status(self) -> Status:
        """How the store stands."""
        return self._store.look(_views.status)

    def message(self, message_id: str) -> MessageView | None:
        """A message, its attempts and its log; None where there is none."""
        return self._store.look(lambda unit: _views.message(unit, message_id))

    def verify(self) -> dict[int, tuple[int, str]]:
        """Check the log's chains, for entries changed or missing (L1). Gives each chain's length and last hash: noted elsewhere, they show
        later whether the end was cut off. Raises LogError."""
        return self._store.look(_views.verify)

    def close(self) -> None:
        """Close idle connections to the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Outbox({self._store.engine.url.render_as_string(hide_password=True)!r})"

    @property
    def _holder(self) -> Holder:
        return Holder(self._name, int(self._lease * 1000))

    def _lines(self, clients: Clients) -> list[Line]:
        lines: list[Line] = [ClientLine(client) for client in ([clients] if isinstance(clients, Client) else clients)]
        for line in lines:
            if line.call_seconds + _SPARE_SECONDS > self._lease:
                raise ConfigurationError(
                    f"a call may take {line.call_seconds:g} s, and a lease is {self._lease:g} s: give the Outbox a lease of "
                    f"{line.call_seconds + _SPARE_SECONDS:g} s or more, or the client a shorter total_timeout"
                )
        return lines
