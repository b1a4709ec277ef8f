"""Messages, attempts and windows as JSON values and as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from winnerlook.china_time import CHINA
from winnerlook.masking import mask_phone, mask_text

if TYPE_CHECKING:
    from winnerlook.outbox import AttemptView, Doubt, MessageView, Window

_LAPSED = "LeaseLapsed"


def clock(time: datetime | None) -> str:
    """A time in China, to the second."""
    return "-" if time is None else time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def iso(time: datetime | None) -> str | None:
    """A time in JSON."""
    return None if time is None else time.isoformat()


def ago(seconds: float) -> str:
    """About how long, in one unit."""
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {name}"
    return f"{int(seconds)} s"


def personal(view: MessageView | Doubt, *, reveal: bool) -> dict[str, str | None]:
    """Number, text and reference, masked or not."""
    if reveal:
        return {"phone": view.phone, "text": view.text, "reference": view.reference}
    return {"phone": mask_phone(view.phone), "text": mask_text(view.text), "reference": view.reference and mask_text(view.reference)}


def evidence(attempt: AttemptView) -> str:
    """How far the request got, for a person."""
    if attempt.echoed:
        return "the gateway has named it"
    if attempt.certainty is None:
        return "under way"
    seen = attempt.evidence
    if seen is None:
        return "its worker was not heard of again" if attempt.error == _LAPSED else "nothing is known"
    if seen.bytes_sent == 0:
        return "no byte left"
    sent = "sent whole" if seen.request_complete else f"{seen.bytes_sent} bytes sent, not all"
    return f"{sent}, {f'{seen.bytes_received} bytes came back' if seen.bytes_received else 'no answer'}"


def attempt_value(attempt: AttemptView) -> dict[str, Any]:
    """An attempt as a JSON value."""
    return {
        "number": attempt.number, "customer_uuid": attempt.customer_uuid, "started_at": iso(attempt.started_at),
        "ended_at": iso(attempt.ended_at), "certainty": attempt.certainty and str(attempt.certainty), "batch_number": attempt.batch_number,
        "code": attempt.code, "error": attempt.error, "echoed": attempt.echoed,
        "evidence": asdict(attempt.evidence) if attempt.evidence else None,
    }


def window_value(window: Window) -> dict[str, Any]:
    """A window as a JSON value."""
    return {
        "account": window.account, "operation": window.operation, "started_at": iso(window.started_at), "ended_at": iso(window.ended_at),
        "error": window.error,
    }


def window_line(window: Window) -> str:
    """A window as a line."""
    error = f" ({window.error})" if window.error else ""
    return f"{window.account}: {window.operation} from {clock(window.started_at)} to {clock(window.ended_at)}{error}"


def detail_words(detail: Mapping[str, Any]) -> str:
    """The detail of a log entry."""
    return ", ".join(f"{name} {value}" for name, value in sorted(detail.items()) if value is not None and name not in {"from", "to"})
