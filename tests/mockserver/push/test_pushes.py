"""Pushes from the gateway to a real receiver."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme

from tests.client.tls.tls_server import Certificate
from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller, numbers
from tests.mockserver.push.receiver import DROP, WAIT, Receiver
from winnerlook_mock import Kind, MockAccount, PushState

BACKOFF = (5, 30, 120)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def _pushing(receiver: Receiver, **settings: Any) -> tuple[Caller, MockAccount]:
    caller = Caller(**{"balance": 5000, "report_url": receiver.url, "reply_url": receiver.url, "push_backoff": BACKOFF, **settings})
    return caller, MockAccount(caller.gateway, caller.account)


def _ms(seconds: float) -> int:
    return round((START.timestamp() + seconds) * 1000)


# What a push says.


@pytest.mark.parametrize("form", [False, True])
def test_a_push_is_written_as_the_documents_samples(receiver: Receiver, form: bool) -> None:
    """P1, P2, P3, R13: keys and their order, types, milliseconds; type 1 and 3; as JSON, or as the form field json_str."""
    caller, account = _pushing(receiver, push_form=form, delivery_delay=1.2345, sender_number="1069")
    batch = caller.accepted(caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, ExeNo="7", customerUuid="order-7"))
    caller.clock.advance(seconds=2)
    account.reply(PHONE, "收到&=+%|,|")
    caller.clock.settle()
    kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
    bodies = []
    for request in receiver.requests:
        assert request.headers["content-type"] == kind
        text = request.body.decode()
        bodies.append(json.loads(parse_qs(text, strict_parsing=True)["json_str"][0] if form else text))
    assert [list(body) for body in bodies] == [["list", "account", "type"]] * 2
    assert list(bodies[0]["list"][0]) == ["phone", "receive_status", "receive_time", "sub_no", "customer_uuid"]
    assert list(bodies[1]["list"][0]) == ["dest_phone", "resp_content", "receive_time", "show_num", "customer_uuid"]
    report = {"phone": PHONE, "receive_status": "DELIVRD", "receive_time": _ms(1.234), "sub_no": batch, "customer_uuid": "order-7"}
    reply = {
        "dest_phone": PHONE, "resp_content": "收到&=+%|,|", "receive_time": _ms(2), "show_num": "10697", "customer_uuid": "order-7",
    }
    assert bodies == [{"list": [report], "account": "acct", "type": 1}, {"list": [reply], "account": "acct", "type": 3}]


def test_what_was_sent_in_bulk_is_of_type_2_and_4(receiver: Receiver) -> None:
    """P1, P2, O7: a reply is of the kind of the newest SMS to its phone."""
    caller, _ = _pushing(receiver)
    caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(3)), Msg=TEXT))
    caller.reply(numbers(3)[0])
    caller.accepted(caller.send(numbers(3)[0]))
    caller.reply(numbers(3)[0])
    caller.reply("13811111111")
    caller.clock.settle()
    assert [push.type for push in receiver.pushes] == [2, 4, 1, 3, 3]
    assert [len(push.records) for push in receiver.pushes] == [3, 1, 1, 1, 1]


def test_records_are_pushed_in_batches(receiver: Receiver) -> None:
    """P1: so many in one push at most, in their order."""
    caller, _ = _pushing(receiver, push_batch=7)
    caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(20)), Msg=TEXT))
    caller.clock.settle()
    assert [len(push.records) for push in receiver.pushes] == [7, 7, 6]
    assert [record.phone for record in receiver.records] == numbers(20)


def test_records_are_gathered_for_the_interval(receiver: Receiver) -> None:
    """P1, P2: from the first one on; reports and replies apart, each kind in its own push."""
    caller, _ = _pushing(receiver, push_interval=10)
    for at, phone in enumerate(numbers(3)):
        caller.accepted(caller.send(phone))
        caller.accepted(caller.call("SendBatchMsg", DesNo=phone, Msg=str(at)))
        caller.reply(phone)
        caller.clock.advance(seconds=3)
    assert receiver.requests == []
    assert [at for at, what in caller.clock.pending if "push" in what] == [START + timedelta(seconds=10)]
    (pushed, *more) = [happening for happening in caller.clock.advance(seconds=1) if happening.kind is Kind.PUSHED]
    assert (pushed.at, pushed.account, len(more)) == (START + timedelta(seconds=10), "acct", 2)
    assert [(push.type, len(push.records)) for push in receiver.pushes] == [(1, 3), (2, 3), (4, 3)]
    caller.clock.advance(seconds=20)
    assert len(receiver.requests) == 3


def test_reports_and_replies_go_where_each_belongs(receiver: Receiver) -> None:
    """P1, P2: what has no address is polled."""
    with Receiver() as other:
        caller, account = _pushing(receiver, reply_url=other.url)
        caller.accepted(caller.send())
        caller.reply()
        caller.clock.settle()
        assert [push.type.of_reports for push in receiver.pushes] == [True]
        assert [push.type.of_reports for push in other.pushes] == [False]
        assert (caller.reports(), caller.replies()) == ((), ())
        account.configure(report_url="")
        caller.accepted(caller.send())
        caller.reply()
        caller.clock.settle()
        account.configure(report_url=receiver.url, reply_url="")
        caller.reply()
        assert (len(caller.reports()), len(caller.replies())) == (1, 1)
        assert (len(receiver.requests), len(other.requests)) == (1, 2)


@pytest.mark.parametrize("left", [True, False])
def test_what_is_pushed_is_left_for_polling_where_the_setting_says_so(receiver: Receiver, left: bool) -> None:
    """R1, P1, P2: once each way."""
    caller, _ = _pushing(receiver, poll_pushed=left)
    batch = caller.accepted(caller.send())
    caller.reply(text="好")
    caller.clock.settle()
    assert [report.batch_number for report in caller.reports()] == [batch] * left
    assert [reply.text for reply in caller.replies()] == ["好"] * left
    assert len(receiver.records) == 2


# When it is not taken.


def test_it_is_tried_again_after_the_backoff_and_then_given_up_visibly() -> None:
    """P4: on the virtual clock; anything but 2xx, and no answer at all."""
    with Receiver(respond=lambda count: (500, DROP, 302, 404)[count]) as receiver:
        caller, account = _pushing(receiver, delivery_delay=1)
        caller.accepted(caller.send())
        told = [happening for happening in caller.clock.advance(seconds=1) if happening.kind is not Kind.REPORT]
        (entry,) = account.pushes
        assert (entry.number, entry.state, entry.next_try) == (1, PushState.WAITING, START + timedelta(seconds=6))
        assert any(what == "push 1 of acct, attempt 2" for _, what in caller.clock.pending)
        for seconds in (4.999999, 0.000001, 30, 120, 86_400):
            told += caller.clock.advance(seconds=seconds)
        moments = [START + timedelta(seconds=seconds) for seconds in (1, 6, 36, 156)]
        assert [(happening.kind, happening.at) for happening in told] == [
            *((Kind.PUSH_FAILED, moment) for moment in moments), (Kind.GAVE_UP, moments[-1]),
        ]
        assert [len(happening.subject.attempts) for happening in told] == [1, 2, 3, 4, 4]
        (entry,) = account.pushes
        assert (entry.state, entry.next_try) == (PushState.GIVEN_UP, None)
        assert [attempt.at for attempt in entry.attempts] == moments
        assert [(attempt.status, attempt.answer) for attempt in entry.attempts] == [
            (500, "success"), (None, ""), (302, "success"), (404, "success"),
        ]
        assert entry.attempts[1].problem == "the connection was closed without a whole answer"
        assert {request.body for request in receiver.requests} == {entry.body}
        assert caller.account.outgoing.retries == {}


def test_it_is_tried_no_more_once_it_was_taken(receiver: Receiver) -> None:
    """P4."""
    receiver.statuses.extend([503, 503])
    caller, account = _pushing(receiver, delivery_delay=1)
    caller.accepted(caller.send())
    kinds = [happening.kind for happening in caller.clock.advance(days=1)]
    assert kinds == [Kind.REPORT, Kind.PUSH_FAILED, Kind.PUSH_FAILED, Kind.PUSHED]
    (entry,) = account.pushes
    assert (entry.state, len(entry.attempts), entry.next_try) == (PushState.DELIVERED, 3, None)
    assert len(receiver.requests) == 3
    assert len(receiver.records) == 1


@pytest.mark.parametrize("state", [PushState.WAITING, PushState.GIVEN_UP, PushState.DELIVERED])
@pytest.mark.parametrize("status", [200, 500])
def test_redelivery_by_hand(receiver: Receiver, state: PushState, status: int) -> None:
    """P4: whatever came of it before; one that fails changes nothing, one that is taken ends the waiting."""
    if state is not PushState.DELIVERED:
        receiver.statuses.append(500)
    caller, account = _pushing(receiver, push_backoff=() if state is PushState.GIVEN_UP else (60,))
    caller.accepted(caller.send())
    caller.clock.settle()
    (before,) = account.pushes
    assert before.state is state
    receiver.statuses.append(status)
    after = account.redeliver(before if status == 200 else before.number)
    assert after.state is (PushState.DELIVERED if status == 200 else state)
    assert [attempt.status for attempt in after.attempts][-1] == status
    assert after.next_try == (before.next_try if status == 500 else None)
    caller.clock.advance(seconds=60)
    tries = 2 + (state is PushState.WAITING and status == 500)
    assert len(receiver.requests) == len(account.pushes[0].attempts) == tries
    assert not [what for _, what in caller.clock.pending if "attempt" in what]


def test_a_push_that_is_not_there_cannot_be_redelivered(receiver: Receiver) -> None:
    """P4: the ledger keeps so many."""
    caller, account = _pushing(receiver, pushes_kept=2)
    for _ in range(5):
        caller.accepted(caller.send())
    caller.clock.settle()
    assert [entry.number for entry in account.pushes] == [4, 5]
    assert caller.account.outgoing.ledger.dropped == 3
    with pytest.raises(LookupError, match="no push 3"):
        account.redeliver(3)
    assert len(receiver.requests) == 5


def test_a_push_that_the_ledger_has_forgotten_is_still_tried(receiver: Receiver) -> None:
    """P4: the ledger is for people; nothing is lost by its bound."""
    receiver.statuses.append(500)
    caller, account = _pushing(receiver, pushes_kept=0)
    caller.accepted(caller.send())
    caller.clock.advance(seconds=5)
    assert account.pushes == ()
    assert [request.status for request in receiver.requests] == [500, 200]


def test_the_next_attempt_goes_to_the_address_of_its_time(receiver: Receiver) -> None:
    """P4: a receiver that has moved; and each attempt says where it went."""
    with Receiver() as moved:
        receiver.statuses.append(500)
        caller, account = _pushing(receiver)
        caller.accepted(caller.send())
        caller.clock.settle()
        account.configure(report_url=moved.url)
        caller.clock.advance(seconds=5)
        (entry,) = account.pushes
        assert [attempt.url for attempt in entry.attempts] == [receiver.url, moved.url]
        assert (entry.url, len(receiver.requests), len(moved.requests)) == (moved.url, 1, 1)
        account.configure(report_url="")
        assert account.redeliver(entry).attempts[-1].url == moved.url


def test_an_attempt_says_where_it_went_though_the_address_changed_meanwhile(receiver: Receiver) -> None:
    """P4: while the answer of the first is still awaited."""
    with Receiver() as moved:
        caller, account = _pushing(receiver)
        receiver.gate.clear()
        caller.accepted(caller.send())
        receiver.wait_for(1)
        account.configure(report_url=moved.url)
        thread = threading.Thread(target=lambda: account.redeliver(1))
        thread.start()
        deadline = time.monotonic() + WAIT
        while len(caller.clock._under_way) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
        receiver.gate.set()
        thread.join(WAIT)
        (entry,) = account.pushes
        assert [attempt.url for attempt in entry.attempts] == [receiver.url, moved.url]


def test_records_whose_address_was_taken_away_are_given_up_visibly(receiver: Receiver) -> None:
    """P4: gathered, and then there is nowhere to push them; by hand they are, once there is."""
    caller, account = _pushing(receiver, push_interval=10)
    caller.accepted(caller.send())
    account.configure(report_url="")
    caller.clock.advance(days=1)
    (entry,) = account.pushes
    assert (entry.state, len(entry.attempts)) == (PushState.GIVEN_UP, 4)
    account.configure(report_url=receiver.url)
    assert account.redeliver(1).state is PushState.DELIVERED


def test_nothing_that_is_logged_or_shown_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """L2: number, text, and the address's path."""
    with Receiver(respond=lambda _count: 500) as receiver, caplog.at_level(logging.DEBUG):
        caller, account = _pushing(receiver, report_url=receiver.url + "/s3cret", reply_url=receiver.url + "/s3cret")
        caller.accepted(caller.send("13912345678", "秘密"))
        caller.reply("13912345678", "秘密")
        shown = repr((caller.clock.settle(), caller.clock.pending, account.pushes, caller.clock.advance(days=1), caller.account.settings))
    for hidden in ("13912345678", "s3cret", "秘密"):
        assert hidden not in shown
        assert hidden not in caplog.text
    assert "gave-up" in shown


@pytest.mark.parametrize("verify", [True, False])
def test_a_push_may_go_over_https(verify: bool) -> None:
    """P1, H3: an untrusted certificate is a failed attempt, unless any will do."""
    with Receiver(context=Certificate.issued(trustme.CA()).context()) as secure:
        caller, account = _pushing(secure, push_verify=verify)
        caller.accepted(caller.send())
        caller.clock.settle()
        (entry,) = account.pushes
        assert (entry.state is PushState.DELIVERED) is not verify
        assert ("certificate" in entry.attempts[0].problem) is verify
        assert len(secure.requests) == (0 if verify else 1)
