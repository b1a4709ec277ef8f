"""doctor: what is in force, what is wrong with it, and whether the gateway's WSDL is the packaged one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.client.cli.conftest import Outcome, Run
from tests.client.raw_server import RawServer, answering, http, read_request
from winnerlook import wsdl
from winnerlook_mock import MockServer
from winnerlook_mock.account import MockAccount


def verdicts(outcome: Outcome) -> dict[str, str]:
    lines = outcome.out.split("\n\n")[-1].splitlines()
    return {words[1]: words[0] for words in map(str.split, lines) if words[0] != "-"}


WELL = dict.fromkeys(("settings", "binding", "timeouts", "limits", "endpoint", "connection", "WSDL"), "ok")


def test_all_is_well(run: Run, account: MockAccount) -> None:
    """A3, L2: every setting with its source, the password masked; no operation is called."""
    outcome = run("doctor", "--read-timeout", "7")
    assert outcome.code == 0
    assert verdicts(outcome) == WELL
    assert [line.split() for line in outcome.out.splitlines()[1:8]] == [
        ["endpoint", outcome.out.splitlines()[1].split()[1], "WINNERLOOK_ENDPOINT"],
        ["user_code", account.user_code, "WINNERLOOK_USER_CODE"],
        ["user_pass", "***", "WINNERLOOK_USER_PASS"],
        ["binding", "soap11", "default"],
        ["connect_timeout", "5.0", "default"],
        ["read_timeout", "7", "--read-timeout"],
        ["total_timeout", "60.0", "default"],
    ]
    assert account.user_pass not in outcome.out + outcome.err
    assert account.journal == []


def test_all_is_well_as_json(run: Run, account: MockAccount) -> None:
    value = json.loads(run("doctor", "--json").out)
    assert value["ok"] is True
    assert {check["name"]: check["ok"] for check in value["checks"]} == dict.fromkeys(WELL, True)
    assert {"name": "user_pass", "value": "***", "source": "WINNERLOOK_USER_PASS"} in value["settings"]


def test_it_asks_for_the_wsdl_only(run: Run, configured) -> None:
    """A3: one GET, without credentials."""
    seen = []

    def behaviour(connection) -> None:
        while request := read_request(connection):
            seen.append(request)
            connection.sendall(http(wsdl.read()))

    with RawServer(behaviour) as server:
        configured(server.url)
        assert run("doctor").code == 0
    [request] = seen
    assert request.startswith(b"GET /winnerrxd/api/ws/trigger?wsdl HTTP/1.1\r\n")
    assert b"demo" not in request


def test_differences_are_named(run: Run, configured) -> None:
    changed = wsdl.read().replace(b'name="smsType" type="s:int"', b'name="smsType" type="s:string"', 1)
    changed = changed.replace(b"118.178.116.15", b"10.0.0.1")
    with RawServer(answering(http(changed))) as server:
        configured(server.url)
        outcome, value = run("doctor"), json.loads(run("doctor", "--json").out)
    assert outcome.code == 1
    assert verdicts(outcome) == {**WELL, "WSDL": "FAILED"}
    assert outcome.out.splitlines()[-1].strip() == "- SendMsg, request: smsType: the type is xs:string, not xs:int"
    assert value["checks"][-1]["differences"] == ["SendMsg, request: smsType: the type is xs:string, not xs:int"]


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html/>", content_type="text/html"), http(b"not here", status="404 Not Found"), http(b"nonsense"),
        http(b'<!DOCTYPE a [<!ENTITY b "c">]>' + wsdl.read().split(b"?>", 1)[1]), b"HTTP/1.1 200 OK\r\n",
        http(b"", status="302 Found"), b"",
    ],
)
def test_what_is_no_wsdl(run: Run, configured, answer: bytes) -> None:
    def behaviour(connection) -> None:
        read_request(connection)
        connection.sendall(answer)

    with RawServer(behaviour) as server:
        configured(server.url)
        outcome = run("doctor")
    assert outcome.code == 1
    assert verdicts(outcome) == {**WELL, "WSDL": "FAILED"}


def test_no_connection(run: Run, configured) -> None:
    configured("http://127.0.0.1:1")
    outcome = run("doctor")
    assert outcome.code == 1
    assert verdicts(outcome) == {**WELL, "connection": "FAILED", "WSDL": "skipped"}
    assert "firewall" in outcome.out


@pytest.mark.parametrize(
    ("options", "failed"),
    [
        (["--user-pass", ""], {"settings"}), (["--binding", "soap13"], {"binding"}), (["--total-timeout", "soon"], {"timeouts"}),
        (["--connect-timeout", "-1"], {"timeouts"}), (["--retries", "nan"], {"limits"}), (["--rate-limit", "-1"], {"limits"}),
    ],
)
def test_one_wrong_setting_does_not_hide_the_rest(run: Run, account: MockAccount, options: list[str], failed: set[str]) -> None:
    outcome = run("doctor", *options)
    assert outcome.code == 1
    assert {name for name, verdict in verdicts(outcome).items() if verdict != "ok"} == failed


def test_nothing_is_set(run: Run) -> None:
    outcome = run("doctor")
    assert outcome.code == 1
    assert verdicts(outcome) == {
        "settings": "FAILED", "binding": "ok", "timeouts": "ok", "limits": "ok", "endpoint": "skipped", "connection": "skipped",
        "WSDL": "skipped",
    }
    assert "--user-pass-file or WINNERLOOK_USER_PASS" in outcome.out


def test_a_wrong_endpoint_shows_no_password(run: Run, configured) -> None:
    """L2"""
    configured("http://demo:canary@127.0.0.1")
    outcome = run("doctor")
    assert verdicts(outcome)["endpoint"] == "FAILED"
    assert "canary" not in outcome.out + outcome.err


def test_an_open_password_file(run: Run, account: MockAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WINNERLOOK_USER_PASS")
    file = tmp_path / "password"
    file.write_text(account.user_pass)
    file.chmod(0o644)
    outcome = run("doctor", "--user-pass-file", str(file))
    assert verdicts(outcome) == {**WELL, "secrecy": "FAILED"}
    assert f"chmod 600 {file}" in outcome.out
    assert "warning: " in run("balance", "--user-pass-file", str(file)).err


def test_an_unreadable_configuration(run: Run) -> None:
    outcome = run("doctor", "--config", "missing.toml")
    assert outcome.code == 1
    assert outcome.out.startswith("FAILED   configuration  ")


def test_https(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """H3: a certificate that is not trusted says what to do, a CA file mends it, and trusting anybody is a finding and a warning."""
    with MockServer(https_port=0) as mock:
        account = mock.account()
        for name, value in (("ENDPOINT", mock.https_url), ("USER_CODE", account.user_code), ("USER_PASS", account.user_pass)):
            monkeypatch.setenv(f"WINNERLOOK_{name}", value)
        refused = run("doctor")
        assert refused.code == 1
        assert "ca_file" in refused.out
        assert "firewall" not in refused.out
        assert run("send", "13900000000", "text").code == 4
        assert mock.ca_file is not None
        assert run("--ca-file", mock.ca_file, "doctor").code == 0
        assert run("--ca-file", mock.ca_file, "--binding", "http", "send", "13900000000", "text").code == 0
        anybody = run("--verify", "false", "doctor")
        assert anybody.code == 1
        assert "anybody on the way" in anybody.out
        assert "anybody on the way" in run("--verify", "false", "send", "13900000000", "text").err
        assert len(account.messages) == 2
