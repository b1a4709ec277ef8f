"""What callers send is shown as text, and breaks nothing: markup, quotes, marks of direction, very long words, line ends."""

from __future__ import annotations

import contextlib
import subprocess
from urllib.parse import quote

import pytest

from tests.mockserver.console.browser import CUT_OFF, expect
from tests.mockserver.console.desk import PHONE, Desk

SCRIPT = "<script>window.struck = 1</script><img src=x onerror='window.struck = 2'>"
NASTY = f"{SCRIPT}\"'`&lt;\u202eRTL\u200f\u2066 {'W' * 400}\r\n😀👩‍👩‍👧\u0301 {{count}} || ${{x}} javascript:window.struck=3【测试】"
NAME = "<b onclick='window.struck=4'>x</b>\"'\u202e/?#%|| {name}"
_STRUCK = "window.struck ?? null"
_WIDE = """() => [...document.querySelectorAll('main, main *')].filter((one) => {
    if (one.ownerSVGElement) return false;
    if (one.scrollWidth <= one.clientWidth + 1 || !one.clientWidth) return false;
    return one.tagName === 'MAIN' || (getComputedStyle(one).overflowX === 'visible' && getComputedStyle(one).display !== 'inline');
}).map((one) => `${one.tagName}.${one.className} ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.fixture
def scene(desk: Desk) -> Desk:
    """An account, a message, a refusal, a fault, a reply and a push, all of them nasty."""
    desk.account = desk.mock.account(f"{desk.user}{NAME}", "p<>&\"'", balance=100)
    desk.send(text=NASTY, customer_uuid="<i>uuid</i>\"'")
    desk.account.configure(reply_url=f"{desk.mock.url}/<b>nowhere</b>", push_backoff=[], user_words=["<b>w</b>"], delivery_delay=4000)
    desk.account.reply(PHONE, NASTY)
    desk.account.clock.settle()
    desk.account.reply("<b>1</b>", "x")
    desk.send(text=NASTY.replace("测试", "第二"))
    desk.account.fault("soap-fault", reason=SCRIPT, times=1)
    with contextlib.suppress(Exception):
        desk.send(text=NASTY)
    return desk


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_runs_and_nothing_hangs_over(scene: Desk, width: int) -> None:
    page, user = scene.page, scene.user
    page.set_viewport_size({"width": width, "height": 800})
    entry = scene.account.journal[-1].number
    views = {
        "messages": ".rows .row", f"messages/{scene.account.messages[0].number}": ".timeline", "handset": ".threads a",
        f"handset/{_quoted(user)}/{PHONE}": ".bubble.out", "accounts": "table", f"accounts/{_quoted(user)}": ".group",
        "faults": "#armed", "clock": "td", "pushes": ".rows .row", f"pushes/{_quoted(user)}/1": "table", "journal": ".rows .row",
        f"journal/{entry}": ".request", "codes": "table", "charts": ".chart",
    }
    for view, ready in views.items():
        scene.open(view, **({"q": ""} if view in ("messages", "journal") else {}))
        page.locator(ready).first.wait_for()
        assert page.evaluate(_STRUCK) is None, view
        assert page.locator("main img, main b, main i:not([class]), main script, main iframe").count() == 0, view
        assert page.evaluate(_WIDE) == [], view
        assert page.evaluate(CUT_OFF) == [], view


def test_an_odd_account_is_found_by_a_click(scene: Desk) -> None:
    """Blanks, quotes and colons in its name are written as the grammar has them."""
    page = scene.open("messages", q="")
    scene.rows.filter(has_text="第二").get_by_role("button", name=scene.user).click()
    expect(scene.rows).to_have_count(2)
    page.get_by_role("link", name="RTL").first.click()
    expect(page.locator(".sms")).to_contain_text(SCRIPT)
    page.get_by_role("link", name=scene.user).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<b onclick")
    page.get_by_label("frozen").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".heading .status").first).to_have_text("frozen")
    assert scene.account.settings.frozen


def test_its_configuration_runs(scene: Desk) -> None:
    page = scene.open(f"accounts/{_quoted(scene.user)}")
    panel = page.get_by_role("region", name="Configuration").first
    panel.get_by_role("tab", name="curl").click()
    command = panel.locator("pre code").evaluate("code => code.textContent")
    ran = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True, timeout=60)
    assert scene.account.messages[-1].batch_number in ran.stdout


def _quoted(text: str) -> str:
    return quote(text, safe="")
