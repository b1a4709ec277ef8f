"""Sending: what is due, what each answer leads to, and what an account's answers mean for all of its messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook import Certainty, Client, ConfigurationError, InvalidRequestError
from winnerlook.outbox import Message, ResendAfter, State

PHONE = "13900000000"


def counts(drained):
    return drained.accepted, drained.rejected, drained.unknown, drained.put_back


def a_client(account, endpoint, **options):
    return Client(account.user_code, account.user_pass, endpoint=endpoint, binding="http", **options)


def test_what_was_put_is_what_goes_out(outbox, client, account):
    """O2, O11, R7; the caller's reference stays here, the gateway gets an id of the outbox."""
    outbox.put(PHONE, TEXT, extension="42", sms_type=101, autograph="7", reference="order-42")
    outbox.put(PHONE, TEXT)
    outbox.drain(client)
    extended, plain = account.messages
    assert (extended.text, extended.operation, extended.extension, extended.autograph) == (TEXT, "sendMsgExt", "42", "7")
    assert plain.operation == "SendMsg"
    assert all(message.customer_uuid.startswith("w1-") and len(message.customer_uuid) <= 60 for message in account.messages)


def test_the_highest_priority_and_then_the_oldest_first(outbox, client, account):
    for priority, phone in ((0, "13900000001"), (5, "13900000002"), (5, "13900000003"), (-1, "13900000004")):
        outbox.put(phone, TEXT, priority=priority)
    assert outbox.drain(client, most=3).accepted == 3
    assert [message.phone[-1] for message in account.messages] == ["2", "3", "1"]


def test_any_number_of_priorities_is_kept(store, client, account, clock):
    """More than are looked at one by one, and of each one that is for later."""
    later = clock.moment() + timedelta(hours=1)
    for priority in range(20):
        store.put(f"139000000{priority:02}", TEXT, priority=priority)
        store.put(f"138000000{priority:02}", TEXT, priority=priority, not_before=later)
    store.drain(client, batch=7)
    assert [message.phone for message in account.messages] == [f"139000000{priority:02}" for priority in reversed(range(20))]



def test_what_was_put_in_one_moment_goes_out_in_its_order(url, make, client, account):
    phones = [str(13_900_000_000 + number) for number in range(30)]
    outbox = make(url, clock=lambda: 1_800_000_000.0)
    outbox.put_many([(phone, TEXT) for phone in phones])
    outbox.drain(client)
    assert [message.phone for message in account.messages] == phones


def test_scheduled_and_expired(outbox, client, account, clock):
    now = clock.moment()
    outbox.put("13900000001", TEXT, not_before=now + timedelta(hours=1), expires_at=now + timedelta(hours=2))
    outbox.put("13900000002", TEXT, expires_at=now + timedelta(minutes=5))
    outbox.put("13900000003", TEXT, expires_at=now + timedelta(minutes=5))
    assert outbox.drain(client, most=1).accepted == 1
    clock.advance(301)
    assert outbox.drain(client).swept.expired == 1
    clock.advance(3600)
    assert outbox.drain(client).accepted == 1
    assert [message.phone[-1] for message in account.messages] == ["2", "1"]
    assert outbox.status().states == {State.ACCEPTED: 2, State.EXPIRED: 1}


def test_a_refusal_of_one_message_does_not_stop_the_others(outbox, client):
    """C7, C10: the number is to blame."""
    refused = outbox.put("19900000009", TEXT).id
    outbox.put(PHONE, TEXT)
    assert counts(outbox.drain(client)) == (1, 1, 0, 0)
    view = outbox.message(refused)
    assert view.state is State.REJECTED
    assert (view.attempts[0].code, view.attempts[0].error, view.attempts[0].certainty) == (-9, "NumberRefusedError", Certainty.REJECTED)


def test_an_application_error_leaves_a_doubt(outbox, client, account):
    """C1 proves nothing."""
    message_id = outbox.put(PHONE, TEXT).id
    account.fail_next("SendMsg", -1)
    assert counts(outbox.drain(client)) == (0, 0, 1, 0)
    assert counts(outbox.drain(client)) == (0, 0, 0, 0)
    assert outbox.message(message_id).state is State.UNKNOWN


@pytest.mark.parametrize("code", [-3, -11, -17, -25, -51])
def test_what_stops_an_account_stops_it_everywhere(code, url, make, *, client, account, clock):
    """C2, C9, C12, C18, C27: nothing is sent until a person says so, and nothing is lost."""
    outbox, elsewhere = make(url), make(url)
    outbox.put_many([(PHONE, TEXT)] * 3)
    account.fail_next("SendMsg", code)
    assert counts(outbox.drain(client)) == (0, 0, 0, 1)
    clock.advance(days=1)
    assert elsewhere.drain(client).attempts == 0
    (breaker,) = elsewhere.status().breakers
    assert (breaker.kind, breaker.code, breaker.until) == ("STOPPED", code, None)
    elsewhere.resume(account.user_code)
    assert outbox.drain(client).accepted == 3


