"""What stands around the views: staying connected, languages, light and dark, small screens, logging in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.mockserver.console.browser import Watch, expect
from tests.mockserver.console.desk import PHONE, Desk
from winnerlook_mock import MockServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

_SOURCES = """
window.sources = [];
window.gaps = 0;
const Native = EventSource;
window.EventSource = class extends Native {
    constructor(url) {
        super(url);
        window.sources.push(this);
        this.addEventListener('gap', () => { window.gaps += 1; });
    }
};
"""
VIEWS = ("messages", "handset", "accounts", "faults", "clock", "pushes", "journal", "codes", "charts")


_TOO_WIDE = """() => [document.documentElement, document.querySelector('main')].filter(one => one.scrollWidth > one.clientWidth)
    .map(one => `${one.tagName} ${one.scrollWidth} > ${one.clientWidth}`)"""


def test_comes_back_after_a_restart(context: BrowserContext) -> None:
    """On the same port: what the page shows is what the new server has, and what is new arrives."""
    with MockServer() as first:
        account = first.account("shop", "shop-pass")
        page = context.new_page()
        watch = Watch(page, first.url)
        desk = Desk(page, watch, first, account)
        desk.send("13900000001")
        desk.send("13900000002")
        desk.open("messages", q="")
        expect(desk.rows).to_have_count(2)
    expect(page.locator(".live")).to_have_text("connection lost, trying again")
    with MockServer(port=urlsplit(first.url).port or 0) as second:
        desk.mock, desk.account = second, second.account("shop", "shop-pass")
        desk.send("13900000003")
        desk.live.wait_for()
        expect(desk.rows).to_have_count(1)
        expect(desk.rows.first).to_contain_text("13900000003")
        desk.send("13900000004")
        expect(desk.rows.first).to_contain_text("13900000004")
        page.close()
    watch.forgive_the_loss()
    assert watch.problems == []


def test_catches_up_after_a_pause(desk: Desk) -> None:
    """A page that nobody sees holds no connection; seen again, it goes on after the last event that it had, and has what came meanwhile."""
    desk.page.add_init_script(_SOURCES)
    page = desk.open(q="")
    desk.send("13912345670")
    expect(desk.row("13912345670")).to_have_count(1)
    _seen(desk, is_seen=False)
    assert page.evaluate("sources.map((one) => one.readyState)") == [2], "closed"
    last = desk.mock.last_event
    desk.send("13912345678")
    _seen(desk, is_seen=True)
    expect(desk.row("13912345678")).to_have_count(1)
    expect(page.locator(".live")).to_have_text("live")
    first, second = (int(url.rpartition("since=")[2]) for url in page.evaluate("sources.map((one) => one.url)"))
    assert first < second <= last
    assert page.evaluate("gaps") == 0


def test_what_the_server_forgot_is_asked_for_anew(desk: Desk) -> None:
    """More happened while nobody looked than the server keeps events of: it says so, and the page shows what there is."""
    desk.page.add_init_script(_SOURCES)
    page = desk.open(q="")
    desk.send("13912300001")
    expect(desk.row("13912300001")).to_have_count(1)
    _seen(desk, is_seen=False)
    desk.send_many(5100)
    _seen(desk, is_seen=True)
    expect(desk.row("13900005099")).to_have_count(1)
    page.wait_for_function("gaps === 1")
    desk.send("13912300002")
    expect(desk.rows.first).to_contain_text("13912300002")


def _seen(desk: Desk, *, is_seen: bool) -> None:
    desk.page.evaluate(
        "seen => { Object.defineProperty(document, 'hidden', {value: !seen, configurable: true}); "
        "document.dispatchEvent(new Event('visibilitychange')); }", is_seen,
    )


def test_both_languages(browser: Browser, desk: Desk) -> None:
    """The browser's at first; what one chooses is remembered."""
    desk.send()
    page = desk.open()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="短信")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.get_by_role("heading", name="短信")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    chinese = browser.new_context(locale="zh-CN").new_page()
    chinese.goto(f"{desk.mock.url}/_mock/")
    expect(chinese.get_by_role("link", name="账户")).to_be_visible()
    chinese.context.close()


def test_no_view_lacks_words(desk: Desk) -> None:
    """In Chinese: no key shows in place of its words."""
    desk.send()
    page = desk.open()
    page.get_by_role("button", name="中文").click()
    keys = r"\b(?:nav|list|column|faults?|clock|pushes|journal|codes|charts|accounts|kind)\.[a-z-]+"
    for view in VIEWS:
        desk.open(view)
        expect(page.locator("[aria-current=page]")).to_have_attribute("data-place", view)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("[一-龥]"))
        assert re.findall(keys, page.inner_text("body")) == [], view


