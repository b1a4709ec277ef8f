"""``winnerlook-mock check``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from winnerlook_mock.cli import main

GOOD = """title = "双十一"
[clock]
frozen = true
[defaults]
price = 2
[[accounts]]
name = "shop"
password = "PWTAG"
replies = [{phone = "13900000000", text = "收到"}]
[[faults]]
name = "down"
kind = "close"
[[timeline]]
after = "5m"
disarm = "down"
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(GOOD, "utf-8")
    return tmp_path / "good.toml"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    (tmp_path / "bad.toml").write_text("[defaults]\nfrozn = true\nprice = 'much'\n", "utf-8")
    return tmp_path / "bad.toml"


def test_it_says_what_a_scenario_holds(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """L2: but no password."""
    assert main(["check", str(good)]) == 0
    assert capsys.readouterr().out == (
        f"{good}: ok: 双十一: 1 account (shop), 1 default, 1 waiting reply, 1 fault, 1 entry of the timeline, "
        "the clock begins now and stands still\n"
    )


def test_it_says_what_is_wrong(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, of every file."""
    assert main(["check", str(bad), str(good), str(bad.parent / "none.toml")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{bad}:2: defaults.frozn: there is no frozn in the settings; did you mean frozen?"
    assert lines[1].startswith(f"{bad}:3: defaults.price: has another form; it is an amount")
    assert lines[2].startswith(f"{good}: ok: ")
    assert lines[3].startswith(f"{bad.parent / 'none.toml'}: cannot be read")


def test_it_says_so_as_json(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", str(good), str(bad)]) == 1
    told = capsys.readouterr().out
    assert "PWTAG" not in told
    right, wrong = json.loads(told)["files"]
    assert (right["ok"], right["file"], right["problems"]) == (True, str(good), [])
    assert right["holds"] == {
        "title": "双十一", "clock": {"start": None, "frozen": True}, "defaults": ["price"], "accounts": ["shop"], "replies": 1,
        "faults": ["close"], "timeline": ["scenario: disarm down"],
    }
    assert not wrong["ok"]
    assert [(problem["line"], problem["path"]) for problem in wrong["problems"]] == [(2, "defaults.frozn"), (3, "defaults.price")]
    assert wrong["problems"][0]["right"] == "did you mean frozen?"


def test_it_needs_something_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert "--schema" in capsys.readouterr().err


def test_it_does_without_a_server(good: Path) -> None:
    """The extra is not needed, and nothing of it is imported."""
    program = "import sys; from winnerlook_mock.cli import main; code = main(['check', sys.argv[1]]); print(*sys.modules); sys.exit(code)"
    command = [sys.executable, "-c", program, str(good)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not {"spyne", "uvicorn", "starlette"} & set(done.stdout.splitlines()[-1].split())
