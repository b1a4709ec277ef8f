"""Whoever was overtaken changes nothing: each condition on a token, a state, a lease's end or an outcome that stands, by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook import Certainty
from winnerlook.outbox import ResendAfter, State
from winnerlook.outbox import _leases as leases
from winnerlook.outbox import _polling as polling
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Holder, begin, claim, has_doubt, release
from winnerlook.outbox._outcomes import Outcome, record
from winnerlook.outbox._packing import Call, Packer

PHONE, LEASE = "13900000000", 120_000
FIRST, SECOND = Holder("first", LEASE), Holder("second", LEASE)
ACCEPTED = Outcome(Certainty.ACCEPTED, batch_number="2200001476358475197")
REFUSED = Outcome(Certainty.REJECTED, code=-9)
UNSURE = Outcome(Certainty.UNKNOWN, error="CallTimeoutError")
BACK = Outcome(Certainty.NOT_SENT, put_back=True)


@pytest.fixture
def run(outbox):
    return outbox._store.run


@pytest.fixture
def claimed(outbox, run, clock, account):
    """Takes the one message that there is."""

    def _claimed(holder):
        due_by = int(clock() * 1000)
        (row,) = run(lambda unit: claim(unit, account.user_code, holder, due_by=due_by, most=1)).rows
        return row

    return _claimed


@pytest.fixture
def begun(outbox, run):
    def _begun(row, holder):
        return run(lambda unit: begin(outbox._store, unit, Call("SendMsg", (row,)), holder, Packer()))

    return _begun


@pytest.fixture
def told(outbox, run):
    return lambda ticket, outcome: run(lambda unit: record(outbox._store, unit, ticket, outcome))


def state(outbox, message_id):
    return outbox.message(message_id).state


def overtaken(outbox, clock, claimed):
    """A row that one worker took, and another after its lease."""
    old = claimed(FIRST)
    clock.advance(121)
    outbox.sweep()
    return old, claimed(SECOND)


def test_a_lease_ends_at_its_time_and_no_sooner(outbox, claimed, clock):
    message_id = outbox.put(PHONE, TEXT).id
    claimed(FIRST)
    clock.advance(119)
    assert outbox.sweep().released == 0
    clock.advance(2)
    assert outbox.sweep().released == 1
    assert state(outbox, message_id) is State.QUEUED


def test_an_attempt_extends_the_lease(outbox, claimed, begun, clock):
    outbox.put(PHONE, TEXT)
    row = claimed(FIRST)
    clock.advance(100)
    assert begun(row, FIRST)
    clock.advance(100)
    assert outbox.sweep().in_doubt == 0
    clock.advance(21)
    assert outbox.sweep().in_doubt == 1


def test_a_worker_that_was_overtaken_begins_no_attempt_and_gives_nothing_back(outbox, claimed, begun, run, clock):
    message_id = outbox.put(PHONE, TEXT).id
    old, new = overtaken(outbox, clock, claimed)
    assert begun(old, FIRST) is None
    assert run(lambda unit: release(unit, [old])) == 0
    assert state(outbox, message_id) is State.CLAIMED
    assert begun(new, SECOND)


def test_what_is_in_its_attempt_is_not_given_back(outbox, claimed, begun, run):
    message_id = outbox.put(PHONE, TEXT).id
    row = claimed(FIRST)
    begun(row, FIRST)
    assert run(lambda unit: release(unit, [row])) == 0
    assert state(outbox, message_id) is State.ATTEMPT


def test_an_attempt_is_begun_again_only_by_whoever_began_it(outbox, claimed, begun):
    """As one does whose commit's answer was lost."""
    outbox.put(PHONE, TEXT)
    row = claimed(FIRST)
    ticket = begun(row, FIRST)
    assert begun(row, FIRST) == ticket
    assert begun(row, SECOND) is None


@pytest.mark.parametrize("late", [REFUSED, UNSURE, BACK])
def test_a_late_answer_leaves_the_attempt_after_alone(outbox, claimed, begun, told, *, clock, late):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(0))).id
    first = begun(claimed(FIRST), FIRST)
    clock.advance(121)
    outbox.sweep()
    second = begun(claimed(SECOND), SECOND)
    assert told(first, late) == [State.ATTEMPT]
    told(second, ACCEPTED)
    view = outbox.message(message_id)
    assert [attempt.certainty for attempt in view.attempts] == [late.certainty, Certainty.ACCEPTED]
    assert (view.state, view.proven_duplicate) == (State.ACCEPTED, False)


def test_a_late_acceptance_proves_the_message_and_ends_no_attempt_of_another(outbox, claimed, begun, told, *, clock):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(0))).id
    first = begun(claimed(FIRST), FIRST)
    clock.advance(121)
    outbox.sweep()
    second = begun(claimed(SECOND), SECOND)
    told(first, ACCEPTED)
    assert [entry.kind for entry in outbox.message(message_id).log][-1] == "PROVE"
    told(second, ACCEPTED)
    assert outbox.message(message_id).proven_duplicate


