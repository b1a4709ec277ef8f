"""Conversations as a telephone shows them."""

from __future__ import annotations

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, TEXT, Desk
from winnerlook import Client


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


def test_who_wrote_first(desk: Desk) -> None:
    """A number that nobody has written to is there as soon as it answers, and can be opened before."""
    desk.account.reply("13700000001", "请问几点营业？")
    page = desk.open(f"handset/{desk.user}")
    expect(page.locator(".threads li")).to_contain_text(["13700000001"])
    expect(page.locator(".threads li")).to_contain_text("wrote first")
    page.get_by_role("textbox", name="Number").fill("13700000002")
    desk.account.reply("13700000003", "T")
    expect(page.locator(".threads li")).to_have_count(2)
    expect(page.get_by_role("textbox", name="Number")).to_have_value("13700000002")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="13700000002")).to_be_visible()
    page.get_by_role("textbox", name="Answer as this handset").fill("在吗")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble.out")).to_contain_text("在吗")
    assert [reply.phone for reply in desk.account.waiting_replies][-1] == "13700000002"


def test_an_answer_is_pushed(desk: Desk) -> None:
    """P2: where the account has an address for replies; the conversation says so, and keeps what is being typed."""
    desk.send()
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere", push_backoff=[])
    page = desk.open(f"handset/{desk.user}/{PHONE}")
    box = page.get_by_role("textbox", name="Answer as this handset")
    box.fill("收到")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.out")).to_contain_text("pushed")
    box.fill("half a")
    desk.send(text="第二条【测试】")
    expect(page.locator(".bubble.in")).to_have_count(2)
    expect(box).to_have_value("half a")
