"""Messages, the message, and the list that both it and the journal are."""

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


def test_what_one_reads_does_not_move(desk: Desk) -> None:
    desk.send_many(300)
    page = desk.open()
    page.locator(".viewport").evaluate("view => view.scrollTop = 1500")
    seen = desk.row("13900000240")
    expect(seen).to_be_visible()
    before = seen.bounding_box()
    desk.send("13911111111")
    expect(page.locator(".pill")).to_have_text("↑ 1 new")
    assert seen.bounding_box() == before
    page.locator(".pill").click()
    expect(desk.rows.first).to_contain_text("13911111111")
    expect(page.locator(".pill")).to_be_hidden()


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


def test_warnings_are_shown_and_explained(desk: Desk) -> None:
    """C4: a text without a signature."""
    desk.send(text="没有签名")
    page = desk.open()
    row = desk.row(PHONE)
    expect(row.get_by_role("img", name="1 warnings")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("region", name="Warnings")).to_contain_text("put the registered signature there")


def test_ten_thousand_rows(desk: Desk) -> None:
    """Only those rows exist that can be seen, and none of the frames of a long scroll takes long."""
    desk.send_many(10_000)
    page = desk.open()
    expect(desk.row("13900009999")).to_be_visible()
    table = page.get_by_role("table", name="Messages")
    slowest = page.evaluate("""async () => {
        const view = document.querySelector('.viewport');
        const table = view.parentElement;
        const gaps = [];
        let before = performance.now();
        const end = before + 20000;
        const isRead = () => table.getAttribute('aria-rowcount') === '10001' && view.scrollTop + view.clientHeight >= view.scrollHeight - 1;
        while (before < end && !isRead()) {
            view.scrollTop += 4000;
            await new Promise(requestAnimationFrame);
            const now = performance.now();
            gaps.push(now - before);
            before = now;
        }
        gaps.sort((one, other) => one - other);
        return gaps[Math.floor(gaps.length / 2)];
    }""")
    expect(table).to_have_attribute("aria-rowcount", "10001")
    expect(desk.row("13900000000")).to_be_visible()
    assert desk.rows.count() < 100
    assert slowest < 60, "milliseconds between two frames, the median"


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


def test_what_is_copied_runs(desk: Desk) -> None:
    """The Python of a message sends it once more."""
    desk.send(customer_uuid="order-'8\"")
    page = desk.open(f"messages/{desk.account.messages[0].number}")
    again = page.get_by_role("region", name="Do it again").first
    again.get_by_role("tab", name="Python").click()
    code = again.locator("pre").inner_text()
    exec(compile(code, "copied", "exec"), {"print": lambda *_said: None})
    first, second = desk.account.messages
    assert (first.phone, first.text, first.customer_uuid) == (second.phone, second.text, second.customer_uuid)


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


def test_texts_are_never_markup(desk: Desk) -> None:
    desk.send(text="<img src=x onerror=alert(1)><b>bold</b>【测试】")
    page = desk.open()
    expect(desk.row(PHONE)).to_contain_text("<img src=x onerror=alert(1)>")
    page.goto(f"{desk.mock.url}/_mock/#/messages/{desk.account.messages[0].number}")
    expect(page.locator(".sms")).to_contain_text("<b>bold</b>")
    assert page.locator("main img, main b").count() == 0
