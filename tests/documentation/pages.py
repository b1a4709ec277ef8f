"""The pages of the README and of ``docs``, and the blocks of code in them.

What stands in a comment right above a block says how it is run:

| ``<!-- … -->`` | the block |
|---|---|
| ``not run: REASON`` | is shown only; `test_marks` counts these |
| ``run by: PATH`` | is run by that test, which reads the page |
| ``in a terminal of its own`` | goes on running while the rest of the page is run |

A block whose first line is a comment with a path (``# shop/views.py``) is that file, for the commands below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = (*READMES, *sorted(DOCS.rglob("*.md")))
ELSEWHERE = dict.fromkeys(("java", "php", "node", "csharp", "curl", "container"), "tests/foreign/test_pages.py")
"""How-to pages for other runtimes, all of whose blocks another test runs or finds in the examples."""

_OPENING = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[^\s`]*)")
_MARK = re.compile(r"<!--\s*(?P<kind>not run|run by|in a terminal of its own)(?::\s*(?P<words>.*?))?\s*-->")
_FILE = re.compile(r"(?:#|//|--) (?P<path>[\w.-]+(?:/[\w.-]+)*\.\w+)")


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is where it opens."""

    page: Path
    line: int
    language: str
    text: str
    mark: str = ""
    words: str = ""

    @property
    def file(self) -> str | None:
        """The path that its first line names."""
        match = _FILE.fullmatch(self.text.partition("\n")[0])
        return match["path"] if match else None

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """The path of a page in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page in their order, indented ones included; those of directives are text of the page."""
    return list(_blocks(page, page.read_text("utf-8").split("\n")))


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    elsewhere = ("run by", ELSEWHERE[page.stem]) if page.parent.name == "how-to" and page.stem in ELSEWHERE else ("", "")
    above, at = "", 0
    while at < len(lines):
        opening = _OPENING.match(lines[at])
        if opening is None:
            above = lines[at] if lines[at].strip() else above
            at += 1
            continue
        closing = re.compile(rf" *{re.escape(opening['fence'][0])}{{{len(opening['fence'])},}}\s*")
        end = next(number for number in range(at + 1, len(lines)) if closing.fullmatch(lines[number]))
        if not opening["language"].startswith("{"):
            text = "".join(line.removeprefix(opening["indent"]) + "\n" for line in lines[at + 1:end])
            mark = _MARK.fullmatch(above.strip())
            said = (mark["kind"], mark["words"] or "") if mark else elsewhere
            yield Block(page, at + 1, opening["language"], text, *said)
        above, at = "", end + 1


def without_blocks(page: Path) -> str:
    """The text of a page; lines keep their numbers."""
    lines = page.read_text("utf-8").split("\n")
    for block in _blocks(page, list(lines)):
        for number in range(block.line - 1, block.line + block.text.count("\n") + 1):
            lines[number] = ""
    return "\n".join(lines)
