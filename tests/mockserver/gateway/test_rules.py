"""The failure codes by their natural causes, by reserved numbers and names, and by script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

import pytest

from tests.mockserver.gateway.caller import PHONE, REPLY_DOORS, REPORT_DOORS, START, TEXT, Caller, numbers, pairs
from winnerlook import codes
from winnerlook.operations import ALL, BY_NAME, Operation
from winnerlook_mock.account import MockAccount
from winnerlook_mock.gateway import Gateway, Origin

SENDS = tuple(operation for operation in ALL if operation.sends)
WITHOUT_CAUSE = {-1, -26, -28}
"""Codes whose meaning names nothing that could be simulated."""


@dataclass(frozen=True)
class Cause:
    """A natural cause: the account's settings, what happened before, and the call that is refused."""

    code: int
    name: str
    settings: dict[str, Any]
    call: tuple[str, dict[str, Any]]
    before: Callable[[Caller], object] = field(default=lambda _: None)
    peer: str = "127.0.0.1"


def _send(text: str = TEXT, phone: str = PHONE, operation: str = "SendMsg", **more: Any) -> tuple[str, dict[str, Any]]:
    return operation, {"DesNo": phone, "Msg": text, **more}


def _individual(message: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "SendIndividualMsg", {"Msg": message, **more}


CAUSES = (
    Cause(-3, "wrong password", {}, _send(userPass="wrong")),
    Cause(-3, "no password", {}, _send(userPass=None)),
    Cause(-3, "unknown user", {}, _send(userCode="nobody")),
    Cause(-3, "no user", {}, _send(userCode=None)),
    Cause(-3, "wrong password encrypted with the right key", {}, _send(operation="sendMsgByEncrypt", userPass="wrong")),
    Cause(-4, "no template fits", {"templates": ["您的验证码是{code}【测试】"]}, _send("验证码 2345【测试】")),
    Cause(-4, "nothing where the template varies", {"templates": ["您的验证码是{code}【测试】"]}, _send("您的验证码是【测试】")),
    Cause(-5, "no signature", {"signatures": {"1": "测试"}}, _send("您的验证码是2345")),
    Cause(-5, "a signature in the middle", {"signatures": {"1": "测试"}}, _send("您的【测试】验证码是2345")),
    Cause(-5, "another signature", {"signatures": {"1": "测试"}}, _send("2345【别的】")),
    Cause(-5, "autograph names another", {"signatures": {"1": "测试", "2": "别的"}}, _send(autograph="2")),
    Cause(-5, "autograph names none", {"signatures": {"1": "测试"}}, _send(autograph="9")),
    Cause(-7, "one segment too many", {"price": "50.01"}, _send("字" * 71)),
    Cause(-7, "several recipients", {"price": "50.01"}, _send(phone="13900000000,13900000001", operation="SendBatchMsg")),
    Cause(-8, "no channel", {"channel_open": False}, _send()),
    Cause(-8, "before the channel's hours", {"channel_hours": (time(12, 0, 1), time(20))}, _send()),
    Cause(-8, "at the end of the channel's hours", {"channel_hours": (time(8), time(12))}, _send()),
    Cause(-9, "letters", {}, _send(phone="1390000000a")),
    Cause(-9, "too short", {}, _send(phone="1390000")),
    Cause(-9, "empty", {}, _send(phone="")),
    Cause(-9, "two numbers in SendMsg (R3)", {}, _send(phone="13900000000,13900000001")),
    Cause(-9, "two numbers in sendMsgExt (R3)", {}, _send(phone="13900000000,13900000001", operation="sendMsgExt")),
    Cause(-9, "two numbers in sendMsgByEncrypt (R3)", {}, _send(phone="13900000000,13900000001", operation="sendMsgByEncrypt")),
    Cause(-9, "digits of another script", {}, _send(phone="1390000000٣")),
    Cause(-9, "superscripts behind the reserved head", {}, _send(phone="199000000²²")),
    Cause(-10, "signature too short", {"signature_length": (2, 8)}, _send("2345【测】")),
    Cause(-10, "signature too long", {"signature_length": (2, 8)}, _send("2345【一二三四五六七八九】")),
    Cause(-10, "no signature where one has a length", {"signature_length": (2, 8)}, _send("2345")),
    Cause(-11, "expired this moment", {"expires_at": START}, _send()),
    Cause(-11, "expired, a poll", {"expires_at": START}, ("GetReportConnect", {})),
    Cause(-12, "blacklist", {"blacklist": [PHONE]}, _send()),
    Cause(-16, "the balance twice (R2)", {}, ("GetBalanceConnect", {}), before=lambda c: c.call("GetBalanceConnect")),
    Cause(-16, "polls too fast", {"call_interval": 1}, ("GetMoConnect", {}), before=lambda c: c.call("GetMoConnect")),
    Cause(-16, "sends too fast", {"call_interval": 1}, _send(), before=lambda c: c.send()),
    Cause(-17, "another address", {"allowed_ips": ["192.0.2.7", "10.0.0.0/8"]}, _send()),
    Cause(-17, "an address nobody knows", {"allowed_ips": ["192.0.2.7"]}, _send(), peer=""),
    Cause(-17, "IPv6 where IPv4 is bound", {"allowed_ips": ["127.0.0.1"]}, _send(), peer="::1"),
    Cause(-18, "empty text", {}, _send("")),
    Cause(-18, "blank text", {}, _send(" \n")),
    Cause(-18, "no pairs", {}, _individual("您好")),
    Cause(-18, "a pair without a text", {}, _individual("13900000000|~|甲|-|13900000001|~|乙|-|13900000002")),
    Cause(-18, "a pair that begins with no number", {}, _individual("甲|~|13900000000")),
    Cause(-19, "no number in SendBatchMsg", {}, _send(phone="", operation="SendBatchMsg")),
    Cause(-19, "commas only", {}, _send(phone=" , ,", operation="SendBatchMsg")),
    Cause(-19, "1001 in SendBatchMsg (R6)", {}, _send(phone=",".join(numbers(1001)), operation="SendBatchMsg")),
    Cause(-19, "501 in SendIndividualMsg (R6)", {}, _individual(pairs(501))),
    Cause(-19, "51 in SendBatchMsg, strict (R4)", {"strict_limits": True}, _send(phone=",".join(numbers(51)), operation="SendBatchMsg")),
    Cause(-19, "51 in SendIndividualMsg, strict (R5)", {"strict_limits": True}, _individual(pairs(51))),
    Cause(-20, "a wrong number among good ones", {}, _send(phone="13900000000,139", operation="SendBatchMsg")),
    Cause(-20, "a wrong number in a pair", {}, _individual("13900000000|~|甲|-|139|~|乙")),
    Cause(-20, "blacklisted among others", {"blacklist": [PHONE]}, _send(phone=f"13900000001,{PHONE}", operation="SendBatchMsg")),
    Cause(-20, "on the user's blacklist among others", {"user_blacklist": [PHONE]}, _individual(f"{PHONE}|~|甲")),
    Cause(-20, "on the system's blacklist among others", {"system_blacklist": [PHONE]}, _individual(f"{PHONE}|~|甲")),
    Cause(-23, "submitInfo that is no hex (E1)", {}, _send(operation="sendMsgByEncrypt", submitInfo="xyz")),
    Cause(-23, "submitInfo of a wrong length (E1)", {}, ("GetReport2ByEncrypt", {"submitInfo": "00112233"})),
    Cause(-23, "empty submitInfo", {}, ("GetMo2ByEncrypt", {"submitInfo": ""})),
    Cause(-24, "a user's word", {"user_words": ["贷款"]}, _send("低息贷款【测试】")),
    Cause(-25, "frozen", {"frozen": True}, _send()),
    Cause(-25, "frozen, the balance", {"frozen": True}, ("GetBalanceConnect", {})),
    Cause(-27, "no text", {}, _send(Msg=None)),
    Cause(-27, "no number", {}, _send(DesNo=None)),
    Cause(-27, "no submitInfo", {}, _send(operation="sendMsgByEncrypt", submitInfo=None)),
    Cause(-27, "no text inside submitInfo", {}, _send(Msg=None, operation="sendMsgByEncrypt")),
    Cause(-27, "customerUuid of 61 characters (R7)", {}, _send(customerUuid="u" * 61)),
    Cause(-27, "customerUuid of 61 characters in sendMsgExt (R7)", {}, _send(customerUuid="号" * 61, operation="sendMsgExt")),
    Cause(-27, "customerUuid of 61 characters in SendIndividualMsg (R7)", {}, _individual(pairs(1), customerUuid="u" * 61)),
    Cause(-41, "unknown smsType (R9)", {}, _send(smsType=102)),
    Cause(-41, "smsType that is no number (R9)", {}, _send(smsType="abc", operation="sendMsgByEncrypt")),
    Cause(-41, "smsType as only Python writes numbers (R9)", {}, _send(smsType="1_01", operation="sendMsgByEncrypt")),
    Cause(-41, "smsType in SendIndividualMsg (R9)", {"sms_types": [102]}, _individual(pairs(1))),
    Cause(-44, "ExeNo with a letter (R8)", {}, _send(ExeNo="12a", operation="sendMsgExt")),
    Cause(-44, "ExeNo of 17 digits (R8)", {}, _send(ExeNo="1" * 17, operation="sendMsgExt")),
    Cause(-44, "ExeNo in digits of another script (R8)", {}, _send(ExeNo="٣", operation="sendMsgExt")),
    Cause(-44, "ExeNo with a newline (R8)", {}, _send(ExeNo="12\n", operation="sendMsgExt")),
    Cause(-46, "user's blacklist", {"user_blacklist": [PHONE]}, _send()),
    Cause(-47, "system's blacklist", {"system_blacklist": [PHONE]}, _send()),
    Cause(-48, "too many to one number", {"number_limit": (2, 60)}, _send(), before=lambda c: [c.send(), c.send()]),
    Cause(-48, "too many in one call", {"number_limit": (1, 60)}, _send(phone=f"{PHONE},{PHONE}", operation="SendBatchMsg")),
    Cause(-51, "too many this month", {"monthly_limit": 2}, _send("字" * 71), before=lambda c: c.send()),
    Cause(-54, "a system's word", {"system_words": ["赌场"]}, _send("赌场开业【测试】")),
)


@pytest.mark.parametrize("cause", CAUSES, ids=[f"{cause.code}: {cause.name}" for cause in CAUSES])
def test_a_natural_cause_gives_its_code_and_changes_nothing(cause: Cause) -> None:
    """C2-C18, C20, C22-C28, S5, R2-R9: the code is the result string, and the call leaves no trace but in the journal."""
    caller = Caller(**cause.settings)
    cause.before(caller)
    caller.peer = cause.peer
    before = caller.state()
    name, parameters = cause.call
    assert caller.call(name, **parameters) == str(cause.code)
    assert caller.state() == before
    assert [entry.answer for entry in caller.gateway.journal][-1] == str(cause.code)


def test_every_code_that_can_have_a_natural_cause_has_one() -> None:
    """C1-C28: three codes name no cause, all others are simulated."""
    assert {cause.code for cause in CAUSES} | WITHOUT_CAUSE == set(codes.BY_VALUE)


def _arguments(operation: Operation, phone: str) -> dict[str, Any]:
    if operation.name == "SendIndividualMsg":
        return {"Msg": f"13900000001|~|甲|-|{phone}|~|乙"}
    if operation.name == "SendBatchMsg":
        return {"DesNo": f"13900000001,{phone}", "Msg": TEXT}
    return {"DesNo": phone, "Msg": TEXT} if operation.sends else {}


@pytest.mark.parametrize("code", codes.BY_VALUE)
@pytest.mark.parametrize("operation", SENDS, ids=lambda operation: operation.name)
def test_a_reserved_number_makes_any_send_fail(operation: Operation, code: int) -> None:
    """C1-C28, S5, O2, O7, O8, O11, O12: recipient 199000000NN answers -NN, among others too, and nothing is sent to anyone."""
    caller = Caller()
    before = caller.state()
    assert caller.call(operation.name, **_arguments(operation, f"199000000{-code:02}")) == str(code)
    assert caller.state() == before


@pytest.mark.parametrize("code", codes.BY_VALUE)
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_a_reserved_user_name_makes_any_operation_fail(operation: Operation, code: int) -> None:
    """C1-C28, O1-O12: user code-NN needs no account and no password."""
    gateway = Gateway()
    for name in (f"code-{-code}", f"code-{-code:02}"):
        assert gateway.execute(operation, {"userCode": name}, Origin("soap12", "")) == str(code)


@pytest.mark.parametrize("code", codes.BY_VALUE)
def test_a_scripted_code_comes_once(code: int) -> None:
    """C1-C28: fail_next strikes the next call of its operation only, and that call does nothing else."""
    caller = Caller()
    account = MockAccount(caller.gateway, caller.account)
    account.fail_next("SendMsg", code)
    before = caller.state()
    assert caller.reports() == ()
    assert caller.send() == str(code)
    assert caller.state() == before
    caller.accepted(caller.send())


def test_credentials_and_address_come_before_everything_else() -> None:
    """R10: whatever else is wrong, a stranger learns nothing but -3 or -17."""
    wrong = {"frozen": True, "expires_at": START, "channel_open": False, "templates": ["x"]}
    caller = Caller(balance=0, **wrong)
    terrible = {"DesNo": "19900000007", "Msg": "", "smsType": 5, "customerUuid": "u" * 99}
    for name in ("SendMsg", "GetBalanceConnect", "sendMsgByEncrypt", "GetReport2ByEncrypt"):
        assert caller.call(name, **(terrible if BY_NAME[name].sends else {}), userPass="wrong") == "-3"
    caller.configure(allowed_ips=["192.0.2.7"], **wrong)
    for name in ("SendMsg", "GetBalanceConnect"):
        assert caller.call(name, **(terrible if BY_NAME[name].sends else {})) == "-17"
    assert caller.call("GetMo2ByEncrypt", submitInfo="garbage") == "-17"
    caller.configure(frozen=True)
    assert caller.call("GetMo2ByEncrypt", submitInfo="garbage") == "-23"
    assert caller.call("SendMsg", **terrible) == "-25"


def test_a_stranger_uses_up_no_script_and_no_interval() -> None:
    """R10, R2: a wrong password neither takes the scripted answer nor counts as a question for the balance."""
    caller = Caller()
    MockAccount(caller.gateway, caller.account).answer_next("GetBalanceConnect", "42")
    assert caller.call("GetBalanceConnect", userPass="wrong") == "-3"
    assert caller.call("GetBalanceConnect") == "42"
    assert caller.call("GetBalanceConnect") == "100"


@pytest.mark.parametrize("steps", [(5,), (1.7, 3.3), (0.1,) * 50], ids=["at once", "in two steps", "in fifty steps"])
def test_the_balance_may_be_asked_once_in_five_seconds(steps: tuple[float, ...]) -> None:
    """R2, C11, O1: sooner is -16, at exactly five seconds it is answered, and a refused question does not start the time anew."""
    caller = Caller()
    assert caller.call("GetBalanceConnect") == "100"
    for step in steps:
        assert caller.call("GetBalanceConnect") == "-16"
        caller.clock.advance(seconds=step)
    assert caller.call("GetBalanceConnect") == "100"
    caller.clock.advance(seconds=4.999)
    assert caller.call("GetBalanceConnect") == "-16"


def test_the_balance_interval_can_be_switched_off_and_binds_no_other_operation() -> None:
    """R2: the other operations have an interval of their own, none by default."""
    caller = Caller()
    caller.call("GetBalanceConnect")
    assert [caller.call(name) for name in (*REPORT_DOORS, *REPLY_DOORS) * 2] == [""] * 12
    caller.configure(balance_interval=0)
    assert [caller.call("GetBalanceConnect") for _ in range(3)] == ["100"] * 3
    caller = Caller(call_interval=1)
    caller.accepted(caller.send())
    assert caller.call("GetMoConnect") == ""  # each operation has its own interval
    caller.clock.advance(seconds=1)
    caller.accepted(caller.send())


def test_a_month_ends_at_midnight_in_china() -> None:
    """C27: the count of the month's segments begins anew with the month of UTC+8."""
    caller = Caller(monthly_limit=2)
    caller.clock.advance(days=10, hours=11, minutes=59, seconds=59)
    caller.accepted(caller.send(text="字" * 71))
    assert caller.send() == "-51"
    caller.clock.advance(seconds=1)
    caller.accepted(caller.send())
    caller.accepted(caller.send())
    assert caller.send() == "-51"


@pytest.mark.parametrize(("hour", "open_"), [(21, False), (22, True), (23, True), (0, True), (5, True), (6, False), (12, False)])
def test_channel_hours_may_pass_midnight(hour: int, open_: bool) -> None:
    """C6: from 22 to 6 is the night, the end not included."""
    caller = Caller(channel_hours=(time(22), time(6)))
    caller.clock.advance(hours=(hour - START.hour) % 24)
    assert (caller.send() != "-8") is open_


def test_an_account_expires_at_its_moment() -> None:
    """C9: until then it may do everything, from then on nothing."""
    caller = Caller(expires_at=START + timedelta(seconds=10))
    caller.clock.advance(seconds=9.999)
    caller.accepted(caller.send())
    caller.clock.advance(seconds=0.001)
    assert [caller.call(name) for name in ("GetBalanceConnect", "GetMoConnect", "GetReport2ByEncrypt")] == ["-11"] * 3


def test_a_number_may_be_written_to_again_when_its_time_has_passed() -> None:
    """C26: the window slides with the clock, and other numbers are not counted with it."""
    caller = Caller(number_limit=(2, 60))
    caller.send()
    caller.clock.advance(seconds=30)
    caller.send()
    assert caller.send() == "-48"
    caller.accepted(caller.send("13900000001"))
    caller.clock.advance(seconds=30)
    caller.accepted(caller.send())
    assert caller.send() == "-48"


def test_the_last_coin_may_be_spent() -> None:
    """C5: a send that costs all that is left is accepted, the next one is not."""
    caller = Caller(balance="0.15", price="0.05")
    caller.accepted(caller.call("SendBatchMsg", DesNo="13900000000,13900000001,13900000002", Msg=TEXT))
    assert caller.call("GetBalanceConnect") == "0"
    assert caller.send() == "-7"


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({"templates": ["您的验证码是:{code}【{name}】"]}, TEXT),
        ({"templates": ["别的", "{all}"]}, "一行\n两行"),
        ({"templates": ["{a}{b}a.c"]}, "xya.c"),
        ({"templates": ["a{x}a"]}, "aaa"),
        ({"signatures": {"1": "测试"}}, "【测试】在前"),
        ({"signatures": {"1": "测试"}}, "在后【测试】"),
        ({"signature_length": (2, 2)}, TEXT),
        ({"user_words": ["贷款"], "system_words": ["赌场"]}, "贷 款 赌 场"),
        ({"allowed_ips": ["127.0.0.0/8"]}, TEXT),
        ({"allowed_ips": ["::1", "127.0.0.1"]}, TEXT),
        ({"blacklist": ["13900000009"], "user_blacklist": ["13900000008"], "system_blacklist": ["13900000007"]}, TEXT),
        ({"monthly_limit": 1, "number_limit": (1, 60)}, "字" * 70),
        ({"channel_hours": (time(12), time(12, 0, 1))}, TEXT),
    ],
)
def test_what_keeps_to_the_settings_is_accepted(settings: dict[str, Any], accepted: str) -> None:
    """C3, C4, C6, C8, C10, C12, C17, C24-C28: a rule refuses nothing that it does not name."""
    caller = Caller(**settings)
    caller.accepted(caller.send(text=accepted))


