"""Messages: searched, filtered, selected, deleted, and all of it by keyboard."""

from __future__ import annotations

import re

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, TEXT, Desk


def test_what_is_sent_appears_by_itself(desk: Desk) -> None:
    page = desk.open()
    expect(page.get_by_role("heading", name="Nothing fits this search")).to_be_visible()
    desk.send(customer_uuid="order-1")
    row = desk.row(PHONE)
    expect(row).to_contain_text(TEXT)
    for said in ("DELIVRD", desk.user, "SendMsg", "soap11", "now"):
        expect(row).to_contain_text(said)
    desk.account.report(desk.account.messages[0], "EXPIRED")
    expect(row.locator(".status.bad")).to_have_text("EXPIRED")


def test_search_is_the_grammar_of_the_api_and_in_the_address(desk: Desk) -> None:
    desk.send(PHONE, "第一条【测试】")
    desk.send("13800000001", "second【测试】", binding="http")
    page = desk.open()
    expect(desk.rows).to_have_count(2)
    page.get_by_role("searchbox").fill(f"account:{desk.user} to:138")
    expect(desk.rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=account%3A.*to%3A138"))
    page.reload()
    expect(desk.rows).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value(f"account:{desk.user} to:138")
    page.get_by_role("searchbox").fill("nonsense:1")
    expect(page.get_by_role("alert")).to_contain_text("there is no nonsense: to search by")
    desk.watch.forgive("422")


def test_a_click_filters(desk: Desk) -> None:
    desk.send()
    desk.send("13800000001", binding="http")
    page = desk.open()
    desk.row("138").get_by_role("button", name="post").click()
    expect(desk.rows).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value(f"account:{desk.user} door:post")
    page.get_by_role("button", name="door:soap").click()
    expect(desk.rows).to_contain_text([PHONE])
    page.get_by_role("button", name="door:soap").click()
    expect(desk.rows).to_have_count(2)


def test_many_are_chosen_and_deleted(desk: Desk) -> None:
    desk.send_many(5)
    page = desk.open()
    page.get_by_role("checkbox", name="Select 13900000004").click()
    page.get_by_role("checkbox", name="Select 13900000002").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(desk.rows).to_have_count(2)
    assert [message.phone for message in desk.account.messages] == ["13900000000", "13900000001"]
    page.get_by_role("button", name="Delete all").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"account:{desk.user}")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Nothing fits this search")).to_be_visible()
    assert desk.account.messages == ()


def test_a_keyboard_is_enough(desk: Desk) -> None:
    """From the list to a message and back, with every key of the help."""
    desk.send_many(3)
    page = desk.open()
    expect(desk.rows).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(desk.row("13900000001").get_by_role("link")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 selected")).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="13900000002")).to_be_visible()
    page.keyboard.press("Escape")
    expect(desk.rows.first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Journal")).to_be_visible()


def test_enter_does_what_has_the_focus(desk: Desk) -> None:
    """A row that the keyboard was at before is not opened by it."""
    desk.send()
    page = desk.open()
    expect(desk.rows).to_have_count(1)
    page.keyboard.press("j")
    expect(desk.rows.get_by_role("link")).to_be_focused()
    page.get_by_role("button", name="door:plain").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value(f"account:{desk.user} door:plain")
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()


def test_the_tabulator_reaches_everything_in_order(desk: Desk) -> None:
    """And what has the focus can be seen to have it."""
    desk.send()
    page = desk.open()
    expect(desk.rows).to_have_count(1)
    walked, unseen = [], []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate("""() => {
            const one = document.activeElement;
            const style = getComputedStyle(one);
            const name = one === document.body ? 'BODY' : one.getAttribute('aria-label') || one.textContent || one.tagName;
            return [name, style.outlineStyle !== 'none'];
        }""")
        walked.append(name)
        unseen += [] if outline or name == "BODY" else [name]
        if len(walked) > 1 and name == walked[0]:
            break
    assert unseen == []
    wanted = [
        "Skip to the content", "Handset", "Charts", "中文", "Delete all…", "Search", "is:delivered", "Select all", f"Select {PHONE}", TEXT,
    ]
    places = [walked.index(name) if name in walked else -1 for name in wanted]
    assert -1 not in places, walked
    assert places == sorted(places)

