"""What a failing test leaves: one file with all that its account holds, which ``winnerlook-mock replay`` opens again."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from winnerlook_mock.pytest_plugin import served

_WRITTEN: pytest.StashKey[Path] = pytest.StashKey()
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 100


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Write the capsule of a test that used an account, once, and say in the report where it is."""
    kept = served.account_of(item)
    directory = item.config.getoption("winnerlook_capsules")
    if kept is None or not directory:
        return
    if _WRITTEN not in item.stash:
        try:
            item.stash[_WRITTEN] = _write(item, report, Path(item.config.rootpath, directory), served.state_of(*kept))
        except Exception as error:  # noqa: BLE001  # the test's own failure is what counts
            report.sections.append(("winnerlook capsule", f"none: {type(error).__name__}: {error}"))
            return
    path = item.stash[_WRITTEN]
    report.sections.append(("winnerlook capsule", f"{path}\nopen it with: winnerlook-mock replay {path}"))


def _write(item: pytest.Item, report: pytest.TestReport, directory: Path, state: dict[str, object]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{_name(item.nodeid)}.json"
    capsule = {**state, "test": {"id": item.nodeid, "phase": report.when}}
    path.write_text(json.dumps(capsule, indent=1), "ascii")
    return path


def _name(nodeid: str) -> str:
    """A file name for a test, short and of its own."""
    digest = hashlib.sha256(nodeid.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_STRANGE.sub('-', nodeid)[-_LONGEST:].strip('-.')}-{digest}"
