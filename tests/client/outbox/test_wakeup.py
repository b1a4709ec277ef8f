"""Workers that have nothing to do wake up for what was put, and for what becomes due; without a wake-up they look by themselves."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import Message, ResendAfter, State, Worker
from winnerlook.outbox import _wakeup as wakeup
from winnerlook.outbox._wakeup import Alarm, listening

PHONE = "13900000000"
LONG = 500.0
"""Seconds that a worker would sleep if nothing woke it: longer than the test may take."""


class Watched(Alarm):
    """Tells when its worker falls asleep."""

    def __init__(self):
        super().__init__()
        self.asleep = threading.Event()
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.asleep.set()
        try:
            return super().sleep(seconds)
        finally:
            self.asleep.clear()


@contextmanager
def asleep(outbox, client, **options):
    """A worker that would sleep for long, until it does; with an event for what it has sent."""
    sent = threading.Event()
    worker = Worker(
        outbox, client, idle=LONG, longest_idle=LONG, poll_interval=None,
        on_drained=lambda counts: sent.set() if counts.accepted else None, **options,
    )
    worker._alarm = alarm = Watched()
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        assert alarm.asleep.wait(20)
        yield sent, alarm
    finally:
        worker.stop()
        thread.join(20)
    assert not thread.is_alive()


def test_what_is_put_leaves_at_once(url, make, client, account):
    outbox = make(url)
    with asleep(outbox, client) as (sent, alarm):
        make(url).put(PHONE, TEXT)
        assert sent.wait(20)
        assert alarm.asleep.wait(20)
        sent.clear()
        make(url).put_many([(PHONE, TEXT)] * 3)
        assert sent.wait(20)
    assert outbox.status().states == {State.ACCEPTED: 4}


def test_a_callers_transaction_wakes_when_it_commits(postgres_url, make, client, account):
    outbox = make(postgres_url)
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with asleep(outbox, client) as (sent, _), engine.connect() as connection:
        outbox.put(PHONE, TEXT, connection=connection)
        connection.commit()
        assert sent.wait(20)
    engine.dispose()


def told(listener):
    """What came by now. By a handler: psycopg before 3.2 gives `notifies` nothing that came with an answer."""
    payloads = []
    listener.add_notify_handler(lambda note: payloads.append(note.payload))
    listener.execute("SELECT pg_notify('wl_put', 'the end')")
    while "the end" not in payloads:
        listener.execute("SELECT 1")
    return payloads


def test_many_are_told_of_once(postgres_url, make):
    outbox = make(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as listener:
        listener.execute("LISTEN wl_put")
        outbox.put_many([(PHONE, TEXT)] * 2500)
        assert told(listener) == ["", "the end"]


def test_without_wake_ups_nothing_is_told(postgres_url, make, client):
    outbox = make(postgres_url, notify=False)
    with psycopg.connect(postgres_url, autocommit=True) as listener:
        listener.execute("LISTEN wl_put")
        outbox.put(PHONE, TEXT)
        assert told(listener) == ["the end"]
    worker = Worker(outbox, client, idle=0.01, poll_interval=None, on_drained=lambda counts: worker.stop() if counts.accepted else None)
    worker.run()
    assert outbox.status().states == {State.ACCEPTED: 1}


def test_a_listener_that_was_cut_off_comes_back(postgres_url, make, client, monkeypatch, caplog):
    monkeypatch.setattr(wakeup, "_PAUSE", 0.01)
    outbox = make(postgres_url)
    with asleep(outbox, client) as (sent, _):
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            ended = 0
            while not ended:
                ended = admin.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE query = 'LISTEN wl_put' AND datname = current_database()",
                ).fetchone()[0]
            while "no wake-ups for now" not in caplog.text:
                time.sleep(0.01)
            outbox.put(PHONE, TEXT)  # told to nobody, or to the new one: either way it is seen
            assert sent.wait(20)
            sent.clear()
            outbox.put(PHONE, TEXT)
            assert sent.wait(20)
    assert outbox.status().states == {State.ACCEPTED: 2}


def test_a_worker_sleeps_no_longer_than_until_something_is_due(url, make, client, account, clock):
    outbox = make(url)
    outbox.put(PHONE, TEXT, not_before=datetime.fromtimestamp(clock() + 400, UTC))
    with asleep(outbox, client) as (sent, alarm):
        assert 200 < alarm.slept[-1] <= 400
        clock.advance(401)
        alarm.wake()
        assert sent.wait(20)


def test_the_next_that_is_due(url, make, client, account):
    now = [1_800_000_000.0]
    outbox = make(url, clock=lambda: now[0])
    assert outbox._next_due(client, LONG) is None
    at = datetime.fromtimestamp(now[0], UTC)
    outbox.put(PHONE, TEXT, not_before=at + timedelta(seconds=499))
    outbox.put(PHONE, TEXT, not_before=at + timedelta(seconds=10), account="another's")
    assert outbox._next_due(client, LONG) == 499
    outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(seconds=200)))
    account.fail_next("SendMsg", -1)
    outbox.drain(client)
    assert outbox._next_due(client, LONG) == 200
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -16)
    outbox.drain(client)
    assert outbox._next_due(client, LONG) == 0.5
    assert outbox._next_due(client, 0.2) is None
    now[0] += 400
    assert outbox._next_due(client, LONG) == 99


def test_a_wake_up_between_the_look_and_the_sleep_is_not_missed():
    alarm = Alarm()
    alarm.clear()
    for _ in range(3):
        alarm.wake()
    assert alarm.sleep(LONG)
    alarm.clear()
    assert not alarm.sleep(0.001)
    alarm.stop()
    assert not alarm.sleep(LONG)


def test_another_file_is_not_woken(make, tmp_path, client):
    here, elsewhere = (make(f"sqlite:///{tmp_path / name}") for name in ("a.sqlite", "b.sqlite"))
    alarm = Alarm()
    with listening(here._store, alarm):
        elsewhere.put_many([Message(PHONE, TEXT)])
        assert alarm._queue.empty()
        here.put(PHONE, TEXT)
        assert not alarm._queue.empty()
        alarm.clear()
    here.put(PHONE, TEXT)
    assert alarm._queue.empty()


@pytest.mark.parametrize("stops", [1, 3])
def test_a_listener_ends_at_once(postgres_url, make, client, stops):
    outbox = make(postgres_url)
    before = threading.active_count()
    for _ in range(stops):
        with listening(outbox._store, Alarm()):
            pass
    assert threading.active_count() == before


def test_a_listener_wakes_in_a_program_with_many_files(postgres_url, make):
    """`select` takes no file whose number is 1024 or more, as a busy web server has them."""
    resource = pytest.importorskip("resource", reason="the number of open files is limited otherwise on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip(f"this process may open {hard} files only: ulimit -Hn 4096")
    outbox, alarm = make(postgres_url), Alarm()
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    try:
        with ExitStack() as many:
            while many.enter_context(Path(os.devnull).open("rb")).fileno() < 1100:
                pass
            with listening(outbox._store, alarm):
                assert alarm._queue.get(timeout=20) is None  # it listens
                outbox.put(PHONE, TEXT)
                assert alarm._queue.get(timeout=20) is None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
