"""What travels: requests and answers as bytes, apart from whatever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from winnerlook.operations import Operation

Parameters = Mapping[str, str | int]
"""A call's parameters by their documented names, checked and complete."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request. `target` is path and query; `operation` is None where the request calls none, as when the WSDL is fetched."""

    operation: Operation | None
    target: str = field(repr=False)
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One whole HTTP answer."""

    status: int
    content_type: str | None
    body: bytes = field(repr=False)


HTTP_OK = 200
NOT_FINAL = frozenset({*range(100, 200), 204, 304})
"""Statuses that HTTP libraries take for whole answers without a body, keeping the connection: what follows would be the next call's."""


def facts_of(operation: Operation, answer: WireAnswer) -> dict[str, Any]:
    """What every `AnswerError` is told of its answer."""
    return {"operation": operation.name, "status": answer.status, "content_type": answer.content_type, "body": answer.body}


class ClosedError(OSError):
    """The client was closed before."""

    def __init__(self) -> None:
        super().__init__("this client was closed")


class Codec(Protocol):
    """One form of the interface: how a call becomes a request and an answer a result string."""

    def encode(self, operation: Operation, parameters: Parameters) -> WireRequest:
        """The request for a call."""
        ...

    def decode(self, operation: Operation, answer: WireAnswer) -> str:
        """The result string in an answer; empty where the answer has none. Raises AnswerError, whose text quotes nothing of
        the answer: it may quote the call, or hold replies (L2)."""
        ...
