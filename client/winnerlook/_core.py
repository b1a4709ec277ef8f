"""The client without I/O: every verb as a plan.

A plan is a generator. It yields steps (`Exchange`, `Wait`), is sent the answer or thrown what came instead, and returns the typed result.
Whoever drives it does the I/O: `Client` by blocking, `AsyncClient` by awaiting. So each verb is written once.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from winnerlook import errors
from winnerlook._calls import Calls, PreparedCall
from winnerlook._exchanges import Exchanges
from winnerlook._results import TypedResult
from winnerlook._steps import Plan, Wait
from winnerlook._wire import WireAnswer
from winnerlook.individual import Separators
from winnerlook.operations import Operation
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

Record = TypeVar("Record")

_log = logging.getLogger("winnerlook")

_GLANCE = 0.05
"""Seconds between two looks whether another caller's question for the balance was answered."""


class Core:
    """What a client knows: who it is and how it speaks. `reports` and `replies` hold records that were polled and not yet handed on."""

    def __init__(self, calls: Calls, exchanges: Exchanges) -> None:
        self._calls, self._exchanges = calls, exchanges
        self._balance: tuple[Decimal, float] | None = None
        self._balance_turn = -math.inf
        self._lock = threading.Lock()
        self.reports: deque[Report] = deque()
        self.replies: deque[Reply] = deque()

    @property
    def separators(self) -> Separators:
        """What the pairs of O12 are joined by."""
        return self._calls.separators

    def call(self, name: str, parameters: Mapping[str, object]) -> Plan[TypedResult]:
        """Any operation by its documented name."""
        return (yield from self._exchanges.run(self._calls.prepare(name, parameters)))

    def once(
        self, name: str, parameters: Mapping[str, object], on_answer: Callable[[WireAnswer], None] | None,
    ) -> Plan[TypedResult]:
        """As `call`, in one attempt, and with the answer handed on before it is read: for whoever keeps a record of each attempt."""
        return (yield from self._exchanges.once(on_answer).run(self._calls.prepare(name, parameters)))

    def balance(self, *, wait: bool) -> Plan[Decimal]:
        """O1, kept within R2: sooner than the interval after the last answer, that answer again, or the wait until it may be asked."""
        now, interval = self._exchanges.monotonic, self._exchanges.balance_interval
        begun = now()
        known = self._balance
        if known is not None and not wait and begun < known[1] + interval:
            return known[0]
        with self._lock:
            turn = max(begun, self._balance_turn)
            self._balance_turn = turn + interval
        while now() < turn:
            yield Wait(turn - now() if wait else min(_GLANCE, turn - now()))
            known = self._balance
            if known is not None and not wait and known[1] >= begun:  # another caller has asked meanwhile
                return known[0]
        try:
            value = cast("Decimal", (yield from self.call("GetBalanceConnect", {})))
        except errors.WinnerlookError:
            with self._lock:
                self._balance_turn = begun  # a refused question starts no time
            raise
        self._balance = (value, now())
        with self._lock:
            self._balance_turn = max(self._balance_turn, now() + interval)
        return value

    def send(self, phone: str, text: str, *, extension: str | None, encrypted: bool, options: Mapping[str, object]) -> Plan[Sent]:
        """O2, O8 when `encrypted`, O11 with an `extension`."""
        if encrypted and (extension or options.get("customerUuid")):
            raise errors.InvalidRequestError(
                "sendMsgByEncrypt takes no extension and no customer_uuid: leave them out, or send over https without encrypted=True",
                operation="sendMsgByEncrypt", parameter="ExeNo" if extension else "customerUuid",
            )
        name = "sendMsgByEncrypt" if encrypted else "sendMsgExt" if extension else "SendMsg"
        parameters = {**options, "DesNo": phone, "Msg": text, "ExeNo": extension or None}
        return cast("Sent", (yield from self.call(name, parameters)))

    def send_many(self, phones: Iterable[str], text: str, options: Mapping[str, object]) -> Plan[tuple[Sent, ...]]:
        """O7, as often as it takes."""
        return (yield from self._bulk(self._calls.to_many(phones, text, options), errors.NumberRefusedError))

    def send_each(self, pairs: Iterable[tuple[str, str]], options: Mapping[str, object]) -> Plan[tuple[Sent, ...]]:
        """O12, as often as it takes."""
        chunks = self._calls.to_each(pairs, options)
        return (yield from self._bulk(chunks, (errors.NumberRefusedError, errors.ContentRefusedError)))

    def poll(self, name: str) -> Plan[tuple[Any, ...]]:
        """Poll once, and put what came into the backlog. What could be read of an answer that could not be read to its end is put there
        too, before the error is raised."""
        call = self._calls.prepare(name, {})
        try:
            polled = cast("tuple[Any, ...]", (yield from self._exchanges.run(call)))
        except errors.UnreadableResultError as error:
            self.keep(call.operation, error.records)
            raise
        self.keep(call.operation, polled)
        return polled

    @staticmethod
    def is_last(page: tuple[Any, ...], previous: tuple[Any, ...]) -> bool:
        """Whether to poll no more after this page: it is empty, or the one before once more. Two equal pages may be real, since times are
        whole seconds, and are both handed on; but whoever repeats himself would be polled for ever."""
        if page and page == previous:
            _log.warning("the gateway gave the same %d records twice: polling ends here", len(page))
        return not page or page == previous

    def backlog(self, operation: Operation) -> deque[Any]:
        """Where records of an operation wait for whoever asks next."""
        return self.reports if "Report" in operation.name else self.replies

    def keep(self, operation: Operation, polled: Iterable[Any]) -> None:
        """Let records wait for whoever asks next."""
        self.backlog(operation).extend(polled)

    def _bulk(
        self, chunks: Sequence[tuple[tuple[Any, ...], PreparedCall]], harmless: type[Exception] | tuple[type[Exception], ...],
    ) -> Plan[tuple[Sent, ...]]:
        """Send chunk by chunk. After a failure of a kind that says nothing of the other chunks go on, after any other stop. An interruption
        passes, with a note of what had been accepted."""
        sent: list[Sent] = []
        failures: list[tuple[tuple[Any, ...], errors.WinnerlookError]] = []
        rest: list[Any] = []
        for position, (items, call) in enumerate(chunks):
            try:
                sent.append(cast("Sent", (yield from self._exchanges.run(call))))
            except errors.WinnerlookError as error:
                failures.append((items, error))
                if not isinstance(error, harmless):
                    rest = [item for later, _ in chunks[position + 1 :] for item in later]
                    break
            except BaseException as interruption:
                batches = ", ".join(receipt.batch_number for receipt in sent) or "none"
                interruption.add_note(f"{call.operation.name}: batches accepted before: {batches}; the call under way may have been done")
                raise
        if failures:
            raise errors.BulkSendError(chunks[0][1].operation.name, sent, failures, rest) from failures[0][1]
        return tuple(sent)


def next_of(backlog: deque[Record]) -> Record | None:
    """The oldest record, None where there is none; another thread may be faster."""
    try:
        return backlog.popleft()
    except IndexError:
        return None
