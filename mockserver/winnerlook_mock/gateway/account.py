"""One customer of the gateway: its money, its messages, what waits for it, and what is pushed to it."""

from __future__ import annotations

from collections import defaultdict, deque
from decimal import Decimal
from random import Random

from winnerlook.masking import mask_secret
from winnerlook.records import Reply, Report
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.purse import Purse
from winnerlook_mock.gateway.settings import Settings
from winnerlook_mock.gateway.waiting import Waiting
from winnerlook_mock.push.outgoing import Outgoing


class Account:
    """State of one account. Nothing in it is locked: the gateway is. Without a `clock` of its own it lives by the gateway's."""

    def __init__(
        self, user_code: str, user_pass: str, balance: Decimal, settings: Settings | None = None, clock: Clock | None = None,
    ) -> None:
        self.user_code, self.user_pass = user_code, user_pass
        self.purse = Purse(balance)
        self.settings = settings or Settings()
        self._clock = clock
        self._begin_chance()
        self.messages: deque[Message] = deque()
        self.messages_dropped = 0
        self.latest_to: dict[str, Message] = {}
        self.reports: Waiting[Report] = Waiting()
        self.replies: Waiting[Reply] = Waiting()
        self.outgoing = Outgoing()
        self.scripted: dict[str, deque[str]] = defaultdict(deque)
        self.last_call: dict[str, float] = {}
        self.sent_to: dict[str, deque[float]] = defaultdict(deque)
        self.month = ""
        self.sent_this_month = 0

    def __repr__(self) -> str:
        return f"Account(user_code={self.user_code!r}, user_pass={mask_secret(self.user_pass)}, balance={self.balance})"

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
        self.random = Random(self.settings.seed)  # noqa: S311
        self.push_random = Random(self.settings.seed)  # noqa: S311

    def segments_in(self, month: str) -> int:
        """SMS segments sent in a calendar month, ``2026-11``."""
        return self.sent_this_month if month == self.month else 0

    def keep(self, message: Message, month: str, now: float) -> None:
        """Charge for a message and remember it."""
        self.purse.charge(message.cost)
        self.messages.append(message)
        self.latest_to[message.phone] = message
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

    def _drop(self, message: Message) -> None:
        self.messages_dropped += 1
        if self.latest_to.get(message.phone) is message:
            del self.latest_to[message.phone]
