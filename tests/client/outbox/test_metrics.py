"""The numbers for a monitor: right, cheap, and about nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook import Certainty, Client
from winnerlook.outbox import Message, ResendAfter, State, StoreError
from winnerlook.outbox import _metrics as metrics
from winnerlook.pushes import Push, PushType
from winnerlook.records import Report

PHONE = "13912345678"
SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[A-Za-z_ ]+"\})? -?[0-9.e+]+')
COMMENT = re.compile(r"# (HELP|TYPE) winnerlook_outbox_[a-z_]+ .+")


@pytest.fixture
def troubled(url, make, clock, *, client, account, mock):
    """An outbox that has met most of what may happen."""
    outbox = make(url)
    again = ResendAfter(timedelta(seconds=1))
    first = outbox.put(PHONE, TEXT, policy=again).id
    with losing(mock.url, lambda request: b"SendMsg" in request or b"GetReport2" in request) as way:
        with Client(account.user_code, account.user_pass, endpoint=way.url, binding="http") as lossy:
            assert outbox.drain(lossy).unknown == 1
            outbox.poll(lossy)
    clock.advance(seconds=2)
    assert outbox.drain(client).accepted == 1
    outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, tuple(
        Report("1", PHONE, "ACCEPTD", attempt.customer_uuid) for attempt in outbox.message(first).attempts
    )))
    account.answer_next("GetReport2Connect", "no record")
    outbox.poll(client)
    outbox.put_many([Message(PHONE, TEXT), Message(PHONE, TEXT, not_before=datetime.now(UTC) + timedelta(days=1))])
    account.fail_next("SendMsg", -25)
    outbox.drain(client)
    clock.advance(seconds=90)
    return outbox


def test_what_they_say(troubled):
    read = troubled.metrics()
    assert read.messages == {State.QUEUED: 2, State.CLAIMED: 0, State.ATTEMPT: 0, State.ACCEPTED: 1, State.UNKNOWN: 0}
    assert read.due == 1
    assert timedelta(seconds=89) < read.oldest_due < timedelta(seconds=150)
    assert {certainty: count for certainty, count in read.attempts.items() if count} == {
        Certainty.UNKNOWN: 1, Certainty.ACCEPTED: 1, Certainty.REJECTED: 1,
    }
    assert read.events["DOUBT"] == read.events["RESEND"] == read.events["PROVEN_DUPLICATE"] == 1
    assert (read.possible_duplicates, read.proven_duplicates) == (1, 1)
    assert (read.possibly_lost, read.quarantined_polls, read.quarantined_records) == (1, 1, 0)
    assert read.breakers == {"STOPPED": 1}


def test_an_empty_store(url, make):
    read = make(url).metrics()
    assert (read.due, read.oldest_due, read.events, read.breakers) == (0, timedelta(0), {}, {})
    assert set(read.attempts.values()) == {0}


def test_a_lost_worker_counts_as_unknown(outbox, client, clock):
    outbox.put(PHONE, TEXT)
    outbox._checkpoint = lambda point: sys.exit() if point == "attempt committed" else None
    with pytest.raises(SystemExit):
        outbox.drain(client)
    clock.advance(seconds=1000)
    outbox.sweep()
    assert outbox.metrics().attempts[Certainty.UNKNOWN] == 1
    assert outbox.metrics().messages[State.UNKNOWN] == 1


def test_counters_count_every_entry_of_every_chain(url, make, client):
    """Also those that two processes write, each in a chain of its own."""
    one, other = make(url), make(url)
    for outbox in (one, other):
        outbox.put_many([(PHONE, TEXT)] * 3)
        assert outbox.drain(client).accepted == 3
    entries = one._store.look(lambda unit: unit.connection.execute(sa.text("SELECT kind, count(*) FROM wl_events GROUP BY kind")).all())
    assert one.metrics().events == dict(map(tuple, entries))
    assert one.metrics().attempts[Certainty.ACCEPTED] == 6


def test_prometheus(troubled):
    lines = troubled.metrics().prometheus().splitlines()
    assert [line for line in lines if not (COMMENT if line.startswith("#") else SAMPLE).fullmatch(line)] == []
    assert 'winnerlook_outbox_messages{state="QUEUED"} 2' in lines
    assert "# TYPE winnerlook_outbox_attempts_total counter" in lines
    assert 'winnerlook_outbox_attempts_total{certainty="accepted"} 1' in lines
    assert 'winnerlook_outbox_breakers{kind="BALANCE"} 0' in lines
    assert 'winnerlook_outbox_duplicates{proof="proven"} 1' in lines
    assert any(line.startswith("winnerlook_outbox_oldest_due_seconds 9") for line in lines)
    assert len({line.split()[0] for line in lines if not line.startswith("#")}) == len([line for line in lines if not line.startswith("#")])


@pytest.fixture
def collected():
    """A provider, and what it collects, by name."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)

    def collect():
        data = reader.get_metrics_data()
        found = [each for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics for each in scope.metrics]
        return {each.name: [(dict(point.attributes), point.value) for point in each.data.data_points] for each in found}

    yield provider, collect
    provider.shutdown()


def test_opentelemetry(troubled, collected, account):
    provider, collect = collected
    asked = []
    troubled._store.look, look = lambda work: asked.append(1) or look(work), troubled._store.look
    troubled.observe(provider)
    values = collect()
    assert asked == [1]
    assert values["winnerlook.outbox.due"] == [({}, 1)]
    assert ({"winnerlook.state": "QUEUED"}, 2) in values["winnerlook.outbox.messages"]
    assert ({"winnerlook.certainty": "unknown"}, 1) in values["winnerlook.outbox.attempts"]
    assert ({"winnerlook.kind": "STOPPED"}, 1) in values["winnerlook.outbox.breakers"]
    assert not [name for name in (PHONE, account.user_code) if name in str(values)]


def test_a_store_that_does_not_answer_has_no_numbers(outbox, collected, caplog, monkeypatch):
    provider, collect = collected
    outbox.observe(provider)

    def fail(_work):
        raise StoreError("the database is gone")

    monkeypatch.setattr(outbox._store, "look", fail)
    assert not any(collect().values())
    assert "gone" in caplog.text


def test_without_opentelemetry():
    code = (
        "import sys; sys.modules['opentelemetry'] = None\nfrom winnerlook.outbox import Outbox\n"
        "try: Outbox('sqlite:///' + sys.argv[1]).observe()\nexcept ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code, "/dev/null"], capture_output=True, text=True, check=True)
    assert "winnerlook[otel]" in done.stdout


def test_no_question_reads_whole_tables(url, make):
    """As the database itself explains them."""
    outbox = make(url)
    outbox.put_many((PHONE, TEXT) for _ in range(100))
    for query in metrics.queries(0):
        plan = explained(outbox, query)
        assert re.search(r"USING (COVERING )?INDEX wl_", plan) if outbox._store.is_sqlite else "Seq Scan" not in plan, plan
        if "not_before" in str(query):
            assert "wl_messages_waiting" in plan


def explained(outbox, query):
    """PostgreSQL reads a table of a few rows whole, unless it is told that this is dear."""
    sql = query.compile(outbox._store.engine, compile_kwargs={"literal_binds": True})

    def work(unit):
        if not outbox._store.is_sqlite:
            unit.connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        prefix = "EXPLAIN QUERY PLAN" if outbox._store.is_sqlite else "EXPLAIN"
        return "\n".join(map(str, unit.connection.exec_driver_sql(f"{prefix} {sql}").all()))

    return outbox._store.look(work)
