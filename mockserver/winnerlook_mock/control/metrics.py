"""``/_mock/metrics`` in the Prometheus text format, version 0.0.4.

Written by hand: prometheus_client keeps its numbers in a registry of the process, where several servers would mix, and the format is three
kinds of lines. Labels hold documented names and codes only, never a number, a text, a user name or an address.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from winnerlook.codes import BY_VALUE
from winnerlook_mock.control.search import code_of
from winnerlook_mock.faults.fault import FaultKind
from winnerlook_mock.journal import Entry
from winnerlook_mock.push.ledger import PushState

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]

_AT_ONCE = 500
"""Events that are counted at a time: calls are not to pay for each, and the feed must keep more."""


class Tally:
    """Counts what happens from when it is made, so that what the journal drops or is told to forget stays counted."""

    def __init__(self, mock: MockServer) -> None:
        self._mock = mock
        self._at = 0
        self._calls: Counter[Labels] = Counter()
        self._faults: Counter[Labels] = Counter({(("kind", kind),): 0 for kind in FaultKind})
        self._messages = 0
        self._end = mock.subscribe(self._count_some)
        self._count()

    def close(self) -> None:
        """Count no more."""
        self._end()

    def _count_some(self) -> None:
        """Called for each event, under the gateway's lock."""
        if self._mock.gateway.feed.last - self._at >= _AT_ONCE:
            self._count()

    def _count(self) -> None:
        """Count what is new."""
        with self._mock.gateway.lock:
            events, _ = self._mock.gateway.feed.since(self._at)
            for event in events:
                self._at = event.number
                if isinstance(event.subject, Entry):
                    self._count_call(event.subject)
                self._messages += event.kind == "message"

    def _count_call(self, entry: Entry) -> None:
        self._calls[("operation", entry.operation or ""), ("door", entry.door), ("code", _code(entry))] += 1
        kind = entry.fault.partition(": ")[2].partition(" ")[0]
        if kind:  # what has no recording is written down as a fault, and is none
            self._faults[("kind", kind),] += 1

    def text(self) -> str:
        """All metrics as they are now."""
        mock = self._mock
        with mock.gateway.lock:
            self._count()
            calls, faults, messages, dropped = dict(self._calls), dict(self._faults), self._messages, mock.journal.dropped
        accounts, offset = mock.accounts, mock.clock.timestamp() - time.time()
        reports = sum(len(account.waiting_reports) for account in accounts)
        replies = sum(len(account.waiting_replies) for account in accounts)
        states: Counter[str] = Counter(dict.fromkeys(PushState, 0))
        for account in accounts:
            states.update(push.state for push in account.pushes)
        return "".join(
            [
                _metric("calls_total", "counter", "Requests at the doors, by operation, door and code answered.", calls),
                _metric("faults_struck_total", "counter", "Calls that a fault struck, by its kind.", faults),
                _metric("messages_total", "counter", "SMS accepted.", {(): messages}),
                _metric("journal_dropped_total", "counter", "Entries of the journal that had to make room.", {(): dropped}),
                _metric("accounts", "gauge", "Accounts open.", {(): len(accounts)}),
                _metric("reports_waiting", "gauge", "Reports that wait to be polled.", {(): reports}),
                _metric("replies_waiting", "gauge", "Replies that wait to be polled.", {(): replies}),
                _metric("pushes", "gauge", "Pushes in the ledgers, by state.", {(("state", state),): n for state, n in states.items()}),
                _metric("clock_offset_seconds", "gauge", "How far the clock is ahead of real time.", {(): offset}),
            ]
        )


def _code(entry: Entry) -> str:
    code = code_of(entry)
    if not code:
        return "faulted" if entry.fault else "refused"
    return code if code == "ok" or int(code) in BY_VALUE else "other"


def _metric(name: str, kind: str, meaning: str, samples: Mapping[Labels, float]) -> str:
    name = f"winnerlook_mock_{name}"
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *_samples(name, samples.items())]
    return "\n".join(lines) + "\n"


def _samples(name: str, samples: Iterable[tuple[Labels, float]]) -> Iterable[str]:
    for labels, value in samples:
        shown = ",".join(f'{label}="{text}"' for label, text in labels)
        yield f"{name}{{{shown}}} {value:.15g}" if labels else f"{name} {value:.15g}"
