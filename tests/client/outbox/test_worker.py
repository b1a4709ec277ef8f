"""The loop: it sends, polls, stops at once, and goes on after a database that failed."""

from __future__ import annotations

import threading

import pytest

from tests.client.outbox.conftest import TEXT
from winnerlook import Client, ConfigurationError
from winnerlook.outbox import Drained, NotInitialisedError, State, StoreError, Worker
from winnerlook.outbox import _drain as drain_module


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


def test_a_long_queue_does_not_keep_polls_waiting(outbox, client, account, monkeypatch):
    """R1: the gateway forgets what is not polled."""
    monkeypatch.setattr("winnerlook.outbox._worker._LEAST_SENDING", 0.05)
    outbox.put_many([("13900000000", TEXT)] * 100)
    worker = Worker(outbox, client, idle=0.01, poll_interval=0.01, on_drained=lambda counts: len(account.messages) < 100 or worker.stop())
    sent_at_polls = []

    def checkpoint(point):
        if point == "poll started":
            sent_at_polls.append(len(account.messages))
            if sent_at_polls[-1]:
                worker.stop()

    outbox._checkpoint = checkpoint
    worker.run()
    assert 0 < sent_at_polls[-1] < 100


def test_a_stop_lets_the_call_finish_and_gives_the_rest_back(outbox, client, account):
    outbox.put_many([("13900000000", TEXT)] * 5)
    worker = Worker(outbox, client, poll_interval=None)
    outbox._checkpoint = lambda point: worker.stop() if point == "sent" else None
    worker.run()
    assert len(account.messages) == 1
    assert outbox.status().states == {State.ACCEPTED: 1, State.QUEUED: 4}


def test_it_goes_on_after_a_database_that_failed(outbox, client, account, monkeypatch, caplog):
    outbox.put("13900000000", TEXT)
    sweep, failures = outbox.sweep, [StoreError("restarting")]
    monkeypatch.setattr(outbox, "sweep", lambda: sweep() if not failures else raising(failures.pop()))
    worker = Worker(outbox, client, idle=0.01, poll_interval=None, on_drained=lambda counts: worker.stop())
    worker.run()
    assert len(account.messages) == 1
    assert "restarting" in caplog.text


def raising(error):
    raise error


def test_an_error_that_nobody_foresaw_ends_neither_the_others_nor_the_loop(outbox, client, account, mock, *, monkeypatch, caplog):
    """And what the log says of it is its kind and place, since its text may quote anything (L2)."""
    other = mock.account()
    outbox.put("13900000001", TEXT)
    outbox.put("13900000002", TEXT, account=other.user_code)
    send, failures = drain_module.Pass._send, [RuntimeError("13900000001 " + TEXT)]

    def failing(work, ticket):
        if failures and work.line.account == account.user_code:
            raise failures.pop()
        return send(work, ticket)

    monkeypatch.setattr(drain_module.Pass, "_send", failing)
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as second:
        passes = []

        def drained(counts):
            passes.append(counts)
            if len(passes) == 2:
                outbox.put("13900000003", TEXT)
            if account.messages:
                worker.stop()

        worker = Worker(outbox, [client, second], idle=0.01, longest_idle=0.02, poll_interval=None, on_drained=drained)
        worker.run()
    assert passes[0].accepted == 1
    assert [message.phone for message in other.messages] == ["13900000002"]
    assert [message.phone for message in account.messages] == ["13900000003"]
    assert f"sending for {account.user_code}: RuntimeError at test_worker.py:" in caplog.text
    assert "13900000001" not in caplog.text
    assert TEXT not in caplog.text
    assert outbox.status().states == {State.UNKNOWN: 1, State.ACCEPTED: 2}  # it was between attempt and answer


def test_drain_lets_the_other_accounts_finish_and_then_raises(outbox, client, account, mock, monkeypatch):
    other = mock.account()
    outbox.put("13900000001", TEXT)
    outbox.put("13900000002", TEXT, account=other.user_code)
    calls = drain_module.Packer.calls
    monkeypatch.setattr(
        drain_module.Packer, "calls",
        lambda packer, rows: calls(packer, rows) if rows[0].account == other.user_code else raising(ZeroDivisionError()),
    )
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as second, pytest.raises(ZeroDivisionError):
        outbox.drain([client, second])
    assert len(other.messages) == 1
    assert outbox.status().states == {State.ACCEPTED: 1, State.QUEUED: 1}  # what was claimed is given back at once


def test_a_handler_that_raises_is_called_again(outbox, client, account, caplog):
    called = []

    def handler(counts):
        called.append(counts.accepted)
        if len(called) == 1:
            raise ValueError("13900000000")
        worker.stop()

    outbox.put("13900000000", TEXT)
    worker = Worker(outbox, client, idle=0.01, poll_interval=None, on_drained=handler)
    worker.run()
    assert called == [1, 0]
    assert "on_drained: ValueError at test_worker.py:" in caplog.text
    assert "13900000000" not in caplog.text


def test_a_poll_that_fails_leaves_the_other_accounts(outbox, client, account, mock, monkeypatch):
    other = mock.account()
    outbox.put("13900000002", TEXT, account=other.user_code)
    poll, done = outbox.poll, []
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as second:
        outbox.drain(second)

    def failing(given, **options):
        if given is client:
            raise ZeroDivisionError
        done.append(poll(given, **options))
        worker.stop()

    monkeypatch.setattr(outbox, "poll", failing)
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as second:
        worker = Worker(outbox, [client, second], idle=0.01)
        worker.run()
    assert done[0][other.user_code].records.matched == 1


@pytest.mark.parametrize("error", [ConfigurationError("wrong"), NotInitialisedError("no tables")])
def test_what_time_does_not_mend_is_raised(error, outbox, client, monkeypatch):
    monkeypatch.setattr(outbox, "sweep", lambda: raising(error))
    with pytest.raises(type(error)):
        Worker(outbox, client).run()


@pytest.mark.parametrize("options", [{"idle": 0}, {"idle": 2, "longest_idle": 1}, {"poll_interval": 0}])
def test_settings_that_make_no_sense(outbox, client, options):
    with pytest.raises(ConfigurationError):
        Worker(outbox, client, **options)


def test_counts_add_up():
    assert Drained(accepted=1, rejected=2, unknown=3, put_back=4).attempts == 10


def test_accounts_that_nobody_here_works_for_are_named_once(outbox, client, account, caplog, monkeypatch):
    monkeypatch.setattr("winnerlook.outbox._worker._COUNT_SECONDS", 0)
    outbox.put_many([("13900000000", TEXT)] * 2)
    outbox.put("13900000000", TEXT, account="typo")
    rounds = []

    def drained(counts):
        rounds.append(counts)
        if len(rounds) == 3:
            outbox.put("13900000000", TEXT, account="later")
        if len(rounds) == 6:
            worker.stop()

    worker = Worker(outbox, client, idle=0.01, longest_idle=0.01, poll_interval=None, on_drained=drained)
    worker.run()
    named = [record.getMessage() for record in caplog.records if "no client" in record.getMessage()]
    assert [account in line for account, line in zip(("typo", "later"), named, strict=True)] == [True, True]
    assert account.user_code not in "".join(named)
