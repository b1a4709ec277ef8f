"""Names that an operation does not have are -27, whatever the door (C20, R10)."""

from __future__ import annotations

import pytest

from tests.mockserver.gateway.caller import PHONE, TEXT, Caller
from winnerlook.operations import ALL


def notes(caller: Caller) -> tuple[str, ...]:
    return [*caller.gateway.journal][-1].notes


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_no_operation_takes_a_strange_name(operation):
    """C20, O1-O12: and nothing is done."""
    caller = Caller(balance_interval=0)
    before = caller.state()
    assert caller.call(operation.name, DesNo=PHONE, Msg=TEXT, colour="red") == "-27"
    assert caller.state() == before
    assert "colour is no parameter" in "".join(notes(caller))


@pytest.mark.parametrize(
    ("name", "words"),
    [("desno", "desno is no parameter of SendMsg: did you mean DesNo?"), ("customerUUID", "did you mean customerUuid?"),
     ("ExeNo", "did you mean DesNo?"), ("Msg#2", "Msg is there more than once"), ("Msg#undecodable", "Msg is undecodable: send UTF-8"),
     ("colour", "it has userCode, userPass"), ("", "unescaped &"),
     ("您的验证码2345", "a name of 9 characters"), ("x" * 5000, "5000 characters")],
)
def test_the_note_says_what_to_mend(name, words):
    """C20, L2: a name that looks like a piece of text is not quoted."""
    caller = Caller()
    assert caller.send(**{name: "1"}) == "-27"
    (note,) = notes(caller)
    assert words in note
    assert "2345" not in note
    assert len(note) < 250


def test_credentials_and_address_come_first():
    """R10."""
    caller = Caller(allowed_ips=["192.0.2.7"])
    assert caller.send(colour="red") == "-17"
    assert notes(caller) == ()
    caller.configure()
    assert caller.send(colour="red", userPass="wrong") == "-3"
    assert caller.send(colour="red", userCode=None, usercode="acct") == "-3"


def test_a_strange_name_does_not_count_as_a_call():
    """R2: the balance may be asked right after."""
    caller = Caller()
    assert caller.call("GetBalanceConnect", batchNumber="") == "-27"
    assert caller.call("GetBalanceConnect") == "100"


def test_encrypted_fields_are_no_parameters_of_their_own():
    """O8, E2: what belongs into submitInfo may not stand beside it."""
    caller = Caller()
    caller.accepted(caller.call("sendMsgByEncrypt", DesNo=PHONE, Msg=TEXT, smsType=101, Channel="0", autograph=""))
    assert caller.call("sendMsgByEncrypt", DesNo=PHONE, Msg=TEXT, ExeNo="1") == "-27"


def test_many_strange_names_make_few_notes():
    caller = Caller()
    assert caller.send(**{f"p{at}": "1" for at in range(900)}) == "-27"
    assert len(notes(caller)) == 10
