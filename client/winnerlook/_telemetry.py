"""OpenTelemetry spans and metrics of every attempt, where ``opentelemetry-api`` is installed.

A span ``winnerlook <Operation>`` of kind CLIENT, child of the one that is current in the caller; the histogram
``winnerlook.client.attempt.duration`` in seconds and the counter ``winnerlook.client.attempts``. They tell operation (``rpc.method``),
binding, certainty and failure code, a span also the attempt's number and the exception's class name; never who, to whom or what.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from winnerlook._version import __version__
from winnerlook.attempts import Attempt, OnAttempt
from winnerlook.certainty import Certainty

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, Meter, MeterProvider
    from opentelemetry.trace import Tracer, TracerProvider

_NAME = "winnerlook"
_EPOCH = datetime.fromtimestamp(0, UTC)
_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60)
_LOWEST_CODE = -9999
"""What is lower is no code of any gateway: a server could pass on a phone number as one."""


@cache
def telemetry_hooks() -> tuple[OnAttempt, ...]:
    """Hooks that report every attempt, spans and metrics apart so that a failure of one leaves the other; none without OpenTelemetry.

    It is imported by the first client that is made, not with winnerlook.
    """
    try:
        import opentelemetry.metrics  # noqa: PLC0415
        import opentelemetry.trace  # noqa: F401, PLC0415
    except ImportError:
        return ()
    return (Spans(), Metrics())


class Spans:
    """Makes a span of an attempt that is over. Without a provider the global one is asked each time: it may be set later."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._made: tuple[TracerProvider, Tracer] | None = None

    def __call__(self, attempt: Attempt) -> None:
        from opentelemetry import trace  # noqa: PLC0415

        if _does_nothing(self._provider or trace.get_tracer_provider()):
            return
        started = (attempt.started_at - _EPOCH) // timedelta(microseconds=1) * 1000
        span = self._tracer().start_span(
            f"{_NAME} {attempt.operation}", kind=trace.SpanKind.CLIENT, attributes=_of_span(attempt), start_time=started,
        )
        if attempt.certainty is not Certainty.ACCEPTED:
            span.set_status(trace.Status(trace.StatusCode.ERROR, attempt.error))
        span.end(started + int(attempt.seconds * 1e9))

    def _tracer(self) -> Tracer:
        from opentelemetry import trace  # noqa: PLC0415

        provider = self._provider or trace.get_tracer_provider()
        made = self._made
        if made is None or made[0] is not provider:
            made = self._made = (provider, provider.get_tracer(_NAME, __version__))
        return made[1]


class Metrics:
    """Counts and times attempts. Without a provider the global one is asked each time: it may be set later."""

    def __init__(self, provider: MeterProvider | None = None) -> None:
        self._provider = provider
        self._made: tuple[MeterProvider, Histogram, Counter] | None = None

    def __call__(self, attempt: Attempt) -> None:
        from opentelemetry import metrics  # noqa: PLC0415

        if _does_nothing(self._provider or metrics.get_meter_provider()):
            return
        durations, attempts = self._instruments()
        attributes = _common(attempt)
        durations.record(attempt.seconds, attributes)
        attempts.add(1, attributes)

    def _instruments(self) -> tuple[Histogram, Counter]:
        from opentelemetry import metrics  # noqa: PLC0415

        provider = self._provider or metrics.get_meter_provider()
        made = self._made
        if made is None or made[0] is not provider:
            meter = provider.get_meter(_NAME, __version__)
            attempts = meter.create_counter("winnerlook.client.attempts", unit="{attempt}", description="Attempts at calls of the gateway.")
            made = self._made = (provider, _histogram(meter), attempts)
        return made[1], made[2]


def _does_nothing(provider: object) -> bool:
    """Whether it is one of the API's own, which is there while nobody has set one that observes."""
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


def _histogram(meter: Meter) -> Histogram:
    options: dict[str, Any] = {"unit": "s", "description": "How long attempts at calls of the gateway took."}
    try:
        return meter.create_histogram(
            "winnerlook.client.attempt.duration", explicit_bucket_boundaries_advisory=_BOUNDARIES, **options,
        )
    except TypeError:  # an API older than the boundaries, whose own are for milliseconds
        return meter.create_histogram("winnerlook.client.attempt.duration", **options)


def _common(attempt: Attempt) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {
        "rpc.method": attempt.operation, "winnerlook.binding": attempt.binding, "winnerlook.certainty": attempt.certainty.value,
    }
    if attempt.code is not None and attempt.code >= _LOWEST_CODE:
        attributes["winnerlook.code"] = attempt.code
    return attributes


def _of_span(attempt: Attempt) -> dict[str, str | int]:
    attributes = {**_common(attempt), "rpc.system": _NAME, "winnerlook.attempt": attempt.number}
    if attempt.error is not None:
        attributes["error.type"] = attempt.error
    return attributes
