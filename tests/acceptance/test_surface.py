"""What programs rely on changes only on purpose."""

from __future__ import annotations

import difflib

import pytest

from tests.acceptance.surface import HOME, PACKAGES, surface


@pytest.mark.parametrize("package", PACKAGES)
def test_names_and_signatures_are_as_they_were(package):
    """A line more is a minor release, one that is gone or different a major one (docs/explanation/versioning.md)."""
    was, now = (HOME / f"{package}.txt").read_text("utf-8"), surface(package)
    changes = list(difflib.unified_diff(was.splitlines(), now.splitlines(), "was", "is", n=0, lineterm=""))
    assert was == now, "make api writes the files anew:\n" + "\n".join(changes)
