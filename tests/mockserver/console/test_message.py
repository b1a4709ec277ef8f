"""One message: its timeline, its parameters beside the raw request, its code, and what to copy, which runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, TEXT, Desk
from tests.mockserver.pytest_plugin.running import PLUGIN
from winnerlook.operations import SOAP_PATH

if TYPE_CHECKING:
    from playwright.sync_api import Locator

ODD = "it's \"odd\" $HOME `id` \\n %41 &amp; <b>\u202e😀 第二行\n【测试】"


def test_a_message(desk: Desk) -> None:
    """Its timeline, its parameters beside the raw request, its code, and what to copy."""
    batch = desk.send(customer_uuid="order-7")
    number = desk.account.messages[0].number
    page = desk.open(f"messages/{number}")
    expect(page.get_by_role("button", name="Copy: 2345")).to_be_visible()
    expect(page.locator(".timeline .what")).to_have_text(["received", "accepted", "reported"])
    request = page.get_by_role("region", name="What came in")
    expect(request.get_by_role("definition").filter(has_text="order-7")).to_be_visible()
    expect(request.locator("pre")).to_contain_text(re.compile(r"^<\?xml.*\n<soap-env:Envelope.*\n  <soap-env:Body>\n    <"))
    expect(page.get_by_text(batch).first).to_be_visible()
    again = page.get_by_role("region", name="Do it again").first
    expect(again.locator("pre")).to_contain_text("curl")
    again.get_by_role("tab", name="curl").press("ArrowRight")
    expect(again.locator("pre")).to_contain_text('sms.send("13900000000"')
    again.get_by_role("tab", name="pytest").click()
    expect(again.locator("pre")).to_contain_text('otp(to="13900000000") == "2345"')
    page.get_by_role("combobox", name="Status").fill("EXPIRED")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator(".timeline li.bad")).to_contain_text("EXPIRED")
    assert desk.account.messages[0].status == "EXPIRED"


def test_warnings_are_shown_and_explained(desk: Desk) -> None:
    """C4: a text without a signature."""
    desk.send(text="没有签名")
    page = desk.open()
    row = desk.row(PHONE)
    expect(row.get_by_role("img", name="1 warning")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("region", name="Warnings")).to_contain_text("put the registered signature there")


def test_each_attempt_to_push_is_in_the_timeline(desk: Desk) -> None:
    """P4: refused, then redelivered to who takes it."""
    desk.account.configure(report_url=f"{desk.mock.url}/nowhere", push_backoff=[3600])
    desk.send()
    desk.account.clock.settle()
    page = desk.open(f"messages/{desk.account.messages[0].number}")
    steps = page.locator(".timeline li")
    expect(steps.locator(".what")).to_have_text(["received", "accepted", "reported", "pushed", "next try"])
    expect(steps.nth(3)).to_contain_text("#1, attempt 1 404 Nothing is here")
    steps.nth(3).get_by_role("link").click()
    page.get_by_role("button", name="Redeliver").click()
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.go_back()
    expect(steps.locator(".what")).to_have_text(["received", "accepted", "reported", "pushed", "pushed", "next try"])


def _copied(desk: Desk, kind: str) -> str:
    """What the page offers for the newest message."""
    page = desk.open(f"messages/{desk.account.messages[-1].number}")
    again: Locator = page.get_by_role("region", name="Do it again").first
    again.get_by_role("tab", name=kind).click()
    return str(again.locator("pre code").evaluate("code => code.textContent"))


def _is_there_twice(desk: Desk) -> None:
    first, second = desk.account.messages
    for part in ("phone", "text", "customer_uuid", "operation", "door", "extension", "sms_type"):
        assert getattr(first, part) == getattr(second, part), part


@pytest.mark.parametrize("binding", ["soap11", "soap12", "http"])
def test_the_curl_runs(desk: Desk, binding: str) -> None:
    desk.send(text=ODD, binding=binding, customer_uuid="order-'8\"")
    _run(["sh", "-c", _copied(desk, "curl")])
    _is_there_twice(desk)


@pytest.mark.parametrize(("door", "charset"), [("post", "utf-8"), ("get", "utf-8"), ("soap", "utf-16"), ("soap", "gbk")])
def test_the_curl_of_odd_requests_runs(desk: Desk, door: str, charset: str) -> None:
    """A form sent by others, and envelopes whose bytes are no UTF-8."""
    if door == "soap":
        inner = f"<userCode>{desk.user}</userCode><userPass>{desk.account.user_pass}</userPass><DesNo>{PHONE}</DesNo><Msg>{TEXT}</Msg>"
        envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendMsg xmlns="http://tempuri.org/">{inner}'
        body = f'<?xml version="1.0" encoding="{charset}"?>{envelope}</SendMsg></s:Body></s:Envelope>'.encode(charset)
        _post(desk, SOAP_PATH, body, f"text/xml; charset={charset}")
    else:
        fields = {"userCode": desk.user, "userPass": desk.account.user_pass, "DesNo": PHONE, "Msg": ODD, "smsType": "101"}
        arguments = [part for name, value in fields.items() for part in ("--data-urlencode", f"{name}={value}")]
        _run(["curl", "-sS", *(["-G"] if door == "get" else []), *arguments, f"{desk.mock.url}/winnerrxd/api/trigger/SendMsg"])
    _run(["sh", "-c", _copied(desk, "curl")])
    _is_there_twice(desk)


@pytest.mark.parametrize("more", [{}, {"extension": "12"}, {"encrypted": True}, {"binding": "soap12"}, {"binding": "http"}])
def test_the_python_runs(desk: Desk, more: dict[str, object]) -> None:
    text = TEXT if more.get("encrypted") else ODD
    desk.send(text=text, **({} if more.get("encrypted") else {"customer_uuid": "order-'8\""}), **more)  # type: ignore[arg-type]
    code = _copied(desk, "Python")
    exec(compile(code, "copied", "exec"), {"print": lambda *_said: None})
    _is_there_twice(desk)


def test_the_assertion_holds_and_can_fail(desk: Desk, tmp_path: Path) -> None:
    """Run by pytest with our plugin and nothing else; `...` stands for what sends it."""
    desk.send(text="您的验证码是:2345 'x' \"y\"【测试】", customer_uuid="order-8")
    code = _copied(desk, "pytest")
    sending = ("winnerlook_account.user_code, winnerlook_account.user_pass, endpoint=os.environ['WINNERLOOK_ENDPOINT']",
               f"{PHONE!r}, {desk.account.messages[0].text!r}, customer_uuid='order-8'")
    done = f"    with Client({sending[0]}) as sms:\n        sms.send({sending[1]})\n"
    (tmp_path / "test_sent.py").write_text(
        f"import os\nfrom winnerlook import Client\n{code.replace('    ...  # what sends it', done)}", encoding="utf-8")
    (tmp_path / "test_unsent.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", *PLUGIN, "--rootdir", str(tmp_path), str(tmp_path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTEST_ADDOPTS": ""})
    assert "1 failed, 1 passed" in ran.stdout, ran.stdout
    assert "FAILED test_unsent.py" in ran.stdout


def test_a_push_as_curl_runs(desk: Desk) -> None:
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere", push_backoff=[])
    desk.account.reply(PHONE, "it's <b>T</b>")
    desk.account.clock.settle()
    page = desk.open(f"pushes/{desk.user}/1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert "Nothing is here" in _run(["sh", "-c", page.evaluate("navigator.clipboard.readText()")])


def _post(desk: Desk, path: str, body: bytes, content_type: str) -> None:
    _run(["curl", "-sS", "-H", f"Content-Type: {content_type}", "--data-binary", "@-", desk.mock.url + path], body)


def _run(command: list[str], given: bytes = b"") -> str:
    if shutil.which("curl") is None:
        pytest.skip("what is copied as curl was NOT run: there is no curl")
    ran = subprocess.run(command, check=False, input=given, capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.decode()
