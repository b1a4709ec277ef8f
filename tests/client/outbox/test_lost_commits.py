"""PostgreSQL: a commit is made, and the connection lost before its answer comes. Whoever tries again finds what is there."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.client.outbox import severed
from tests.client.outbox.conftest import TEXT
from winnerlook import Report
from winnerlook.outbox import Message, Outbox, PutMany, State, StoreError
from winnerlook.pushes import Push, PushType

PHONE = "13900000000"


@pytest.fixture
def way(postgres_url):
    with tempfile.TemporaryDirectory(prefix="wl-") as folder, severed.way_to(postgres_url, Path(folder)) as made:
        yield made


@pytest.fixture
def make_lossy(way, account, clock):
    """Closed before the way is."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Outbox(way.url, account=account.user_code, clock=clock, **options)).init()


@pytest.fixture
def outbox(make_lossy):
    return make_lossy()


def each_commit(way, work):
    """Do `work` with the answer of its first commit lost, of its second, and so on. Gives how many it has."""
    for number in itertools.count(1):
        work(number)
        if not way.lost:
            return number - 1
    raise AssertionError


def test_a_message_is_put_once(outbox, way):
    way.lose(1)
    put = outbox.put(PHONE, TEXT, dedup_key="order-42")
    assert way.lost
    assert not put.duplicate
    assert outbox.status().states == {State.QUEUED: 1}
    assert outbox.put(PHONE, TEXT, dedup_key="order-42").duplicate


def test_each_thousand_is_put_once(outbox, way):
    messages = [Message(PHONE, TEXT, dedup_key=str(number % 1200)) for number in range(1500)]
    way.lose(1)
    assert outbox.put_many(messages, atomic=False) == PutMany(put=1200, duplicates=300)
    assert way.lost
    assert outbox.status().states == {State.QUEUED: 1200}


def test_a_message_is_sent_once_and_in_no_doubt(outbox, way, client, account, clock):
    ids = []

    def work(number):
        ids.append(outbox.put(PHONE, TEXT).id)
        way.lose(number)
        outbox.drain(client)
        clock.advance(1000)  # where it was the claim's, the message waits until its lease is over
        outbox.drain(client)

    assert each_commit(way, work) >= 5
    for message_id in ids:
        view = outbox.message(message_id)
        assert (view.state, len(view.attempts)) == (State.ACCEPTED, 1)
    assert len(account.messages) == len(ids)
    outbox.verify()


def test_reports_are_fetched_at_once_and_none_is_thought_to_be_lost(outbox, way, client, account):
    ids, results = [], []

    def work(number):
        ids.append(outbox.put(PHONE, TEXT).id)
        outbox.drain(client)
        way.lose(number)
        results.append(outbox.poll(client)[account.user_code])

    assert each_commit(way, work) >= 8
    assert {(result.busy, result.failed, result.records.matched) for result in results} == {(False, 0, 1)}
    assert {outbox.message(message_id).state for message_id in ids} == {State.DELIVERED}
    assert outbox.status().possibly_lost == ()
    outbox.verify()


def test_a_push_is_entered_once(outbox, way, client, account):
    message_id = outbox.put(PHONE, TEXT).id
    outbox.drain(client)
    (attempt,) = outbox.message(message_id).attempts
    way.lose(1)
    outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, (Report("", PHONE, "DELIVRD", attempt.customer_uuid),)))
    assert way.lost
    assert outbox.message(message_id).state is State.DELIVERED
    outbox.verify()


def test_what_a_commit_whose_answer_is_lost_for_good_says(make_lossy, way):
    """Whether it was made is not known."""
    outbox = make_lossy(patience=0)
    outbox.status()  # what it looks up once is looked up
    way.lose(1)
    with pytest.raises(StoreError, match="not known"):
        outbox.put(PHONE, TEXT)
    assert outbox.status().states == {State.QUEUED: 1}
