"""Which messages share a call, what it carries, and what its answer means for each of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook import Certainty, Client, ConfigurationError
from winnerlook.individual import SAME_SEPARATORS, Separators, parse_pairs
from winnerlook.outbox import Message, Packing, ResendAfter, State, Worker
from winnerlook.outbox._claims import Holder, begin, claim
from winnerlook.outbox._packing import Packer


def phone(number):
    return str(13_900_000_000 + number)


def bulk(numbers, text=TEXT, **options):
    return [Message(phone(number), text.format(number), bulk=True, **options) for number in numbers]


def a_client(account, url, **options):
    return Client(account.user_code, account.user_pass, endpoint=url, binding="http", **options)


def sends(account):
    return [entry.operation for entry in account.journal]


def row(at, number=None, **values):
    made = {
        "id": f"{at:03}", "phone": phone(at if number is None else number), "text": TEXT, "extension": None, "sms_type": None,
        "autograph": None, "rank": 0, "bulk": True,
    }
    return SimpleNamespace(**{**made, **values})


def packed(rows, packing, separators=Separators()):  # noqa: B008  # frozen
    return [(call.operation, [row.id for row in call.rows]) for call in Packer(packing, separators).calls(rows)]


def test_what_is_not_marked_goes_by_itself(outbox, client, account):
    """R3: an OTP shares its fate with nobody."""
    outbox.put_many([(phone(number), TEXT) for number in range(3)])
    outbox.drain(client)
    assert sends(account) == ["SendMsg"] * 3


@pytest.mark.parametrize(("packing", "operations"), [
    ("off", {"SendMsg": 52}), ("individual", {"SendIndividualMsg": 2}), ("batch", {"SendBatchMsg": 2}),
])
def test_equal_texts(packing, operations, url, make, *, client, account):
    """R4, R5: no call carries more than 50."""
    outbox = make(url)
    outbox.put_many(bulk(range(52)))
    assert outbox.drain(client, batch=100, packing=packing).accepted == 52
    assert Counter(sends(account)) == operations
    assert sorted(message.phone for message in account.messages) == [phone(number) for number in range(52)]
    assert {message.text for message in account.messages} == {TEXT}


@pytest.mark.parametrize(("packing", "operations"), [
    (Packing.INDIVIDUAL, ["SendIndividualMsg"]), (Packing.BATCH, ["SendBatchMsg", "SendIndividualMsg"]),
])
def test_different_texts_and_their_reports(packing, operations, url, make, *, client, account):
    """O7, O12, F4: each number gets its own text, and each message its own report, by id and number or by batch and number."""
    outbox = make(url)
    outbox.put_many([*bulk(range(3)), *bulk(range(3, 6), "验证码{}【测试】")])
    assert outbox.drain(client, packing=packing).accepted == 6
    assert sends(account) == operations
    texts = {message.phone: message.text for message in account.messages}
    assert texts == {phone(number): TEXT if number < 3 else f"验证码{number}【测试】" for number in range(6)}
    outbox.poll(client)
    assert outbox.status().states == {State.DELIVERED: 6}


def test_the_fields_of_a_call(outbox, client, account):
    outbox.put_many([*bulk(range(2), autograph="7", sms_type=101), *bulk(range(2, 4), "{}【测试】", sms_type=101)])
    outbox.drain(client, packing=Packing.BATCH)
    equal, _, individual, _ = account.messages
    assert (equal.operation, equal.autograph, equal.customer_uuid) == ("SendBatchMsg", "7", "")
    assert (individual.operation, individual.customer_uuid[:3]) == ("SendIndividualMsg", "w1-")
    assert {message.sms_type for message in account.messages} == {101}


@pytest.mark.parametrize("alike", [{"sms_type": 102}, {"rank": -1}, {"autograph": "7"}, {"extension": "4"}, {"bulk": False}])
@pytest.mark.parametrize("packing", [Packing.INDIVIDUAL, Packing.BATCH])
def test_who_cannot_share_a_call_does_not(alike, packing):
    calls = packed([row(0), row(1, **alike), row(2)], packing)
    assert [ids for _, ids in calls] == [["000", "002"], ["001"]]


def test_a_number_is_in_a_call_once():
    """A report names the call and the number. One with and one without the country code are the same."""
    calls = packed([row(0, 7), row(1, 8), row(2, 7), row(3, phone="86" + phone(8))], Packing.INDIVIDUAL)
    assert [ids for _, ids in calls] == [["000", "001"], ["002", "003"]]


def test_calls_go_in_the_order_of_their_first_messages():
    rows = [row(0, bulk=False), row(1), row(2, bulk=False), row(3), row(4, text="另【测试】"), row(5, text="再【测试】")]
    assert packed(rows, Packing.BATCH) == [
        ("SendMsg", ["000"]), ("SendBatchMsg", ["001", "003"]), ("SendMsg", ["002"]), ("SendIndividualMsg", ["004", "005"]),
    ]


@pytest.mark.parametrize(("text", "separators", "alone"), [
    ("a|~|b", Separators(), True), ("a|-|b", Separators(), True), ("-|b", Separators(), True), ("-b", Separators(), False),
    ("b|", Separators("||", "##"), False), ("#b", Separators("||", "##"), False), ("|b", Separators("||", "##"), False),
    ("b#", Separators("||", "##"), True), ("b", Separators("||", "1"), True), ("a~b", Separators("~", "~"), True),
    ("|~b", SAME_SEPARATORS, False),
])
def test_a_text_that_could_not_be_taken_apart_goes_alone(text, separators, alone):
    """F4."""
    calls = packed([row(0), row(1, text=text), row(2)], Packing.INDIVIDUAL, separators)
    if separators.between == "1":
        assert len(calls) == 3
    else:
        assert [ids for _, ids in calls] == ([["000", "002"], ["001"]] if alone else [["000", "001", "002"]])


@given(st.lists(st.tuples(
    st.integers(0, 5), st.sampled_from(["甲【测试】", "乙|", "~|丙", "a|~|b", "|-"]), st.booleans(), st.sampled_from([None, "7"]),
), max_size=70), st.sampled_from(list(Packing)))
def test_whatever_is_packed_is_complete_and_can_be_taken_apart(messages, packing):
    rows = [row(at, number, text=text, bulk=is_bulk, autograph=mark) for at, (number, text, is_bulk, mark) in enumerate(messages)]
    packer = Packer(packing)
    calls = packer.calls(rows)
    assert sorted(each.id for call in calls for each in call.rows) == [each.id for each in rows]
    assert [call.rows[0].id for call in calls] == sorted(call.rows[0].id for call in calls)
    for call in calls:
        operation, parameters = packer.parameters(call, "w1-x")
        wanted = [(each.phone, each.text) for each in call.rows]
        assert len({each for each, _ in wanted}) == len(wanted) <= 50
        if operation == "SendIndividualMsg":
            assert parse_pairs(parameters["Msg"]) == wanted
        elif operation == "SendBatchMsg":
            assert [(number, parameters["Msg"]) for number in parameters["DesNo"].split(",")] == wanted


@pytest.mark.parametrize("code", [-4, -5, -9, -10, -12, -18, -20, -24, -26, -41, -47, -54])
def test_one_that_is_refused_does_not_take_the_others_with_it(code, outbox, client, account):
    """C3, C4, C7, C8, C10, C13, C15, C17, C19, C22, C25, C28: certainly nothing was sent, so each is tried by itself."""
    ids = [outbox.put(message.phone, message.text, bulk=True).id for message in bulk(range(3))]
    account.fail_next("SendIndividualMsg", code)
    drained = outbox.drain(client)
    assert (drained.put_back, drained.accepted) == (3, 3)
    assert sends(account) == ["SendIndividualMsg", "SendMsg", "SendMsg", "SendMsg"]
    assert [message.phone for message in account.messages] == [phone(number) for number in range(3)]
    attempts = outbox.message(ids[0]).attempts
    assert [(attempt.certainty, attempt.code) for attempt in attempts] == [(Certainty.REJECTED, code), (Certainty.ACCEPTED, None)]


@pytest.mark.parametrize("packing", [Packing.INDIVIDUAL, Packing.BATCH])
def test_one_bad_number_among_fifty(packing, url, make, client, account):
    """C7, by the gateway's own rule."""
    outbox = make(url)
    bad = outbox.put("19900000009", TEXT, bulk=True).id
    outbox.put_many(bulk(range(49)))
    drained = outbox.drain(client, packing=packing)
    assert (drained.accepted, drained.rejected, drained.put_back) == (49, 1, 50)
    assert outbox.message(bad).state is State.REJECTED


