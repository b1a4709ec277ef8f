"""What came in and what went out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr, mask_text
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.origin import Origin


def _mask_names(parameters: Mapping[str, Any]) -> str:
    return "{" + ", ".join(parameters) + "}"


def _mask_raw(raw: bytes) -> str:
    return f"<{len(raw)} bytes>"


@dataclass(frozen=True, slots=True, repr=False)
class Entry(MaskedRepr):
    """One exchange.

    `account` is the user name that was given, `parameters` what the call carried, decrypted where it could be, the password left out.
    `answer` is the result string, None when the door refused the request: then `status` is the HTTP status and `reason` says why.
    `notes` say what the caller likely did wrong, and how to mend it.
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


class Journal:
    """The newest exchanges, oldest first; how many are kept is bounded, and `dropped` says how many are not there any more."""

    def __init__(self, limit: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    @property
    def dropped(self) -> int:
        """Entries that had to make room."""
        return self._count - len(self._entries)

    def of(self, account: str) -> list[Entry]:
        """The entries of one account."""
        return [entry for entry in self if entry.account == account]

    def answered(self, at: datetime, call: Call, answer: str) -> None:
        """Write down a call that was answered."""
        parameters = {name: value for name, value in call.parameters.items() if name != "userPass"}
        origin = call.origin
        self._add(
            at=at, door=origin.door, peer=origin.peer, operation=call.operation.name, account=call.user_code, parameters=parameters,
            answer=answer, raw=origin.raw, notes=(*origin.notes, *call.notes),
        )

    def refused(self, at: datetime, origin: Origin, status: int, reason: str) -> None:
        """Write down a request that the door refused."""
        self._add(at=at, door=origin.door, peer=origin.peer, raw=origin.raw, notes=origin.notes, status=status, reason=reason)

    def _add(self, **entry: Any) -> None:
        self._count += 1
        self._entries.append(Entry(number=self._count, **entry))
