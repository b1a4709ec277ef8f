"""What the log has got, told to the program once it is committed: to a callback, and to the logger ``winnerlook.outbox``."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from winnerlook.masking import describe_callback, describe_error
from winnerlook.outbox._states import Move, State
from winnerlook.outbox._times import when

_log = logging.getLogger("winnerlook.outbox")
_IN_DOUBT = "it may have been sent"
_STOPS = {
    -3: "the gateway refused its user code or password: see that every worker has the right ones",
    -11: "it has expired: ask the vendor to prolong it", -17: "the gateway does not know this machine's address: ask the vendor to add it",
    -25: "the gateway has frozen it: ask the vendor why", -51: "it has sent what it may in this month: ask the vendor for more",
}
_WARNINGS = {
    "PROVEN_DUPLICATE": "it was sent more than once", "POLL_LOST": "a poll ended without an answer that is kept: records may be lost",
    "POLL_QUARANTINED": "an answer could not be read to its end; it is kept, see Outbox.replay",
    "BREAKER_STOPPED": "no worker sends for it until Outbox.resume", "BREAKER_BALANCE": "nothing is sent until the balance is back",
    "BREAKER_SLOWED": "the gateway wants fewer calls", Move.GIVE_UP.value: "it may have been sent, and nothing will tell",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log before it has its place in a chain. `at`: milliseconds since 1970; `detail`: JSON. `account` is not in the log
    where it is not in the detail."""

    at: int
    message_id: str | None
    kind: str
    detail: str
    account: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed: an entry of the outbox's log. `kind` is a `Move`, or PUT, PROVEN_DUPLICATE, POLL_LOST,
    POLL_QUARANTINED, ``BREAKER_…`` and the like; `detail` has no number, no text and no secret in it."""

    time: datetime
    kind: str
    message_id: str | None
    account: str | None
    detail: Mapping[str, Any]


OnEvent = Callable[[Event], None]


def tell(entries: Sequence[Entry], on_event: OnEvent | None) -> None:
    """Of entries that are committed, in their order. A callback that fails is logged, and breaks nothing: what it is told has happened."""
    if not entries or (on_event is None and not _log.isEnabledFor(logging.WARNING)):
        return
    for entry in entries:
        event = Event(when(entry.at), entry.kind, entry.message_id, entry.account, json.loads(entry.detail))
        _write(event)
        if on_event is not None:
            try:
                on_event(event)
            except Exception as error:  # noqa: BLE001  # a send that was accepted must not look failed because somebody's counter is broken
                _log.error("the on_event callback %s failed: %s", describe_callback(on_event), describe_error(error))


def _write(event: Event) -> None:
    problem = warning(event)
    level = logging.WARNING if problem else logging.DEBUG
    if _log.isEnabledFor(level):
        subject = " ".join(filter(None, [event.kind, event.message_id, f"of {event.account}" if event.account else None]))
        fields = {
            "outbox_event": event.kind, "outbox_time": event.time.isoformat(), "outbox_message_id": event.message_id,
            "outbox_account": event.account, "outbox_detail": event.detail,
        }
        _log.log(level, "%s: %s%s", subject, f"{problem}; " if problem else "", json.dumps(event.detail), extra=fields)


def warning(event: Event) -> str | None:
    """What is wrong where a person should know: a doubt, a proven duplicate, records that may be lost or could not be read, an account that
    is held up."""
    if event.kind in {Move.DOUBT, Move.LAPSE}:
        return _IN_DOUBT if event.detail.get("to") == State.UNKNOWN else None
    if event.kind == "BREAKER_STOPPED" and (why := _STOPS.get(event.detail.get("code", 0))):
        return f"{why}; {_WARNINGS[event.kind]}, or winnerlook outbox resume"
    return _WARNINGS.get(event.kind)
