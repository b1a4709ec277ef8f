"""call: the twelve operations by their documented names."""

from __future__ import annotations

import json

import pytest

from tests.client.cli.conftest import Run
from winnerlook.operations import ALL, Operation
from winnerlook_mock.account import MockAccount

VALUES = {
    "DesNo": "13900000000", "Msg": "文【测试】", "autograph": "", "customerUuid": "u", "smsType": "101", "ExeNo": "01", "Channel": "0",
    "batchNumber": "",
}


@pytest.mark.parametrize("binding", ["soap11", "soap12"])
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation(run: Run, account: MockAccount, operation: Operation, binding: str) -> None:
    """O1-O12: by name, with every parameter the document gives it; userCode and userPass come from the settings."""
    names = [p.name for p in (*operation.parameters, *operation.submit_info) if p.name in VALUES]
    values = VALUES | ({"Msg": "13900000000|~|文【测试】"} if operation.name == "SendIndividualMsg" else {})
    outcome = run("call", operation.name, *(f"{name}={values[name]}" for name in names), "--binding", binding, "--json")
    assert outcome.code == 0, outcome.err
    if operation.polls:
        assert outcome.out == ""
    elif operation.sends:
        assert json.loads(outcome.out)["batch_number"] == account.messages[0].batch_number
    else:
        assert json.loads(outcome.out) == {"balance": "10000"}


def test_call_for_people(run: Run, account: MockAccount) -> None:
    """O1, R11"""
    assert run("call", "GetBalanceConnect").out == "10000\n"
    assert run("call", "GetReportConnect").out == "no new reports\n"
    assert run("call", "GetMoConnect").out == "no new replies\n"
    assert run("call", "SendMsg", "DesNo=13900000000", "Msg=-", stdin="a=b\n").out.startswith("accepted  batch ")
    assert account.messages[0].text == "a=b"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["GetNothing"], "there are GetBalanceConnect"),
        (["SendMsg", "desno=1"], "parameter 1: SendMsg takes DesNo, Msg"),
        (["SendMsg", "DesNo=13900000000", "text without equals"], "parameter 2"),
        (["SendMsg", "Msg=a", "Msg=b"], "Msg is given twice"),
        (["GetBalanceConnect", "DesNo=1"], "takes none"),
        (["SendMsg", "Msg=a"], "DesNo is missing"),
        (["SendMsg", "Msg=a", "DesNo=13900000000", "smsType=x"], "smsType must be a 32-bit integer"),
    ],
)
def test_wrong_calls(run: Run, account: MockAccount, arguments: list[str], told: str) -> None:
    outcome = run("call", *arguments)
    assert outcome.code == 2
    assert told in outcome.err
    assert account.journal == []
