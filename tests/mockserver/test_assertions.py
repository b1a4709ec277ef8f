"""Claims about an account, and what is said when they are not true."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, TEXT, Caller, still_clock
from winnerlook_mock import MockAccount
from winnerlook_mock.faults.fault import Fault, FaultKind
from winnerlook_mock.gateway import Gateway

OTHER = "13900000001"


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def account(caller: Caller) -> MockAccount:
    return MockAccount(caller.gateway, caller.account)


def said(claim: Any, *arguments: Any, **wanted: Any) -> list[str]:
    """The lines of a claim that fails."""
    with pytest.raises(AssertionError) as error:
        claim(*arguments, **wanted)
    return str(error.value).splitlines()


def test_what_was_sent_is_returned(caller: Caller, account: MockAccount) -> None:
    """O2, O12: by each field, alone and together; oldest first."""
    caller.send(customerUuid="order-1")
    caller.send(OTHER, "甲 second")
    caller.call("SendIndividualMsg", Msg=f"{PHONE}|~|甲 third")
    assert [message.text for message in account.assert_sent()] == [TEXT, "甲 second", "甲 third"]
    assert [message.text for message in account.assert_sent(to=PHONE, count=2)] == [TEXT, "甲 third"]
    for wanted in ({"text": TEXT}, {"contains": "验证码"}, {"customer_uuid": "order-1"}, {"to": PHONE, "operation": "SendMsg"}):
        assert [message.text for message in account.assert_sent(**wanted, count=1)] == [TEXT]
    assert account.assert_sent(text="无", count=0) == ()
    account.assert_not_sent(text="无")
    account.assert_not_sent(to=OTHER, contains="验证码")


def test_the_nearest_come_first_field_by_field(caller: Caller, account: MockAccount) -> None:
    caller.send("13700000000", "无关")
    caller.send(OTHER, TEXT, customerUuid="order-1")
    caller.send(PHONE, "您的验证码是:2346【测试】", customerUuid="order-1")
    lines = said(account.assert_sent, to=PHONE, text=TEXT, customer_uuid="order-1")
    assert lines[:2] == [
        "no such SMS was sent; this account sent 3", f"  wanted: to='{PHONE}', text='{TEXT}', customer_uuid='order-1'",
    ]
    assert lines[2:9] == [
        "the nearest:",
        "  SMS 3: SendMsg over soap11 at 2026/11/20 12:00:00",
        "    to            as wanted",
        "    text          wanted '您的验证码是:2345【测试】'",
        "                  was    '您的验证码是:2346【测试】'",
        "                                          ^",
        "    customer_uuid as wanted",
    ]
    assert [line.split(":")[0].strip() for line in lines if line.startswith("  SMS")] == ["SMS 3", "SMS 2", "SMS 1"]


def test_three_at_most(caller: Caller, account: MockAccount) -> None:
    for number in range(9):
        caller.send(str(13_900_000_000 + number))
    assert sum(line.startswith("  SMS") for line in said(account.assert_sent, to="137")) == 3
    lines = said(account.assert_not_sent, text=TEXT)
    assert lines[0] == "9 such SMS were sent, not 0; this account sent 9"
    assert [line.strip()[:5] for line in lines if line.startswith("  SMS")] == ["SMS 7", "SMS 8", "SMS 9"]
    assert "  (the newest 3 of them)" in lines


def test_the_nearest_of_many(caller: Caller, account: MockAccount) -> None:
    """However many others came behind it, and where none fits in any field."""
    caller.send("13700000001", "您的验证码是:2345，5分钟内有效【测试】")
    caller.send("13700000001", "您的验证码是:2345，10分钟内有效【测试】")
    for number in range(60):
        caller.send(f"138000000{number:02}", f"第{number}期促销【测试】")
    for wanted in ({"text": "您的验证码是:2345，6分钟内有效【测试】"}, {"contains": "验证码是:2346，5分"}, {"to": "+8613700000001"}):
        lines = said(account.assert_sent, **wanted)
        assert sum(f"SMS {number}: " in line for line in lines for number in (1, 2)) == 2
        assert lines[3].startswith("  SMS 2: " if "to" in wanted else "  SMS 1: ")


def test_a_part_that_a_long_text_ends_with(caller: Caller, account: MockAccount) -> None:
    caller.send(text="长" * 600 + "请于5分钟内填写" + "。" * 40)
    piece = f"…'{'长' * 28}请于5分钟内填写{'。' * 34}'…"
    lines = said(account.assert_sent, contains="请于6分钟内填写")
    assert lines[5] == f"                  was    {piece}"
    assert lines[6] == " " * 25 + "  " + "  " * 30 + "^"


@pytest.mark.parametrize("field", ["text", "contains"])
def test_long_texts_that_repeat_themselves_are_compared_in_no_time(caller: Caller, account: MockAccount, field: str) -> None:
    for number in range(20):
        caller.send(text=f"{'长短' * 200}{number}")
    began = time.process_time()
    assert said(account.assert_sent, **{field: "长" * 400})
    assert time.process_time() - began < 5


def test_where_a_part_would_go_on(caller: Caller, account: MockAccount) -> None:
    """The mark stands below the first difference, in columns of a terminal."""
    caller.send(text="您的验证码是:2345【测试】")
    lines = said(account.assert_sent, contains="验证码是:9999")
    assert lines[4:7] == [
        "    contains      wanted '验证码是:9999'",
        "                  was    '您的验证码是:2345【测试】'",
        "                                       ^",
    ]


def test_a_long_text_is_shown_around_its_difference(caller: Caller, account: MockAccount) -> None:
    caller.send(text="a" * 200 + "b" + "c" * 200 + "\n")
    lines = said(account.assert_sent, text="a" * 200 + "X" + "c" * 200)
    was = next(line for line in lines if "was    " in line)
    assert was.strip() == f"was    …'{'a' * 30}b{'c' * 39}'…"
    assert lines[lines.index(was) + 1].index("^") == was.index("b")
    assert all(len(line) < 200 for line in lines)


def test_what_cannot_be_seen_is_escaped(caller: Caller, account: MockAccount) -> None:
    caller.send(text="a\nb\u200b【测试】")
    assert any("'a\\nb\\u200b【测试】'" in line for line in said(account.assert_sent, text="a\nc"))


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_any_texts_can_be_told_apart(wanted: str, sent: str) -> None:
    caller = Caller()
    account = MockAccount(caller.gateway, caller.account)
    caller.send(text=sent)
    for field in ("text", "contains"):
        if sent.strip() and not (wanted == sent if field == "text" else wanted in sent):
            lines = said(account.assert_sent, **{field: wanted})
            assert sum(line.strip() == "^" for line in lines) == 1


def test_refused_calls_and_faults_are_told(caller: Caller, account: MockAccount) -> None:
    """C5, C17: with code and meaning, and what became of the calls that a fault struck."""
    account.configure(user_words=["贷款"])
    caller.send(text="贷款【测试】")
    account.fail_next("SendMsg", -7)
    caller.send(OTHER)
    lines = said(account.assert_sent, to=PHONE)
    assert lines[2:] == [
        "calls that were refused:",
        f"  SendMsg over soap11 to {PHONE}: -24 短信包含用户敏感信息 (text has a word the account forbids)",
        f"  SendMsg over soap11 to {OTHER}: -7 余额不足 (balance too low)",
        "faults that struck:",
        "  fault 1: code, on SendMsg over soap11, which was not carried out but answered '-7'",
    ]


def test_a_call_that_a_fault_kept_from_being_done() -> None:
    from winnerlook_mock.gateway import Origin
    from winnerlook_mock.wire import Wire

    caller = Caller()
    account = MockAccount(caller.gateway, caller.account)
    for done in (False, True):
        caller.gateway.arm(Fault(kind=FaultKind.STATUS, times=1, done=done))
        from winnerlook.operations import BY_NAME

        given_ = {"userCode": "acct", "userPass": "pass&1", "DesNo": PHONE, "Msg": TEXT}
        caller.gateway.execute(BY_NAME["SendMsg"], given_, Origin("post", "127.0.0.1", wire=Wire(None)))  # type: ignore[arg-type]
    lines = said(account.assert_sent, count=2)
    assert lines[-2:] == [
        "  fault 1: status, on SendMsg over post, which was not carried out",
        "  fault 2: status, on SendMsg over post, which was carried out",
    ]


def test_what_is_not_known_any_more_is_said() -> None:
    caller = Caller(Gateway(still_clock(), journal_limit=1), messages_kept=1)
    account = MockAccount(caller.gateway, caller.account)
    caller.send()
    caller.send(OTHER)
    lines = said(account.assert_sent, to=PHONE)
    assert lines[0].endswith("sent 2, of which the oldest 1 are forgotten (configure(messages_kept=…) keeps more)")
    assert lines[-1] == "the journal dropped 1 calls of all accounts: some of this one may be missing (journal_limit)"


def test_an_account_that_nobody_called(account: MockAccount) -> None:
    assert said(account.assert_sent) == [
        "no such SMS was sent; this account sent 0", "  wanted: any SMS", "no call came in under the user name acct",
    ]


@pytest.mark.parametrize("claim", ["wait_for", "otp", "assert_sent", "assert_not_sent"])
def test_a_claim_about_nothing_is_refused(account: MockAccount, claim: str) -> None:
    """O2: names as documented, numbers as strings; a slip would never be found."""
    with pytest.raises(ValueError, match="SendMsg"):
        getattr(account, claim)(operation="sendMsg")
    with pytest.raises(TypeError, match="to is a string"):
        getattr(account, claim)(to=13900000000)


def test_duplicates(caller: Caller, account: MockAccount) -> None:
    """The same number and text; within a time of the account's clock, where one is given."""
    caller.send()
    caller.send(OTHER)
    caller.send(text="甲")
    account.assert_no_duplicates()
    account.clock.advance(seconds=90)
    caller.send()
    account.assert_no_duplicates(within=89)
    account.assert_no_duplicates(within=timedelta(seconds=89))
    for within in (None, 90, timedelta(minutes=2)):
        assert said(account.assert_no_duplicates, within=within) == [
            "1 SMS said again what one before them said",
            f"  to '{PHONE}', '{TEXT}'",
            "    SMS 1: SendMsg over soap11 at 2026/11/20 12:00:00",
            "    SMS 4: SendMsg over soap11 at 2026/11/20 12:01:30, 90 s later",
        ]


