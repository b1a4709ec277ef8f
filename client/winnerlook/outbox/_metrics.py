"""The numbers that tell how a store fares, and their ways out: OpenTelemetry, and the text format of Prometheus.

Each is read from an index that holds only what is asked for, or from counters that every log entry adds to, never from all messages: old
ones cost nothing. Labels are names and codes of the outbox, never a number, a text or an account.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from winnerlook._version import __version__
from winnerlook.certainty import Certainty
from winnerlook.errors import ConfigurationError
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._errors import OutboxError
from winnerlook.outbox._states import State
from winnerlook.outbox._unit import ATTEMPTS, Unit

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

OPEN = (State.QUEUED, State.CLAIMED, State.ATTEMPT, State.ACCEPTED, State.UNKNOWN)
"""States that something is still to come of."""
_KEPT_SECONDS = 1.0
_MESSAGES, _POLLS, _RECORDS = schema.messages, schema.polls, schema.records
_log = logging.getLogger("winnerlook.outbox")


@dataclass(frozen=True, slots=True)
class Metrics:
    """How a store stands, and what it has done since it was made.

    `messages`: by open state. `due`: how many could be sent now, `oldest_due`: for how long the oldest of them could have been.
    `attempts`: outcomes by certainty; one whose worker was lost counts as unknown, and again if its answer comes after all. `events`:
    log entries by kind, such as ACCEPT or LAPSE. `possible_duplicates`, `proven_duplicates`: messages flagged so. `possibly_lost`: polls
    whose answer may have been lost. `quarantined_polls`, `quarantined_records`: what could not be read, or carries an id that was never
    given. `breakers`: accounts held up, by kind.
    """

    messages: Mapping[State, int]
    due: int
    oldest_due: timedelta
    attempts: Mapping[Certainty, int]
    events: Mapping[str, int]
    possible_duplicates: int
    proven_duplicates: int
    possibly_lost: int
    quarantined_polls: int
    quarantined_records: int
    breakers: Mapping[str, int]

    def prometheus(self) -> str:
        """In Prometheus' text format, version 0.0.4."""
        return "".join(line + "\n" for measure in _MEASURES for line in measure.lines(self))


def read(unit: Unit) -> Metrics:
    """Of the whole store."""
    connection = unit.connection
    counts = {name: int(connection.execute(query).scalar_one()) for name, query in _counts(unit.now).items()}
    states = {State(state): int(number) for state, number in connection.execute(_depth())}
    oldest = connection.execute(_oldest()).scalar()
    breakers = schema.breakers
    held = connection.execute(sa.select(breakers.c.kind, sa.func.count()).where(breakers.c.kind != "CLOSED").group_by(breakers.c.kind))
    tallies: Counter[str] = Counter()
    for text in connection.execute(sa.select(schema.chains.c.tallies)).scalars():
        tallies.update(json.loads(text))
    return Metrics(
        messages=dict.fromkeys(OPEN, 0) | states,
        oldest_due=timedelta(milliseconds=0 if oldest is None else max(0, unit.now - oldest)),
        attempts={certainty: tallies[ATTEMPTS + certainty] for certainty in Certainty},
        events={name: number for name, number in sorted(tallies.items()) if not name.startswith(ATTEMPTS)},
        breakers={str(kind): int(number) for kind, number in held},
        **counts,
    )


def queries(now: int) -> list[sa.Executable]:
    """Those that look at messages, polls and records, for a test to ask the database how it goes about them."""
    return [_depth(), _oldest(), *_counts(now).values()]


def _depth() -> sa.Executable:
    state = _MESSAGES.c.state
    return sa.select(state, sa.func.count()).where(state.in_([each.value for each in OPEN])).group_by(state)


def _oldest() -> sa.Executable:
    return sa.select(sa.func.min(_MESSAGES.c.not_before)).where(schema.QUEUED)


def _counts(now: int) -> dict[str, sa.Executable]:
    """By the names of what they count."""

    def count(table: sa.Table, *conditions: Any) -> sa.Executable:
        return sa.select(sa.func.count()).select_from(table).where(*conditions)

    return {
        "due": count(_MESSAGES, schema.QUEUED, _MESSAGES.c.not_before <= now),
        "possible_duplicates": count(_MESSAGES, schema.DOUBLED),
        "proven_duplicates": count(_MESSAGES, schema.DOUBLED, _MESSAGES.c.proven_duplicate),
        "possibly_lost": count(_POLLS, _POLLS.c.possibly_lost.is_(True)),
        "quarantined_polls": count(_POLLS, schema.QUARANTINED),
        "quarantined_records": count(_RECORDS, schema.QUARANTINED),
    }


