"""No block of code is left out in silence: every language is known, and what is not run says why and is counted."""

from __future__ import annotations

from collections import Counter

from tests.documentation.pages import PAGES, ROOT, blocks_of, name_of
from tests.documentation.test_blocks import READ, RUN

SHOWN = {"text"}
"""What programs print: it is compared with what the block above it prints."""
NOT_RUN = {
    "README.md": 2,
    "docs/explanation/outbox-proof.md": 2,
    "docs/how-to/django.md": 1,
    "docs/how-to/outbox-production.md": 1,
    "docs/how-to/pytest.md": 1,
    "docs/how-to/recording.md": 1,
    "docs/quick-start.md": 1,
    "docs/reference/console.md": 1,
}
"""How many blocks of a page are shown only. A page that needs one more has to say so here."""

BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def test_every_block_says_its_language():
    """Else ``bash``, ``py`` or nothing at all would be a way around the tests."""
    known = {"python", "sh", *READ, *SHOWN}
    ours = [block for block in BLOCKS if block.mark != "run by"]
    assert [f"{block} is in {block.language or 'no language'}" for block in ours if block.language not in known] == []


def test_what_is_not_run_says_why():
    assert [str(block) for block in BLOCKS if block.mark in {"not run", "run by"} and len(block.words) < 10] == []


def test_what_is_not_run_is_counted():
    assert Counter(name_of(block.page) for block in BLOCKS if block.mark == "not run" and block.page in RUN) == NOT_RUN


def test_what_another_test_runs_is_run():
    """The test that is named is there, and reads the page."""
    for block in BLOCKS:
        if block.mark == "run by":
            test = ROOT / block.words
            assert test.is_file(), f"{block}: there is no {block.words}"
            beside = "".join(path.read_text("utf-8") for path in test.parent.glob("*.py"))
            assert block.page.stem in beside, f"{block}: {block.words} does not name the page"

