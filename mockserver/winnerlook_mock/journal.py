"""What came in and what went out."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr, mask_text
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.gateway.submission import shown_name

ENTRIES = 10_000
RAW_BYTES = 64 * 1024 * 1024
"""How many exchanges are kept, and what their raw bodies may take together, in bytes."""
_MAX_RAW = 1024 * 1024
_MAX_VALUE = 64 * 1024


def _mask_names(parameters: Mapping[str, Any]) -> str:
    return "{" + ", ".join(shown_name(name) for name in parameters) + "}"


def _holds_password(name: str) -> bool:
    """Whether a parameter is the password, miswritten or repeated ones included."""
    return name.lower().startswith("userpass")


def _mask_raw(raw: bytes) -> str:
    return f"<{len(raw)} bytes>"


@dataclass(frozen=True, slots=True, repr=False)
class Entry(MaskedRepr):
    """One exchange.

    `account` is the user name that was given, `parameters` what the call carried, decrypted where it could be, the password left out.
    `answer` is the result string, None when the door refused the request or a fault kept it from being done: then `status` is the HTTP
    status, 0 where the caller saw none, and `reason` says why. `fault` is the one that struck it, `seconds` how long the answer took in
    real time. `notes` say what the caller likely did wrong, and how to mend it. `raw` is the body as it came; `raw_dropped` says how many
    bytes of its end are not kept, all of them where newer bodies needed the room. A parameter is kept in its first 65 536 characters.
    """

    _masks: ClassVar = {"parameters": _mask_names, "raw": _mask_raw, "answer": mask_text}
    number: int
    at: datetime
    door: str
    peer: str
    operation: str | None = None
    account: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    answer: str | None = None
    raw: bytes = b""
    notes: tuple[str, ...] = ()
    status: int = 200
    reason: str = ""
    raw_dropped: int = 0
    fault: str = ""
    seconds: float = 0.0

    def beginning(self, raw_bytes: int) -> Entry:
        """The entry with so much of its body only."""
        dropped = len(self.raw) - raw_bytes
        return self if dropped <= 0 else replace(self, raw=self.raw[:raw_bytes], raw_dropped=self.raw_dropped + dropped)


class Journal:
    """The newest exchanges, oldest first; how many are kept is bounded, and `dropped` says how many are not there any more.

    The raw bodies are bounded by their size, too: at most 1 MiB of each is kept, and the oldest go when all together pass `raw_bytes`.
    """

    def __init__(self, limit: int = ENTRIES, raw_bytes: int = RAW_BYTES) -> None:
        if limit < 0 or raw_bytes < 0:
            raise ValueError("a journal's limits are from 0 on")
        self._limit = limit
        self._raw_bytes = raw_bytes
        self._raw_size = 0
        # The oldest bodies go first, so entries without theirs are older than all others: dropping one is a step from queue to queue.
        self._bare: deque[Entry] = deque()
        self._whole: deque[Entry] = deque()
        self._count = self._deleted = 0

    def __len__(self) -> int:
        return len(self._bare) + len(self._whole)

    def __iter__(self) -> Iterator[Entry]:
        return iter((*self._bare, *self._whole))

    @property
    def dropped(self) -> int:
        """Entries that had to make room."""
        return self._count - self._deleted - len(self)

    def of(self, account: str) -> list[Entry]:
        """The entries of one account."""
        return [entry for entry in self if entry.account == account]

    def delete(self, numbers: Collection[int]) -> int:
        """Forget these entries on purpose; how many there were is returned."""
        before = len(self)
        self._bare = deque(entry for entry in self._bare if entry.number not in numbers)
        self._whole = deque(entry for entry in self._whole if entry.number not in numbers)
        self._raw_size = sum(len(entry.raw) for entry in self._whole)
        self._deleted += before - len(self)
        return before - len(self)

    def restore(self, entries: Sequence[Entry], dropped: int) -> None:
        """Hold these, as many of the newest as there is room for, and go on counting after them."""
        self._bare.clear()
        self._whole.clear()
        self._raw_size = 0
        for entry in entries:
            self._keep(entry)
        self._count = max(dropped + len(entries), entries[-1].number if entries else 0)
        self._deleted = self._count - dropped - len(entries)

    def answered(self, at: datetime, call: Call, answer: str | None) -> Entry:
        """Write down a call that was answered; with None, one that a fault kept from being done."""
        parameters = {
            name[:_MAX_VALUE]: _shortened(value) for name, value in call.parameters.items() if not _holds_password(name)
        }
        origin, fault = call.origin, call.fault
        return self._add(
            at=at, door=origin.door, peer=origin.peer, operation=call.operation.name, account=call.user_code[:_MAX_VALUE],
            parameters=parameters, answer=answer, raw=origin.raw, notes=(*origin.notes, *call.notes),
            fault=fault.title if fault else "", status=fault.fault.http_status if fault else 200, seconds=_seconds(origin),
        )

    def refused(self, at: datetime, origin: Origin, status: int, reason: str, fault: str = "") -> Entry:
        """Write down a request that the door refused."""
        return self._add(
            at=at, door=origin.door, peer=origin.peer, raw=origin.raw, notes=origin.notes, status=status, reason=reason, fault=fault,
            seconds=_seconds(origin),
        )

    def _add(self, *, raw: bytes, **fields: Any) -> Entry:
        self._count += 1
        kept = raw[:_MAX_RAW]
        return self._keep(Entry(number=self._count, raw=kept, raw_dropped=len(raw) - len(kept), **fields))

    def _keep(self, entry: Entry) -> Entry:
        self._whole.append(entry)
        self._raw_size += len(entry.raw)
        while self._raw_size > self._raw_bytes:
            oldest = self._taken()
            self._bare.append(oldest.beginning(0))
        while len(self) > self._limit:
            if self._bare:
                self._bare.popleft()
            else:
                self._taken()
        return entry

    def _taken(self) -> Entry:
        """The oldest entry that has its body still, out of the queue."""
        oldest = self._whole.popleft()
        self._raw_size -= len(oldest.raw)
        return oldest


def _seconds(origin: Origin) -> float:
    return origin.wire.seconds if origin.wire else 0.0


def _shortened(value: str | int | None) -> str | int | None:
    return value[:_MAX_VALUE] if isinstance(value, str) else value
