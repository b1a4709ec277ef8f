"""``winnerlook outbox show`` and ``find``: one message from its beginning, and all to a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import REVEAL, Given, Option
from winnerlook.cli.outbox.rendering import (
    attempt_value,
    clock,
    detail_words,
    evidence,
    iso,
    personal,
    window_line,
    window_value,
)
from winnerlook.cli.text import printable, table
from winnerlook.cli.usage import UsageError

if TYPE_CHECKING:
    from winnerlook.outbox import MessageView

SHOWING = (REVEAL,)
FINDING = (
    REVEAL, Option("most", "N", "messages that are listed, the newest first", default="20"),
    Option("reference", "TEXT", "those put with this reference, instead of a NUMBER", has_variable=False),
    Option("dedup-key", "TEXT", "those put with this key, instead of a NUMBER", has_variable=False),
)
_HEADER = ("ID", "ACCOUNT", "NUMBER", "STATE", "PUT (UTC+8)", "CHANGED (UTC+8)", "TEXT")


def show(run: Invocation) -> int:
    """A message's story."""
    reveal = Given(run, SHOWING).switch("reveal")
    with opened(run) as outbox:
        view = outbox.message(run.args.id)
    if view is None:
        raise UsageError("there is no message of this id; winnerlook outbox find NUMBER looks for one")
    if run.output.as_json:
        run.output.document(_value(view, reveal=reveal))
        return DONE
    for line in _head(view, reveal=reveal):
        run.output.line(printable(line))
    run.output.line()
    for time, words in sorted(_timeline(view), key=lambda each: each[0]):
        run.output.line(printable(f"{clock(time)}  {words}"))
    return DONE


def find(run: Invocation) -> int:
    """Messages to a number, which comes from the command line or, so that nobody sees it there, from standard input; or of a reference or
    key."""
    given = Given(run, FINDING)
    reference, key, number = given.text("reference"), given.text("dedup-key"), run.args.number
    if sum(each is not None for each in (reference, key, number)) != 1:
        raise UsageError("find by one of NUMBER, --reference and --dedup-key")
    phone = None if number is None else run.inputs.text(number).strip()
    with opened(run) as outbox:
        found = outbox.find(phone, reference=reference, dedup_key=key, most=given.number("most", 1, 100_000) or 1)
    reveal = given.switch("reveal")
    if run.output.as_json:
        run.output.document([_value(view, reveal=reveal) for view in found])
    elif not found:
        run.output.line("no message to this number" if phone is not None else "no such message")
    else:
        rows = []
        for view in found:
            who = personal(view, reveal=reveal)
            times = clock(view.created_at), clock(view.changed_at)
            rows.append((view.id, view.account, who["phone"] or "", str(view.state), *times, who["text"] or ""))
        for line in table(_HEADER, rows):
            run.output.line(line)
    return DONE


def _head(view: MessageView, *, reveal: bool) -> Iterator[str]:
    who = personal(view, reveal=reveal)
    yield f"{view.id}  {view.state}"
    yield f"account    {view.account}"
    yield "times      UTC+8"
    yield f"number     {who['phone']}"
    yield f"text       {who['text']}"
    if view.reference is not None:
        yield f"reference  {who['reference']}"
    if view.expires_at is not None:
        yield f"expires    {clock(view.expires_at)}"
    if view.resend_at is not None:
        yield f"resent     {clock(view.resend_at)}, if nothing settles it before"
    if view.possible_duplicate:
        yield f"duplicate  {'proven: the gateway took more than one attempt on' if view.proven_duplicate else 'possible'}"


def _timeline(view: MessageView) -> Iterator[tuple[datetime, str]]:
    for entry in view.log:
        yield entry.at, f"{entry.kind:<14}  {detail_words(entry.detail)}".rstrip()
    for attempt in view.attempts:
        answer = f"batch {attempt.batch_number}" if attempt.batch_number else f"code {attempt.code}" if attempt.code is not None else ""
        words = ", ".join(word for word in (str(attempt.certainty or "under way"), evidence(attempt), answer, attempt.error or "") if word)
        yield attempt.ended_at or attempt.started_at, f"{'- attempt ' + str(attempt.number):<14}  {words}"
    for record in view.records:
        told = f", {record.status} at {clock(record.time)}" if record.status else ""
        yield record.received_at, f"{'- ' + record.kind:<14}  by {record.source}{told}"
    for window in view.possibly_lost:
        yield window.started_at, f"{'- lost poll':<14}  its report may have been in it: {window_line(window)}"


def _value(view: MessageView, *, reveal: bool) -> dict[str, Any]:
    return {
        "id": view.id, "account": view.account, **personal(view, reveal=reveal), "state": view.state,
        "possible_duplicate": view.possible_duplicate, "proven_duplicate": view.proven_duplicate, "created_at": iso(view.created_at),
        "changed_at": iso(view.changed_at), "not_before": iso(view.not_before), "expires_at": iso(view.expires_at),
        "resend_at": iso(view.resend_at), "attempts": [attempt_value(each) for each in view.attempts],
        "records": [
            {"kind": each.kind, "source": each.source, "attempt": each.attempt, "received_at": iso(each.received_at),
             "time": iso(each.time), "status": each.status}
            for each in view.records
        ],
        "possibly_lost": [window_value(each) for each in view.possibly_lost],
        "log": [{"at": iso(entry.at), "kind": entry.kind, **entry.detail} for entry in view.log],
    }
