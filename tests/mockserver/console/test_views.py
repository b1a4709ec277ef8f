"""Handset, accounts, faults, clock, pushes, journal, codes, charts."""

from __future__ import annotations

import pytest

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, TEXT, Desk
from winnerlook import Client, GatewayError
from winnerlook_mock import Clock


def test_answering_as_the_handset(desk: Desk) -> None:
    """O4: what is typed can be polled, and stays in the conversation when it was."""
    desk.send()
    page = desk.open(f"handset/{desk.user}/{PHONE}")
    expect(page.locator(".bubble.in")).to_contain_text(TEXT)
    page.get_by_role("textbox", name="Answer as this handset").fill("收到 <3")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.out")).to_contain_text(["收到 <3"])
    expect(page.locator(".bubble.out")).to_contain_text("waits to be polled")
    with Client(desk.user, desk.account.user_pass, endpoint=desk.mock.url) as sms:
        assert [reply.text for reply in sms.replies()] == ["收到 <3"]
    page.reload()
    expect(page.locator(".bubble.out")).to_contain_text("polled")
    page.get_by_role("combobox").select_option("UNDELIV")
    expect(page.locator(".bubble.in .status")).to_have_text("UNDELIV")


def test_conversations_by_number(desk: Desk) -> None:
    desk.send_many(2)
    desk.send(text="最后一条【测试】")
    page = desk.open(f"handset/{desk.user}")
    expect(page.locator(".threads li")).to_have_count(2)
    page.get_by_role("link", name="最后一条").click()
    expect(page.get_by_role("heading", name=PHONE)).to_be_visible()
    expect(page.locator(".bubble")).to_have_count(2)


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
    expect(page.locator(".card[open]")).to_contain_text("dest_phone")


def test_pushes_are_redelivered(desk: Desk) -> None:
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere", push_backoff=[])
    desk.account.reply(PHONE, "收到")
    desk.account.clock.settle()
    page = desk.open("pushes", account=desk.user)
    card = page.locator(".card")
    expect(card).to_contain_text("given up")
    card.locator("summary").click()
    card.get_by_role("button", name="Redeliver").click()
    expect(card).to_contain_text("2 attempts")
    assert len(desk.account.pushes[0].attempts) == 2


def test_a_fault_is_armed_strikes_and_is_disarmed(desk: Desk) -> None:
    page = desk.open("faults", account=desk.user)
    page.get_by_label("Failure code").fill("-48")
    page.get_by_role("combobox", name="Operation").select_option("SendMsg")
    page.get_by_label("Times").fill("3")
    page.get_by_role("button", name="Arm").click()
    armed = page.get_by_role("row").filter(has_text=desk.user)
    expect(armed).to_contain_text("code: -48")
    expect(armed).to_contain_text("0 of 0 calls")
    with pytest.raises(GatewayError):
        desk.send()
    expect(armed).to_contain_text("1 of 1 calls")
    expect(armed.locator(".left")).to_contain_text("min")
    armed.get_by_role("button", name="Disarm").click()
    expect(armed).to_have_count(0)
    assert desk.account.faults == ()


def test_every_kind_of_fault_can_be_armed(desk: Desk) -> None:
    page = desk.open("faults", account=desk.user)
    kinds = page.locator("#kind option").all_inner_texts()
    for kind in kinds:
        page.locator("#kind").select_option(kind)
        if kind == "result":
            page.get_by_label("Result string").fill("42")
        page.get_by_role("button", name="Arm", exact=True).click()
        expect(page.get_by_role("row").filter(has_text=desk.user).filter(has=page.get_by_text(kind, exact=True))).to_have_count(1)
    assert [str(one.fault.kind) for one in desk.account.faults] == kinds
    desk.account.clear_faults()


def test_the_clock_is_frozen_and_moved(desk: Desk) -> None:
    account = desk.mock.account(clock=Clock(), delivery_delay=50)
    desk.account = account
    desk.send()
    page = desk.open("clock", account=account.user_code)
    expect(page.get_by_role("region", name="What will fall due").first).to_contain_text("DELIVRD for 139")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("stands still")).to_be_visible()
    assert account.clock.frozen
    before = account.clock.now()
    page.get_by_role("button", name="+1 min").click()
    expect(page.get_by_role("region", name="What happened").first).to_contain_text("DELIVRD")
    assert (account.clock.now() - before).total_seconds() == 60
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("runs", exact=True)).to_be_visible()


def test_the_journal_has_refused_requests(desk: Desk) -> None:
    desk.refused(-7)
    desk.send()
    page = desk.open("journal", q=f"account:{desk.user} is:refused")
    expect(desk.rows).to_have_count(1)
    expect(desk.rows.first).to_contain_text("⚡ code")
    desk.rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="SendMsg")).to_be_visible()
    expect(page.get_by_role("region", name="Fault that struck")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill(f"account:{desk.user}")
    expect(desk.rows).to_have_count(2)


def test_codes(desk: Desk) -> None:
    """C5: found by word."""
    page = desk.open("codes")
    expect(page.get_by_role("link", name="-7", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("余额不足")
    expect(page.get_by_role("button", name="19900000007")).to_be_visible()
    expect(page.get_by_role("button", name="19900000001")).to_have_count(0)


def test_charts(desk: Desk) -> None:
    desk.send()
    desk.send("19800000001")
    desk.refused(-7)
    page = desk.open("charts", account=desk.user)
    for title in ("Calls over time", "How long answers took", "How messages ended", "What calls were answered"):
        expect(page.get_by_role("img", name=title)).to_be_visible()
    expect(page.locator(".chart").nth(2)).to_contain_text("UNDELIV")
    expect(page.locator(".chart rect.bad").first).to_be_visible()