def test_the_balance(caller: Caller, account: MockAccount) -> None:
    """O1: topping up, refunds and forgotten messages leave it consistent; money that went for nothing does not."""
    account.configure(price="0.045", refund_failures=True, messages_kept=3, delivery_rules={OTHER: "UNDELIV"})
    for phone in (PHONE, OTHER, PHONE):
        caller.send(phone)
    account.balance = 7
    account.assert_balance_consistent()
    caller.send()
    account.assert_balance_consistent()
    caller.account.purse.refund(Decimal(1))
    account.assert_balance_consistent()
    account.configure(messages_kept=9)
    caller.account.messages_dropped = 0
    lines = said(account.assert_balance_consistent)
    assert lines[:3] == [
        "the balance is not what the messages make it",
        "  0.180 was charged, the messages make it 0.135",
        "  1.045 was refunded, the messages make it 0.045",
    ]


def test_a_code_is_waited_for(caller: Caller, account: MockAccount) -> None:
    """It may have come before, be it that newer SMS have none; or it comes while somebody waits."""
    caller.send(text="验证码 7788")
    caller.send(text="无")
    assert account.otp(timeout=0) == "7788"
    assert account.messages[0].otp == "7788"
    assert account.messages[1].otp is None
    with pytest.raises(AssertionError, match="verification code within 0 s"):
        account.otp(to=OTHER, timeout=0)
    waiting = threading.Timer(0.05, lambda: caller.send(OTHER, "验证码 9900"))
    waiting.start()
    assert account.otp(to=OTHER, timeout=30) == "9900"
    waiting.join()


def test_wait_for_looks_at_every_field(caller: Caller, account: MockAccount) -> None:
    caller.send(customerUuid="order-1")
    caller.send(OTHER)
    assert account.wait_for(text=TEXT, customer_uuid="order-1", timeout=0).phone == PHONE
    assert "within 0 s" in said(account.wait_for, customer_uuid="order-2", timeout=0)[0]


def test_sms_without_a_code_are_shown(caller: Caller, account: MockAccount) -> None:
    caller.send(OTHER, "您的订单已发货【测试】")
    lines = said(account.otp, to=OTHER, timeout=0)
    assert lines[0] == "no such SMS with a verification code within 0 s; this account sent 1"
    assert "    text          '您的订单已发货【测试】'" in lines
    assert "the nearest:" in said(account.otp, to=PHONE, timeout=0)
