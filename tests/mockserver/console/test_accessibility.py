"""No violation that axe-core finds, in any view, in light and dark. axe-core comes from npm, when it is not in pytest's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.console.desk import PHONE, Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PACKAGE = "axe-core@4"
_SECONDS = 40
_RUN = "async () => (await axe.run()).violations.map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)"


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations(desk: Desk, axe: str, scheme: str) -> None:
    desk.send(text="没有签名 2345")
    desk.send(customer_uuid="order-1")
    desk.refused(-7)
    desk.account.configure(reply_url=f"{desk.mock.url}/nowhere")
    desk.account.reply(PHONE, "收到")
    fault = desk.account.fault("code", code=-7, operation="SendMsg")
    message, entry = desk.account.messages[0].number, desk.account.journal[0].number
    views = {
        "messages": ".rows .row", f"messages/{message}": ".timeline", "handset": ".threads", f"handset/{desk.user}/{PHONE}": ".bubble",
        "accounts": "table", f"accounts/{desk.user}": ".group", "faults": "#armed table", "clock": ".face", "pushes": ".card",
        "journal": ".rows .row", f"journal/{entry}": ".request", "codes": "table", "charts": ".chart",
    }
    desk.page.emulate_media(color_scheme=scheme)
    found = {}
    for view, ready in views.items():
        page = desk.open(view)
        page.locator(ready).first.wait_for()
        found[view] = _violations(page, axe)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    found["help"] = _violations(page, axe)
    fault.disarm()
    assert {view: said for view, said in found.items() if said} == {}


def _violations(page: Page, axe: str) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe + "; null")
    found: list[str] = page.evaluate(_RUN)
    return found
