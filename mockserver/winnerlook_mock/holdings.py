"""What a server holds, for whoever looks at it: the layer under both Python and the control API."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from winnerlook_mock.account import MockAccount
from winnerlook_mock.control.search import read_search
from winnerlook_mock.feed import Event
from winnerlook_mock.gateway import Gateway, Message
from winnerlook_mock.journal import Entry
from winnerlook_mock.nearest import Wanted

Found = tuple[str, Message]
"""A message and the user name of its account."""
LIMIT = 100


class Holdings:
    """Accounts, messages, journal and events of all accounts at once. Searches are in the grammar of `winnerlook_mock.control.search`, and
    raise its SearchError, a ValueError."""

    gateway: Gateway
    _kept_at_start: frozenset[str] = frozenset()

    @property
    def accounts(self) -> tuple[MockAccount, ...]:
        """All accounts, in the order in which they were opened."""
        with self.gateway.lock:
            return tuple(MockAccount(self.gateway, account) for account in self.gateway.accounts.values())

    def find(self, user_code: str) -> MockAccount:
        """An account by its user name. Raises LookupError where there is none."""
        with self.gateway.lock:
            account = self.gateway.accounts.get(user_code)
        if account is None:
            raise LookupError(f"there is no account {user_code!r}")
        return MockAccount(self.gateway, account)

    def remove(self, account: MockAccount | str) -> None:
        """Close an account and forget what it holds: its calls answer -3 from now on (C2), and nothing that it had sent is reported or
        pushed any more. Its faults go with it; the journal keeps its calls. Raises LookupError where there is none."""
        user_code = account if isinstance(account, str) else account.user_code
        with self.gateway.lock:
            self.gateway.remove(user_code)
            self.gateway.clear_faults(user_code)

    def reset(self) -> None:
        """Begin anew: accounts that were there when the server started are as they were opened, all others are gone; no fault is in force
        and the journal is empty. The clock runs or stands where it is, since the gateway's time never runs back, and numbers of messages,
        entries and events go on, so that none comes twice."""
        with self.gateway.lock:  # one step for calls, and for whoever closes accounts meanwhile
            for account in self.accounts:
                if account.user_code in self._kept_at_start:
                    account.reset()
                else:
                    self.remove(account)
            self.gateway.clear_faults()
            self.delete_journal()

    @property
    def messages(self) -> tuple[Found, ...]:
        """All SMS that are remembered, oldest first, with the user names of their accounts."""
        return tuple(merge(*([(code, one) for one in held] for code, held in self._held()), key=lambda found: found[1].number))

    def message(self, number: int) -> Found:
        """An SMS by its number. Raises LookupError."""
        for user_code, held in self._held():
            at = bisect_left(held, number, key=_number)
            if at < len(held) and held[at].number == number:
                return user_code, held[at]
        raise LookupError(f"there is no message {number}, or it is not remembered any more")

    def search(
        self, q: str = "", *, account: str | None = None, to: str | None = None, batch: str | None = None, before: int | None = None,
        limit: int = LIMIT,
    ) -> list[Found]:
        """The newest SMS that fit, newest first; `before` a message's number gives those older than it."""
        return list(islice(self._found(q, account, to, batch, before), limit))

    def delete_messages(self, q: str = "", *, account: str | None = None, to: str | None = None, batch: str | None = None) -> int:
        """Forget the SMS that fit, all of them without anything to fit; how many they were is returned."""
        return self._forget(self._found(q, account, to, batch, None))

    def delete_message(self, number: int) -> None:
        """Forget one SMS. Raises LookupError."""
        self._forget([self.message(number)])

    def search_journal(self, q: str = "", *, account: str | None = None, before: int | None = None, limit: int = LIMIT) -> list[Entry]:
        """The newest entries of the journal that fit, newest first."""
        search = read_search(q)
        fitting = (entry for entry in reversed(self._entries(account)) if search.fits_entry(entry))
        return list(islice((entry for entry in fitting if before is None or entry.number < before), limit))

    def entry(self, number: int) -> Entry:
        """An entry of the journal by its number. Raises LookupError."""
        found = next((entry for entry in self._entries(None) if entry.number == number), None)
        if found is None:
            raise LookupError(f"there is no entry {number} in the journal, or not any more")
        return found

    def delete_journal(self, q: str = "", *, account: str | None = None) -> int:
        """Forget the entries that fit, all of them without anything to fit; how many they were is returned."""
        search = read_search(q)
        numbers = {entry.number for entry in self._entries(account) if search.fits_entry(entry)}
        with self.gateway.lock:
            return self.gateway.journal.delete(numbers)

    def delete_entry(self, number: int) -> None:
        """Forget one entry. Raises LookupError."""
        with self.gateway.lock:
            if not self.gateway.journal.delete({number}):
                raise LookupError(f"there is no entry {number} in the journal, or not any more")

    def wait_for(self, *, account: str | None = None, timeout: float = 2.0, **wanted: Any) -> Found:
        """The newest accepted SMS of any account that fits, as `MockAccount.wait_for`, as soon as there is one. Raises TimeoutError."""
        fitting = Wanted(**wanted)
        with self.gateway.changed:
            found = self.gateway.changed.wait_for(lambda: self.newest(fitting, account), timeout)
        if found is None:
            raise TimeoutError(f"no such SMS within {timeout:g} s")
        return found

    def newest(self, wanted: Wanted, account: str | None = None) -> Found | None:
        """The newest SMS that is such a one, None where there is none."""
        return next((found for found in self._found("", account, None, None, None) if wanted.fits(found[1])), None)

    def events_since(self, number: int) -> tuple[list[Event], bool]:
        """What is new after this event, and whether some of it is not kept any more. 0 begins with the oldest that is kept."""
        with self.gateway.lock:
            return self.gateway.feed.since(number)

    @property
    def last_event(self) -> int:
        """The number of the newest event, 0 before there is one."""
        with self.gateway.lock:
            return self.gateway.feed.last

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Be called for each event, quickly and under the gateway's lock, until what is given back is called."""
        with self.gateway.lock:
            end = self.gateway.feed.subscribe(wake)

        def unsubscribe() -> None:
            with self.gateway.lock:
                end()

        return unsubscribe

    def _found(self, q: str, account: str | None, to: str | None, batch: str | None, before: int | None) -> Iterator[Found]:
        """Newest first, and no further than somebody asks."""
        search = read_search(q)
        ways = [_backwards(user_code, held, before) for user_code, held in self._held(account)]
        for user_code, message in ways[0] if len(ways) == 1 else merge(*ways, key=lambda found: -found[1].number):
            if to in (None, message.phone) and batch in (None, message.batch_number) and search.fits_message(user_code, message):
                yield user_code, message

    def _forget(self, found: Iterable[Found]) -> int:
        by_account: dict[str, list[Message]] = {}
        for user_code, message in found:
            by_account.setdefault(user_code, []).append(message)
        with self.gateway.lock:
            for user_code, messages in by_account.items():
                if user_code in self.gateway.accounts:
                    self.gateway.accounts[user_code].forget(messages)
        return sum(map(len, by_account.values()))

    def _held(self, account: str | None = None) -> list[tuple[str, tuple[Message, ...]]]:
        """What is remembered at this moment; what is done with it is done without the lock, so that no call waits for a search."""
        with self.gateway.lock:
            return [
                (code, tuple(one.messages)) for code, one in self.gateway.accounts.items() if one.messages and account in (None, code)
            ]

    def _entries(self, account: str | None) -> list[Entry]:
        with self.gateway.lock:
            entries = list(self.gateway.journal)
        return entries if account is None else [entry for entry in entries if entry.account == account]


def _backwards(user_code: str, held: tuple[Message, ...], before: int | None) -> Iterator[Found]:
    end = len(held) if before is None else bisect_left(held, before, key=_number)
    return ((user_code, held[at]) for at in range(end - 1, -1, -1))


_number = attrgetter("number")

