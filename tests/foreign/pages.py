"""The how-to pages of the other languages: their blocks of code, which are what the tests run and what the examples hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.runtimes import EXAMPLES

_DOCS = Path(__file__).parents[2] / "docs"
HOW_TO, HOW_TO_ZH = _DOCS / "how-to", _DOCS / "zh" / "how-to"
LANGUAGES = ("java", "php", "node", "csharp", "curl")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|.*\| `([^`]+)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page, and the folder of the example that it is about."""

    path: Path
    folder: Path

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Each block's language and text."""
        return _BLOCK.findall(self.path.read_text("utf-8"))

    @property
    def commands(self) -> list[str]:
        """What a reader types: to install, to start the mock, to build where there is something to build, to run, to test."""
        return [text for language, text in self.blocks if language == "sh"]

    @property
    def excerpts(self) -> list[str]:
        """What is said to stand in the example."""
        return [text for language, text in self.blocks if language not in ("sh", "text")]

    @property
    def notes(self) -> list[str]:
        """What the journal is said to say, in the table of mistakes."""
        return _ROW.findall(self.path.read_text("utf-8"))


def page(name: str, folder: Path = HOW_TO) -> Page:
    """The page of a language."""
    return Page(folder / f"{name}.md", EXAMPLES / name)
