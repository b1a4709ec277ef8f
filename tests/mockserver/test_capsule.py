"""A capsule, opened again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller
from winnerlook import Client
from winnerlook_mock import Clock, MockServer
from winnerlook_mock.cli import main
from winnerlook_mock.cli.replaying import opened
from winnerlook_mock.state import export_state


@pytest.fixture
def state() -> dict[str, Any]:
    """Of an account that has sent an SMS, whose clock runs on."""
    server = MockServer(clock=Clock(START))
    server.account("shop", "shop-pass", clock=Clock(START), delivery_delay=60)
    caller = object.__new__(Caller)
    caller.gateway, caller.account, caller.peer = server.gateway, server.gateway.accounts["shop"], "127.0.0.1"
    caller.call("SendMsg", userPass="shop-pass", DesNo=PHONE, Msg=TEXT)
    caller.reply()
    return {**json.loads(json.dumps(export_state(server, accounts=["shop"]))), "test": {"id": "test_it.py::test_shop", "phase": "call"}}


def test_it_stands_still_and_can_be_polled(state: dict[str, Any]) -> None:
    """O4, R1: at the moment at which it was left; what was waiting is there, what was due comes when the clock is moved."""
    with opened(state) as mock, Client("shop", "shop-pass", endpoint=mock.url, binding="http") as sms:
        (account,) = mock.accounts
        assert account.clock.frozen
        assert mock.clock.frozen
        assert account.assert_sent(text=TEXT, count=1)[0].phone == PHONE
        assert [reply.text for reply in sms.replies()] == ["收到"]
        assert list(sms.reports()) == []
        account.clock.advance(minutes=1)
        assert [report.status for report in sms.reports()] == ["DELIVRD"]
        seen = json.loads(urlopen(f"{mock.url}/_mock/api/v1/messages").read())
        assert [message["text"] for message in seen["messages"]] == [TEXT]


def test_the_command_opens_it(state: dict[str, Any], tmp_path: Path) -> None:
    capsule = tmp_path / "capsule.json"
    capsule.write_text(json.dumps(state))
    with subprocess.Popen(
        [sys.executable, "-m", "winnerlook_mock", "replay", str(capsule)], stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(6)]
        process.send_signal(signal.SIGTERM)
    assert lines[0] == "winnerlook-mock replays"
    assert lines[1].endswith("test_it.py::test_shop")
    assert "shop / shop-pass, balance 9999, 1 messages, clock at 2026-11-20 12:00:00" in lines[4]
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "the state: is no JSON object"),
        ('{"accounts": []}', "is no winnerlook-mock-state"),
        ('{"format": "winnerlook-mock-state", "version": 99}', "version: is not 1"),
        ('{"format": "winnerlook-mock-state", "version": 1}', "clock: is missing"),
    ],
)
def test_a_wrong_file(text: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.json"
    if text is not None:
        file.write_text(text)
    assert main(["replay", str(file)]) == 1
    assert said in capsys.readouterr().err
