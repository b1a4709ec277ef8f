"""``winnerlook outbox unmatched``: reports of no message here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import REVEAL, Given, Option
from winnerlook.cli.outbox.rendering import clock, iso
from winnerlook.cli.text import printable, table
from winnerlook.masking import mask_phone, mask_text

if TYPE_CHECKING:
    from winnerlook.outbox import UnmatchedView

OPTIONS = (
    REVEAL,
    Option("account", "NAME", "only those of this account", shown="all", has_variable=False),
    Option("since", "TIME", "only what came here from then on, such as 2026-01-01 (China time)", shown="the beginning", has_variable=False),
    Option("most", "N", "reports that are listed, the newest first", default="100"),
)
NOTES = """
Another program sends by the account, or the store was put back from an older backup, or the answer to a send never came
and its report has no id to tell by. One that is FORGED carries an id that looks like this outbox's and was never given.
"""
_HEADER = ("CAME (UTC+8)", "ACCOUNT", "NUMBER", "STATUS", "BATCH", "BY", "FORGED")


def unmatched(run: Invocation) -> int:
    """List them."""
    given = Given(run, OPTIONS)
    with opened(run) as outbox:
        found = outbox.unmatched(account=given.text("account"), since=given.moment("since"), most=given.number("most", 1) or 100)
    reveal = given.switch("reveal")
    if run.output.as_json:
        run.output.document([_value(each, reveal=reveal) for each in found])
    elif not found:
        run.output.line("every report belongs to a message here")
    else:
        for line in table(_HEADER, [_cells(each, reveal=reveal) for each in found]):
            run.output.line(printable(line))
    return DONE


def _cells(report: UnmatchedView, *, reveal: bool) -> Sequence[str]:
    value = _value(report, reveal=reveal)
    forged = "yes" if report.forged else "-"
    return clock(report.received_at), report.account, value["phone"], report.status, report.batch_number or "-", report.source, forged


def _value(report: UnmatchedView, *, reveal: bool) -> dict[str, Any]:
    phone, own_id = report.phone, report.customer_uuid
    return {
        "id": report.id, "account": report.account, "phone": phone if reveal else mask_phone(phone), "status": report.status,
        "batch_number": report.batch_number, "customer_uuid": own_id if reveal or not own_id else mask_text(own_id),
        "time": iso(report.time), "received_at": iso(report.received_at), "source": report.source, "forged": report.forged,
    }
