"""Faults, clock, pushes, journal, codes, charts."""

from __future__ import annotations

import re

import pytest

from tests.mockserver.console.browser import CUT_OFF, expect
from tests.mockserver.console.desk import PHONE, Desk
from winnerlook import GatewayError
from winnerlook_mock import Clock

_DRAW = """async (count) => {
    const { columns, shares } = await import('/_mock/js/charts.js');
    const groups = Array.from({ length: count }, (_one, at) => ({ label: `12:34:${at + 10}`, values: { sent: 1_234_567 } }));
    const parts = groups.map(({ label }) => [label, 1_234_567, 'good']);
    document.querySelector('.charts').replaceChildren(columns('x', groups, [['sent', 'good']]), shares('y', parts));
}"""


def test_pushes_are_redelivered(desk: Desk) -> None:
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere", push_backoff=[])
    desk.account.reply(PHONE, "收到")
    desk.account.clock.settle()
    page = desk.open("pushes", account=desk.user)
    row = desk.rows.first
    expect(row).to_contain_text("given up")
    expect(row).to_contain_text("404")
    row.get_by_role("link").click()
    expect(page.get_by_role("region", name="Attempts").first).to_contain_text("404")
    page.get_by_role("button", name="Redeliver").click()
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert len(desk.account.pushes[0].attempts) == 2


def test_a_fault_is_armed_strikes_and_is_disarmed(desk: Desk) -> None:
    page = desk.open("faults", account=desk.user)
    page.get_by_label("Failure code").fill("-48")
    page.get_by_role("combobox", name="Operation").select_option("SendMsg")
    page.get_by_label("Times").fill("3")
    page.get_by_role("button", name="Arm", exact=True).click()
    armed = page.get_by_role("row").filter(has_text=desk.user)
    expect(armed).to_contain_text("code: -48")
    expect(armed).to_contain_text("0 of 0")
    with pytest.raises(GatewayError):
        desk.send()
    expect(armed).to_contain_text("1 of 1")
    expect(armed.locator(".left")).to_have_text(re.compile(r"^(9:5\d|10:00)$"))
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


@pytest.mark.parametrize("width", [1280, 375])
def test_no_label_of_a_chart_is_cut_off(desk: Desk, width: int) -> None:
    """However many columns there are: the last label may stand below the last of them."""
    page = desk.open("charts", account=desk.user)
    page.set_viewport_size({"width": width, "height": 800})
    for count in range(1, 40):
        page.evaluate(_DRAW, count)
        assert page.evaluate(CUT_OFF) == [], count
