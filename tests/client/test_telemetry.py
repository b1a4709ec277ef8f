"""Every attempt becomes a span and two measurements, which name no person and break no call."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.client.raw_server import RawServer, read_request
from winnerlook import AsyncClient, Attempt, Certainty, Client, ConnectionLostError, CredentialsError, Evidence, Retry, UnknownCodeError
from winnerlook._telemetry import Metrics, Spans, telemetry_hooks

PHONE = "13987654321"
TEXT = "text-tag【测试】"
AT_ONCE = Retry(base=0)
Send = Callable[..., Any]


class Observed:
    """A tracer and a meter provider that keep what they get."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)

    @property
    def spans(self) -> tuple[Any, ...]:
        return self._exporter.get_finished_spans()

    @property
    def ours(self) -> list[Any]:
        return [span for span in self.spans if span.name.startswith("winnerlook ")]

    def points(self, name: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        found = [
            metric for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics for metric in scope.metrics
        ]
        return [point for metric in found if metric.name == name for point in metric.data.data_points]

    def everything(self) -> str:
        data = self._reader.get_metrics_data()
        return "".join(span.to_json() for span in self.spans) + (data.to_json() if data else "")


@pytest.fixture
def observed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Observed]:
    """Stands in for the global providers, which can be set only once a process."""
    seen = Observed()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: seen.tracers)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: seen.meters)
    yield seen
    seen.tracers.shutdown()
    seen.meters.shutdown()


def send_sync(user_code: str, user_pass: str, url: str, **options: Any) -> Any:
    with Client(user_code, user_pass, endpoint=url, **options) as sms:
        return sms.send(PHONE, TEXT)


def send_async(user_code: str, user_pass: str, url: str, **options: Any) -> Any:
    async def send() -> Any:
        async with AsyncClient(user_code, user_pass, endpoint=url, **options) as sms:
            return await sms.send(PHONE, TEXT)

    return asyncio.run(send())


