"""The mock: its log, its figures, its errors, its objects. What it is for, showing what came in, is told apart in `SHOWN`."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch
from tests.mockserver.control.caller import ROOT, Api
from tests.mockserver.plain.harness import exchange, live
from tests.mockserver.recording.calls import DOORS, parameters, request
from winnerlook.operations import ALL, BY_NAME, PLAIN_PATH, SOAP_PATH
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.scenario import Scenario, ScenarioError
from winnerlook_mock.state import StateError, import_state

SHOWN = ("/accounts", "/messages", "/journal", "/pushes", "/state")
"""Views of the control API whose purpose is to show numbers, texts and the mock's own passwords. Besides them, notes show names of
parameters that look like names, though an unescaped & in a value makes one of what follows it."""
FORM = "application/x-www-form-urlencoded"


def _given(tags: Tags, account: MockAccount, name: str) -> dict[str, str]:
    """Parameters of a call with the tags in them."""
    given = parameters(BY_NAME[name], password=tags.password, text=tags.text)
    given = {key: value.replace("13977788812", tags.phone).replace("13977788813", tags.phone) for key, value in given.items()}
    return {**given, "userCode": account.user_code}


def _drive(server: MockServer, tags: Tags, account: MockAccount) -> None:
    """Every operation through every door, right and wrong, and what is no call at all."""
    for door in DOORS:
        for operation in ALL:
            account.reply(tags.phone, tags.text)
            given = _given(tags, account, operation.name)
            for values in (given, {**given, "userPass": tags.password + tags.phone}, {**given, "Other": tags.text, "smsType": tags.text}):
                method, path, body, headers = request(door, operation.name, values)
                live(server.url, method, path, body, headers)
    secret = f"{tags.password} {tags.phone} {tags.text}"
    for path, body, kind in (
        (PLAIN_PATH + "SendMsg", b"Msg=" + secret.encode("gbk"), FORM), (PLAIN_PATH + quote(secret), b"", FORM),
        (PLAIN_PATH + "SendMsg", secret.encode(), "text/plain"),
        (SOAP_PATH, f"<a>{secret}".encode(), "text/xml"), (SOAP_PATH, secret.encode(), "text/xml; charset=x"),
        ("/" + quote(secret), b"", FORM),
        (SOAP_PATH, f'<!DOCTYPE x [<!ENTITY a "{tags.text}">]><a/>'.encode(), "text/xml"),
        (PLAIN_PATH + "SendMsg", b"\x1f\x8b=" + secret.encode(), FORM),
    ):
        live(server.url, "POST", path, body, {"Content-Type": kind, "SOAPAction": tags.phone, "Authorization": f"Basic {tags.word}"})
    for line in (f"GET {PLAIN_PATH}SendMsg?Msg={tags.text}&userPass={tags.password} HTTP/1.1", f"{tags.phone} {tags.word} {tags.word}"):
        exchange(server.url, f"{line}\r\nHost: a\r\nConnection: close\r\n\r\n".encode())


def test_nothing_is_logged(watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2: at TRACE, by uvicorn or anybody else. The server is one of the same process, whose loggers are all at their loudest."""
    _drive(server, tags, account)
    assert account.messages[-1].text == tags.text
    watch.see("objects", server, account, account.settings, *account.messages, *account.journal, *server.journal, *account.waiting_replies)
    watch.see("timeline", *(step for message in account.messages for step in message.timeline))
    for entry in (*account.journal, *server.journal):
        watch.say("note", " ".join((*entry.notes, entry.reason, entry.fault)))


def test_nothing_is_logged_when_it_starts_loud(watch: Watch, tags: Tags) -> None:
    """L2: uvicorn decides on its log of scopes and accesses when it starts, and by the loggers, not by its own settings."""
    heard = logging.NullHandler()
    access = logging.getLogger("uvicorn.access")
    access.addHandler(heard)
    try:
        with MockServer(defaults={"balance_interval": 0}) as loud:
            account = loud.account(user_pass=tags.password)
            for door in DOORS:
                method, path, body, headers = request(door, "SendMsg", _given(tags, account, "SendMsg"))
                assert live(loud.url, method, path, body, headers).status == 200
    finally:
        access.removeHandler(heard)
    assert any(name.startswith("uvicorn") for name in watch.names())


def test_an_applications_own_uvicorn_keeps_its_access_log() -> None:
    """The mock lives in the process of whoever tests."""
    access = logging.getLogger("uvicorn.access")
    uvicorn.Config(None)
    before = (list(access.handlers), access.propagate)
    assert before[0]
    with MockServer():
        assert (list(access.handlers), access.propagate) == before