def test_an_outcome_stands(outbox, claimed, begun, told):
    message_id = outbox.put(PHONE, TEXT).id
    ticket = begun(claimed(FIRST), FIRST)
    told(ticket, ACCEPTED)
    for other in (REFUSED, UNSURE, BACK):
        assert told(ticket, other) == [State.ACCEPTED]
    (attempt,) = outbox.message(message_id).attempts
    assert (attempt.certainty, attempt.batch_number, attempt.code) == (Certainty.ACCEPTED, ACCEPTED.batch_number, None)


def test_a_doubt_that_the_worker_itself_had_is_no_lapse(outbox, claimed, begun, told, clock):
    """What it wrote down stands; only what stands for a silent worker gives way to its answer."""
    message_id = outbox.put(PHONE, TEXT).id
    ticket = begun(claimed(FIRST), FIRST)
    told(ticket, UNSURE)
    told(ticket, REFUSED)
    assert state(outbox, message_id) is State.UNKNOWN


def test_a_lapse_leaves_the_outcomes_of_attempts_before_alone(outbox, claimed, begun, told, clock):
    message_id = outbox.put(PHONE, TEXT).id
    told(begun(claimed(FIRST), FIRST), BACK)
    clock.advance(10)
    begun(claimed(SECOND), SECOND)
    clock.advance(121)
    outbox.sweep()
    first, second = outbox.message(message_id).attempts
    assert (first.certainty, first.error) == (Certainty.NOT_SENT, None)
    assert (second.certainty, second.error) == (Certainty.UNKNOWN, "LeaseLapsed")


def test_what_is_a_doubt(outbox, claimed, begun, told, run):
    """An attempt under way is one, and one that ended so; another's than the one at hand."""
    message_id = outbox.put(PHONE, TEXT).id
    ticket = begun(claimed(FIRST), FIRST)
    assert run(lambda unit: has_doubt(unit, message_id))
    assert not run(lambda unit: has_doubt(unit, message_id, but=1))
    assert run(lambda unit: has_doubt(unit, message_id, but=2))
    told(ticket, UNSURE)
    assert run(lambda unit: has_doubt(unit, message_id))
    outbox._store.run(lambda unit: unit.connection.execute(sa.update(schema.attempts).values(certainty="rejected")))
    assert not run(lambda unit: has_doubt(unit, message_id))


def taken(outbox, owner="one"):
    return outbox._store.run(lambda unit: leases.take(outbox._store, unit, "poll:a", owner, LEASE))


def test_a_poller_takes_a_lease_that_is_free_or_over(outbox, run, clock):
    assert taken(outbox, "one") == 1
    assert taken(outbox, "two") is None
    assert taken(outbox, "one") == 1  # its commit's answer was lost
    clock.advance(119)
    assert taken(outbox, "two") is None
    clock.advance(2)
    assert taken(outbox, "two") == 2
    run(lambda unit: leases.give_back(unit, "poll:a", 1))  # the first one's
    assert taken(outbox, "three") is None
    run(lambda unit: leases.give_back(unit, "poll:a", 2))
    assert taken(outbox, "three") == 3


def test_a_poller_renews_its_own_lease_and_no_other(outbox, run, clock):
    taken(outbox, "one")
    clock.advance(100)
    assert run(lambda unit: leases.renew(unit, "poll:a", 1, LEASE))
    assert not run(lambda unit: leases.renew(unit, "poll:b", 1, LEASE))
    clock.advance(100)
    assert taken(outbox, "two") is None
    clock.advance(21)
    assert taken(outbox, "two") == 2
    assert not run(lambda unit: leases.renew(unit, "poll:a", 1, LEASE))
    run(lambda unit: leases.give_back(unit, "poll:a", 2))
    assert not run(lambda unit: leases.renew(unit, "poll:a", 2, LEASE))


def a_poll(unit, name, **values):
    row = {
        "id": name, "account": "a", "operation": "GetReport2Connect", "binding": "http", "owner": "one", "fence": 1, "state": "STARTED",
        "possibly_lost": False, "started_at": unit.now,
    }
    unit.connection.execute(sa.insert(schema.polls), {**row, **values})


def test_a_poller_ends_only_what_those_before_it_left_of_its_own_account(outbox, run):
    def polls(unit):
        a_poll(unit, "old")
        a_poll(unit, "mine", fence=2)
        a_poll(unit, "newer", fence=3)
        a_poll(unit, "theirs", account="b")
        a_poll(unit, "done", state="PARSED")

    run(polls)
    polling.recover(outbox._store, "a", 2, lambda _entered: None)
    states = outbox._store.look(lambda unit: dict(unit.connection.execute(sa.select(schema.polls.c.id, schema.polls.c.state)).all()))
    assert states == {"old": "LOST", "mine": "STARTED", "newer": "STARTED", "theirs": "STARTED", "done": "PARSED"}
