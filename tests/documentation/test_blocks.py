"""Every block of code in the README and the docs runs, and prints what stands below it. A page is one program, and one shell."""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.documentation.pages import DOCS, PAGES, ROOT, Block, blocks_of, name_of
from tests.documentation.terminal import Terminal, available, warm_commands
from winnerlook_mock import Scenario

VARIES = re.compile(
    r"\b[0-9]{19}\b|[0-9]{4}[/-][0-9]{2}[/-][0-9]{2}[ T][0-9:]{8}(?:\+08:00)?|[0-9]+\.[0-9]+ ?s\b|\b[0-9a-f]{2}(?::[0-9A-Fa-f]{2}){31}\b"
    r"|\b[0-9a-f]{32,64}\b",
)
"""Batch numbers, times, durations, fingerprints and ids."""
RUN = [page for page in PAGES if not page.is_relative_to(DOCS / "zh") and page != ROOT / "README.zh-CN.md"]
"""The Chinese pages hold the same blocks: `test_translations`."""


def _ini(text: str) -> None:
    configparser.ConfigParser(strict=False).read_string(text)


def _toml(text: str) -> None:
    tomllib.loads(text)


READ: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": _toml, "ini": _ini, "yaml": yaml.safe_load}
"""Languages of what no one runs but somebody reads."""


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with warm_commands(tmp_path_factory.mktemp("warm")) as folder:
        yield folder


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """The page's shell, which is started by the first block that needs it."""
    started: list[Terminal] = []

    def get() -> Terminal:
        if not available():
            pytest.skip("commands are run by bash, in forks: install bash, on Linux or macOS")
        if not started:
            started.append(Terminal(tmp_path, request.getfixturevalue("binaries")))
        return started[0]

    yield get
    for one in started:
        one.close()


class Page:
    """Runs the blocks of a page in their order."""

    def __init__(self, folder: Path, terminal: Callable[[], Terminal]) -> None:
        self._folder, self._terminal = folder, terminal
        self._program: dict[str, object] = {}
        self._printed: str | None = None

    def run(self, block: Block) -> None:
        if block.language == "text":
            self._compare(block)
        elif block.mark in {"not run", "run by"}:
            self._printed = None
        elif block.file:
            path = self._folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language == "python":
            self._printed = self._execute(block)
        elif block.language == "sh":
            self._printed = self._type(block)
        else:
            READ[block.language](block.text)

    def _execute(self, block: Block) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile("\n" * block.line + block.text, str(block.page), "exec"), self._program)
        return output.getvalue()

    def _type(self, block: Block) -> str | None:
        if block.mark:
            self._terminal().leave_running(block.text)
            return None
        return self._terminal().run(block.text)

    def _compare(self, block: Block) -> None:
        if self._printed is not None:
            assert VARIES.sub("*", self._printed.rstrip()) == VARIES.sub("*", block.text.rstrip()), f"{block} is not what was printed"


@pytest.mark.parametrize("path", RUN, ids=name_of)
def test_every_block_runs_and_prints_what_is_shown(path, tmp_path, terminal, monkeypatch):
    page = Page(tmp_path, terminal)
    monkeypatch.chdir(ROOT)  # as the reader of a clone, for the examples that pages name
    for block in blocks_of(path):
        page.run(block)


def test_a_scenario_in_a_page_is_one(tmp_path):
    """What is written in TOML with accounts and a clock is checked as the mock would."""
    checked = [block for page in RUN for block in blocks_of(page) if block.language == "toml" and "[[accounts]]" in block.text]
    assert checked
    for block in checked:
        Scenario.loads(block.text, str(block))
