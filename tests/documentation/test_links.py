"""Every link of the README, the docs and what stands beside them leads to a file, and every anchor to a heading."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.documentation.pages import DOCS, PAGES, ROOT, name_of, without_blocks

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
BESIDE = [ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md") if (ROOT / name).exists()]
CODE = [path for folder in ("client", "mockserver", "tests", "bench", "examples") for path in (ROOT / folder).rglob("*.py")]
NAMED = re.compile(r"\bdocs/[\w/.-]+?\.(?:md|png)\b")


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> set[str]:
    text = without_blocks(page)
    return {slug(heading) for heading in HEADING.findall(text)} | set(LABEL.findall(text))


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=name_of)
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(without_blocks(page)):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"there is no {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{target} has no heading for #{anchor}"


def test_every_picture_is_shown():
    shown = {Path(target).name for page in PAGES for target, _ in LINK.findall(page.read_text("utf-8"))}
    assert {path.name for path in (DOCS / "images").iterdir()} - shown == set()


def test_pages_that_code_names_are_there():
    named = {(name_of(path), page) for path in CODE for page in NAMED.findall(path.read_text("utf-8"))}
    assert named, "nothing names a page: the pattern is wrong"
    assert sorted(f"{path} names {page}" for path, page in named if not (ROOT / page).exists()) == []
