"""Where a browser is, and a page in it that tells of everything that goes wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

try:
    from playwright.sync_api import Error, expect, sync_playwright
except ImportError:  # the fixture says so, and skips
    expect = sync_playwright = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)
CUT_OFF = """() => [...document.querySelectorAll('main svg text')].filter((one) => {
    const [text, drawing] = [one.getBoundingClientRect(), one.ownerSVGElement.getBoundingClientRect()];
    return text.left < drawing.left - 1 || text.right > drawing.right + 1;
}).map((one) => one.textContent)"""
"""Words that stick out of their drawing: drawn text has no box of its own that could be too narrow."""
__all__ = ["CUT_OFF", "Watch", "expect", "launched", "no_browser"]
_PATIENCE_MS = 30_000
"""What holds at once holds later on a machine that is busy with other things."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WITH_SERVER_LOST = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")


def no_browser(reason: str) -> None:
    """Skip, or fail where CONSOLE_BROWSER=required says that there has to be one."""
    text = f"the console was NOT tested in a browser: {reason}; run `make browser`"
    if os.environ.get("CONSOLE_BROWSER") == "required":
        pytest.fail(text)
    pytest.skip(text)


@contextmanager
def launched() -> Iterator[Browser]:
    """The system's Chromium, or the one that Playwright has brought."""
    if sync_playwright is None:
        no_browser("playwright is not installed")
    path = os.environ.get("CONSOLE_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        except Error as error:
            no_browser(f"no Chromium starts ({str(error).splitlines()[0][:120]})")
        yield browser
        browser.close()


class Watch:
    """What a page said and asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.problems: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("console", self._said)
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != self._host and parts.scheme != "data":
            self.problems.append(f"asked another host: {request.url}")

    def forgive(self, *parts: str) -> None:
        """What a test provokes is no problem."""
        self.problems = [problem for problem in self.problems if not any(part in problem for part in parts)]

    def forgive_the_loss(self) -> None:
        """A server that went away, as a browser tells of it."""
        self.forgive(*_WITH_SERVER_LOST)