def test_a_balance_for_some_of_a_call_is_spent_on_them(outbox, account, mock, clock):
    """C5: the breaker asks for what one message costs, and the call is tried in its parts."""
    outbox.put_many(bulk(range(5)))
    account.balance = 2
    with a_client(account, mock.url, balance_interval=0) as client:
        assert outbox.drain(client).put_back == 5
        clock.advance(6)
        drained = outbox.drain(client)
        assert (drained.accepted, drained.put_back) == (2, 1)
        assert [message.phone for message in account.messages] == [phone(0), phone(1)]
        clock.advance(600)
        account.balance = 100
        assert outbox.drain(client).accepted == 3


@pytest.mark.parametrize("code", [-16, -3])
def test_what_says_nothing_of_the_messages_leaves_the_call_as_it_was(code, outbox, client, account, clock):
    """C2, C11."""
    outbox.put_many(bulk(range(3)))
    account.fail_next("SendIndividualMsg", code)
    assert outbox.drain(client).put_back == 3
    clock.advance(1)
    outbox.resume(account.user_code)
    assert outbox.drain(client).accepted == 3
    assert sends(account) == ["SendIndividualMsg"] * 2


def test_a_call_without_a_channel_falls_apart(outbox, client, account, clock, monkeypatch):
    """C6: one of its numbers may be why. They come back at different times, and meet others."""
    apart = iter([0, 900, 0])
    monkeypatch.setattr("winnerlook.outbox._outcomes.secrets.randbelow", lambda _most: next(apart))
    outbox.put_many(bulk(range(3)))
    account.fail_next("SendIndividualMsg", -8)
    assert outbox.drain(client).put_back == 3
    clock.advance(1.2)
    assert outbox.drain(client).accepted == 2
    clock.advance(1)
    assert outbox.drain(client).accepted == 1


