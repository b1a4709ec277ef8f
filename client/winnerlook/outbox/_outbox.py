"""The outbox as programs use it."""

from __future__ import annotations

import math
import os
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Never, Self

import sqlalchemy as sa

from winnerlook import config
from winnerlook._client import Client
from winnerlook.errors import ConfigurationError, InvalidRequestError
from winnerlook.outbox import _breakers as breakers
from winnerlook.outbox import _drain, _migrate, _polling, _putting, _replies, _search, _settling, _status
from winnerlook.outbox import _rates as rates
from winnerlook.outbox._borrowing import Joinable
from winnerlook.outbox._claims import Holder, next_due
from winnerlook.outbox._drain import Drained, Failure, Pass
from winnerlook.outbox._events import OnEvent
from winnerlook.outbox._insight import Insight
from winnerlook.outbox._keys import Key, key_ring
from winnerlook.outbox._line import ClientLine, Line
from winnerlook.outbox._message import HOLD, Hold, Message, ResendAfter
from winnerlook.outbox._packing import Packer, Packing, packing_of
from winnerlook.outbox._polling import Polled
from winnerlook.outbox._putting import Put, PutMany
from winnerlook.outbox._replies import OnReply
from winnerlook.outbox._spill import default_folder
from winnerlook.outbox._store import Clock, Store
from winnerlook.outbox._sweeps import Swept, sweep
from winnerlook.outbox._upkeep import Upkeep
from winnerlook.pushes import Push

_SPARE_SECONDS = 30.0
"""What a lease lasts beyond the longest call: time to write its outcome down."""

Clients = Client | Sequence[Client]


_ELSEWHERE = {
    "customer_uuid": "the outbox gives each attempt a customerUuid of its own, by which reports are matched: keep yours as reference",
    "encrypted": "the outbox sends by SendMsg and sendMsgExt, which are proved by their customerUuid: use an https endpoint",
}


def _unknown_option(name: str) -> InvalidRequestError:
    known = ", ".join(field.name for field in fields(Message)[2:])
    return InvalidRequestError(f"put takes no {name}: {_ELSEWHERE.get(name, f'there are {known} and connection')}", parameter=name)


def _never() -> bool:
    return False


def _nothing(_point: str) -> None:
    pass