def test_figures_and_health(watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2: labels of metrics, and pages that anybody may ask for."""
    _drive(server, tags, account)
    api = Api(server.url)
    for page in ("metrics", "livez", "readyz", "", "api/v1/server", "api/v1/figures", "api/v1/openapi.json", "api/v1/clock"):
        watch.say(page, api.raw("GET", f"/_mock/{page}").body.decode())
    assert b"winnerlook" in api.raw("GET", "/_mock/metrics").body


def test_errors_of_the_control_api(watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2: bodies that are wrong in a place beside a password or a text, and searches for one."""
    api, shown = Api(server.url), {"DesNo": tags.phone, "Msg": tags.text}
    path = f"/accounts/{account.user_code}"
    refused = [
        api("POST", "/accounts", {"user_code": account.user_code, "user_pass": tags.password}),
        api("POST", "/accounts", {"user_code": "other", "user_pass": tags.password, "balance": tags.text}),
        api("POST", "/accounts", {"user_pass": [tags.password]}),
        api("POST", "/accounts", {"user_pass": tags.password, "settings": {"seed": tags.text}}),
        api("POST", f"{path}/replies", {"phone": tags.text, "text": tags.phone}), api("POST", f"{path}/replies", {"phone": tags.phone}),
        api("POST", f"{path}/replies", {"phone": tags.phone, "text": [tags.text]}),
        api("POST", "/faults", {"kind": "result", "result": [tags.text]}),
        api("POST", "/faults", {"kind": "code", "code": -7, "to": tags.text}), api("PUT", "/state", {"accounts": [shown]}),
        api.raw("POST", f"{ROOT}/accounts", f'{{"user_pass": "{tags.password}'.encode(), content_type="application/json"),
        api.raw("POST", f"{ROOT}/accounts", tags.text.encode("gbk"), content_type="application/json"),
        api.raw("GET", f"{ROOT}/messages?limit={tags.phone}x"), api.raw("GET", f"{ROOT}/messages/{tags.phone}x"),
        api.raw("POST", f"{ROOT}/accounts", b"{}", content_type="application/json", Origin=f"http://{tags.word}.example"),
    ]
    assert {answer.status // 100 for answer in refused} == {4}, [answer.status for answer in refused]
    for number, answer in enumerate(refused):
        watch.say(f"refusal {number}", answer.body.decode() + str(answer.headers))


@pytest.mark.parametrize("kind", ["soap-fault", "status", "malformed", "garbage", "reset", "cut", "content-type", "result"])
def test_faults(kind: str, watch: Watch, tags: Tags, server: MockServer, account: MockAccount) -> None:
    """L2: those in force, and what became of calls that they struck."""
    more: dict[str, dict[str, Any]] = {"soap-fault": {"reason": tags.text}, "status": {"body": tags.text}, "result": {"result": tags.text}}
    watch.see("fault", account.fault(kind, to=tags.phone[:7], **more.get(kind, {})), account.faults, *account.faults)
    for door in DOORS:
        method, path, body, headers = request(door, "SendMsg", _given(tags, account, "SendMsg"))
        try:
            live(server.url, method, path, body, headers)
        except Exception as error:
            assert kind in {"reset", "cut"}, error


def test_errors_in_python(watch: Watch, tags: Tags, server: MockServer, account: MockAccount, tmp_path: Path) -> None:
    """L2: arguments, scenarios and states that are wrong. Assertions that fail show what they looked for: a tester asked."""
    file = tmp_path / "scenario.toml"
    for content in (f'[[accounts]]\nuser_code = "a"\nuser_pass = "{tags.password}', f'[[accounts]]\nuser_pass = ["{tags.password}"]'):
        file.write_text(content, "utf-8")
        with pytest.raises(ScenarioError) as failed:
            Scenario.load(file)
        watch.see("scenario", failed.value)
    works = [
        lambda: server.account(account.user_code, tags.password), lambda: account.reply(tags.text, tags.phone),
        lambda: account.fault("code", code=tags.phone, to=tags.text), lambda: server.account("x", tags.password, balance=-1),
    ]
    for work in works:
        try:
            watch.see("argument", work())
        except (ValueError, TypeError) as wrong:
            watch.see("argument", wrong)
    state = json.loads(Api(server.url).raw("GET", f"{ROOT}/state").body)
    state["accounts"][0]["user_pass"] = [tags.password]
    with pytest.raises(StateError) as refused:
        import_state(server, state)
    watch.see("state", refused.value)


def test_what_is_shown_on_purpose(tags: Tags, server: MockServer, account: MockAccount) -> None:
    """A tester looks at numbers and texts there; nobody else may: see tests/mockserver/control/test_security.py."""
    api = Api(server.url)
    _drive(server, tags, account)
    for view in ("/accounts", "/messages", "/journal", "/state"):
        assert view in SHOWN
        assert tags.found_in(api.raw("GET", f"{ROOT}{view}").body.decode()), view


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see a process's arguments: Linux")
def test_the_command(watch: Watch, tags: Tags, tmp_path: Path) -> None:
    """L2: what ``serve`` prints, and what ``ps`` shows, where the account comes by the environment."""
    variables = {**os.environ, "WINNERLOOK_MOCK_ACCOUNT": f"shop:{tags.password}", "PYTHONDEVMODE": "1"}
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=variables) as process:
        assert process.stdout
        begun = [process.stdout.readline() for _ in range(2)]
        url = begun[1].split()[-1]
        watch.say("ps", Path(f"/proc/{process.pid}/cmdline").read_text("utf-8"))
        for door in DOORS:
            given = {**parameters(BY_NAME["SendMsg"], password=tags.password, text=tags.text), "userCode": "shop", "DesNo": tags.phone}
            method, path, body, headers = request(door, "SendMsg", given)
            assert live(url, method, path, body, headers).body.rstrip().endswith(b">"), door
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    watch.say("output", "".join(begun) + out + err)
    assert process.returncode == 0
