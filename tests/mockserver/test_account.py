"""An account of the mock as tests see it."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller
from winnerlook_mock import MockAccount


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def account(caller: Caller) -> MockAccount:
    return MockAccount(caller.gateway, caller.account)


def test_it_shows_what_the_gateway_holds(caller: Caller, account: MockAccount) -> None:
    """O1, O2: credentials, balance, messages, clock and journal are the account's own."""
    batch = caller.send(customerUuid="order-7")
    assert (account.user_code, account.user_pass, account.clock) == (caller.account.user_code, caller.account.user_pass, caller.clock)
    assert [(m.batch_number, m.phone, m.text, m.customer_uuid, m.accepted_at) for m in account.messages] == [
        (batch, PHONE, TEXT, "order-7", START),
    ]
    assert account.balance == 99
    assert [entry.answer for entry in account.journal] == [batch]


def test_messages_are_a_copy(caller: Caller, account: MockAccount) -> None:
    before = account.messages
    caller.send()
    assert (len(before), len(account.messages)) == (0, 1)


@pytest.mark.parametrize(("value", "answer"), [(5, "5"), ("0.50", "0.5"), (Decimal("1E+2"), "100"), (0.1, "0.1")])
def test_the_balance_may_be_set(caller: Caller, account: MockAccount, value: Any, answer: str) -> None:
    """O1: and is asked for over the wire as set."""
    account.balance = value
    assert caller.call("GetBalanceConnect") == answer


@pytest.mark.parametrize("value", [-1, "lots", None, "NaN"])
def test_a_balance_that_is_none_is_refused(account: MockAccount, value: Any) -> None:
    """F5: an answer of -1 would read as a failure code."""
    with pytest.raises(ValueError, match="balance"):
        account.balance = value
    assert account.balance == 100


def test_configure_changes_what_it_names_and_keeps_the_rest(caller: Caller, account: MockAccount) -> None:
    """C18: settings made before stay."""
    account.configure(user_words=["贷款"])
    account.configure(frozen=True)
    assert caller.send() == "-25"
    account.configure(frozen=False)
    assert caller.send(text="贷款") == "-24"


@pytest.mark.parametrize(
    ("wrong", "error"), [({"colour": "red"}, TypeError), ({"price": "abc"}, ValueError), ({"blacklist": PHONE}, ValueError)],
)
def test_configure_is_all_or_nothing(caller: Caller, account: MockAccount, wrong: dict[str, Any], error: type[Exception]) -> None:
    """A wrong setting leaves the right ones beside it unmade, too."""
    before = caller.account.settings
    with pytest.raises(error):
        account.configure(frozen=True, **wrong)
    assert caller.account.settings is before
    caller.accepted(caller.send())


def test_fail_next_queues_up(caller: Caller, account: MockAccount) -> None:
    """C1-C28: one code a call, in order; None means whatever comes next."""
    account.fail_next("SendMsg", -7)
    account.fail_next("SendMsg", -999)
    account.fail_next(None, -1)
    assert [caller.send(), caller.send(), caller.call("GetMoConnect")] == ["-7", "-999", "-1"]
    caller.accepted(caller.send())
    assert len(account.messages) == 1


def test_answer_next_gives_any_result(caller: Caller, account: MockAccount) -> None:
    """S5, R11: the empty one included."""
    account.answer_next("GetBalanceConnect", "")
    account.answer_next("GetBalanceConnect", "garbage")
    assert [caller.call("GetBalanceConnect") for _ in range(3)] == ["", "garbage", "100"]


def test_a_script_for_nothing_is_refused(account: MockAccount) -> None:
    """O1-O12: a mistyped operation would never come."""
    with pytest.raises(ValueError, match="SendMsg"):
        account.fail_next("sendMsg", -7)
    for code in (0, 7):
        with pytest.raises(ValueError, match="negative"):
            account.fail_next("SendMsg", code)


def test_a_reply_waits_to_be_polled(caller: Caller, account: MockAccount) -> None:
    """O4, F2: as the handset wrote it."""
    kept = account.reply(PHONE, "收到")
    assert caller.replies() == (kept,)


