"""Figures over what the mock remembers: calls over time, how long answers took, what they were, how messages ended."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.reading import ACCOUNT_QUERY, account_of
from winnerlook_mock.control.schemas import COUNT, MOMENT, SECONDS, closed, many, nullable, text
from winnerlook_mock.control.search import code_of
from winnerlook_mock.journal import Entry

_COLUMNS = 40
_WIDTHS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000)
"""Seconds that a column may stand for."""
_EDGES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0)
"""Seconds: a call is counted below the first that it does not pass."""
_OUTCOMES = ("sent", "asked", "refused", "faulted")
_EVERYTHING = 10**9
_CHINA_SECONDS = 8 * 3600

_COLUMN = closed("Calls that came in from `at` on.", None, at=MOMENT, **dict.fromkeys(_OUTCOMES, COUNT))
_FIGURES = closed(
    "`calls` are columns of `width` seconds: sends that were accepted, other calls that were answered, those that were refused, and those"
    " that a fault struck. `latencies` count answers that took up to so many seconds, null for more. `answers` count codes, and what came"
    " in their place; `statuses` the newest reports, empty for messages without one.",
    width=COUNT, calls=many(_COLUMN), latencies=many(closed(upto=nullable({"type": "number"}), calls=COUNT)),
    answers=many(closed(answer=text("ok, a code, fault, or HTTP and a status"), calls=COUNT)),
    statuses=many(closed(status=text(), messages=COUNT)),
)


def _figures(asked: Asked) -> Any:
    account, seconds = asked.query.get("account"), asked.query.get("seconds")
    since = _since(asked, account, seconds)
    entries = asked.mock.search_journal(account=account, limit=_EVERYTHING)
    recent = list(takewhile(lambda entry: since is None or entry.at >= since, entries))
    messages = (found[1] for found in asked.mock.search(account=account, limit=_EVERYTHING))
    ended = Counter(one.status for one in takewhile(lambda one: since is None or one.accepted_at >= since, messages))
    width = _width(recent)
    return {
        "width": width, "calls": _over_time(recent, width), "latencies": _latencies(recent),
        "answers": [{"answer": said, "calls": calls} for said, calls in Counter(map(_answer, recent)).most_common()],
        "statuses": [{"status": status, "messages": count} for status, count in ended.most_common()],
    }


def _since(asked: Asked, account: str | None, seconds: float | None) -> datetime | None:
    """From when on calls count; an account may have a clock of its own. Raises Problem 404."""
    clock = asked.mock.clock if account is None else account_of(asked, account).clock
    return None if seconds is None else clock.now() - timedelta(seconds=seconds)


def _width(entries: Sequence[Entry]) -> int:
    if not entries:
        return _WIDTHS[0]
    span = entries[0].at.timestamp() - entries[-1].at.timestamp()
    return next((width for width in _WIDTHS if span / width < _COLUMNS - 1), _WIDTHS[-1])


def _over_time(entries: Sequence[Entry], width: int) -> list[Mapping[str, Any]]:
    """The columns from the first call to the last, without a gap; of very long times the newest."""
    if not entries:
        return []
    counts: dict[int, Counter[str]] = {}
    for entry in entries:
        counts.setdefault(_column(entry.at, width), Counter())[_outcome(entry)] += 1
    last = max(counts)
    first = max(min(counts), last - 2 * _COLUMNS)
    zone = entries[0].at.tzinfo
    return [
        {"at": datetime.fromtimestamp(at * width - _CHINA_SECONDS, zone).isoformat(), **_all_outcomes(counts.get(at, Counter()))}
        for at in range(first, last + 1)
    ]


def _column(at: datetime, width: int) -> int:
    """Columns begin with the days of China."""
    return int((at.timestamp() + _CHINA_SECONDS) // width)


def _all_outcomes(counted: Counter[str]) -> dict[str, int]:
    return {outcome: counted[outcome] for outcome in _OUTCOMES}


def _outcome(entry: Entry) -> str:
    if entry.fault:
        return "faulted"
    if code_of(entry) != "ok":
        return "refused"
    return "sent" if (entry.operation or "").lower().startswith("send") else "asked"


def _answer(entry: Entry) -> str:
    if entry.fault:
        return "fault"
    return code_of(entry) or f"HTTP {entry.status}"


def _latencies(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    counts = Counter(bisect_left(_EDGES, entry.seconds) for entry in entries)
    return [{"upto": upto, "calls": counts[at]} for at, upto in enumerate((*_EDGES, None))]


ROUTES = (
    Route(
        method="GET", path="/figures", name="getFigures", act=_figures, answer=_FIGURES, problems=(404,),
        summary="Figures over the calls and messages that are remembered: how many over time, how fast, how they ended.",
        query={
            "account": ACCOUNT_QUERY,
            "seconds": {**SECONDS, "exclusiveMinimum": 0, "description": "only the newest, by the gateway's clock"},
        },
        python=("MockServer.journal", "MockServer.messages"),
    ),
)