class Outbox(Upkeep, Insight):
    """Messages that wait in a database until they were sent, and what became of each.

    :param database: an SQLAlchemy URL or engine, SQLite (a file) or PostgreSQL (by psycopg). Of an engine for SQLite only the file counts:
        the outbox opens it in its own way (WAL, ``synchronous=FULL``).
    :param account: the login name of messages that name none; by default that of the settings that `Client` reads
        (``WINNERLOOK_USER_CODE``, the configuration file), when the first such message is put.
    :param window: how long the gateway may still speak of a message (R1); after that and `margin` one without a report is NO_REPORT, one
        in doubt UNKNOWN_EXPIRED.
    :param lease: seconds for which a worker that is not heard of keeps what it took, at least 30 more than a call takes.
    :param patience: seconds for which a step is tried again while the database is locked, restarting or out of reach.
    :param clock: seconds since 1970; by default the machine's for SQLite, the server's for PostgreSQL.
    :param spill: the folder for answers of polls that the database does not take at once, until it does; by default that of
        ``WINNERLOOK_OUTBOX_SPILL``, else beside the SQLite file, else ``~/.local/state/winnerlook/outbox-spill``.
    :param notify: whether what is put wakes idle workers on PostgreSQL at once. It takes the commits of all who put one at a time there;
        without it workers find messages when they next look.
    :param key: what numbers, texts and references are encrypted with: one that `new_key` made, or several, the newest first; by default
        that of ``WINNERLOOK_OUTBOX_KEY``, else of the file that ``WINNERLOOK_OUTBOX_KEY_FILE`` names, else none.
    :param on_event: called with an `Event` for each entry of the log, in its order, after the commit and in the thread that made it. An
        error of it is logged. A process that dies in between does not call it: the log is what is sure.
    :param checkpoint: called with the name of each point between two commits, for tests that end a process there.
    :raises ConfigurationError: the database is none that the outbox works on, or the key is none.

    Safe for threads; a process that forks makes its own. A context manager. Methods raise `StoreError` when the database fails, and
    `NotInitialisedError` before `init`.
    """

    def __init__(
        self, database: str | sa.engine.URL | sa.Engine, *, account: str | None = None, window: timedelta = timedelta(days=3),
        margin: timedelta = timedelta(hours=6), lease: float = 120.0, patience: float = 30.0, clock: Clock | None = None,
        spill: str | os.PathLike[str] | None = None, notify: bool = True,
        key: Key | None = None,
        on_event: OnEvent | None = None, checkpoint: Callable[[str], None] = _nothing,
    ) -> None:
        if window + margin <= timedelta(0) or not lease > 0:
            raise ConfigurationError("window, margin and lease must be above 0")
        self._store = Store(database, clock=clock, patience=patience, ring=key_ring(key), on_event=on_event)
        self._store.notifies = notify
        self._given_account, self._window = account, (window + margin) // timedelta(milliseconds=1)
        self._lease, self._checkpoint = lease, checkpoint
        self._spill = default_folder(self._store.engine.url) if spill is None else Path(spill)
        self._name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"

    def init(self) -> Self:
        """Make the tables, or bring those of an older version up to date. Safe to call again, and from several processes at once."""
        _migrate.upgrade(self._store)
        return self

    def put(
        self, phone: str, text: str, *, account: str | None = None, extension: str | None = None, sms_type: int | None = None,
        autograph: str | None = None, reference: str | None = None, priority: int = 0, not_before: datetime | None = None,
        expires_at: datetime | None = None, dedup_key: str | None = None, policy: Hold | ResendAfter = HOLD, bulk: bool = False,
        connection: Joinable | None = None, **unknown: Never,
    ) -> Put:
        """Take a message in. Raises InvalidRequestError, before anything is written.

        :param account: the login name to send with, by default the outbox's.
        :param extension: 1 to 16 digits that are added to the number that the SMS comes from.
        :param sms_type: as agreed with the vendor; the gateway takes 101 where none is given.
        :param autograph: a signature number, normally none.
        :param reference: anything of your own, such as an order's number, kept beside the message: `find` finds it, `ReplyView` shows it.
        :param priority: higher goes first.
        :param not_before: an aware time before which it is not sent.
        :param expires_at: an aware time from which on it is not begun to be sent, but EXPIRED; one that is over is refused, unless the
            message, by its `dedup_key`, is there already.
        :param dedup_key: a second message of the account with the same key is not taken in.
        :param policy: what becomes of it when nobody knows whether it was sent.
        :param bulk: it may share a call with others, see `Packing`; it then shares their fate too where the call's is in doubt.
        :param connection: the message is there when and only when this one's transaction is committed: SQLAlchemy's, Django's
            ``django.db.connection``, or one of sqlite3 or psycopg, to the outbox's own database.
        """
        if unknown:
            raise _unknown_option(next(iter(unknown)))
        message = Message(
            phone, text, account, extension, sms_type, autograph, reference, priority, not_before, expires_at, dedup_key, policy, bulk,
        )
        return _putting.put(self._store, message, self._account if account is None else None, connection)

    def put_many(
        self, messages: Iterable[Message | tuple[str, str]], *, connection: Joinable | None = None, atomic: bool = True,
    ) -> PutMany:
        """Take in what an iterator gives, in one transaction, with a thousand in memory at a time. `atomic` False commits each thousand, so
        that workers on SQLite need not wait for the end; give dedup keys then, to be able to begin again. Raises InvalidRequestError with
        the position of a wrong one; then none is taken in, or with `atomic` False none of its thousand and after."""
        return _putting.put_many(self._store, messages, self._account, connection, atomic=atomic)

    def drain(
        self, clients: Clients, *, most: int | None = None, batch: int = 50, packing: Packing | str = Packing.INDIVIDUAL,
        stopped: Callable[[], bool] = _never,
    ) -> Drained:
        """Send what is due now, each message once, `most` at most, for the accounts of these clients. For cron, Celery and the like;
        `Worker` does it again and again. A client's own retries are not made: each attempt has its row. `batch` messages are taken at a
        time, and share calls as `packing` says. What waits for other accounts is not looked at. Where one account's pass fails, the others
        go on, and its error is raised in the end."""
        drained, failures = self._drain(clients, most=most, batch=batch, packing=packing, stopped=stopped)
        for failure in failures:
            raise failure.error
        return drained

    def _drain(
        self, clients: Clients, *, most: int | None, batch: int, packing: Packing | str, stopped: Callable[[], bool], swept: bool = False,
    ) -> tuple[Drained, list[Failure]]:
        """For `Worker` too, which knows when it has last `swept`."""
        packing = packing_of(packing)
        if batch < 1:
            raise ConfigurationError("batch must be 1 or more")
        lines = self._lines(clients)
        done = Swept() if swept else self.sweep()
        counts: Counter[str] = Counter()
        passes = [
            Pass(self._store, line, self._holder, Packer(packing, line.separators), self._checkpoint, stopped, batch, counts)
            for line in lines
        ]
        failures = _drain.run(passes, math.inf if most is None else most, stopped)
        held = self._store.look(lambda unit: _status.held(unit, [line.account for line in lines]))
        return Drained(**counts, swept=done, held=held), failures

    def _unserved(self, clients: Clients) -> list[str]:
        """For `Worker`: accounts that have messages in the queue, and no client among these."""
        accounts = {line.account for line in self._lines(clients)}
        return self._store.look(lambda unit: _search.waiting(unit, accounts))

    def _hand_over(self, clients: Clients, handler: OnReply, stopped: Callable[[], bool]) -> Exception | None:
        """For `Worker`: give what people wrote back to its handler."""
        return _replies.hand_over(self._store, [line.account for line in self._lines(clients)], handler, stopped)

    def _next_due(self, clients: Clients, within: float) -> float | None:
        """For `Worker`: in how many of the next seconds something becomes due, None where nothing does."""
        accounts = [line.account for line in self._lines(clients)]
        milliseconds = self._store.look(lambda unit: next_due(unit, accounts, int(within * 1000)))
        return None if milliseconds is None else milliseconds / 1000

    def limit(self, account: str, per_second: float | None) -> None:
        """Let all workers on the store together send no more than so many messages of an account in a second, None for no limit. A message
        is one number; how many parts its text takes does not count, nor does how many share a call."""
        self._store.run(lambda unit: rates.limit(self._store, unit, account, per_second))

    def sweep(self) -> Swept:
        """Do what time asks for: `drain` begins with it."""
        return sweep(self._store, self._window)

    def poll(self, clients: Clients, *, stopped: Callable[[], bool] = _never) -> dict[str, Polled]:
        """Fetch reports and replies of these clients' accounts, and settle what they prove. By account. An account at which another poller
        is, is left to it."""
        point = self._checkpoint
        lines = self._lines(clients)
        return {
            line.account: _polling.poll(self._store, line, self._holder, self._spill, checkpoint=point, stopped=stopped) for line in lines
        }

    def receiver_handler(self, push: Push) -> None:
        """For `winnerlook.receiver.Receiver`: enters what was pushed beside what was polled, each record once, and commits."""
        self._store.run(lambda unit: _settling.enter(self._store, unit, push.account, push.records, source="push"))

    def replay(self, account: str | None = None) -> tuple[int, int]:
        """Read poll answers again that could not be read. Gives how many there were, and how many can be read to their end now."""
        return _polling.replay(self._store, account)

    def resume(self, account: str) -> bool:
        """Let an account send again that the gateway's answers had stopped. Whether it was held up. Raises InvalidRequestError for an
        account that this store has no message of, and nothing to say of."""
        return self._store.run(lambda unit: breakers.resume(unit, account))

    def close(self) -> None:
        """Close idle connections to the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Outbox({self._store.engine.url.render_as_string(hide_password=True)!r})"

    @cached_property
    def _account(self) -> str | None:
        if self._given_account is not None:
            return self._given_account
        # The password is none of its business: no file is opened for that.
        return config.load({"user_pass": config.Sourced("", "not asked for")})["user_code"].value or None

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