@pytest.mark.parametrize(("packing", "proved"), [(Packing.INDIVIDUAL, True), (Packing.BATCH, False)])
def test_a_lost_answer_leaves_all_in_doubt_and_o12s_reports_settle_them(packing, proved, url, make, *, client, account, mock):
    """O7 takes no customerUuid, so its reports name nothing that the outbox knows."""
    outbox = make(url)
    outbox.put_many(bulk(range(4)))
    with losing(mock.url, lambda request: b"Send" in request) as way, a_client(account, way.url) as lossy:
        assert outbox.drain(lossy, packing=packing).unknown == 4
    assert len(account.messages) == 4
    outbox.poll(client)
    assert outbox.status().states == {State.DELIVERED if proved else State.UNKNOWN: 4}


def test_an_application_error_leaves_all_in_doubt_and_each_goes_by_its_own_policy(outbox, client, account, clock):
    """C1 proves nothing. What is sent again is flagged."""
    held = outbox.put(phone(0), TEXT, bulk=True).id
    again = outbox.put(phone(1), TEXT, bulk=True, policy=ResendAfter(timedelta(minutes=1))).id
    account.fail_next("SendIndividualMsg", -1)
    assert outbox.drain(client).unknown == 2
    clock.advance(61)
    assert outbox.drain(client).accepted == 1
    assert outbox.message(held).state is State.UNKNOWN
    assert outbox.message(again).possible_duplicate


def test_all_of_a_call_share_an_id_and_a_batch(outbox, client, account):
    ids = [outbox.put(message.phone, message.text, bulk=True).id for message in bulk(range(3))]
    outbox.drain(client)
    attempts = [outbox.message(message_id).attempts[0] for message_id in ids]
    assert {attempt.customer_uuid for attempt in attempts} == {account.messages[0].customer_uuid}
    assert {attempt.batch_number for attempt in attempts} == {account.messages[0].batch_number}
    assert ids[0] in attempts[0].customer_uuid


def test_a_call_is_made_of_those_that_are_left_when_it_begins(outbox, client, account, clock):
    """One was settled meanwhile, one's time is over."""
    outbox.put_many(bulk(range(2)))
    late = outbox.put(phone(2), TEXT, bulk=True, expires_at=clock.moment() + timedelta(minutes=1)).id

    def checkpoint(point):
        if point == "before attempt":
            clock.advance(61)

    outbox._checkpoint = checkpoint
    assert outbox.drain(client).accepted == 2
    assert outbox.message(late).state is State.EXPIRED
    assert sends(account) == ["SendIndividualMsg"]
    assert len(account.messages) == 2


def test_a_commit_whose_answer_was_lost_is_taken_up_again(url, make, client):
    """The database restarts just then: the attempts are there, nothing has left, and no doubt need arise."""
    outbox = make(url)
    outbox.put_many(bulk(range(3)))
    store, holder, packer = outbox._store, Holder("worker", 120_000), Packer(Packing.INDIVIDUAL)
    claimed = store.run(lambda unit: claim(unit, outbox._account, holder, due_by=unit.now, most=9))
    (call,) = packer.calls(claimed.rows)
    first = store.run(lambda unit: begin(store, unit, call, holder, packer))
    assert first == store.run(lambda unit: begin(store, unit, call, holder, packer))
    assert store.run(lambda unit: begin(store, unit, call, Holder("another", 120_000), packer)) is None
    assert len(first.parts) == 3


def test_wrong_settings(outbox, client):
    for options in ({"packing": "all"}, {"batch": 0}):
        with pytest.raises(ConfigurationError):
            outbox.drain(client, **options)
        with pytest.raises(ConfigurationError):
            Worker(outbox, client, **options)
