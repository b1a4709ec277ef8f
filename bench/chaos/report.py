"""A run's outcome as a table for people and as JSON for machines."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from bench.chaos.checker import LOST, SILENT_DOUBLE
from bench.chaos.run import FACTOR, Outcome

_ENDED = {
    "PROVE": "proven by a report, a reply or a push", "REJECT": "refused, by the worker's own late answer",
    "PUT_BACK": "not sent, by the worker's own late answer", "RESEND": "sent again, flagged",
    "GIVE_UP": "given up after the gateway's three days", "open": "open",
}


def rows(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """The table's lines."""
    verdict, mock, counts = outcome.verdict, outcome.mock, outcome.verdict.counts
    yield "messages", f"{outcome.options.messages:,}"
    yield "worker processes", str(outcome.options.workers)
    yield "kills (SIGKILL)", f"{sum(outcome.kills.values())}"
    yield from ((f"– {point}", str(count)) for point, count in sorted(outcome.kills.items()))
    yield "freezes beyond the lease (SIGSTOP)", str(outcome.freezes)
    yield f"database taken away ({outcome.shaken_by})", str(outcome.shakes)
    yield "faults on sends / on polls", " / ".join(str(sum(each[where] for each in mock.faults.values())) for where in ("send", "poll"))
    yield from ((f"– {kind}", f"{struck['send']} / {struck['poll']}") for kind, struck in sorted(mock.faults.items()))
    yield "SMS that the mock took on and charged", f"{len(mock.sent):,}"
    yield "states at the end", ", ".join(f"{state} {count:,}" for state, count in sorted(verdict.states.items()))
    yield "**lost**", f"**{counts[LOST]}**"
    yield "**silent doubles**", f"**{counts[SILENT_DOUBLE]}**"
    yield "flagged doubles / of them proven / flagged, and sent once or never", (
        f"{verdict.flagged_doubles} / {verdict.proven_doubles} / {verdict.flagged_singles}"
    )
    yield "messages that were in doubt", f"{sum(outcome.outbox.left_doubt.values()):,}"
    yield from ((f"– {_ENDED.get(how, how)}", str(count)) for how, count in sorted(outcome.outbox.left_doubt.items()))
    yield "unknown open", str(verdict.open_doubts)
    yield "given up in doubt: the mock has it / has it not", f"{verdict.doubts_sent} / {verdict.doubts_not_sent}"
    yield "records handed out / lost, and shown as possibly lost / lost in silence", (
        f"{verdict.reports:,} / {verdict.in_windows} / {counts['report lost'] + counts['reply lost']}"
    )
    yield "polls", ", ".join(f"{state} {count}" for state, count in sorted(outcome.outbox.polls.items()))
    yield "pushes", ", ".join(f"{state} {count:,}" for state, count in sorted(mock.pushes.items()))
    yield "leases that ran out", str(outcome.outbox.lapses)
    yield "entries of the log, verified", f"{outcome.log_entries:,}"
    yield "other problems", str(len(outcome.problems) - counts[LOST] - counts[SILENT_DOUBLE])
    yield "time", ", ".join(f"{phase} {seconds:.0f} s" for phase, seconds in outcome.seconds.items())


def table(outcome: Outcome) -> str:
    """In Markdown."""
    return "\n".join([f"| {outcome.database} | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows(outcome))])


def as_json(outcome: Outcome) -> dict[str, Any]:
    """All figures, and the problems in full."""
    verdict = outcome.verdict
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "seed": outcome.options.seed, "store": outcome.options.store,
        "database": outcome.database, "messages": outcome.options.messages, "workers": outcome.options.workers,
        "seconds_to_a_real_one": FACTOR, "lost": verdict.counts[LOST], "silent_doubles": verdict.counts[SILENT_DOUBLE],
        "problems": [[problem.kind, problem.about] for problem in outcome.problems], "kills": dict(outcome.kills),
        "freezes": outcome.freezes, "shakes": outcome.shakes, "faults": outcome.mock.faults, "sent": len(outcome.mock.sent),
        "states": dict(verdict.states), "flagged_doubles": verdict.flagged_doubles, "proven_doubles": verdict.proven_doubles,
        "left_doubt": dict(outcome.outbox.left_doubt), "open_doubts": verdict.open_doubts, "polls": dict(outcome.outbox.polls),
        "pushes": dict(outcome.mock.pushes), "records": verdict.reports, "possibly_lost": verdict.in_windows,
        "log_entries": outcome.log_entries, "seconds": outcome.seconds, "machine": machine(),
    }


def machine() -> dict[str, Any]:
    """What a figure is worth depends on it."""
    packages = ("winnerlook", "SQLAlchemy", "psycopg")
    return {
        "cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
