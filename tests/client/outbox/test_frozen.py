"""A process that stands still between the commit of an attempt and its first byte: stopped, or in a machine that was paused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.client.outbox.conftest import TEXT
from winnerlook import Certainty
from winnerlook.outbox import Message, ResendAfter, State
from winnerlook.outbox import _watch as watch_module
from winnerlook.outbox._watch import Watch


def freezing(outbox, freeze, point="attempt committed"):
    """Once."""

    def checkpoint(name):
        if name == point:
            outbox._checkpoint = lambda _name: None
            freeze()

    outbox._checkpoint = checkpoint


@pytest.fixture
def monotonic(monkeypatch):
    """Moves the other clock."""

    class Time:
        ahead = 0.0

        def advance(self, seconds):
            self.ahead += seconds

    moved, real = Time(), watch_module.time.monotonic
    monkeypatch.setattr(watch_module, "time", type("time", (), {"monotonic": staticmethod(lambda: real() + moved.ahead)}))
    return moved


@pytest.mark.parametrize("which", ["wall", "monotonic"])
def test_beyond_its_lease_it_sends_nothing(which, url, make, *, client, account, clock, monotonic):
    """Another worker has taken it for dead by then, and may send the message again."""
    outbox, elsewhere = make(url), make(url)
    message_id = outbox.put("13900000000", TEXT, policy=ResendAfter(timedelta(0))).id

    def freeze():
        (clock if which == "wall" else monotonic).advance(121)
        if which == "wall":
            assert elsewhere.drain(client).accepted == 1

    freezing(outbox, freeze)
    assert outbox.drain(client).put_back == (which == "monotonic")
    assert len(account.messages) == (which == "wall")
    attempt = outbox.message(message_id).attempts[0]
    assert (attempt.certainty, attempt.error) == (Certainty.NOT_SENT, "Overslept")
    clock.advance(10)
    outbox.drain(client)
    outbox.poll(client)
    assert outbox.message(message_id).state is State.DELIVERED
    assert not outbox.message(message_id).proven_duplicate
    assert len(account.messages) == 1


def test_what_is_thought_to_be_in_doubt_is_cleared_when_it_wakes(outbox, client, account, clock):
    message_id = outbox.put("13900000000", TEXT).id

    def freeze():
        clock.advance(121)
        outbox.sweep()
        assert outbox.message(message_id).state is State.UNKNOWN

    freezing(outbox, freeze)
    outbox.drain(client)
    assert outbox.message(message_id).state is State.QUEUED
    clock.advance(2)
    assert outbox.drain(client).accepted == 1


def test_a_call_that_might_outlive_its_lease_is_not_begun(outbox, client, account, clock):
    """A lease is 120 s, a call takes 60 at most."""
    outbox.put("13900000000", TEXT)
    freezing(outbox, lambda: clock.advance(61))
    assert outbox.drain(client).put_back == 1
    assert not account.messages


@pytest.mark.parametrize("which", ["wall", "monotonic"])
def test_a_message_whose_time_is_over_is_not_sent(which, outbox, client, account, *, clock, monotonic):
    """An OTP of five seconds. Its neighbours in the call go in the next one."""
    soon = clock.moment() + timedelta(seconds=20)
    outbox.put_many(Message(f"1390000000{number}", TEXT, bulk=True, expires_at=soon if number == 1 else None) for number in range(3))
    freezing(outbox, lambda: (clock if which == "wall" else monotonic).advance(21))
    assert outbox.drain(client).put_back == 3
    assert not account.messages
    clock.advance(30)
    drained = outbox.drain(client)
    assert (drained.swept.expired, drained.accepted) == (1, 2)
    assert sorted(message.phone for message in account.messages) == ["13900000000", "13900000002"]


def test_a_short_stop_changes_nothing(outbox, client, account, clock):
    outbox.put("13900000000", TEXT, expires_at=clock.moment() + timedelta(seconds=50))
    freezing(outbox, lambda: clock.advance(10))
    assert outbox.drain(client).accepted == 1


def test_a_watch_goes_by_whichever_clock_went_further(monotonic):
    wall = [100.0]
    watch = Watch(lambda: wall[0])
    assert 0 <= watch.milliseconds < 5000
    wall[0] -= 50
    assert watch.milliseconds >= 0
    wall[0] += 150
    assert watch.milliseconds >= 100_000
    monotonic.advance(200)
    assert watch.milliseconds >= 200_000
