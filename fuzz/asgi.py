"""One request through a door of the mock, without a socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LOOP = asyncio.new_event_loop()
Headers = Sequence[tuple[str, str]]


class FailureLoggedError(AssertionError):
    """A door answered, but only because it catches everything: something in it had raised."""


class _Alarm(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise FailureLoggedError(record.getMessage())


def watch_logs() -> None:
    """From now on an error that the mock logs is raised."""
    log = logging.getLogger("winnerlook_mock")
    if not any(isinstance(handler, _Alarm) for handler in log.handlers):
        log.addHandler(_Alarm(logging.ERROR))


@dataclass(frozen=True)
class Answered:
    """Status, content type, body, and whether the length that was said is right."""

    status: int
    content_type: str
    body: bytes
    is_whole: bool


def ask(app: Any, method: str, path: str, body: bytes, headers: Headers, *, query: bytes = b"") -> Answered:
    """Have one request answered."""
    sent: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return pieces.pop() if pieces else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:  # ASGI's form
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "query_string": query, "scheme": "http", "http_version": "1.1",
        "headers": [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers],
        "client": ("127.0.0.9", 5555), "server": ("127.0.0.1", 8118),
    }
    _LOOP.run_until_complete(app(scope, receive, send))
    start, *parts = sent
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    text = b"".join(part.get("body", b"") for part in parts)
    return Answered(start["status"], fields.get("content-type", ""), text, int(fields.get("content-length", "0")) == len(text))
