"""What a send asks for, read from its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.gateway.caller import PHONE, TEXT, Caller, numbers, pairs
from winnerlook.operations import BY_NAME
from winnerlook_mock.gateway.submission import read_submission


@pytest.mark.parametrize(("within", "between"), [("|~|", "|-|"), ("|~|", "|~|")], ids=["default", "the same for both"])
@pytest.mark.parametrize("count", [1, 2, 50])
def test_pairs_are_read_with_either_separator(within: str, between: str, count: int) -> None:
    """F4, O12, R5: the mock accepts both readings of the document; each number gets its own text."""
    caller = Caller()
    caller.accepted(caller.call("SendIndividualMsg", Msg=pairs(count, within=within, between=between)))
    sent = [(message.phone, message.text) for message in caller.account.messages]
    assert sent == [(phone, f"甲{at}") for at, phone in enumerate(numbers(count))]


@pytest.mark.parametrize("phones", ["13900000000,13900000001", " 13900000000 , 13900000001 ", "13900000000,,13900000001,"])
def test_numbers_are_separated_by_ascii_commas(phones: str) -> None:
    """R4, O7: blanks and idle commas do no harm; the order is kept."""
    caller = Caller()
    batch = caller.accepted(caller.call("SendBatchMsg", DesNo=phones, Msg=TEXT))
    assert [(message.phone, message.text, message.batch_number) for message in caller.account.messages] == [
        ("13900000000", TEXT, batch), ("13900000001", TEXT, batch),
    ]


def test_a_full_width_comma_separates_nothing() -> None:
    """R4: the document says the ASCII comma."""
    assert Caller().call("SendBatchMsg", DesNo="13900000000，13900000001", Msg=TEXT) == "-20"


@pytest.mark.parametrize("sms_type", [None, "", 101, "101", " 101 "])
def test_sms_type_is_101_when_nothing_else_was_agreed(sms_type: Any) -> None:
    """R9, S6: absent, empty, and as text."""
    caller = Caller()
    caller.accepted(caller.send(smsType=sms_type))
    assert [message.sms_type for message in caller.account.messages] == [101]


def test_every_optional_parameter_may_be_absent_or_empty() -> None:
    """S6, O2, O11, O12: an empty element is as good as none."""
    caller = Caller()
    for value in (None, ""):
        caller.accepted(caller.send(autograph=value, customerUuid=value, smsType=value))
        caller.accepted(
            caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, autograph=value, customerUuid=value, smsType=value, ExeNo=value),
        )
        caller.accepted(caller.call("SendIndividualMsg", Msg=pairs(1), customerUuid=value, smsType=value))
        caller.accepted(caller.call("SendBatchMsg", DesNo=PHONE, Msg=TEXT, autograph=value, smsType=value))
    assert {(m.autograph, m.customer_uuid, m.extension, m.sms_type) for m in caller.account.messages} == {("", "", "", 101)}


def test_what_was_given_is_on_the_message() -> None:
    """O11: each parameter at its place, the text to the letter."""
    caller = Caller(sms_types=[101, 102])
    caller.accepted(
        caller.call("sendMsgExt", DesNo=f" {PHONE} ", Msg=" 您好\n", autograph="1", ExeNo="42", customerUuid="order-7", smsType=102),
    )
    (message,) = caller.account.messages
    assert (message.phone, message.text, message.autograph, message.extension) == (PHONE, " 您好\n", "1", "42")
    assert (message.customer_uuid, message.sms_type, message.operation, message.door) == ("order-7", 102, "sendMsgExt", "soap11")


def test_the_repr_shows_neither_number_nor_text() -> None:
    """L2: a send may end up in a debugger or a log."""
    submission = read_submission(BY_NAME["SendMsg"], {"userCode": "u", "userPass": "p", "DesNo": PHONE, "Msg": TEXT})
    assert PHONE not in repr(submission)
    assert TEXT not in repr(submission)
