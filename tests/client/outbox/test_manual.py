"""What a person settles: by the table, with who and why in the log, and beside workers."""

from __future__ import annotations

import getpass
import threading
from datetime import timedelta

import pytest

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook import Client, InvalidRequestError
from winnerlook.outbox import ResendAfter, SettlementError, State
from winnerlook.outbox import _schema as schema

PHONE = "13900000000"
WHY = {"by": "anna", "reason": "the customer called"}


@pytest.fixture
def lost(mock):
    """A way to the gateway on which the answers to sends get lost."""
    with losing(mock.url, lambda request: b"SendMsg" in request.split(b"\r\n")[0]) as server:
        yield server.url


@pytest.fixture
def doubt(lost, account):
    """``doubt(outbox, …)`` puts a message and loses its answer: its id."""

    def make(outbox, **options):
        message_id = outbox.put(PHONE, TEXT, **options).id
        with Client(account.user_code, account.user_pass, endpoint=lost, binding="http") as client:
            assert outbox.drain(client).unknown == 1
        return message_id

    return make


def last_entry(outbox, message_id):
    entry = outbox.message(message_id).log[-1]
    return entry.kind, entry.detail.get("by"), entry.detail.get("reason")


def set_state(outbox, state):
    statement = schema.messages.update().values(state=state.value)
    outbox._store.run(lambda unit: unit.connection.execute(statement))


def test_a_resend_of_what_is_in_doubt_is_flagged_and_proven(url, make, doubt, client, account):
    outbox = make(url)
    message_id = doubt(outbox)
    settled = outbox.resend(message_id, **WHY)
    assert (settled.id, settled.state, settled.possible_duplicate) == (message_id, State.QUEUED, True)
    assert last_entry(outbox, message_id) == ("SEND_AGAIN", "anna", "the customer called")
    assert outbox.drain(client).accepted == 1
    outbox.poll(client)
    assert len(account.messages) == 2
    view = outbox.message(message_id)
    assert (view.state, view.possible_duplicate, view.proven_duplicate) == (State.DELIVERED, True, True)
    outbox.verify()


def test_a_resend_of_what_certainly_was_not_sent_is_no_duplicate(outbox, client, account):
    account.fail_next("SendMsg", -9)
    message_id = outbox.put(PHONE, TEXT).id
    outbox.drain(client)
    assert outbox.message(message_id).state is State.REJECTED
    assert not outbox.resend(message_id, **WHY).possible_duplicate
    outbox.drain(client)
    assert outbox.message(message_id).state is State.ACCEPTED
    assert [entry.kind for entry in outbox.message(message_id).log].count("PUT") == 1


def test_a_resend_of_what_was_cancelled_says_put_once(outbox, client):
    message_id = outbox.put(PHONE, TEXT).id
    assert outbox.cancel(message_id, **WHY).state is State.CANCELLED
    assert outbox.drain(client).accepted == 0
    outbox.resend(message_id, **WHY)
    assert outbox.drain(client).accepted == 1
    assert [entry.kind for entry in outbox.message(message_id).log] == ["PUT", "CANCEL", "SEND_AGAIN", "CLAIM", "ATTEMPT", "ACCEPT"]


def test_a_resend_after_its_time_needs_a_new_one(outbox, client, clock):
    message_id = outbox.put(PHONE, TEXT, expires_at=outbox.status().at + timedelta(minutes=5)).id
    clock.advance(301)
    outbox.drain(client)
    assert outbox.message(message_id).state is State.EXPIRED
    with pytest.raises(InvalidRequestError) as refused:
        outbox.resend(message_id, **WHY)
    assert refused.value.parameter == "expires_at"
    outbox.resend(message_id, **WHY, expires_at=outbox.status().at + timedelta(minutes=5))
    assert outbox.drain(client).accepted == 1


def test_a_late_answer_of_the_attempt_before_stops_a_resend(outbox, doubt, client, account):
    message_id = doubt(outbox)
    outbox.resend(message_id, **WHY)
    outbox.poll(client)  # its report
    assert outbox.message(message_id).state is State.DELIVERED
    assert outbox.drain(client).accepted == 0
    assert len(account.messages) == 1


def test_what_is_held_is_not_sent_again(url, make, doubt, *, client, clock):
    outbox = make(url)
    planned = doubt(outbox, policy=ResendAfter(timedelta(minutes=1)))
    since = outbox.message(planned).changed_at
    clock.advance(1)
    assert outbox.hold(planned, **WHY).state is State.UNKNOWN
    clock.advance(3600)
    assert outbox.sweep().resent == 0
    view = outbox.message(planned)
    assert (view.resend_at, view.changed_at) == (None, since)  # the gateway speaks of it no longer than before
    outbox.resend(planned, **WHY)
    assert outbox.hold(planned, **WHY).state is State.UNKNOWN
    assert outbox.drain(client).accepted == 0
    assert last_entry(outbox, planned) == ("HOLD", "anna", "the customer called")


