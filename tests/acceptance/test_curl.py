"""A tester without Python: nothing but curl sets a fault, provokes it, and reads what happened."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from winnerlook_mock import MockServer

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")

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
