"""Every block of code in the README and the docs runs, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from winnerlook_mock import MockServer

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARIES = re.compile(r"[0-9]{19}|[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}")


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs_and_prints_what_is_shown(page):
    """A page is one program; batch numbers and times differ from run to run."""
    program: dict[str, object] = {}
    printed = None
    for language, text in blocks(page):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, str(page), "exec"), program)
            printed = output.getvalue()
        elif language == "text" and printed is not None:
            assert VARIES.sub("*", printed) == VARIES.sub("*", text)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_the_commands_of_the_readme_run(page):
    (commands,) = [text for language, text in blocks(page) if language == "sh" and "winnerlook send" in text]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with MockServer() as mock:
        mock.account("demo", "demo-pass")
        script = commands.replace("http://127.0.0.1:8118", mock.url)
        done = subprocess.run(
            ["bash", "-euc", script], capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PATH": path}, check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "13900000000" in done.stdout
    assert "DELIVRD" in done.stdout


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