@pytest.mark.parametrize(("outcome", "state"), [("sent", State.ACCEPTED), ("not_sent", State.REJECTED)])
def test_a_mark_is_a_word_and_evidence_goes_before_it(outbox, doubt, client, outcome, state):
    message_id = doubt(outbox)
    assert outbox.mark(message_id, outcome, **WHY).state is state
    assert last_entry(outbox, message_id) == (f"MARK_{outcome.upper()}", "anna", "the customer called")
    outbox.poll(client)
    assert outbox.message(message_id).state is State.DELIVERED


def test_what_was_marked_as_not_sent_is_flagged_when_it_is_sent_again(outbox, doubt):
    """A word is no evidence."""
    message_id = doubt(outbox)
    outbox.mark(message_id, "not_sent", **WHY)
    assert outbox.resend(message_id, **WHY).possible_duplicate


POSSIBLE = {
    "hold": {State.UNKNOWN}, "cancel": {State.QUEUED},
    "resend": {State.UNKNOWN, State.UNKNOWN_EXPIRED, State.REJECTED, State.EXPIRED, State.CANCELLED},
    "mark": {State.UNKNOWN, State.UNKNOWN_EXPIRED},
}


@pytest.mark.parametrize("what", POSSIBLE)
def test_where_it_is_refused_nothing_changes_and_the_error_says_where_it_stands(outbox, what):
    message_id = outbox.put(PHONE, TEXT).id
    arguments = ("sent",) if what == "mark" else ()
    for state in set(State) - POSSIBLE[what]:
        set_state(outbox, state)
        with pytest.raises(SettlementError) as refused:
            getattr(outbox, what)(message_id, *arguments, **WHY)
        assert (refused.value.id, refused.value.state) == (message_id, state)
        assert outbox.message(message_id).state is state
    assert not outbox.message(message_id).log
    for state in POSSIBLE[what]:
        set_state(outbox, state)
        assert getattr(outbox, what)(message_id, *arguments, **WHY)


def test_a_resend_that_waits_is_held_not_cancelled(outbox, doubt):
    message_id = doubt(outbox)
    outbox.resend(message_id, **WHY)
    with pytest.raises(SettlementError, match="hold"):
        outbox.cancel(message_id, **WHY)


def test_an_id_that_nobody_has(outbox):
    with pytest.raises(SettlementError) as refused:
        outbox.cancel("01ARZ3NDEKTSV4RRFFQ69G5FAV", **WHY)
    assert refused.value.state is None


@pytest.mark.parametrize("reason", [
    f"called {PHONE}", "called 139-0000 0000", "+86 139 0000 0000", "the one ending in 00000000", "code 2345", TEXT,
    "says 您的验证码是:2345", "", "  ", "two\nlines", "x" * 201,
])
def test_a_reason_must_not_say_what_the_log_must_not_hold(outbox, reason):
    message_id = outbox.put(PHONE, TEXT).id
    with pytest.raises(InvalidRequestError) as refused:
        outbox.cancel(message_id, by="anna", reason=reason)
    assert refused.value.parameter == "reason"
    assert PHONE not in str(refused.value)
    with pytest.raises(InvalidRequestError) as refused:
        outbox.cancel(message_id, by=PHONE, reason="why")
    assert refused.value.parameter == "by"


@pytest.mark.parametrize("reason", ["ticket INC-20260123", "2026-05-01, 客户来电", "order-42 was cancelled"])
def test_other_reasons_are_taken(outbox, reason):
    message_id = outbox.put(PHONE, TEXT, reference="order-42").id
    outbox.cancel(message_id, reason=reason)
    assert last_entry(outbox, message_id) == ("CANCEL", getpass.getuser(), reason)


def test_beside_workers_each_message_is_either_sent_or_cancelled(url, make, client, account):
    """At the same moment: whoever is first has it."""
    outbox, other = make(url), make(url)
    ids = [outbox.put(f"139{number:08}", TEXT).id for number in range(30)]
    sender = threading.Thread(target=outbox.drain, args=(client,), kwargs={"batch": 2})
    sender.start()
    cancelled = set()
    for message_id in reversed(ids):
        try:
            other.cancel(message_id, **WHY)
        except SettlementError:
            continue
        cancelled.add(message_id)
    sender.join(60)
    outbox.drain(client)
    states = {message_id: outbox.message(message_id).state for message_id in ids}
    assert {message_id for message_id, state in states.items() if state is State.CANCELLED} == cancelled
    assert all(state is State.ACCEPTED for message_id, state in states.items() if message_id not in cancelled)
    assert len(account.messages) == len(ids) - len(cancelled)
    outbox.verify()


def test_what_is_in_doubt_is_listed_with_its_evidence(url, make, doubt, clock):
    outbox = make(url)
    first = doubt(outbox)
    clock.advance(1)
    second = doubt(outbox, policy=ResendAfter(timedelta(minutes=1)))
    outbox.put(PHONE, TEXT)
    held, planned = outbox.unknown()
    assert [held.id, planned.id] == [first, second]
    assert (held.segments, held.resend_at) == (1, None)
    assert planned.resend_at is not None
    [attempt] = held.attempts
    assert attempt.evidence.request_complete
    assert attempt.error == "ConnectionLostError"
    assert [each.id for each in outbox.unknown(most=1)] == [first]
    assert outbox.unknown("another") == []
    assert PHONE not in repr(held)
