"""balance, send, send-many, send-each against the mock, and what they leave there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from winnerlook_mock.account import MockAccount

TEXT = "您的验证码是:2345【测试】"


def operations_of(account: MockAccount) -> list[str]:
    return [entry.operation for entry in account.journal]


@pytest.mark.parametrize("binding", ["soap11", "soap12"])
def test_balance(run: Run, account: MockAccount, binding: str) -> None:
    """O1"""
    account.balance = "12.5"
    assert run("balance", "--binding", binding).out == "12.5\n"
    assert json.loads(run("--json", "balance").out) == {"balance": "12.5"}


def test_send(run: Run, account: MockAccount) -> None:
    """O2, R12"""
    outcome = run("send", "13900000000", TEXT, "--uuid", "order-42", "--sms-type", "101", "--autograph", "")
    [message] = account.messages
    assert (message.phone, message.text, message.customer_uuid) == ("13900000000", TEXT, "order-42")
    assert outcome.code == 0
    assert outcome.out == f"accepted  batch {message.batch_number}  13900000000\n"
    assert outcome.err == ""


@pytest.mark.parametrize(
    ("options", "operation"), [([], "SendMsg"), (["--extension", "01"], "sendMsgExt"), (["--encrypted"], "sendMsgByEncrypt")]
)
def test_send_chooses_the_operation(run: Run, account: MockAccount, options: list[str], operation: str) -> None:
    """O2, O8, O11"""
    value = json.loads(run("send", "13900000000", TEXT, "--json", *options).out)
    assert value == {
        "certainty": "accepted", "batch_number": account.messages[0].batch_number, "operation": operation, "phones": ["13900000000"],
        "customer_uuid": "",
    }
    assert operations_of(account) == [operation]


@pytest.mark.parametrize("typed", ["两行\n文字【测试】\n", "两行\n文字【测试】\r\n", "\ufeff两行\n文字【测试】"])
def test_text_from_standard_input(run: Run, account: MockAccount, typed: str) -> None:
    assert run("send", "13900000000", "-", stdin=typed).code == 0
    assert account.messages[0].text == "两行\n文字【测试】"


def test_send_many(run: Run, account: MockAccount, tmp_path: Path) -> None:
    """O7, R4: numbers of the command line and of a file, 50 a call."""
    numbers = [str(13900000100 + n) for n in range(49)]
    (tmp_path / "numbers.txt").write_text("\n".join(["\ufeff# friends", *numbers, "13900000001，13900000002\n"]))
    outcome = run("send-many", TEXT, "13900000000", "--numbers-from", "numbers.txt")
    assert outcome.code == 0
    assert [line.rsplit("  ", 1)[1] for line in outcome.out.splitlines()] == ["50 numbers", "2 numbers"]
    assert len(account.messages) == 52
    assert operations_of(account) == ["SendBatchMsg"] * 2


def test_send_many_as_json(run: Run, account: MockAccount) -> None:
    value = json.loads(run("send-many", TEXT, "--numbers-from", "-", "--json", stdin="13900000000 13900000001").out)
    assert [sent["phones"] for sent in value["sent"]] == [["13900000000", "13900000001"]]


JSON_LINES = """{"number": "13900000001", "text": "乙, 有逗号【测试】"}

["13900000002", "丙\\n【测试】"]
{"phone": "13900000003", "text": "丁=【测试】"}
"""
CSV = 'Number,Text\n13900000001,"乙, 有逗号【测试】"\n\n13900000002,"丙\n【测试】"\n13900000003,丁=【测试】\n'


WINDOWS_CSV = "\ufeff" + CSV.replace("\n", "\r\n").replace("丙\r\n", "丙\n")


@pytest.mark.parametrize("content", [JSON_LINES, CSV, "\ufeff" + JSON_LINES, WINDOWS_CSV])
def test_send_each(run: Run, account: MockAccount, tmp_path: Path, content: str) -> None:
    """O12, R5"""
    (tmp_path / "pairs").write_bytes(content.encode())
    outcome = run("send-each", "13900000000=甲=1【测试】", "--from", "pairs", "--uuid", "u")
    assert outcome.code == 0, outcome.err
    assert [(message.phone, message.text) for message in account.messages] == [
        ("13900000000", "甲=1【测试】"), ("13900000001", "乙, 有逗号【测试】"),
        ("13900000002", "丙\n【测试】"), ("13900000003", "丁=【测试】"),
    ]


def test_a_split_send_that_fails_loses_nothing(run: Run, account: MockAccount) -> None:
    """What was accepted, failed and not attempted is on standard output; the numbers are not on standard error (L2)."""
    numbers = [str(13900000000 + n) for n in range(120)]
    account.balance = 60
    outcome = run("send-many", "一", *numbers)
    rows = [line.split() for line in outcome.out.splitlines()[1:]]
    assert outcome.code == 3
    assert [row[:2] for row in rows[:50]] == [["accepted", number] for number in numbers[:50]]
    assert rows[0][2:] == ["batch", account.messages[0].batch_number]
    assert rows[50:100] == [["rejected", number, "BalanceError", "-7"] for number in numbers[50:100]]
    assert rows[100:] == [["not", "attempted", number] for number in numbers[100:]]
    assert "1390000" not in outcome.err


def test_a_split_send_that_fails_as_json(run: Run, account: MockAccount) -> None:
    account.fail_next("SendIndividualMsg", -9)
    account.fail_next("SendIndividualMsg", -1)
    pairs = [(str(13900000000 + n), f"文{n}") for n in range(101)]
    lines = "\n".join(json.dumps(pair) for pair in pairs)
    outcome = run("send-each", "--from", "-", "--json", stdin=lines)
    value = json.loads(outcome.out)
    assert outcome.code == 5
    assert value["error"]["kind"] == "BulkSendError"
    assert value["error"]["certainty"] == "unknown"
    refused, failed = value["failures"]
    assert refused["error"]["code"] == -9
    assert refused["recipients"] == [{"phone": phone, "text": text} for phone, text in pairs[:50]]
    assert failed["error"]["certainty"] == "unknown"
    assert value["sent"] == []
    assert value["not_attempted"] == [{"phone": "13900000100", "text": "文100"}]


def test_texts_of_a_failed_split_send_are_shown(run: Run, account: MockAccount) -> None:
    account.fail_next("SendIndividualMsg", -7)
    outcome = run("send-each", "13900000000=甲\n乙")
    assert outcome.out.splitlines()[1].split() == ["rejected", "13900000000", "BalanceError", "-7", "甲\\n乙"]
