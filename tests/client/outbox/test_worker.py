"""The loop: it sends, polls, stops at once, and goes on after a database that failed."""

from __future__ import annotations

import threading

import pytest

from tests.client.outbox.conftest import TEXT
from winnerlook import ConfigurationError
from winnerlook.outbox import Drained, State, StoreError, Worker


def run(worker):
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    return thread


def test_it_sends_and_polls_until_it_is_stopped(url, make, client, account):
    outbox, settled = make(url), threading.Event()

    def drained(_counts):
        if outbox.status().states == {State.DELIVERED: 5}:
            settled.set()

    worker = Worker(outbox, client, idle=0.01, longest_idle=0.05, poll_interval=0.02, on_drained=drained)
    thread = run(worker)
    outbox.put_many([("13900000000", TEXT)] * 5)
    assert settled.wait(20)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_stop_lets_the_call_finish_and_gives_the_rest_back(outbox, client, account):
    outbox.put_many([("13900000000", TEXT)] * 5)
    worker = Worker(outbox, client, poll_interval=None)
    outbox._checkpoint = lambda point: worker.stop() if point == "sent" else None
    worker.run()
    assert len(account.messages) == 1
    assert outbox.status().states == {State.ACCEPTED: 1, State.QUEUED: 4}


def test_it_goes_on_after_a_database_that_failed(outbox, client, account, monkeypatch, caplog):
    outbox.put("13900000000", TEXT)
    drain, failures = outbox.drain, [StoreError("restarting")]

    def failing(*arguments, **options):
        if failures:
            raise failures.pop()
        return drain(*arguments, **options)

    monkeypatch.setattr(outbox, "drain", failing)
    worker = Worker(outbox, client, idle=0.01, poll_interval=None, on_drained=lambda counts: worker.stop())
    worker.run()
    assert len(account.messages) == 1
    assert "restarting" in caplog.text


@pytest.mark.parametrize("options", [{"idle": 0}, {"idle": 2, "longest_idle": 1}, {"poll_interval": 0}])
def test_settings_that_make_no_sense(outbox, client, options):
    with pytest.raises(ConfigurationError):
        Worker(outbox, client, **options)


def test_counts_add_up():
    assert Drained(accepted=1, rejected=2, unknown=3, put_back=4).attempts == 10
