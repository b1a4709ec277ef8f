"""The pictures of the README, of data that is always the same. They are written where CONSOLE_PICTURES=1 says so, else only tried."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.console.browser import Watch
from tests.mockserver.console.desk import Desk
from winnerlook.china_time import CHINA
from winnerlook_mock import Clock, MockServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).parents[3] / "docs" / "images"
START = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
TEXTS = (
    "您的验证码是:2345【测试】", "您的订单 8812 已发货，请注意查收。【云信商城】", "Your parcel waits at the desk until 18:00.【Shop】",
    "验证码 993817，5 分钟内有效，请勿告知他人。【云信】", "会员日全场八折，回复 T 退订。【云信商城】",
    "您预约的 11 月 21 日 10:00 就诊已确认。【市一医院】",
)
_ADDRESS = """port => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll(`:${port}`, ':8118');
}"""
PICTURES = {
    "console-messages": ("messages", ".rows .row", "light", "en-GB", 1280),
    "console-message": ("messages/{otp}", ".timeline", "light", "en-GB", 1280),
    "console-handset": ("handset/shop/13900000003", ".bubble", "light", "zh-CN", 1280),
    "console-messages-zh": ("messages", ".rows .row", "light", "zh-CN", 1280),
    "console-faults": ("faults", "#armed table", "light", "en-GB", 1280),
    "console-clock": ("clock", "td", "dark", "en-GB", 1280),
    "console-dark": ("journal", ".rows .row", "dark", "en-GB", 1280),
    "console-charts": ("charts", ".chart", "light", "en-GB", 1280),
    "console-narrow": ("messages", ".rows .row", "dark", "zh-CN", 390),
}


@pytest.fixture(scope="module")
def scene() -> Iterator[MockServer]:
    """A morning at a shop."""
    clock = Clock(START, frozen=True)
    with MockServer(clock=clock, defaults={"balance_interval": 0}) as mock:
        shop, crm = mock.account("shop", "shop-pass", balance=1000), mock.account("crm", "crm-pass", balance=500)
        for at in range(48):
            desk = Desk(None, None, mock, crm if at % 4 == 3 else shop)  # type: ignore[arg-type]  # nobody looks
            phone = f"198000000{at % 9:02}" if at % 7 == 5 else f"1390000000{at % 6}"
            with suppress(Exception):
                to, binding = "19900000007" if at % 13 == 9 else phone, ("soap11", "soap12", "http")[at % 3]
                desk.send(to, TEXTS[at % 6], binding, customer_uuid=f"order-{1000 + at}")
            if at % 11 == 4:
                desk.send(phone, "您的余额不足，请及时充值")
            clock.advance(seconds=37 + 11 * (at % 5))
        shop.reply("13900000003", "收到，谢谢")
        crm.configure(report_url=f"{mock.url}/nowhere", reply_url=f"{mock.url}/nowhere", push_backoff=[30, 120, 600])
        Desk(None, None, mock, crm).send("13900000001", TEXTS[0], customer_uuid="order-1047")  # type: ignore[arg-type]
        crm.reply("13900000001", "T")
        clock.settle()
        clock.advance(seconds=31)
        shop.configure(delivery_delay=45)
        Desk(None, None, mock, shop).send("13900000002", TEXTS[0], customer_uuid="order-1048")  # type: ignore[arg-type]
        shop.fault("code", code=-8, operation="SendBatchMsg", times=3)
        crm.fault("delay", delay=2, probability=0.2, times=None)
        yield mock


@pytest.mark.parametrize("name", PICTURES)
def test_picture(browser: Browser, scene: MockServer, name: str) -> None:
    view, ready, scheme, locale, width = PICTURES[name]
    context = browser.new_context(
        viewport={"width": width, "height": 780}, locale=locale, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=1,
    )
    page = context.new_page()
    watch = Watch(page, scene.url)
    otp = next(message.number for _user, message in scene.search("您的验证码 account:crm"))
    page.goto(f"{scene.url}/_mock/#/{view.format(otp=otp)}")
    page.locator(".live.live").wait_for()
    page.locator(ready).first.wait_for()
    page.evaluate(_ADDRESS, scene.url.rpartition(":")[2])
    picture = page.screenshot()
    assert picture.startswith(b"\x89PNG")
    assert watch.problems == []
    context.close()
    if os.environ.get("CONSOLE_PICTURES"):
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / f"{name}.png").write_bytes(picture)
