"""``winnerlook outbox unknown``, ``hold``, ``resend``, ``mark``, ``cancel``: what a person settles, with the evidence before him."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from winnerlook.cli.exits import DONE, REFUSED
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import BY, REASON, REVEAL, YES, Given, Option
from winnerlook.cli.outbox.rendering import attempt_value, clock, evidence, iso, personal, window_line, window_value
from winnerlook.cli.text import printable, table
from winnerlook.cli.usage import UsageError
from winnerlook.errors import InvalidRequestError

if TYPE_CHECKING:
    from winnerlook.outbox import Doubt, Outbox, Settled

LISTING = (
    REVEAL, Option("most", "N", "messages that are listed", default="100"),
    Option("account", "NAME", "only those of this account", shown="all", has_variable=False),
)
SETTLING = (BY, REASON)
RESENDING = (
    *SETTLING, YES, Option("expires-in", "SPAN", "not sent later than so long from now; needed where its time is over", has_variable=False),
)
LIST_NOTES = """
A message is in doubt when its request may have reached the gateway and no answer came. Its report settles it by
itself; after three days and six hours none comes any more (UNKNOWN_EXPIRED). What to do about one:
  wait                                            its report may come yet
  winnerlook outbox hold ID --reason …            stop a resend that its policy has planned
  winnerlook outbox resend ID --reason … --yes    send it again: the recipient may get it twice
  winnerlook outbox mark sent ID --reason …       somebody knows that it was sent
  winnerlook outbox mark not-sent ID --reason …   somebody knows that it was not
"""
_HEADER = ("ID", "ACCOUNT", "NUMBER", "SMS", "SINCE (UTC+8)", "ATTEMPTS", "EVIDENCE OF THE LAST", "NEXT")

Settle = Callable[["Outbox", str], "Settled"]


def unknown(run: Invocation) -> int:
    """List what is in doubt."""
    given = Given(run, LISTING)
    reveal, most = given.switch("reveal"), given.number("most", 1, 100_000) or 1
    with opened(run) as outbox:
        found = outbox.unknown(given.text("account"), most=most)
        total = sum(number for state, number in outbox.status().states.items() if state.startswith("UNKNOWN"))
    if run.output.as_json:
        run.output.document({
            "messages": [_value(doubt, reveal=reveal) for doubt in found], "in_doubt": total,
            "segments_at_risk": sum(doubt.segments for doubt in found),
        })
        return DONE
    if not found:
        run.output.line("nothing is in doubt")
        return DONE
    for line in table(_HEADER, [_cells(doubt, reveal=reveal) for doubt in found]):
        run.output.line(line)
    run.output.line()
    for window in sorted({window for doubt in found for window in doubt.possibly_lost}, key=lambda each: each.started_at):
        run.output.line(printable(f"* its report may have been lost with {window_line(window)}"))
    run.output.line(f"at risk: {sum(doubt.segments for doubt in found)} SMS, as they are charged, in {len(found)} messages")
    if total > len(found) and given.text("account") is None:
        run.output.line(f"listed are the oldest {len(found)} of {total}: see --most")
    return DONE


def hold(run: Invocation) -> int:
    """Stop resends."""
    by, reason = _why(run)
    return _settle(run, lambda outbox, each: outbox.hold(each, by=by, reason=reason))


def cancel(run: Invocation) -> int:
    """Take messages out of the queue."""
    by, reason = _why(run)
    return _settle(run, lambda outbox, each: outbox.cancel(each, by=by, reason=reason))


def mark(run: Invocation) -> int:
    """Take a person's word."""
    by, reason = _why(run)
    outcome = run.args.outcome.replace("-", "_")
    if outcome not in {"sent", "not_sent"}:
        raise UsageError("mark what? sent or not-sent")
    return _settle(run, lambda outbox, each: outbox.mark(each, outcome, by=by, reason=reason))


def resend(run: Invocation) -> int:
    """Send again, after a yes where that may double."""
    given, (by, reason) = Given(run, RESENDING), _why(run)
    wait = given.duration("expires-in")
    if not given.switch("yes") and not _agreed(run):
        raise UsageError("nothing was changed; --yes sends again what may have been sent before")

    def again(outbox: Outbox, each: str) -> Settled:
        return outbox.resend(each, by=by, reason=reason, expires_at=None if wait is None else outbox.status().at + wait)

    return _settle(run, again)


def _agreed(run: Invocation) -> bool:
    """Ask, where somebody can answer and anything may double."""
    with opened(run) as outbox:
        views = [outbox.message(each) for each in run.args.ids]
    risky = [view for view in views if view and (view.possible_duplicate or any(_is_doubtful(each) for each in view.attempts))]
    if not risky:
        return True
    if not sys.stdin.isatty():
        run.output.note(f"{len(risky)} of {len(views)} may have been sent before: their recipients may get them twice")
        return False
    run.output.note(f"{len(risky)} of {len(views)} may have been sent before: their recipients may get them twice. Send them again? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _is_doubtful(attempt: Any) -> bool:
    return attempt.certainty is None or str(attempt.certainty) == "unknown"


def _why(run: Invocation) -> tuple[str | None, str]:
    given = Given(run, SETTLING)
    reason = given.text("reason")
    if not reason:
        raise UsageError("--reason is needed: the log says why for six months")
    return given.text("by"), reason


def _settle(run: Invocation, settle: Settle) -> int:
    """Each by itself: one that is refused does not keep the others."""
    from winnerlook.outbox import SettlementError  # noqa: PLC0415  # an extra

    done, refused = list[Any](), list[Any]()
    with opened(run) as outbox:
        for each in dict.fromkeys(run.args.ids):
            try:
                settled = settle(outbox, each)
            except (SettlementError, InvalidRequestError) as error:
                refused.append({"id": each, "state": getattr(error, "state", None), "message": str(error)})
                if not run.output.as_json:
                    run.output.note(str(error))
                continue
            done.append({"id": settled.id, "state": settled.state, "possible_duplicate": settled.possible_duplicate})
            if not run.output.as_json:
                run.output.line(f"{settled.state}  {settled.id}{'  possible duplicate' if settled.possible_duplicate else ''}")
    if run.output.as_json:
        run.output.document({"settled": done, "refused": refused})
    return REFUSED if refused else DONE


def _cells(doubt: Doubt, *, reveal: bool) -> Sequence[str]:
    last = doubt.attempts[-1] if doubt.attempts else None
    seen = "-" if last is None else f"{evidence(last)}{f' ({last.error})' if last.error else ''}"
    following = f"resent {clock(doubt.resend_at)}" if doubt.resend_at else "held" if doubt.state == "UNKNOWN" else "nothing will tell"
    lost = " *" if doubt.possibly_lost else ""
    number = personal(doubt, reveal=reveal)["phone"] or ""
    return (
        doubt.id, doubt.account, number, str(doubt.segments), clock(doubt.since), str(len(doubt.attempts)), seen + lost, following,
    )


def _value(doubt: Doubt, *, reveal: bool) -> dict[str, Any]:
    return {
        "id": doubt.id, "account": doubt.account, **personal(doubt, reveal=reveal), "state": doubt.state, "since": iso(doubt.since),
        "segments": doubt.segments, "possible_duplicate": doubt.possible_duplicate, "resend_at": iso(doubt.resend_at),
        "attempts": [attempt_value(each) for each in doubt.attempts], "possibly_lost": [window_value(each) for each in doubt.possibly_lost],
    }
