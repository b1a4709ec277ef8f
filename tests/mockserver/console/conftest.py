from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.console.browser import Watch, launched
from tests.mockserver.console.desk import Desk
from winnerlook_mock import MockAccount, MockServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all tests of a worker. Ends with this folder: Playwright keeps an event loop in the thread, where others want their own."""
    with launched() as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Nothing remembered, English, wide, and still."""
    made = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce")
    made.set_default_timeout(30_000)
    yield made
    with suppress(Exception):
        made.close()


@pytest.fixture
def desk(context: BrowserContext, mock: MockServer, account: MockAccount) -> Iterator[Desk]:
    """A page of the console, and an account of the test's own. Whatever goes wrong in the page fails the test."""
    page = context.new_page()
    watch = Watch(page, mock.url)
    yield Desk(page, watch, mock, account)
    assert watch.problems == []
