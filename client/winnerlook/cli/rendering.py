"""Results as JSON values and as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from winnerlook.china_time import CHINA
from winnerlook.cli.output import json_line
from winnerlook.cli.text import row
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

Record = Report | Reply

_REPORT_WIDTHS = (19, 8, 12, 19, 0)
_REPORT_HEADER = ("TIME (UTC+8)", "STATUS", "NUMBER", "BATCH", "CUSTOMER ID")
_REPLY_WIDTHS = (19, 12, 15, 12, 0)
_REPLY_HEADER = ("TIME (UTC+8)", "NUMBER", "SENT FROM", "CUSTOMER ID", "TEXT")


def sent_value(sent: Sent) -> dict[str, Any]:
    """A receipt as a JSON value."""
    return {
        "certainty": str(sent.certainty), "batch_number": sent.batch_number, "operation": sent.operation, "phones": list(sent.phones),
        "customer_uuid": sent.customer_uuid,
    }


def sent_line(sent: Sent) -> str:
    """A receipt as a line."""
    whom = sent.phones[0] if len(sent.phones) == 1 else f"{len(sent.phones)} numbers" if sent.phones else ""
    return f"accepted  batch {sent.batch_number}  {whom}".rstrip()


def record_value(record: Record) -> dict[str, Any]:
    """A report or a reply as a JSON value."""
    time = record.time.isoformat() if record.time else None
    if isinstance(record, Report):
        return {
            "batch_number": record.batch_number, "phone": record.phone, "status": record.status, "delivered": record.delivered,
            "time": time, "customer_uuid": record.customer_uuid,
        }
    return {
        "phone": record.phone, "text": record.text, "time": time, "customer_uuid": record.customer_uuid, "sent_from": record.sent_from,
    }


def record_line(record: Record) -> str:
    """A report or a reply as a line of a table; the columns have a fixed width, since the lines are printed as they come."""
    time = record.time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if record.time else "-"
    if isinstance(record, Report):
        return row((time, record.status, record.phone, record.batch_number, record.customer_uuid), _REPORT_WIDTHS)
    return row((time, record.phone, record.sent_from or "-", record.customer_uuid or "-", record.text), _REPLY_WIDTHS)


def record_header(record: Record) -> str:
    """What stands above lines of such records."""
    return row(_REPORT_HEADER, _REPORT_WIDTHS) if isinstance(record, Report) else row(_REPLY_HEADER, _REPLY_WIDTHS)


def json_lines(records: Iterable[Record]) -> bytes:
    """Records as JSON lines, for a file."""
    return "".join(json_line(record_value(record)) + "\n" for record in records).encode("utf-8", "backslashreplace")


def recipient_value(item: Any) -> Any:
    """What a part of a split send carried for one number: the number, or a number with its text."""
    return item if isinstance(item, str) else {"phone": item[0], "text": item[1]}


def recipient_cells(item: Any) -> Sequence[str]:
    """Number and text; the text is empty where all numbers had the same."""
    return (item, "") if isinstance(item, str) else (item[0], item[1])
