"""An account of the mock as tests see it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from winnerlook.operations import BY_NAME
from winnerlook.records import Reply, Report
from winnerlook_mock.gateway import Account, Clock, Gateway, Message, money
from winnerlook_mock.gateway.answering import ANY_OPERATION
from winnerlook_mock.gateway.purse import Statement
from winnerlook_mock.gateway.settings.delivery import NO_REPORT, STATUS
from winnerlook_mock.journal import Entry
from winnerlook_mock.push.ledger import PushEntry


class MockAccount:
    """One account: credentials for the program under test, and for the test everything that an operator, an SMS centre and a handset
    could do. Made by `MockServer.account`; safe to use while the server runs."""

    def __init__(self, gateway: Gateway, account: Account) -> None:
        self._gateway = gateway
        self._account = account

    @property
    def user_code(self) -> str:
        """The account's userCode."""
        return self._account.user_code

    @property
    def user_pass(self) -> str:
        """The account's userPass."""
        return self._account.user_pass

    @property
    def clock(self) -> Clock:
        """The clock that the account lives by."""
        return self._account.clock

    @property
    def balance(self) -> Decimal:
        """What is left; may be set, ValueError where it is negative or no number."""
        with self._gateway.lock:
            return self._account.balance

    @balance.setter
    def balance(self, value: Decimal | int | str) -> None:
        wanted = money.amount("the balance", value)
        with self._gateway.lock:
            self._account.balance = wanted

    @property
    def statement(self) -> Statement:
        """What was charged, and what was given back."""
        with self._gateway.lock:
            return self._account.purse.statement()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The SMS that were accepted, oldest first: all of them, or as many of the newest as the setting `messages_kept` says."""
        with self._gateway.lock:
            return tuple(self._account.messages)

    @property
    def journal(self) -> list[Entry]:
        """Every call under this account's name, refused ones included, oldest first."""
        with self._gateway.lock:
            return self._gateway.journal.of(self.user_code)

    def configure(self, **settings: Any) -> None:
        """Change settings (see `Settings`), ``configure(frozen=True)`` for instance. Raises TypeError for one that does not exist and
        ValueError for a wrong value; then nothing is changed."""
        with self._gateway.lock:  # a handset that unsubscribes just now changes them too
            self._gateway.configure(self._account, replace(self._account.settings, **settings))

    def reply(self, phone: str, text: str) -> Reply:
        """Answer as the handset with this number; the reply waits to be polled, and is pushed where the account has a `reply_url`."""
        _check_writable(phone, text)
        return self._gateway.reply(self._account, phone, text)

    def report(self, message: Message, status: str) -> Report:
        """Let a report on a message come in now, whatever others there were: a handset that was off is on again, for instance. ValueError
        for what cannot be a status."""
        if not STATUS.fullmatch(status) or status == NO_REPORT:
            raise ValueError("a status is a word as DELIVRD, without blanks, commas and bars")
        return self._gateway.report(self._account, message, status)

    @property
    def pushes(self) -> tuple[PushEntry, ...]:
        """What was pushed, oldest first, each with its attempts: the newest, as many as the setting `pushes_kept` says."""
        with self._gateway.lock:
            return tuple(entry.copy() for entry in self._account.outgoing.ledger)

    def redeliver(self, push: PushEntry | int) -> PushEntry:
        """Try a push once more, whatever came of it before, and wait for the answer. Raises LookupError for one that the ledger does not
        have any more."""
        number = push if isinstance(push, int) else push.number
        job = self._gateway.redeliver(self._account, number)
        job.done.result()
        with self._gateway.lock:
            return self._account.outgoing.ledger.find(number).copy()

    def fail_next(self, operation: str | None, code: int) -> None:
        """Make the next call of an operation, or of any with None, fail with a code. Calls of this queue up."""
        if code >= 0:
            raise ValueError(f"a failure code is negative, not {code}")
        self.answer_next(operation, str(code))

    def answer_next(self, operation: str | None, result: str) -> None:
        """Answer the next call of an operation, or of any with None, with this result string and do nothing else."""
        if operation is not None and operation not in BY_NAME:
            raise ValueError(f"{operation!r} is none of the documented operations: {', '.join(BY_NAME)}")
        with self._gateway.lock:
            self._account.scripted[operation or ANY_OPERATION].append(result)

    def wait_for(
        self, *, to: str | None = None, contains: str | None = None, operation: str | None = None, timeout: float = 2.0,
    ) -> Message:
        """The newest accepted SMS that fits, as soon as there is one; `timeout` is in seconds of real time. Raises AssertionError."""

        def newest() -> Message | None:
            return next((message for message in reversed(self._account.messages) if _fits(message, to, contains, operation)), None)

        with self._gateway.changed:
            found = self._gateway.changed.wait_for(newest, timeout)
            if found is None:
                raise AssertionError(f"no such SMS within {timeout} s; this account sent {self._sent()}")
        return found

    def _sent(self) -> str:
        kept, dropped = len(self._account.messages), self._account.messages_dropped
        if not dropped:
            return str(kept)
        return f"{kept + dropped}, of which the oldest {dropped} are forgotten (configure(messages_kept=…) keeps more)"

    def __repr__(self) -> str:
        return f"MockAccount({self.user_code!r}, balance={self._account.balance})"


def _fits(message: Message, to: str | None, contains: str | None, operation: str | None) -> bool:
    return (
        (to is None or message.phone == to)
        and (contains is None or contains in message.text)
        and (operation is None or message.operation == operation)
    )


def _check_writable(*texts: str) -> None:
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("half a surrogate pair is no text that a handset could send") from None
