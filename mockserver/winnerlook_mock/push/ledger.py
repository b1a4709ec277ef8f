"""What was pushed, every attempt of it, and what came of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlsplit

from winnerlook.masking import MaskedRepr, mask_text
from winnerlook.pushes import Push


class PushState(StrEnum):
    """WAITING for its first or next attempt, or for an answer. A push GIVEN_UP can be redelivered by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


def shown_url(url: str) -> str:
    """An address without its path and what follows, which may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…" if url else ""


def _mask_body(body: bytes) -> str:
    return f"<{len(body)} bytes>"


@dataclass(frozen=True, slots=True, repr=False)
class PushAttempt(MaskedRepr):
    """One try. `at` is the gateway's time, `seconds` is real time. `status` is the HTTP status of the answer and `answer` how it begins;
    where none came, `status` is None and `problem` says why."""

    _masks: ClassVar = {"url": shown_url, "answer": mask_text}
    at: datetime
    url: str
    seconds: float
    status: int | None = None
    answer: str = ""
    problem: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver said that it has it: anything but 2xx means that it has not (P4)."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  # HTTP's own bounds


@dataclass(slots=True, repr=False)
class PushEntry(MaskedRepr):
    """One push: `push` is what it says, `body` how it is written. `next_try` is when the gateway tries again, None when it does not."""

    _masks: ClassVar = {"url": shown_url, "body": _mask_body}
    number: int
    url: str
    push: Push
    body: bytes
    content_type: str
    created_at: datetime
    state: PushState = PushState.WAITING
    attempts: tuple[PushAttempt, ...] = ()
    next_try: datetime | None = None
    tries_left: tuple[float, ...] = field(default=(), repr=False)
    """Seconds until each attempt that is left."""

    def copy(self) -> PushEntry:
        """As it is now."""
        return replace(self)


class Ledger:
    """The newest pushes of one account, oldest first; `dropped` says how many had to make room."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, PushEntry] = OrderedDict()
        self._count = 0

    def __iter__(self) -> Iterator[PushEntry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def dropped(self) -> int:
        """Pushes that are not there any more."""
        return self._count - len(self)

    def next_number(self) -> int:
        """The number of the push that is entered next; they begin with 1."""
        return self._count + 1

    def enter(self, entry: PushEntry, most: int) -> None:
        """Write down a push; the oldest go where there are more than `most`."""
        self._count += 1
        self._entries[entry.number] = entry
        while len(self._entries) > most:
            self._entries.popitem(last=False)

    def restore(self, entries: Iterable[PushEntry], dropped: int) -> None:
        """Hold these, and go on counting after them."""
        self._entries = OrderedDict((entry.number, entry) for entry in entries)
        self._count = len(self._entries) + dropped

    def find(self, number: int) -> PushEntry:
        """A push by its number. Raises LookupError where there is none, or none any more."""
        entry = self._entries.get(number)
        if entry is None:
            raise LookupError(f"there is no push {number}: the ledger has {', '.join(map(str, [*self._entries][-5:])) or 'none'}")
        return entry