def test_autograph_names_the_signature_that_has_to_be_there() -> None:
    """C5"""
    caller = Caller(signatures={"1": "测试", "2": "别的"})
    for autograph, text in (("1", "2345【测试】"), ("2", "2345【别的】")):
        name, parameters = _send(text, autograph=autograph)
        caller.accepted(caller.call(name, **parameters))


def test_an_address_is_known_in_its_ipv6_spelling() -> None:
    """C12: a socket for both families shows 10.1.2.3 as ::ffff:10.1.2.3."""
    caller = Caller(allowed_ips=["10.0.0.0/8"])
    for caller.peer, refused in (("::ffff:10.1.2.3", False), ("10.1.2.3", False), ("::ffff:11.1.2.3", True)):
        assert (caller.send() == "-17") is refused


def test_several_texts_are_judged_in_their_order() -> None:
    """C3, C17, C28: of several wrong texts the first one decides, in every run alike."""
    caller = Caller(user_words=["甲"], system_words=["乙"])
    for first, second, code in (("甲", "乙", "-24"), ("乙", "甲", "-54")):
        texts = [first, second, *(f"{second}{at}" for at in range(20))]
        assert caller.call("SendIndividualMsg", Msg="|-|".join(f"{PHONE}|~|{text}" for text in texts)) == code


def test_a_text_that_fits_no_template_is_told_at_once() -> None:
    """C3: a template with many gaps costs no more time than one with few."""
    caller = Caller(templates=["{a}a" * 30 + "b"])
    assert caller.send(text="a" * 5000) == "-4"


@pytest.mark.parametrize("length", [1, 16])
def test_an_extension_of_documented_length_is_put_behind_the_senders_number(length: int) -> None:
    """R8, O11, O4: ExeNo has 1 to 16 digits; the handset sees it, and O4 names it with the reply."""
    caller = Caller(sender_number="106900")
    caller.accepted(caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, ExeNo="7" * length))
    caller.reply()
    assert [reply.sent_from for reply in caller.replies()] == ["106900" + "7" * length]


def test_a_customer_uuid_of_sixty_characters_comes_back() -> None:
    """R7, O2, F1: the longest one allowed is carried to the report."""
    caller = Caller()
    caller.accepted(caller.send(customerUuid="号" * 60))
    assert [report.customer_uuid for report in caller.reports()] == ["号" * 60]
