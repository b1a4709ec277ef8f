"""Watching an outbox, finding what is in it, and keeping it from being read by others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from winnerlook.outbox import _encrypt, _metrics, _replies, _search
from winnerlook.outbox._borrowing import Joinable
from winnerlook.outbox._metrics import Metrics
from winnerlook.outbox._replies import ReplyView, TakenReplies, UnmatchedView
from winnerlook.outbox._store import Store
from winnerlook.outbox._views import MessageView

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider


class Insight:
    """A part of `Outbox`."""

    _store: Store

    def metrics(self) -> Metrics:
        """The numbers for a monitor. What was sent before makes them no dearer."""
        return self._store.look(_metrics.read)

    def observe(self, provider: MeterProvider | None = None) -> None:
        """Give the numbers of `metrics` to OpenTelemetry, as long as this process runs; by default to the global provider. They are the
        store's, not this process's: let one process do it. Raises ConfigurationError where OpenTelemetry is not installed."""
        _metrics.observe(self.metrics, provider)

    def find(
        self, phone: str | None = None, *, reference: str | None = None, dedup_key: str | None = None, most: int = 100,
    ) -> list[MessageView]:
        """Messages to a number, with or without its country code, or of a reference or key, the newest first; encrypted or not. Raises
        InvalidRequestError for what is no number, and unless one of the three is given."""
        return self._store.look(lambda unit: _search.find(unit, most, phone=phone, reference=reference, dedup_key=dedup_key))

    def replies(
        self, *, account: str | None = None, since: datetime | None = None, phone: str | None = None, taken: bool | None = None,
        oldest_first: bool = False, most: int = 100,
    ) -> list[ReplyView]:
        """What people wrote back, as `poll` and pushes brought it, the newest first; all of it, or what came here from a time on, from one
        number, or what was `taken` or was not. Looking changes nothing. Raises InvalidRequestError."""
        return self._store.look(
            lambda unit: _replies.replies(
                unit, account=account, since=since, phone=phone, taken=taken, oldest_first=oldest_first, most=most,
            )
        )

    @contextmanager
    def take_replies(
        self, most: int = 100, *, account: str | None = None, connection: Joinable | None = None,
    ) -> Iterator[TakenReplies]:
        """Take replies that nobody has taken, the oldest first, in one transaction with what you do with them.

            with outbox.take_replies() as replies:
                for reply in replies:
                    outbox.put(reply.phone, "…", dedup_key=f"answer-{reply.id}", connection=replies.connection)

        They are taken when the block ends and is committed. Where it raises, or the process dies in it, they are there for the next; what
        was done meanwhile elsewhere than in this transaction, such as a call of another service, may then be done again: tell it
        ``reply.id``. Several may take at once, and none gets what another has. In the transaction of `connection`, which `put` explains,
        they are taken when and only when that is committed. On SQLite nobody else can write while the block lasts, which means an own
        connection too: write through ``replies.connection``. Raises InvalidRequestError.
        """
        accounts = None if account is None else [account]
        with _replies.take(self._store, most, connection=connection, accounts=accounts) as taken:
            yield taken

    def unmatched(self, *, account: str | None = None, since: datetime | None = None, most: int = 100) -> list[UnmatchedView]:
        """Reports of no message here, the newest first: of what another program sent by the account, or of a call whose batch number never
        came back. Raises InvalidRequestError."""
        return self._store.look(lambda unit: _replies.unmatched(unit, account=account, since=since, most=most))

    def encrypt(self) -> int:
        """Encrypt what was stored before there was a key, and after a rotation all of it with the newest one, some rows a transaction;
        workers may run. It may be interrupted, and called again. Gives how many rows it changed; older keys are needed no more then. Raises
        ConfigurationError where there is no key."""
        return _encrypt.encrypt(self._store)