def test_a_balance_that_is_too_low_pauses_until_it_is_back(outbox, account, clock, mock):
    """C5, R2: it is asked for now and then; what a message of three parts needs, one left does not cover."""
    outbox.put_many([(PHONE, "长" * 140 + "【测试】")] * 2)
    account.balance = 0
    with a_client(account, mock.url, balance_interval=0) as client:
        assert counts(outbox.drain(client)) == (0, 0, 0, 1)
        account.balance = 2
        assert outbox.drain(client).attempts == 0
        assert [entry.operation for entry in account.journal] == ["SendMsg"]
        clock.advance(6)
        assert outbox.drain(client).attempts == 0
        account.balance = 100
        assert outbox.drain(client).attempts == 0
        clock.advance(60)
        assert outbox.drain(client).accepted == 2
    assert [entry.operation for entry in account.journal].count("GetBalanceConnect") == 2


def test_throttling_slows_all_down(url, make, client, account):
    """C11: each -16 in a row doubles the wait, for every worker; a success ends it."""
    now = [1_800_000_000.0]
    outbox, elsewhere = (make(url, clock=lambda: now[0]) for _ in range(2))
    outbox.put_many([(PHONE, TEXT)] * 2)
    for wait in (0.5, 1.0):
        account.fail_next("SendMsg", -16)
        assert counts(outbox.drain(client)) == (0, 0, 0, 1)
        now[0] += wait - 0.1
        assert elsewhere.drain(client).attempts == 0
        now[0] += 0.2
    assert elsewhere.drain(client).accepted == 2
    assert outbox.status().breakers == ()


def test_no_channel_now_is_tried_later(outbox, client, account, clock):
    """C6."""
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -8)
    assert counts(outbox.drain(client)) == (0, 0, 0, 1)
    assert outbox.drain(client).attempts == 0
    clock.advance(2)
    assert outbox.drain(client).accepted == 1


def test_a_gateway_out_of_reach_costs_one_attempt_a_pass(outbox, account, clock, client):
    message_id = outbox.put(PHONE, TEXT).id
    outbox.put(PHONE, TEXT)
    with a_client(account, "http://127.0.0.1:9") as nobody:
        assert counts(outbox.drain(nobody)) == (0, 0, 0, 1)
    (attempt,) = outbox.message(message_id).attempts
    assert (attempt.certainty, attempt.error) == (Certainty.NOT_SENT, "ConnectError")
    clock.advance(10)
    assert outbox.drain(client).accepted == 2


def test_every_try_has_a_row_even_where_the_client_would_try_again_by_itself(outbox, account, client, mock):
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -16)
    with a_client(account, mock.url, retries=5) as eager:
        assert outbox.drain(eager).put_back == 1
    assert len(account.journal) == 1


def test_a_lost_answer_is_settled_by_the_report(outbox, account, client, mock):
    message_id = outbox.put(PHONE, TEXT).id
    with losing(mock.url, lambda request: b"SendMsg" in request) as way, a_client(account, way.url) as lossy:
        assert counts(outbox.drain(lossy)) == (0, 0, 1, 0)
    assert outbox.message(message_id).state is State.UNKNOWN
    outbox.poll(client)
    view = outbox.message(message_id)
    assert view.state is State.DELIVERED
    assert [kind for _, kind in view.log] == ["PUT", "CLAIM", "ATTEMPT", "DOUBT", "PROVE", "DELIVER"]
    assert len(account.messages) == 1


def test_silence_proves_nothing(outbox, account, client, clock, mock):
    """R1: in doubt for three days and a margin, then given up; what was accepted and never reported on is NO_REPORT."""
    outbox.put("13900000001", TEXT)
    with losing(mock.url, lambda request: b"SendMsg" in request) as way, a_client(account, way.url) as lossy:
        outbox.drain(lossy)
    outbox.put("13900000002", TEXT)
    outbox.drain(client)
    clock.advance(days=3)
    outbox.drain(client)
    assert outbox.status().states == {State.UNKNOWN: 1, State.ACCEPTED: 1}
    clock.advance(days=0.26)
    swept = outbox.drain(client).swept
    assert (swept.given_up, swept.silent) == (1, 1)
    outbox.poll(client)  # evidence that comes late is evidence
    assert outbox.status().states == {State.DELIVERED: 2}


