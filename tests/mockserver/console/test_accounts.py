"""Accounts: opened, charged, set, tried out, emptied and closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import Desk
from winnerlook_mock.gateway.settings import plain

TYPED: dict[str, tuple[Any, Any]] = {
    "frozen": (True, True), "expires_at": ("2031-01-02T03:04:05+08:00", "2031-01-02T03:04:05+08:00"), "channel_open": (False, False),
    "channel_hours": ('["08:00", "21:30"]', ["08:00:00", "21:30:00"]), "price": ("0.05", "0.05"), "replay": (True, True),
    "allowed_ips": ("127.0.0.1\n10.0.0.0/8", ["10.0.0.0/8", "127.0.0.1"]), "blacklist": ("13900000001", ["13900000001"]),
    "user_blacklist": ("13900000002", ["13900000002"]), "system_blacklist": ("13900000003", ["13900000003"]),
    "unsubscribe_words": ("T\nTD", ["T", "TD"]), "user_words": ("发票\n彩票", ["发票", "彩票"]), "system_words": ("<b>", ["<b>"]),
    "signatures": ('{"1": "测试"}', {"1": "测试"}), "signature_length": ("[2, 10]", [2, 10]),
    "templates": ("您的验证码是:{code}【测试】", ["您的验证码是:{code}【测试】"]), "sms_types": ("[101, 102]", [101, 102]),
    "report_url": ("http://127.0.0.1:9/r", "http://127.0.0.1:9/r"), "reply_url": ("http://127.0.0.1:9/m", "http://127.0.0.1:9/m"),
    "push_form": (True, True), "poll_pushed": (True, True), "push_batch": ("7", 7), "push_interval": ("1.5", 1.5),
    "push_timeout": ("2", 2.0), "push_backoff": ("[1, 2]", [1.0, 2.0]), "push_verify": (False, False), "pushes_kept": ("99", 99),
    "delivery_delay": ("lognormal:3,0.5", "lognormal:3.0,0.5"), "delivery_rules": ('{"139*": "UNDELIV"}', {"139*": "UNDELIV"}),
    "delivery_statuses": ('{"EXPIRED": 0.25}', {"EXPIRED": 0.25}), "refund_failures": (True, True), "seed": ("42", 42),
    "sender_number": ("10690001", "10690001"), "balance_interval": ("3", 3), "call_interval": ("0.5", 0.5),
    "number_limit": ("[1, 60]", [1, 60]), "monthly_limit": ("1000", 1000), "strict_limits": (True, True), "messages_kept": ("500", 500),
}
"""What is typed into each setting, and what the API says then."""
SEVERAL = {"push_chaos"}
"""A setting of several parts, tried apart."""


def test_an_account_is_opened_and_set(desk: Desk) -> None:
    """C5, C18: balance and state."""
    page = desk.open("accounts")
    name = f"new-{desk.user}"
    page.get_by_label("userCode").fill(name)
    page.get_by_label("Balance").fill("12.5")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    account = desk.mock.find(name)
    assert str(account.balance) == "12.5"
    page.get_by_label("Set the balance").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("12.5 − 9.5 + 0 = 3").or_(page.locator("dd strong", has_text="3"))).to_be_visible()
    page.get_by_label("frozen").check()
    page.get_by_text("Who may call, and be written to").click()
    page.get_by_label("allowed_ips").fill("127.0.0.1\n10.0.0.0/8")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".heading .status").first).to_have_text("frozen")
    assert account.settings.frozen
    assert account.settings.allowed_ips == {"127.0.0.1", "10.0.0.0/8"}
    page.get_by_label("allowed_ips").fill("nowhere")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("alert")).to_contain_text("allowed_ips")
    desk.watch.forgive("422")


def test_configuration_for_programs(desk: Desk) -> None:
    page = desk.open(f"accounts/{desk.user}")
    panel = page.get_by_role("region", name="Configuration").first
    for language in ("Python", "Java", "PHP", ".NET", "curl"):
        panel.get_by_role("tab", name=language).click()
        expect(panel.locator("pre")).to_contain_text(desk.user)
        expect(panel.locator("pre")).to_contain_text(desk.mock.url)


def test_a_push_is_tried_out(desk: Desk) -> None:
    """P2: a reply is pushed at once, and the page says what the receiver answered."""
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere")
    page = desk.open(f"accounts/{desk.user}")
    page.get_by_role("button", name="Test now: report").click()
    expect(page.get_by_text("There is no address to push to")).to_be_visible()
    page.get_by_role("button", name="Test now: reply").click()
    told = page.get_by_role("link", name="Push 1: waiting (404")
    expect(told).to_be_visible()
    told.click()
    expect(page.get_by_role("group", name="Body")).to_contain_text("dest_phone")


def test_every_setting(desk: Desk) -> None:
    """The form has all that there are, and each gets to the account as it was typed."""
    assert set(TYPED) == set(plain.NAMES) - SEVERAL
    page = desk.open(f"accounts/{desk.user}")
    page.locator("details.group").first.wait_for()
    page.evaluate("document.querySelectorAll('details.group').forEach((one) => { one.open = true; })")
    for name, (typed, _) in TYPED.items():
        control = page.locator(f"#set-{name}")
        if isinstance(typed, bool):
            control.set_checked(typed)
        else:
            control.fill(typed)
    page.locator("#set-push_chaos").fill('{"duplicate": 0.5}')
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    settings = plain.plain(desk.account.settings)
    lists = {name for name, (_, value) in TYPED.items() if isinstance(value, list)}
    assert settings.pop("push_chaos")["duplicate"] == 0.5
    said = {name: sorted(value) if name in lists and all(isinstance(one, str) for one in value) else value
            for name, value in settings.items()}
    assert said == {name: value for name, (_, value) in TYPED.items()}


def test_settings_are_taken_back(desk: Desk) -> None:
    """What is emptied is none again; nothing is sent where nothing was changed."""
    desk.account.configure(number_limit=(1, 60), delivery_rules={"139*": "UNDELIV"}, user_words={"x"})
    page = desk.open(f"accounts/{desk.user}")
    for name in ("number_limit", "delivery_rules", "user_words"):
        page.locator(f"#set-{name}").fill("")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    now = desk.account.settings
    assert (now.number_limit, dict(now.delivery_rules), set(now.user_words)) == (None, {}, set())
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "7")
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *_about: Any) -> None:
        """In silence."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """Takes every push."""
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/push"
        server.shutdown()


@pytest.mark.parametrize("what", ["report", "reply"])
def test_a_push_that_is_taken(desk: Desk, receiver: str, what: str) -> None:
    """P1, P2, P4."""
    desk.send()
    page = desk.open(f"accounts/{desk.user}")
    page.locator(f"#set-{what}_url").fill(receiver)
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_role("button", name=f"Test now: {what}").click()
    expect(page.get_by_role("link", name="Push 1: delivered (200 success)")).to_be_visible()
    assert desk.account.pushes[0].attempts[0].taken


def test_reset_and_closed(desk: Desk) -> None:
    desk.send()
    page = desk.open(f"accounts/{desk.user}")
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert desk.account.messages
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("dd", has_text="10000 − 0 + 0 = 10000")).to_be_visible()
    assert desk.account.messages == ()
    page.get_by_role("button", name="Close account").click()
    page.get_by_role("dialog").get_by_role("button", name="Close account").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    expect(page.get_by_role("link", name=desk.user)).to_have_count(0)
    page.goto(f"{desk.mock.url}/_mock/#/accounts/{desk.user}")
    expect(page.get_by_role("heading", name=f"There is no account {desk.user}")).to_be_visible()
    desk.watch.forgive("404")
