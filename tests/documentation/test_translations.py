"""A Chinese page holds the same code as the English one; comments may be in Chinese."""

from __future__ import annotations

import io
import re
import tokenize

import pytest

from tests.documentation.pages import DOCS, READMES, Block, blocks_of, name_of

CHINESE = [page for page in sorted((DOCS / "zh").rglob("*.md")) if page.name != "index.md"]
PAIRS = [READMES[::-1], *((page, DOCS / page.relative_to(DOCS / "zh")) for page in CHINESE)]


def code(block: Block) -> str:
    """A block without its comments, blank lines and the blanks at the ends of lines."""
    text = block.text
    if block.language == "python":
        lines = text.split("\n")
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
        text = "\n".join(lines)
    elif block.language in {"sh", "toml", "ini", "yaml"}:
        text = re.sub(r"(?:^|(?<=\s))#.*$", "", text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


@pytest.mark.parametrize(("chinese", "english"), PAIRS, ids=name_of)
def test_the_code_is_the_same(chinese, english):
    theirs = [(block.language, block.mark, block.file, code(block)) for block in blocks_of(english)]
    assert [(block.language, block.mark, block.file, code(block)) for block in blocks_of(chinese)] == theirs


@pytest.mark.parametrize("page", [chinese for chinese, _ in PAIRS], ids=name_of)
def test_it_is_in_chinese(page):
    text = page.read_text("utf-8")
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > len(text) / 20