def test_light_and_dark(desk: Desk) -> None:
    page = desk.open()
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Theme: Auto").click()
    page.get_by_role("button", name="Theme: Light").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)" != dark
    page.reload()
    page.get_by_role("button", name="Theme: Light").click()
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Theme: Dark").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_a_telephone_is_wide_enough(desk: Desk) -> None:
    """390 pixels: nothing hangs over, and what matters is there."""
    desk.send(customer_uuid="order-1")
    desk.page.set_viewport_size({"width": 390, "height": 780})
    number = desk.account.messages[0].number
    for view in (*VIEWS, f"messages/{number}", f"handset/{desk.user}/{PHONE}", f"accounts/{desk.user}"):
        page = desk.open(view)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate(_TOO_WIDE) == [], view
    desk.open()
    row = desk.row(PHONE)
    for part in ("number", "text", "status", "time"):
        expect(row.locator(f".cell.{part}")).to_be_in_viewport()
    row.get_by_role("link").click()
    expect(desk.page.get_by_role("button", name="Copy: 2345")).to_be_visible()


def test_logging_in(context: BrowserContext) -> None:
    """With a token: the way in, and again in the page itself when the cookie is gone."""
    with MockServer(token="the token") as mock:
        account = mock.account("shop")
        page = context.new_page()
        watch = Watch(page, mock.url)
        page.goto(f"{mock.url}/_mock/")
        expect(page).to_have_title("This mock wants its token · winnerlook-mock")
        page.get_by_label("Token").fill("nonsense")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text("That is not this mock's token.")
        page.get_by_label("Token").fill("the token")
        page.get_by_role("button", name="Log in").click()
        page.locator(".live.live").wait_for()
        context.clear_cookies()
        page.goto(f"{mock.url}/_mock/#/accounts")
        dialog = page.get_by_role("dialog", name="This mock wants its token")
        dialog.get_by_label("Token").fill("another")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_have_text("That is not this mock's token.")
        dialog.get_by_label("Token").fill("the token")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=account.user_code)).to_be_visible()
        page.close()
    watch.forgive("401", "403")
    watch.forgive_the_loss()
    assert watch.problems == []


def test_three_commands_for_who_has_no_message(context: BrowserContext) -> None:
    """The first of them is a curl that sends one."""
    with MockServer() as mock:
        mock.account("shop", "shop-pass")
        page = context.new_page()
        page.goto(f"{mock.url}/_mock/")
        expect(page.locator(".steps pre")).to_have_count(3)
        expect(page.locator(".steps pre").first).to_contain_text(f"curl {mock.url}/winnerrxd/api/trigger/SendMsg")
        expect(page.locator(".steps pre").nth(1)).to_contain_text("winnerlook send 13900000000")
        page.close()


def test_logging_in_is_in_the_browsers_language(browser: Browser) -> None:
    with MockServer(token="the token") as mock:
        context = browser.new_context(locale="zh-CN", color_scheme="dark")
        page = context.new_page()
        watch = Watch(page, mock.url)
        page.goto(f"{mock.url}/_mock/")
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.get_by_label("令牌").fill("the token")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("短信")
        context.close()
    assert watch.problems == []


def test_https(browser: Browser) -> None:
    """With a token as well: its cookie is for this scheme only."""
    with MockServer(https_port=0, token="the token") as mock:
        account = mock.account("shop")
        context = browser.new_context(locale="en", ignore_https_errors=True)
        page = context.new_page()
        watch = Watch(page, mock.https_url)
        page.goto(f"{mock.https_url}/_mock/")
        page.get_by_label("Token").fill("the token")
        page.keyboard.press("Enter")
        page.locator(".live.live").wait_for()
        assert [cookie["secure"] for cookie in context.cookies()] == [True]
        Desk(page, watch, mock, account).send()
        expect(page.locator(".rows .row")).to_contain_text([PHONE])
        context.close()
    assert watch.problems == []


@pytest.mark.parametrize("is_secure", [True, False], ids=["clipboard", "by-hand"])
def test_copying(desk: Desk, is_secure: bool) -> None:
    """By the browser's clipboard; beyond localhost, where plain HTTP has none, the old way."""
    desk.send()
    if is_secure:
        desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        desk.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page = desk.open(f"messages/{desk.account.messages[0].number}")
    page.get_by_role("button", name="Copy: 2345").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    desk.open()
    page.get_by_role("searchbox").fill("")
    page.keyboard.press("Control+V")
    expect(page.get_by_role("searchbox")).to_have_value("2345")