def test_wait_for_finds_the_newest_that_fits(caller: Caller, account: MockAccount) -> None:
    """O2, O11: by number, text and operation, alone and together."""
    caller.send("13900000001", "甲 first")
    caller.send("13900000001", "甲 second")
    caller.call("sendMsgExt", DesNo="13900000002", Msg="甲 third")
    assert account.wait_for(timeout=0).text == "甲 third"
    assert account.wait_for(to="13900000001", timeout=0).text == "甲 second"
    assert account.wait_for(contains="first", to="13900000001", timeout=0).text == "甲 first"
    assert account.wait_for(operation="SendMsg", contains="甲", timeout=0).text == "甲 second"
    with pytest.raises(AssertionError, match="3"):
        account.wait_for(to="13900000002", operation="SendMsg", timeout=0)


def _once_waiting(caller: Caller, then: Any) -> threading.Thread:
    """A thread that acts when somebody waits for the gateway to change."""

    def run() -> None:
        deadline = time.monotonic() + 10
        while not caller.gateway.changed._waiters and time.monotonic() < deadline:
            time.sleep(0.001)
        then()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_wait_for_wakes_when_the_sms_arrives(caller: Caller, account: MockAccount) -> None:
    """O2: long before its time is up, and not for an SMS that does not fit."""

    def send() -> None:
        caller.send("13900000009")
        caller.reply()
        caller.send(text="验证码 42")

    thread = _once_waiting(caller, send)
    began = time.monotonic()
    assert account.wait_for(contains="42", timeout=30).phone == PHONE
    assert time.monotonic() - began < 15
    thread.join()


@pytest.mark.parametrize("timeout", [0, 0.05])
def test_wait_for_gives_up_as_a_failed_assertion(caller: Caller, account: MockAccount, timeout: float) -> None:
    """It says how long it waited and how many SMS there were; test_assertions has the rest."""
    caller.send()
    thread = _once_waiting(caller, caller.send) if timeout else None
    with pytest.raises(AssertionError) as error:
        account.wait_for(to="13912345678", timeout=timeout)
    if thread:
        thread.join()
    assert f"within {timeout} s; this account sent {2 if timeout else 1}" in str(error.value)


def test_wait_for_counts_real_time_not_the_gateways(caller: Caller, account: MockAccount) -> None:
    """A clock that stands still would wait for ever."""
    account.clock.freeze()
    with pytest.raises(AssertionError):
        account.wait_for(timeout=0.01)


def test_the_oldest_messages_are_forgotten(caller: Caller, account: MockAccount) -> None:
    """O2: a mock that runs for weeks does not fill the memory. Nothing but the memory of an SMS goes: its cost and report stay."""
    account.configure(messages_kept=3)
    for number in range(5):
        caller.send(str(13_900_000_000 + number), customerUuid=f"order-{number}")
    assert [message.customer_uuid for message in account.messages] == ["order-2", "order-3", "order-4"]
    assert list(caller.account.latest_to) == [message.phone for message in account.messages]
    assert account.reply("13900000001", "收到").customer_uuid == ""
    assert account.reply("13900000002", "收到").customer_uuid == "order-2"
    assert (account.balance, len(caller.reports())) == (95, 5)
    with pytest.raises(AssertionError, match="sent 5, of which the oldest 2 are forgotten"):
        account.wait_for(to="13900000001", timeout=0)


def test_the_newest_to_a_number_outlives_older_ones(caller: Caller, account: MockAccount) -> None:
    """F2: what a reply echoes goes with its own SMS, not with an earlier one to the same number."""
    account.configure(messages_kept=2)
    for order in ("first", "second", "third"):
        caller.send(customerUuid=order)
    assert account.reply(PHONE, "收到").customer_uuid == "third"
    account.configure(messages_kept=0)
    caller.send()
    assert (account.messages, caller.account.latest_to) == ((), {})


def test_reports_that_nobody_fetches_are_forgotten_after_three_days(caller: Caller, account: MockAccount) -> None:
    """R1: with the next report or reply, not only with the next poll."""
    for _ in range(10):
        caller.send()
        account.reply(PHONE, "收到")
    account.clock.advance(days=3)
    caller.send()
    account.reply(PHONE, "收到")
    assert (len(caller.account.reports), len(caller.account.replies)) == (1, 1)


def test_equal_costs_are_one_object(caller: Caller, account: MockAccount) -> None:
    """O2: of 100 000 messages each weighs."""
    account.configure(price="0.045")
    caller.send()
    caller.send()
    one, other = account.messages
    assert one.cost is other.cost
    assert not hasattr(one, "__dict__")


def test_the_repr_keeps_the_password_to_itself(account: MockAccount) -> None:
    """L2."""
    assert account.user_code in repr(account)
    assert account.user_pass not in repr(account)
