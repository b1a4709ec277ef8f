"""``winnerlook outbox replies``: what people wrote back, looked at or taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from winnerlook._follow import Bell
from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import REVEAL, Given, Option
from winnerlook.cli.outbox.rendering import clock, iso
from winnerlook.cli.sinks import JsonLines, StandardOutput
from winnerlook.cli.stopping import stopped_by_signals
from winnerlook.cli.text import table
from winnerlook.cli.usage import UsageError
from winnerlook.masking import mask_phone, mask_text

if TYPE_CHECKING:
    from winnerlook.outbox import Outbox, ReplyView

OPTIONS = (
    REVEAL,
    Option("account", "NAME", "only those to this account", shown="all", has_variable=False),
    Option("since", "TIME", "only what came here from then on, such as 2026-01-01 (China time)", shown="the beginning", has_variable=False),
    Option("untaken", "", "only what nobody has taken", has_variable=False),
    Option("most", "N", "replies that are listed, or taken", shown="100 listed, all taken", has_variable=False),
    Option("take", "", "take them: write them as JSON lines, once", has_variable=False),
    Option("follow", "", "go on taking them as they come", has_variable=False),
    Option("jsonl", "FILE", "where --take writes: appended to, for its owner alone", shown="standard output", has_variable=False),
    Option("interval", "SECONDS", "time between two looks of --follow", default="5", has_variable=False),
)
NOTES = """
Looking changes nothing; numbers and texts are masked unless --reveal is given. --take writes each whole, and it counts
as taken when it is on disk; several may take from one store, and none gets what another has. After a crash in that
moment a reply is written again: its "id" is the same. With --follow, Ctrl-C or SIGTERM ends it with exit code 0.
"""
_HEADER = ("TIME (UTC+8)", "ACCOUNT", "NUMBER", "ANSWERS", "REFERENCE", "TAKEN (UTC+8)", "TEXT")
_AT_ONCE = 100


def replies(run: Invocation) -> int:
    """Look, or take."""
    given = Given(run, OPTIONS)
    if given.switch("take") or given.switch("follow"):
        return _take(run, given)
    if given.text("jsonl"):
        raise UsageError("--jsonl is for --take: give that too")
    with opened(run) as outbox:
        found = outbox.replies(
            account=given.text("account"), since=given.moment("since"), taken=False if given.switch("untaken") else None,
            most=given.number("most", 1) or _AT_ONCE,
        )
    reveal = given.switch("reveal")
    if run.output.as_json:
        run.output.document([{**_value(each, reveal=reveal), "taken_at": iso(each.taken_at)} for each in found])
    elif not found:
        run.output.line("no replies")
    else:
        for line in table(_HEADER, [_cells(each, reveal=reveal) for each in found]):
            run.output.line(line)
    return DONE


def _take(run: Invocation, given: Given) -> int:
    file, left, interval = given.text("jsonl"), given.number("most", 1), given.seconds("interval") or 5
    account, bell = given.text("account"), Bell()
    if given.moment("since") is not None:
        raise UsageError("--since is for looking: --take takes the oldest first")
    with opened(run) as outbox, stopped_by_signals(bell.ring):
        try:
            sink = JsonLines(file) if file else StandardOutput()
            while not bell.rung and left != 0:
                number = _once(outbox, account, min(_AT_ONCE, left or _AT_ONCE), sink)
                left = None if left is None else left - number
                if not number and not given.switch("follow"):
                    break
                if not number:
                    bell.wait(interval)
        except OSError as error:
            if not file:
                raise
            raise UsageError(f"cannot write {file}: {error.strerror}; what is not in it was not taken") from None
    return DONE


def _once(outbox: Outbox, account: str | None, most: int, sink: JsonLines | StandardOutput) -> int:
    with outbox.take_replies(most, account=account) as some:
        if some:
            lines = (json.dumps({"kind": "reply", **_value(each, reveal=True)}, ensure_ascii=False) + "\n" for each in some)
            sink.append("".join(lines).encode("utf-8", "backslashreplace"))
        return len(some)


def _cells(reply: ReplyView, *, reveal: bool) -> Sequence[str]:
    value = _value(reply, reveal=reveal)
    return (
        clock(reply.time or reply.received_at), reply.account, value["phone"], reply.message_id or "-", value["reference"] or "-",
        clock(reply.taken_at), value["text"],
    )


def _value(reply: ReplyView, *, reveal: bool) -> dict[str, Any]:
    personal = {"phone": reply.phone, "text": reply.text, "sent_from": reply.sent_from, "reference": reply.reference}
    if not reveal:
        personal = {
            "phone": mask_phone(reply.phone), "text": mask_text(reply.text), "sent_from": reply.sent_from and mask_phone(reply.sent_from),
            "reference": reply.reference and mask_text(reply.reference),
        }
    return {
        "id": reply.id, "account": reply.account, **personal, "time": iso(reply.time), "received_at": iso(reply.received_at),
        "source": reply.source, "message_id": reply.message_id,
    }
