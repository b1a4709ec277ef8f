"""codes, and text that is measured, folded and aligned."""

from __future__ import annotations

import json

import pytest

from tests.client.cli.conftest import Run
from winnerlook import errors
from winnerlook.cli.text import printable, row, width, wrap
from winnerlook.codes import ALL


def test_codes(run: Run) -> None:
    """C1-C28: value, the document's words, English, exception, and what the code says of a send."""
    lines = run("codes").out.splitlines()
    assert len(lines) == 1 + 28 + 3
    for line, code in zip(lines[1:], ALL, strict=False):
        assert line.split()[0] == str(code.value)
        assert code.meaning in line
        assert line.endswith(code.english)


def test_codes_as_json(run: Run) -> None:
    """C1-C28"""
    values = json.loads(run("codes", "--json").out)
    assert [value["code"] for value in values] == [code.value for code in ALL]
    assert [value["certainly_not_sent"] for value in values] == [code.not_sent for code in ALL]
    for value in values:
        assert issubclass(getattr(errors, value["exception"]), errors.GatewayError)


def test_codes_in_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """C1-C28: folded so that nothing is wider than the terminal."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    lines = run("codes").out.splitlines()
    assert max(map(width, lines)) <= 100
    assert [line.split()[0] for line in lines if line.startswith("-")] == [str(code.value) for code in ALL]


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 5, [""]), ("two words", 5, ["two", "words"]), ("中文字", 4, ["中文", "字"]), ("overlong", 3, ["overlong"]),
        ("(群发)", 5, ["(群", "发)"]),
    ],
)
def test_wrap(text: str, room: int, lines: list[str]) -> None:
    assert wrap(text, room) == lines


def test_alignment() -> None:
    assert width("中a\u0301") == 3
    assert row(("中文", "b"), (6, 0)) == "中文    b"
    assert row(("toolong", "b"), (2, 0)) == "toolong  b"
    assert printable("a\tb\x1b[0m\u2028中") == "a\\tb\\x1b[0m\\u2028中"
