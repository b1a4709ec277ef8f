"""One customer of the gateway: its balance, its messages, and what waits for it."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal

from winnerlook.masking import mask_secret
from winnerlook.records import Reply, Report
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.settings import Settings
from winnerlook_mock.gateway.waiting import Waiting


@dataclass(slots=True, eq=False)
class Account:
    """State of one account. Nothing in it is locked: the gateway is."""

    user_code: str
    user_pass: str
    balance: Decimal
    settings: Settings = field(default_factory=Settings)
    messages: deque[Message] = field(default_factory=deque)
    messages_dropped: int = 0
    latest_to: dict[str, Message] = field(default_factory=dict)
    reports: Waiting[Report] = field(default_factory=Waiting)
    replies: Waiting[Reply] = field(default_factory=Waiting)
    scripted: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    last_call: dict[str, float] = field(default_factory=dict)
    sent_to: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    month: str = ""
    sent_this_month: int = 0

    def __repr__(self) -> str:
        return f"Account(user_code={self.user_code!r}, user_pass={mask_secret(self.user_pass)}, balance={self.balance})"

    def segments_in(self, month: str) -> int:
        """SMS segments sent in a calendar month, ``2026-11``."""
        return self.sent_this_month if month == self.month else 0

    def keep(self, message: Message, month: str, now: float) -> None:
        """Charge for a message and remember it."""
        self.balance -= message.cost
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
