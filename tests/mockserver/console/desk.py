"""A tester at the console: a page, and the account that is looked at."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from winnerlook import Client
from winnerlook.operations import BY_NAME
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.gateway import Origin

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.mockserver.console.browser import Watch

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"


@dataclass
class Desk:
    page: Page
    watch: Watch
    mock: MockServer
    account: MockAccount

    @property
    def user(self) -> str:
        return self.account.user_code

    def open(self, view: str = "", **query: str) -> Page:
        """Show a view; of Messages and Journal, those of the account where nothing else is asked for."""
        view = view or "messages"
        if view in ("messages", "journal") and not query:
            query = {"q": f"account:{self.user}"}
        listed = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        self.page.goto(f"{self.mock.url}/_mock/#/{view}{'?' + listed if listed else ''}")
        self.live.wait_for()
        return self.page

    @property
    def live(self) -> Locator:
        """Says that events come."""
        return self.page.locator(".live.live")

    @property
    def rows(self) -> Locator:
        return self.page.locator(".rows .row")

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)

    def send(self, phone: str = PHONE, text: str = TEXT, binding: str = "soap11", **more: Any) -> str:
        """Over the wire; the batch number."""
        with Client(self.user, self.account.user_pass, endpoint=self.mock.url, binding=binding) as sms:
            return sms.send(phone, text, **more).batch_number

    def refused(self, code: int, phone: str = PHONE) -> None:
        self.account.fail_next("SendMsg", code)
        with contextlib.suppress(Exception):
            self.send(phone)

    def send_many(self, count: int) -> None:
        """At once and without a wire."""
        operation = BY_NAME["SendBatchMsg"]
        for start in range(0, count, 1000):
            numbers = ",".join(str(13_900_000_000 + at) for at in range(start, min(count, start + 1000)))
            parameters = {"userCode": self.user, "userPass": self.account.user_pass, "DesNo": numbers, "Msg": TEXT}
            self.mock.gateway.execute(operation, parameters, Origin("post", "127.0.0.1"))
