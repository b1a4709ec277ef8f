"""No violation that axe-core finds, in any view, language or light. axe-core comes from npm, when it is not in pytest's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.console.browser import Watch
from tests.mockserver.console.desk import PHONE, Desk
from winnerlook_mock import MockAccount, MockServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PACKAGE = "axe-core@4"
_SECONDS = 40
_RUN = """async (options) => (await axe.run(document, options ?? {})).violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)"""


@pytest.fixture(scope="package")
def axe(request: pytest.FixtureRequest) -> str:
    """axe-core's source."""
    cache = request.config.cache
    kept = Path(str(cache.mkdir("axe-core"))) if cache else Path(tempfile.mkdtemp())
    source = kept / "axe.min.js"
    if not source.exists():
        _fetch(kept, source)
    return source.read_text(encoding="utf-8")


def _fetch(folder: Path, source: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("accessibility was NOT checked: there is no npm to get axe-core with")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = [npm, "pack", _PACKAGE, "--silent", "--pack-destination", place]
        environment = {**os.environ, "npm_config_cache": place}
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, cwd=place, env=environment)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"accessibility was NOT checked: npm could not get {_PACKAGE} ({type(error).__name__})")
        with tarfile.open(next(Path(place).glob("*.tgz"))) as package:
            member = package.extractfile("package/axe.min.js")
            assert member is not None
            (Path(place) / "axe").write_bytes(member.read())
        (Path(place) / "axe").replace(source)


@pytest.mark.parametrize(("locale", "themes"), [("en-GB", ("light", "dark")), ("zh-CN", ("light",))])
def test_no_violations(  # noqa: PLR0917  # fixtures
    browser: Browser, mock: MockServer, account: MockAccount, axe: str, locale: str, themes: tuple[str, ...],
) -> None:
    """Everything in light; in dark, where nothing but colours differs, and in no language other ones, the contrasts."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale=locale, reduced_motion="reduce")
    page = context.new_page()
    desk = Desk(page, Watch(page, mock.url), mock, account)
    found = {}
    for view, ready in _scene(desk).items():
        desk.open(view)
        page.locator(ready).first.wait_for()
        found[view] = _violations(page, axe, themes)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    found["help"] = _violations(page, axe, themes)
    context.close()
    desk.watch.forgive("404")
    assert {view: said for view, said in found.items() if said} == {}
    assert desk.watch.problems == []


def _scene(desk: Desk) -> dict[str, str]:
    """Every view with something in it, and what says that it is drawn."""
    desk.send(text="没有签名 2345")
    desk.send(customer_uuid="order-1")
    desk.refused(-7)
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere")
    desk.account.reply(PHONE, "收到")
    desk.account.fault("code", code=-7, operation="SendMsg")
    message, entry = desk.account.messages[0].number, desk.account.journal[0].number
    return {
        "messages": ".rows .row", f"messages/{message}": ".timeline", "messages/999999999": ".heading",
        f"handset/{desk.user}": ".threads", f"handset/{desk.user}/{PHONE}": ".bubble",
        "accounts": "table", f"accounts/{desk.user}": ".group", "faults": "#armed table", "clock": ".face", "pushes": ".rows .row",
        f"pushes/{desk.user}/1": "table", "journal": ".rows .row", f"journal/{entry}": ".request", "codes": "table", "charts": ".chart",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_in_logging_in(browser: Browser, axe: str, scheme: str) -> None:
    """Its policy lets no script in, so axe comes by the debugger."""
    with MockServer(token="the token") as mock:
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{mock.url}/_mock/")
        page.get_by_label("Token").wait_for()
        assert _violations(page, axe, themes=(scheme,)) == []
        context.close()


def _violations(page: Page, axe: str, themes: tuple[str, ...]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe + "; null")
    found: list[str] = []
    for scheme in themes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += page.evaluate(_RUN, None if scheme == themes[0] else {"runOnly": ["color-contrast"]})
    return found
