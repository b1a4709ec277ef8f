"""A limit for an account, kept by all who send for it."""

from __future__ import annotations

import threading

import pytest

from tests.client.outbox.conftest import TEXT
from winnerlook import Client, ConfigurationError
from winnerlook.outbox import Message, State
from winnerlook.outbox import _drain as drain_module
from winnerlook.outbox import _rates as rates


class Virtual:
    """A clock that goes on only by waiting, and never backwards; threads that wait together wait for the same time."""

    def __init__(self):
        self.now = 1_800_000_000.0
        self.lock = threading.Lock()

    def __call__(self):
        return self.now

    def rest(self, seconds, stopped):
        until = self.now + seconds
        with self.lock:
            self.now = max(self.now, until)


@pytest.fixture
def virtual(monkeypatch):
    clock = Virtual()
    monkeypatch.setattr(drain_module, "rest", clock.rest)
    return clock


@pytest.fixture
def sent_at(virtual, monkeypatch):
    """When each message left, in virtual seconds since the start."""
    times, start = [], virtual.now
    send = drain_module.Pass._send

    def timed(work, ticket):
        times.extend([virtual.now - start] * len(ticket.parts))
        return send(work, ticket)

    monkeypatch.setattr(drain_module.Pass, "_send", timed)
    return times


def put(outbox, count, **options):
    outbox.put_many(Message(str(13_900_000_000 + number), TEXT, **options) for number in range(count))


def most_in_a_second(times):
    return max(sum(start <= time < start + 1 for time in times) for start in times)


def test_a_drain_waits_instead_of_sending_more(url, make, client, account, *, virtual, sent_at):
    outbox = make(url, clock=virtual)
    outbox.limit(account.user_code, per_second=4)
    put(outbox, 10)
    assert outbox.drain(client).accepted == 10
    assert sent_at == [0.0] * 4 + [1.0] * 4 + [2.0] * 2


@pytest.mark.parametrize(("per_second", "seconds"), [(0.5, 8.0), (2.5, 1.6), (100, 0.0)])
def test_any_number_will_do(per_second, seconds, make, sqlite_url, *, client, account, virtual, sent_at):
    outbox = make(sqlite_url, clock=virtual)
    outbox.limit(account.user_code, per_second=per_second)
    put(outbox, 5)
    outbox.drain(client)
    assert sent_at[-1] == pytest.approx(seconds, abs=0.01)


def test_messages_count_and_not_calls(make, sqlite_url, client, account, *, virtual, sent_at):
    outbox = make(sqlite_url, clock=virtual)
    outbox.limit(account.user_code, per_second=10)
    put(outbox, 25, bulk=True)
    outbox.drain(client)
    assert sent_at == pytest.approx([0.0] * 10 + [1.0] * 10 + [2.0] * 5)
    assert [entry.operation for entry in account.journal] == ["SendIndividualMsg"] * 3


def test_several_workers_keep_it_together(url, make, client, account, *, virtual, sent_at):
    outboxes = [make(url, clock=virtual) for _ in range(3)]
    outboxes[0].limit(account.user_code, per_second=5)
    put(outboxes[0], 30)
    accepted = []
    threads = [threading.Thread(target=lambda each=each: accepted.append(each.drain(client).accepted)) for each in outboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(accepted) == 30
    assert sorted(message.phone for message in account.messages) == [str(13_900_000_000 + number) for number in range(30)]
    assert virtual.now - 1_800_000_000 >= 5
    taken = outboxes[0]._store.look(lambda unit: unit.connection.execute(rates._RATES.select()).one())
    assert taken.next_at >= (1_800_000_000 + 6) * 1000


def test_another_account_does_not_wait_for_it(make, sqlite_url, client, account, *, mock, virtual, sent_at):
    other, outbox = mock.account(), make(sqlite_url, clock=virtual)
    outbox.limit(account.user_code, per_second=1)
    put(outbox, 3)
    put(outbox, 3, account=other.user_code)
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as second:
        assert outbox.drain([client, second]).accepted == 6
    assert sent_at == [0.0] * 4 + [1.0, 2.0]


def test_a_wait_ends_when_it_is_told_to(make, sqlite_url, client, account, clock):
    """For real: the wait would be for an hour."""
    outbox = make(sqlite_url, clock=clock)
    outbox.limit(account.user_code, per_second=1 / 3600)
    put(outbox, 2)
    assert outbox.drain(client, stopped=lambda: len(account.messages) == 1).accepted == 1
    assert outbox.status().states == {State.ACCEPTED: 1, State.QUEUED: 1}
    looks = iter([False] * 6)
    assert outbox.drain(client, stopped=lambda: next(looks, True)).attempts == 0


def test_a_limit_is_changed_and_ended(url, make, client, account, *, virtual, sent_at):
    outbox = make(url, clock=virtual)
    outbox.limit(account.user_code, per_second=0.01)
    put(outbox, 1)
    outbox.drain(client)
    outbox.limit(account.user_code, per_second=2)
    assert outbox._store.look(rates.limits) == {account.user_code: 2.0}
    put(outbox, 3)
    outbox.drain(client)
    outbox.limit(account.user_code, None)
    assert outbox._store.look(rates.limits) == {}
    put(outbox, 5)
    outbox.drain(client)
    assert sent_at == pytest.approx([0.0] * 3 + [1.0] * 6)


@pytest.mark.parametrize("per_second", [0, -1, float("inf"), float("nan"), "5", True])
def test_what_is_no_limit(per_second, outbox):
    with pytest.raises(ConfigurationError, match="per_second"):
        outbox.limit("a", per_second)