@dataclass(frozen=True, slots=True)
class _Measure:
    """One instrument. `label` is what tells its numbers apart, empty where there is but one. `samples` gives them by label."""

    name: str
    meaning: str
    unit: str
    samples: Callable[[Metrics], Mapping[Any, float]]
    label: str = ""
    counts_up: bool = False

    def lines(self, metrics: Metrics) -> Iterator[str]:
        """In Prometheus' text format."""
        ending = "_total" if self.counts_up else "_seconds" if self.unit == "s" else ""
        name = f"winnerlook_outbox_{self.name.replace('.', '_')}{ending}"
        yield f"# HELP {name} {self.meaning}"
        yield f"# TYPE {name} {'counter' if self.counts_up else 'gauge'}"
        for label, value in self.samples(metrics).items():
            yield f'{name}{{{self.label}="{label}"}} {value:.15g}' if self.label else f"{name} {value:.15g}"


def _one(value: Callable[[Metrics], float]) -> Callable[[Metrics], Mapping[str, float]]:
    return lambda metrics: {"": value(metrics)}


_MEASURES = (
    _Measure("messages", "Messages that something is still to come of, by state.", "{message}", lambda each: each.messages, "state"),
    _Measure("due", "Messages that could be sent now.", "{message}", _one(lambda each: each.due)),
    _Measure("oldest_due", "For how long the oldest of them could have been.", "s", _one(lambda each: each.oldest_due.total_seconds())),
    _Measure("attempts", "Outcomes of attempts, by certainty.", "{attempt}", lambda each: each.attempts, "certainty", counts_up=True),
    _Measure("events", "Entries of the log, by kind.", "{entry}", lambda each: each.events, "kind", counts_up=True),
    _Measure("duplicates", "Messages that were perhaps or certainly sent more than once.", "{message}", lambda each: {
        "possible": each.possible_duplicates, "proven": each.proven_duplicates}, "proof"),
    _Measure("possibly_lost", "Polls whose answer may have been lost.", "{poll}", _one(lambda each: each.possibly_lost)),
    _Measure("quarantined", "Answers that could not be read, and records with an id that was never given.", "{item}", lambda each: {
        "polls": each.quarantined_polls, "records": each.quarantined_records}, "what"),
    _Measure("breakers", "Accounts that are held up, by kind.", "{account}", lambda each: {
        kind: each.breakers.get(kind, 0) for kind in ("STOPPED", "BALANCE", "SLOWED")}, "kind"),
)


def observe(ask: Callable[[], Metrics], provider: MeterProvider | None) -> None:
    """Make the instruments of OpenTelemetry. They ask when a reader collects, once for all of them. Raises ConfigurationError."""
    try:
        from opentelemetry import metrics as api  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError("OpenTelemetry is not installed: pip install 'winnerlook[otel]'") from None
    meter = (provider or api.get_meter_provider()).get_meter("winnerlook.outbox", __version__)
    recent = _Recent(ask)
    for measure in _MEASURES:
        create = meter.create_observable_counter if measure.counts_up else meter.create_observable_gauge
        name, callback = f"winnerlook.outbox.{measure.name}", _callback(measure, recent, api.Observation)
        create(name, callbacks=[callback], unit=measure.unit, description=measure.meaning)


class _Recent:
    """The numbers of this moment, for all instruments that ask at once. A store that does not answer has none."""

    def __init__(self, ask: Callable[[], Metrics]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._good_until = -math.inf
        self._metrics: Metrics | None = None

    def __call__(self) -> Metrics | None:
        with self._lock:
            if time.monotonic() >= self._good_until:
                self._metrics = self._asked()
                self._good_until = time.monotonic() + _KEPT_SECONDS
            return self._metrics

    def _asked(self) -> Metrics | None:
        try:
            return self._ask()
        except (OutboxError, ConfigurationError) as error:
            _log.warning("no metrics: %s", error)
            return None


def _callback(measure: _Measure, recent: _Recent, observation: type[Observation]) -> Callable[[CallbackOptions], list[Observation]]:
    def observations(_options: Any) -> list[Observation]:
        metrics = recent()
        if metrics is None:
            return []
        key = f"winnerlook.{measure.label}"
        return [observation(value, {key: str(label)} if label else {}) for label, value in measure.samples(metrics).items()]

    return observations
