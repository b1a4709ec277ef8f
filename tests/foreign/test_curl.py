"""A tester without Python: the four doors from a shell, and nothing but curl sets a fault, provokes it, and reads what happened."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.foreign.conftest import REPLY
from tests.foreign.pages import page
from tests.foreign.runtimes import CURL, EXAMPLES
from winnerlook_mock import MockServer

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
needs_all = pytest.mark.skipif(bool(CURL.missing()), reason=CURL.reason())

ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><SendMsg xmlns="http://tempuri.org/">
<userCode>{user}</userCode><userPass>{password}</userPass><DesNo>13900000000</DesNo><Msg>您的验证码是:2345【测试】</Msg>
<customerUuid>order-42</customerUuid></SendMsg></soap:Body></soap:Envelope>"""
EMPTY_REPLY, RESET = 52, 56


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def api(mock: MockServer, method: str, path: str, body: object = None) -> Any:
    given = ["--header", "Content-Type: application/json", "--data", json.dumps(body)] if body is not None else []
    done = curl("--request", method, *given, f"{mock.url}/_mock/api/v1{path}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def soap(mock: MockServer, account: Any) -> subprocess.CompletedProcess[str]:
    envelope = ENVELOPE.format(user=account["user_code"], password=account["user_pass"])
    headers = ["--header", "Content-Type: text/xml; charset=utf-8", "--header", "SOAPAction: http://tempuri.org/SendMsg"]
    return curl(*headers, "--data", envelope, mock.url + "/winnerrxd/api/ws/trigger")


@needs_curl
def test_a_fault_is_set_provoked_and_found_in_the_journal(mock: MockServer) -> None:
    """S2, O2: an answer is lost after the SMS was accepted and charged; a second fault refuses one with a code (C5)."""
    account = api(mock, "POST", "/accounts", {"balance": "10"})
    user = account["user_code"]
    scope = {"account": user, "operation": "SendMsg", "times": 1}
    api(mock, "POST", "/faults", {"kind": "reset", "stage": "after-accepting", **scope})
    assert soap(mock, account).returncode in {EMPTY_REPLY, RESET}

    api(mock, "POST", "/faults", {"kind": "code", "code": -7, **scope})
    assert "<SendMsgResult>-7</SendMsgResult>" in soap(mock, account).stdout
    assert "<SendMsgResult>2" in soap(mock, account).stdout

    messages = api(mock, "GET", f"/messages?account={user}&to=13900000000")["messages"]
    assert [message["otp"] for message in messages] == ["2345", "2345"]
    assert api(mock, "GET", f"/accounts/{user}")["balance"] == "8"
    refused, lost = api(mock, "GET", f"/journal?q=account:{user}+op:SendMsg+is:faulted")["entries"]
    assert (lost["answer"], lost["status"]) == (messages[-1]["batch_number"], 0)
    assert lost["fault"].endswith("reset after-accepting")
    assert refused["answer"] == "-7"
    assert api(mock, "GET", f"/faults?account={user}")["faults"] == []


@needs_all
def test_the_example_sends_through_every_door(programs, mock):
    """A4, A5, H1, H2, S2, S3, O2, O8, O12, E1-E4: the texts arrive to the letter, and nothing in the requests is odd."""
    account = mock.account(balance=10_000)
    account.reply("13900000000", REPLY)
    _, _, run, _ = page("curl").commands
    printed = programs.run(["bash", "-euc", run], EXAMPLES / "curl", account)
    code = "您的验证码是:2345【测试】"
    assert [(message.door, message.phone, message.text, message.customer_uuid) for message in account.messages] == [
        *((door, "13900000000", code, f"order-{42 + number}") for number, door in enumerate(["soap11", "soap12", "post", "get"])),
        ("post", "13900000001", "张三您好,订单已发货【测试】", ""), ("post", "13900000002", "李四您好,订单已签收【测试】", ""),
        ("soap11", "13900000003", "消费100元,余额=900&积分=5【测试】", ""),
    ]
    assert [(entry.operation, entry.door) for entry in account.journal[-3:]] == [
        ("GetReport2Connect", "soap12"), ("GetMo2Connect", "soap11"), ("SendMsg", "soap11"),
    ]
    assert {entry.notes for entry in account.journal} == {()}
    reports = "".join(f"report: {message.batch_number} DELIVRD {message.customer_uuid}\n" for message in account.messages)
    assert printed.endswith(f"{reports}reply: {REPLY}\nrefused: -7 balance too low: top up, then send again\n")


@needs_all
def test_its_own_test_passes(programs):
    """With the control API."""
    _, _, _, test = page("curl").commands
    assert programs.run_tests(test, EXAMPLES / "curl") == ("ok\n", 1)


@needs_all
@pytest.mark.parametrize("text", ["a&amp;b<c>d", "甲&lt;乙", "two\nlines", "back\\slash $HOME `id` \"quoted\" 'single'", "100%25+1"])
def test_any_text_arrives_to_the_letter(programs, mock, tmp_path, text):
    """S1, H2, E2: through an envelope, a form, and the encryption."""
    account = mock.account()
    script = f"""source {EXAMPLES}/curl/sms.sh
        login="userPass=$WINNERLOOK_USER_PASS"
        soap 1.1 SendMsg "$login" DesNo=13900000000 "Msg=$TEXT"
        plain POST SendMsg DesNo=13900000000 "Msg=$TEXT"
        soap 1.2 sendMsgByEncrypt "submitInfo=$(encrypt "$login&DesNo=13900000000&Msg=$TEXT&smsType=101&Channel=0")" """
    programs.run(["bash", "-c", script], tmp_path, account, TEXT=f"{text}【测试】")
    assert [message.text for message in account.messages] == [f"{text}【测试】"] * 3