def test_a_resend_is_flagged_and_proven_when_both_are_echoed(outbox, account, client, clock, mock):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(minutes=10))).id
    with losing(mock.url, lambda request: b"SendMsg" in request) as way, a_client(account, way.url) as lossy:
        outbox.drain(lossy)
    clock.advance(599)
    assert outbox.drain(client).attempts == 0
    clock.advance(2)
    drained = outbox.drain(client)
    assert (drained.swept.resent, drained.accepted) == (1, 1)
    view = outbox.message(message_id)
    assert (view.state, view.possible_duplicate, view.proven_duplicate) == (State.ACCEPTED, True, False)
    outbox.poll(client)
    view = outbox.message(message_id)
    assert (view.state, view.proven_duplicate) == (State.DELIVERED, True)
    assert len(account.messages) == 2
    assert outbox.status().proven_duplicates == 1


def test_a_resend_that_is_refused_leaves_the_first_doubt(outbox, account, client, clock, mock):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(0))).id
    account.fail_next("SendMsg", -1)
    outbox.drain(client)
    account.fail_next("SendMsg", -9)
    outbox.drain(client)
    view = outbox.message(message_id)
    assert (view.state, len(view.attempts), view.possible_duplicate) == (State.UNKNOWN, 2, True)
    assert outbox.drain(client).attempts == 0


def test_a_late_answer_of_the_first_attempt_leaves_the_second_alone(outbox, account, client, clock):
    """The first worker stalls in its call until its lease is over and the message is sent again; then it hears that it was refused."""
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(0))).id
    account.fail_next("SendMsg", -9)

    def stall(point):
        if point == "sent":
            outbox._checkpoint = lambda point: None
            clock.advance(1000)
            assert outbox.drain(client).accepted == 1

    outbox._checkpoint = stall
    outbox.drain(client)
    view = outbox.message(message_id)
    assert view.state is State.ACCEPTED
    assert [(attempt.code, attempt.batch_number is not None) for attempt in view.attempts] == [(-9, False), (None, True)]


def test_a_resend_is_not_made_once_the_first_is_proved(outbox, account, client, clock, mock):
    outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(minutes=1)))
    with losing(mock.url, lambda request: b"SendMsg" in request) as way, a_client(account, way.url) as lossy:
        outbox.drain(lossy)
    clock.advance(61)
    outbox.sweep()
    assert outbox.status().states == {State.QUEUED: 1}
    outbox.poll(client)
    assert outbox.drain(client).attempts == 0
    assert len(account.messages) == 1


def test_an_interruption_is_written_down(outbox, account, client, monkeypatch):
    message_id = outbox.put(PHONE, TEXT).id
    outbox.put(PHONE, TEXT)

    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(client._transport, "exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outbox.drain(client)
    assert outbox.message(message_id).state is State.QUEUED  # nothing had left
    assert outbox.status().states == {State.QUEUED: 2}


def test_a_lease_must_outlast_a_call(outbox, account, mock):
    with a_client(account, mock.url, total_timeout=100) as slow, pytest.raises(ConfigurationError, match="130"):
        outbox.drain(slow)


def test_several_accounts(outbox, mock, client, account):
    other = mock.account()
    outbox.put_many([Message(PHONE, TEXT), Message(PHONE, TEXT, account=other.user_code), Message(PHONE, TEXT, account="nobody's")])
    with a_client(other, mock.url) as second:
        assert outbox.drain([client, second]).accepted == 2
    assert (len(account.messages), len(other.messages)) == (1, 1)
    assert outbox.status().states == {State.ACCEPTED: 2, State.QUEUED: 1}


def test_a_pass_says_which_accounts_are_held_up_and_why(url, make, client, account, clock):
    """C2, C11: also the pass that met the code; one that may go on is not named."""
    outbox = make(url)
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -3)
    for _ in range(2):
        held = outbox.drain(client).held
        assert {name: (each.kind, each.code) for name, each in held.items()} == {account.user_code: ("STOPPED", -3)}
    assert outbox.resume(account.user_code) is True
    assert outbox.resume(account.user_code) is False
    account.fail_next("SendMsg", -16)
    assert outbox.drain(client).held[account.user_code].kind == "SLOWED"
    clock.advance(60)
    assert outbox.drain(client).held == {}


def test_an_account_that_there_is_not_cannot_be_resumed(outbox):
    with pytest.raises(InvalidRequestError, match="no such account") as refused:
        outbox.resume("typo")
    assert refused.value.parameter == "account"
    assert outbox.status().breakers == ()


def test_the_warning_of_wrong_credentials_says_what_to_do(outbox, client, account, caplog):
    """C2"""
    outbox.put(PHONE, TEXT)
    account.fail_next("SendMsg", -3)
    outbox.drain(client)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "password" in warning
    assert "Outbox.resume" in warning
    assert account.user_code in warning
