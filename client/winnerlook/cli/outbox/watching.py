"""``winnerlook outbox status``: how a store stands, once or again and again."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from winnerlook._follow import Bell
from winnerlook.cli.exits import DONE, FOUND
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import Given, Option
from winnerlook.cli.outbox.rendering import ago, clock, iso, window_line, window_value
from winnerlook.cli.stopping import stopped_by_signals
from winnerlook.cli.text import printable, table
from winnerlook.cli.usage import UsageError
from winnerlook.codes import BY_VALUE

if TYPE_CHECKING:
    from winnerlook.outbox import Breaker, Outbox, Status

OPTIONS = (
    Option("format", "FORMAT", "table, json or prometheus", default="table"),
    Option("watch", "", "go on: a live view on a terminal, lines elsewhere"),
    Option("interval", "SECONDS", "time between two looks of --watch", default="2"),
    Option("check", "", "exit with 1 when something needs a person: an account stopped, doubt, loss, quarantine"),
)
NOTES = """
LAST MINUTE and LAST HOUR are messages that came to a state in that time and are there still. With --watch, Ctrl-C or
SIGTERM ends it with exit code 0.
"""
_FORMATS = ("table", "json", "prometheus")
_DONE = ("ACCEPTED", "DELIVERED", "FAILED", "NO_REPORT", "REJECTED", "EXPIRED", "CANCELLED", "UNKNOWN_EXPIRED")
_MOST_WINDOWS = 10
_HOME, _TO_LINE_END, _TO_SCREEN_END = "\x1b[H", "\x1b[K", "\x1b[J"
_ADVICE = {
    "STOPPED": "nothing is sent; when that is mended: winnerlook outbox resume {account}",
    "BALANCE": "nothing is sent until the balance is back: top it up; asks for it next at {until}, and goes on by itself",
    "SLOWED": "the gateway wants fewer calls; goes on by itself at {until}",
}
_BAR = 30


def status(run: Invocation) -> int:
    """Print how it stands."""
    given = Given(run, OPTIONS)
    shape = "json" if run.output.as_json else given.text("format")
    if shape not in _FORMATS:
        raise UsageError(f"--format is one of {', '.join(_FORMATS)}")
    with opened(run) as outbox:
        if given.switch("watch"):
            if given.switch("check"):
                raise UsageError("--check looks once: give it without --watch")
            return _watch(run, outbox, shape, given.seconds("interval") or 2)
        if shape == "prometheus":
            for line in outbox.metrics().prometheus().splitlines():
                run.output.line(line)
            return DONE
        found = outbox.status()
    if shape == "json":
        run.output.document(_value(found))
    else:
        for line in _lines(found):
            run.output.line(printable(line))
    return FOUND if given.switch("check") and _needs_a_person(found) else DONE


def _watch(run: Invocation, outbox: Outbox, shape: str, interval: float) -> int:
    if shape == "prometheus":
        raise UsageError("--watch shows a table or JSON; let Prometheus ask again itself")
    bell, progress, live = Bell(), _Progress(), shape == "table" and sys.stdout.isatty()
    with stopped_by_signals(bell.ring):
        while not bell.rung:
            found = outbox.status()
            if shape == "json":
                run.output.document(_value(found))
            elif live:
                rows = shutil.get_terminal_size().lines - 2
                shown = [*_lines(found), "", progress.line(found)][:rows]
                text = "".join(printable(line) + _TO_LINE_END + "\n" for line in shown)
                run.output.line(_HOME + text + _TO_SCREEN_END)
            else:
                run.output.line(f"{clock(found.at)}  {_summary(found)}  {progress.line(found)}")
            bell.wait(interval)
    return DONE


class _Progress:
    """How much of all there is was done, and when the rest will be, by what was done since the first look."""

    def __init__(self) -> None:
        self._from: tuple[float, int] | None = None

    def line(self, found: Status) -> str:
        """A bar, a rate and the time left."""
        total = sum(found.states.values())
        done = sum(number for state, number in found.states.items() if state in _DONE)
        now = time.monotonic()
        begun, before = self._from = self._from or (now, done)
        rate = (done - before) / (now - begun) if now > begun else 0.0
        share = done / total if total else 1.0
        bar = f"[{'#' * int(share * _BAR):<{_BAR}}] {done} of {total} ({share:.0%})"
        if total == done or rate <= 0:
            return bar
        return f"{bar}, {rate:.0f} a second, about {ago((total - done) / rate)} left"


def _lines(found: Status) -> Iterator[str]:
    rows = [
        (state, str(number), str(found.last_minute.get(state, 0)), str(found.last_hour.get(state, 0)))
        for state, number in sorted(found.states.items())
    ]
    yield from table(("STATE", "NOW", "LAST MINUTE", "LAST HOUR"), rows) if rows else ("no messages",)
    yield ""
    late = (found.at - found.oldest_due).total_seconds() if found.oldest_due else 0
    yield f"oldest due: {clock(found.oldest_due)} (UTC+8), {ago(late)} ago" if found.oldest_due else "nothing is due"
    for queue in found.queues:
        due = f", the oldest due since {clock(queue.oldest_due)}" if queue.oldest_due else ""
        limit = f", {queue.per_second:g} a second at most" if queue.per_second is not None else ""
        yield f"waiting for {queue.account}: {queue.messages}{due}{limit}"
    if found.possible_duplicates:
        yield f"duplicates: {found.possible_duplicates} possible, {found.proven_duplicates} of them proven"
    for breaker in found.breakers:
        yield breaker_line(breaker)
    if unknown := sum(number for state, number in found.states.items() if state.startswith("UNKNOWN")):
        yield f"in doubt: {unknown} may have been sent; winnerlook outbox unknown"
    for window in found.possibly_lost[:_MOST_WINDOWS]:
        yield f"records may be lost of {window_line(window)}"
    if (more := len(found.possibly_lost) - _MOST_WINDOWS) > 0:
        yield f"records may be lost of {more} polls more"
    if found.quarantined_polls:
        yield f"answers that could not be read: {found.quarantined_polls}; with a newer version: winnerlook outbox replay"


def breaker_line(breaker: Breaker) -> str:
    """What holds an account up, and what to do."""
    advice = _ADVICE.get(breaker.kind, "").format(account=breaker.account, until=clock(breaker.until))
    return f"{breaker.account}: {breaker.kind} since {clock(breaker.since)}, {_meaning(breaker)}; {advice}"


def _meaning(breaker: Breaker) -> str:
    known = BY_VALUE.get(breaker.code) if breaker.code is not None else None
    return f"code {breaker.code}{f' {known.meaning} ({known.english})' if known else ''}"


def _summary(found: Status) -> str:
    return ", ".join(f"{state} {number}" for state, number in sorted(found.states.items())) or "no messages"


def _needs_a_person(found: Status) -> bool:
    stopped = any(breaker.kind == "STOPPED" for breaker in found.breakers)
    doubt = any(state.startswith("UNKNOWN") and number for state, number in found.states.items())
    return stopped or doubt or bool(found.possibly_lost) or bool(found.quarantined_polls)


def _value(found: Status) -> dict[str, Any]:
    return {
        "at": iso(found.at), "states": dict(found.states), "last_minute": dict(found.last_minute), "last_hour": dict(found.last_hour),
        "oldest_due": iso(found.oldest_due), "possible_duplicates": found.possible_duplicates, "proven_duplicates": found.proven_duplicates,
        "breakers": [
            {"account": each.account, "kind": each.kind, "code": each.code, "since": iso(each.since), "until": iso(each.until)}
            for each in found.breakers
        ],
        "queues": [
            {"account": each.account, "messages": each.messages, "oldest_due": iso(each.oldest_due), "per_second": each.per_second}
            for each in found.queues
        ],
        "possibly_lost": [window_value(window) for window in found.possibly_lost], "quarantined_polls": found.quarantined_polls,
        "needs_a_person": _needs_a_person(found),
    }