@pytest.fixture(params=[send_sync, send_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    return request.param


def drop(connection: Any) -> None:
    read_request(connection)


def attempt(**changes: Any) -> Attempt:
    facts = {
        "number": 1, "operation": "SendMsg", "binding": "soap11", "started_at": datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC), "seconds": 0.5,
        "certainty": Certainty.ACCEPTED, "evidence": Evidence(),
    }
    return Attempt(**{**facts, **changes})


@pytest.mark.parametrize("binding", ["soap12", "http"])
def test_an_accepted_send(send, binding, mock, account, observed):
    send(account.user_code, account.user_pass, mock.url, binding=binding)
    (span,) = observed.spans
    assert (span.name, span.kind) == ("winnerlook SendMsg", trace.SpanKind.CLIENT)
    assert dict(span.attributes) == {
        "rpc.system": "winnerlook", "rpc.method": "SendMsg", "winnerlook.binding": binding, "winnerlook.certainty": "accepted",
        "winnerlook.attempt": 1,
    }
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.start_time <= span.end_time


def test_a_rejected_send(send, mock, account, observed):
    with pytest.raises(CredentialsError):
        send(account.user_code, "wrong-pass", mock.url)
    (span,) = observed.spans
    assert (span.attributes["winnerlook.certainty"], span.attributes["winnerlook.code"]) == ("rejected", -3)
    assert span.attributes["error.type"] == "CredentialsError"
    assert (span.status.status_code, span.status.description) == (trace.StatusCode.ERROR, "CredentialsError")


def test_a_send_of_unknown_outcome(send, observed):
    with RawServer(drop) as server, pytest.raises(ConnectionLostError):
        send("user", "pass", server.url)
    (span,) = observed.spans
    assert (span.attributes["winnerlook.certainty"], span.attributes["error.type"]) == ("unknown", "ConnectionLostError")
    assert "winnerlook.code" not in span.attributes
    assert span.status.status_code is trace.StatusCode.ERROR


def test_each_attempt_is_a_span_of_its_own(send, mock, account, observed):
    account.fail_next("SendMsg", -16)
    send(account.user_code, account.user_pass, mock.url, retries=AT_ONCE)
    first, second = observed.spans
    assert [span.attributes["winnerlook.attempt"] for span in (first, second)] == [1, 2]
    assert [span.attributes["winnerlook.certainty"] for span in (first, second)] == ["rejected", "accepted"]
    assert first.start_time <= first.end_time <= second.end_time


def test_spans_are_children_of_the_callers(send, mock, account, observed):
    account.fail_next("SendMsg", -16)
    with observed.tracers.get_tracer("test").start_as_current_span("request") as parent:
        send(account.user_code, account.user_pass, mock.url, retries=AT_ONCE)
    assert [span.parent.span_id for span in observed.ours] == [parent.get_span_context().span_id] * 2


def test_a_poll_of_the_async_client_is_a_child_too(mock, account, observed):
    """It runs in a task of its own."""

    async def poll() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            assert [report async for report in sms.reports()] == []

    with observed.tracers.get_tracer("test").start_as_current_span("request") as parent:
        asyncio.run(poll())
    (span,) = observed.ours
    assert span.name == "winnerlook GetReport2Connect"
    assert span.parent.span_id == parent.get_span_context().span_id


def test_a_span_lasts_as_long_as_its_attempt(observed):
    Spans(observed.tracers)(attempt())
    (span,) = observed.spans
    assert span.start_time == 1_767_323_045_250_000_000
    assert span.end_time - span.start_time == 500_000_000


def test_measurements(send, mock, account, observed):
    account.fail_next("SendMsg", -16)
    send(account.user_code, account.user_pass, mock.url, retries=AT_ONCE)
    send(account.user_code, account.user_pass, mock.url)
    common = {"rpc.method": "SendMsg", "winnerlook.binding": "soap11"}
    throttled = {**common, "winnerlook.certainty": "rejected", "winnerlook.code": -16}
    accepted = {**common, "winnerlook.certainty": "accepted"}
    counted = {point.value: dict(point.attributes) for point in observed.points("winnerlook.client.attempts")}
    assert counted == {1: throttled, 2: accepted}
    timed = {point.count: point for point in observed.points("winnerlook.client.attempt.duration")}
    assert {count: dict(point.attributes) for count, point in timed.items()} == counted
    assert 0 < timed[2].sum < 60
    assert timed[2].explicit_bounds[:2] == (0.005, 0.01)


def test_instruments_are_made_once_for_a_provider(observed, caplog):
    record = Metrics(observed.meters)
    record(attempt())
    record(attempt(seconds=1.5))
    (point,) = observed.points("winnerlook.client.attempt.duration")
    assert (point.count, point.sum) == (2, 2.0)
    assert caplog.text == ""


def test_an_older_api_makes_its_own_buckets():
    made = []

    def create_histogram(name: str, unit: str = "", description: str = "") -> Any:
        made.append((name, unit))
        return SimpleNamespace(record=lambda amount, attributes: made.append(amount))

    meter = SimpleNamespace(
        create_histogram=create_histogram, create_counter=lambda *_args, **_options: SimpleNamespace(add=lambda *_args: None),
    )
    Metrics(SimpleNamespace(get_meter=lambda *_args: meter))(attempt())
    assert made == [("winnerlook.client.attempt.duration", "s"), 0.5]


def test_nothing_personal_is_told(send, account, mock, observed):
    """L2; a number that a server passes on as a failure code neither."""
    send(account.user_code, account.user_pass, mock.url)
    account.answer_next("SendMsg", f"-{PHONE}")
    with pytest.raises(UnknownCodeError):
        send(account.user_code, account.user_pass, mock.url)
    told = observed.everything()
    assert told.count('"winnerlook SendMsg"') == 2
    for secret in (account.user_code, account.user_pass, PHONE, "text-tag", "测试"):
        assert secret not in told


class BrokenProvider:
    def get_tracer(self, *_args: Any, **_options: Any) -> Any:
        raise RuntimeError("no telemetry today")

    get_meter = get_tracer


@pytest.mark.parametrize("broken", ["tracers", "meters"])
def test_a_broken_provider_breaks_neither_the_call_nor_the_other(send, broken, mock, account, observed):
    send(account.user_code, account.user_pass, mock.url)  # the SDK's own tracer asks for meters too, once
    working = getattr(observed, broken)
    setattr(observed, broken, BrokenProvider())
    assert send(account.user_code, account.user_pass, mock.url).certainty is Certainty.ACCEPTED
    setattr(observed, broken, working)
    (point,) = observed.points("winnerlook.client.attempts")
    assert (len(observed.spans), point.value) == ((2, 1) if broken == "meters" else (1, 2))


def test_the_own_hook_is_told_as_well(send, mock, account, observed):
    told: list[Attempt] = []
    send(account.user_code, account.user_pass, mock.url, on_attempt=told.append)
    assert len(told) == len(observed.spans) == 1


def test_without_opentelemetry_there_are_no_hooks(monkeypatch):
    for name in ("opentelemetry", "opentelemetry.metrics", "opentelemetry.trace"):
        monkeypatch.setitem(sys.modules, name, None)
    assert telemetry_hooks.__wrapped__() == ()


def test_whether_it_is_installed_is_asked_once():
    assert telemetry_hooks() is telemetry_hooks()


def run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_importing_the_sdk_does_not_import_opentelemetry():
    """The first client does."""
    loaded = 'print(any(name.startswith("opentelemetry") for name in sys.modules))'
    code = f'import sys, winnerlook; {loaded}; winnerlook.Client("u", "p", endpoint="http://127.0.0.1:1", binding="http"); {loaded}'
    assert run(code).split() == ["False", "True"]


def test_providers_that_are_set_later_are_honoured(mock, account):
    code = """
import sys
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from winnerlook import Client

exporter, reader, provider = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
with Client(*sys.argv[2:], endpoint=sys.argv[1], binding="http", balance_interval=0) as sms:
    sms.balance()
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([reader]))
    sms.balance()
(counter,) = [
    metric for resource in reader.get_metrics_data().resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
    if metric.name == "winnerlook.client.attempts"
]
print(*[span.name for span in exporter.get_finished_spans()], sep="|")
print(sum(point.value for point in counter.data.data_points))
"""
    # What was told before there was a provider went nowhere.
    assert run(code, mock.url, account.user_code, account.user_pass).splitlines() == ["winnerlook GetBalanceConnect", "1"]
