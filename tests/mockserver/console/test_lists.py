"""A live list when much is in it, or much happens at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import Desk
from winnerlook_mock import Clock, MockServer

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator


def box(row: Locator) -> FloatRect:
    """Where a row is; scrolling draws it anew, and in between it is nowhere."""
    return next(found for found in (row.bounding_box() for _ in range(100)) if found)


def test_what_one_reads_does_not_move(desk: Desk) -> None:
    desk.send_many(300)
    page = desk.open()
    expect(desk.row("13900000299")).to_be_visible()  # before, there is nothing to scroll
    page.locator(".viewport").evaluate("view => view.scrollTop = 1500")
    seen = desk.row("13900000240")
    expect(seen).to_be_visible()
    before = box(seen)
    desk.send("13911111111")
    expect(page.locator(".pill")).to_have_text("↑ 1 new")
    assert box(seen) == before
    page.locator(".pill").click()
    expect(desk.rows.first).to_contain_text("13911111111")
    expect(page.locator(".pill")).to_be_hidden()


def test_ten_thousand_rows(desk: Desk) -> None:
    """Only those rows exist that can be seen, and in a long scroll most frames come without delay."""
    desk.send_many(10_000)
    page = desk.open()
    expect(desk.row("13900009999")).to_be_visible()
    table = page.get_by_role("table", name="Messages")
    median = page.evaluate("""async () => {
        const view = document.querySelector('.viewport');
        const table = view.parentElement;
        const gaps = [];
        let before = performance.now();
        const end = before + 20000;
        const isRead = () => table.getAttribute('aria-rowcount') === '10001' && view.scrollTop + view.clientHeight >= view.scrollHeight - 1;
        while (before < end && !isRead()) {
            view.scrollTop += 8000;
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
    assert median < 60, "milliseconds between two frames, the median"


def test_memory_stays_where_it_is(desk: Desk) -> None:
    """However many pass, a bounded part is kept, and no row that has gone."""
    page = desk.open(q="")
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable")

    def used() -> dict[str, float]:
        desk.send("13911111111")
        expect(desk.rows.first).to_contain_text("13911111111", timeout=20_000)
        chromium.send("HeapProfiler.collectGarbage")
        return {one["name"]: one["value"] for one in chromium.send("Performance.getMetrics")["metrics"]}

    desk.send_many(3000)
    before = used()
    desk.send_many(9000)
    after = used()
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 12_000_000, "bytes"
    assert desk.rows.count() < 100


_LISTING = """async () => {
    const { Listing } = await import('/_mock/js/listing.js');
    const make = (item) => Object.assign(document.createElement('div'), { textContent: item.number });
    const fetchPage = async () => ({ items: [], next: null });
    const listing = new Listing({ fetchPage, make, order: (one, other) => other.number - one.number, key: (item) => item.number,
        cursorOf: (item) => item.number, label: 'x', head: '', blank: () => '', memory: {}, changed: () => {} });
    document.getElementById('main').replaceChildren(listing.element);
    window.arrived = async (numbers) => {
        listing.arrive(numbers.map((number) => ({ number })));
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return listing.items.slice(0, 4).map((item) => item.number);
    };
    window.listing = listing;
}"""


def test_only_the_newest_are_kept(desk: Desk) -> None:
    """What one scrolls to again is asked for again."""
    page = desk.open()
    page.evaluate(_LISTING)
    assert page.evaluate("arrived(Array.from({ length: 12_000 }, (_none, at) => 12_000 - at))") == [12_000, 11_999, 11_998, 11_997]
    assert page.evaluate("[listing.items.length, listing.next]") == [10_000, 2001]


def test_what_is_told_late_takes_its_place(desk: Desk) -> None:
    """Events that were on the way when a page was asked for are older than what the page holds, or are in it already."""
    page = desk.open()
    page.evaluate(_LISTING)
    assert page.evaluate("arrived([10, 8, 7])") == [10, 8, 7]
    assert page.evaluate("arrived([9, 8, 11])") == [11, 10, 9, 8]
    page.evaluate("listing.next = 7")
    assert page.evaluate("arrived([3, 12])") == [12, 11, 10, 9]
    assert page.evaluate("listing.items.length") == 6


def test_a_search_stays_live_under_traffic(desk: Desk) -> None:
    """Events without end do not put off what is shown."""
    page = desk.open()
    page.evaluate("""async () => {
        const { calm } = await import('/_mock/js/calm.js');
        let done = 0;
        const soon = calm(async () => { done += 1; }, 30);
        const end = performance.now() + 300;
        while (performance.now() < end) { soon(); await new Promise((go) => setTimeout(go, 5)); }
        window.done = done;
    }""")
    assert page.evaluate("window.done") >= 2
    desk.send_many(300)
    expect(desk.row("13900000299")).to_be_visible()


def test_pushes_of_all_accounts(desk: Desk) -> None:
    """More than a page of them, on a clock that stands still: each once, in order."""
    with MockServer(clock=Clock(frozen=True)) as own:
        desk.mock = own
        for name in ("one", "other"):
            account = own.account(name, reply_url=f"{own.url}/nowhere", push_backoff=[])
            for _ in range(130):
                account.reply("13900000000", "T")
        own.clock.settle()
        page = desk.page
        page.goto(f"{own.url}/_mock/#/pushes")
        desk.live.wait_for()
        table = page.get_by_role("table", name="Pushes")
        expect(desk.rows.first).to_contain_text("given up")
        page.locator(".viewport").evaluate("view => view.scrollTop = view.scrollHeight")
        expect(table).to_have_attribute("aria-rowcount", "261")
        page.locator(".viewport").evaluate("view => view.scrollTop = view.scrollHeight")
        expect(page.locator('[aria-rowindex="261"]')).to_contain_text("#1one")
        page.get_by_role("combobox", name="Account").select_option("other")
        expect(table).to_have_attribute("aria-rowcount", "131")
        page.get_by_role("combobox", name="State").select_option("delivered")
        expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
        page.goto("about:blank")
    desk.watch.problems.clear()
