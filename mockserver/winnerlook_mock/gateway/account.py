"""One customer of the gateway: its money, its messages, what waits for it, and what is pushed to it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from random import Random

from winnerlook.masking import mask_secret
from winnerlook.records import Reply, Report
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.message import Message, Step
from winnerlook_mock.gateway.purse import Purse
from winnerlook_mock.gateway.settings import Settings
from winnerlook_mock.gateway.waiting import Waiting
from winnerlook_mock.push.outgoing import Outgoing


class Account:
    """State of one account. Nothing in it is locked: the gateway is. Without a `clock` of its own it lives by the gateway's."""

    def __init__(
        self, user_code: str, user_pass: str, balance: Decimal, settings: Settings | None = None, clock: Clock | None = None,
    ) -> None:
        self.user_code: str = user_code
        self.user_pass: str = user_pass
        self.purse: Purse = Purse(balance)
        self.settings: Settings = settings or Settings()
        self._opened_with = (balance, replace(self.settings), clock)
        self._clock = clock
        self._begin_chance()
        self.messages: deque[Message] = deque()
        self.messages_dropped: int = 0
        self.latest_to: dict[str, Message] = {}
        self.batches: dict[str, list[Message]] = {}
        self.reports: Waiting[Report] = Waiting()
        self.replies: Waiting[Reply] = Waiting()
        self.due: dict[int, tuple[Message, str, float]] = {}
        """Reports that are still to come, by the number of their message: the message, the status, and when."""
        self.outgoing: Outgoing = Outgoing()
        self.last_call: dict[str, float] = {}
        self.sent_to: dict[str, deque[float]] = defaultdict(deque)
        self.month: str = ""
        self.closed = False
        """Nothing becomes of what it had sent any more: it was removed, or opened anew."""
        self.sent_this_month: int = 0

    def __repr__(self) -> str:
        return f"Account(user_code={self.user_code!r}, user_pass={mask_secret(self.user_pass)}, balance={self.balance})"

    def anew(self) -> Account:
        """One like this as it was when it was opened."""
        balance, settings, clock = self._opened_with
        return Account(self.user_code, self.user_pass, balance, replace(settings), clock)

    @property
    def clock(self) -> Clock:
        """The clock that the account lives by, once it is opened."""
        assert self._clock is not None
        return self._clock

    def live_by(self, clock: Clock) -> None:
        """Take this clock, where there is none of its own."""
        self._clock = self._clock or clock

    @property
    def balance(self) -> Decimal:
        """What is left; may be set."""
        return self.purse.balance

    @balance.setter
    def balance(self, value: Decimal) -> None:
        self.purse.set(value)

    def configure(self, settings: Settings) -> None:
        """Live by other settings; a new seed begins chance anew."""
        begun_with, self.settings = self.settings.seed, settings
        if settings.seed != begun_with:
            self._begin_chance()

    def _begin_chance(self) -> None:
        """A run is to repeat: pushes have a chance of their own, for it is asked when receivers answer, and that is never the same."""
        self.random: Random = Random(self.settings.seed)  # noqa: S311
        self.push_random: Random = Random(self.settings.seed)  # noqa: S311

    def segments_in(self, month: str) -> int:
        """SMS segments sent in a calendar month, ``2026-11``."""
        return self.sent_this_month if month == self.month else 0

    def keep(self, message: Message, month: str, now: float) -> None:
        """Charge for a message and remember it."""
        self.purse.charge(message.cost)
        self.remember(message)
        while len(self.messages) > self.settings.messages_kept:
            self._drop(self.messages.popleft())
        self.sent_this_month = self.segments_in(month) + message.segments
        self.month = month
        if self.settings.number_limit is not None:
            _, seconds = self.settings.number_limit
            times = self.sent_to[message.phone]
            while times and times[0] <= now - seconds:
                times.popleft()
            times.append(now)

    def remember(self, message: Message) -> None:
        """Know a message."""
        self.messages.append(message)
        self.latest_to[message.phone] = message
        self.batches.setdefault(message.batch_number, []).append(message)

    def note(self, report: Report, step: Step) -> None:
        """Write down what happened to the message that a report is about."""
        for message in self.batches.get(report.batch_number, ()):
            if message.phone == report.phone:
                message.timeline.append(step)

    def forget(self, messages: Iterable[Message]) -> None:
        """Remember these messages no longer."""
        gone = {message.number for message in messages}
        kept = [message for message in self.messages if message.number not in gone]
        for message in self.messages:
            if message.number in gone:
                self._drop(message)
        self.messages = deque(kept)

    def _drop(self, message: Message) -> None:
        self.messages_dropped += 1
        batch = self.batches.get(message.batch_number, [])
        batch[:] = [other for other in batch if other is not message]
        if not batch:
            self.batches.pop(message.batch_number, None)
        if self.latest_to.get(message.phone) is message:
            del self.latest_to[message.phone]
