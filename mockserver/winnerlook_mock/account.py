"""An account of the mock as tests see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from winnerlook.operations import BY_NAME
from winnerlook.records import Reply, Report
from winnerlook_mock.assertions import Assertions, Found, Held
from winnerlook_mock.faults.armed import ArmedFault
from winnerlook_mock.faults.fault import Fault, kind_of
from winnerlook_mock.gateway import Account, Clock, Gateway, Message, Settings, money
from winnerlook_mock.gateway.purse import Statement
from winnerlook_mock.gateway.settings.delivery import NO_REPORT, STATUS
from winnerlook_mock.journal import Entry
from winnerlook_mock.push.ledger import PushEntry
from winnerlook_mock.views import account_view

_A_DAY = 86_400.0


class MockAccount(Assertions):
    """One account: credentials for the program under test, and for the test everything that an operator, an SMS centre and a handset
    could do. Made by `MockServer.account`; safe to use while the server runs."""

    def __init__(self, gateway: Gateway, account: Account) -> None:
        self._gateway = gateway
        self._known = account

    @property
    def _account(self) -> Account:
        """The account of this name as there is one now, after a reset for instance; once it is removed, as it was."""
        return self._gateway.accounts.get(self._known.user_code, self._known)

    @property
    def user_code(self) -> str:
        """The account's userCode."""
        return self._known.user_code

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

    @property
    def settings(self) -> Settings:
        """What it lives by, as it is now; `configure` changes it."""
        with self._gateway.lock:
            return replace(self._account.settings)

    def view(self) -> dict[str, Any]:
        """The account as JSON has it (see `winnerlook_mock.views`)."""
        with self._gateway.lock:
            return account_view(self._account)

    def reset(self) -> None:
        """Be as it was opened: balance and settings, nothing sent, nothing waiting, no faults, no calls in the journal. What it had sent
        comes to nothing. Raises LookupError where it was removed."""
        self._gateway.remove(self.user_code, self._account.anew())
        self.clear_faults()
        with self._gateway.lock:
            self._gateway.journal.delete({entry.number for entry in self._gateway.journal.of(self.user_code)})

    def delete_messages(self, *messages: Message) -> None:
        """Forget these SMS, or all. `MockServer.delete_messages` forgets those that a search finds."""
        with self._gateway.lock:
            self._account.forget(messages or tuple(self._account.messages))

    @property
    def waiting_reports(self) -> tuple[Report, ...]:
        """The reports that wait to be polled, oldest first; they stay."""
        with self._gateway.lock:
            return tuple(self._account.reports)

    @property
    def waiting_replies(self) -> tuple[Reply, ...]:
        """The replies that wait to be polled, oldest first; they stay."""
        with self._gateway.lock:
            return tuple(self._account.replies)

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

    def push(self, number: int) -> PushEntry:
        """A push by its number. Raises LookupError for one that the ledger does not have, or not any more."""
        with self._gateway.lock:
            return self._account.outgoing.ledger.find(number).copy()

    def redeliver(self, push: PushEntry | int) -> PushEntry:
        """Try a push once more, whatever came of it before, and wait for the answer. Raises LookupError for one that the ledger does not
        have any more."""
        number = push if isinstance(push, int) else push.number
        job = self._gateway.redeliver(self._account, number)
        job.done.result()
        return self.push(number)

    def fail_next(self, operation: str | None, code: int) -> None:
        """Make the next call of an operation, or of any with None, fail with a code. Calls of this queue up."""
        if code >= 0:
            raise ValueError(f"a failure code is negative, not {code}")
        self.fault("code", operation=_checked(operation), code=code, times=1, lasts=_A_DAY)

    def answer_next(self, operation: str | None, result: str) -> None:
        """Answer the next call of an operation, or of any with None, with this result string and do nothing else."""
        self.fault("result", operation=_checked(operation), result=result, times=1, lasts=_A_DAY)

    def fault(self, kind: str, **spec: Any) -> ArmedFault:
        """Let something go wrong with this account's calls (see `Fault`), as often and as long as it says. As a context manager it ends
        with its block."""
        return ArmedFault(self._gateway, self._gateway.arm(Fault(kind=kind_of(kind), account=self.user_code, **spec)))

    @property
    def faults(self) -> tuple[ArmedFault, ...]:
        """The faults that are in force for this account only, oldest first."""
        with self._gateway.lock:
            armed = [armed for armed in self._gateway.faults if armed.fault.account == self.user_code]
        return tuple(ArmedFault(self._gateway, one) for one in armed)

    def clear_faults(self) -> None:
        """Take them out of force."""
        self._gateway.clear_faults(self.user_code)

    def held(self) -> Held:
        """All that is known of the account, at one moment: what its assertions look at."""
        with self._gateway.lock:
            return Held(
                messages=tuple(self._account.messages),
                journal=self._gateway.journal.of(self.user_code),
                messages_dropped=self._account.messages_dropped,
                journal_dropped=self._gateway.journal.dropped,
            )

    def _await(self, look: Callable[[Sequence[Message]], Found | None], timeout: float) -> Found | None:
        with self._gateway.changed:  # notified of each new message: nothing is asked for again and again
            return self._gateway.changed.wait_for(lambda: look(self._account.messages), timeout)

    def __repr__(self) -> str:
        return f"MockAccount({self.user_code!r}, balance={self._account.balance})"


def _checked(operation: str | None) -> str | None:
    if operation is not None and operation not in BY_NAME:
        raise ValueError(f"{operation!r} is none of the documented operations: {', '.join(BY_NAME)}")
    return operation


def _check_writable(*texts: str) -> None:
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("half a surrogate pair is no text that a handset could send") from None
