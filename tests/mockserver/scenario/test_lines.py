"""On which line each key stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnerlook_mock.scenario.lines import Lines

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "scenarios").glob("*.toml"))
NASTY = '''# a comment with [brackets] and = signs
title = "a # is no comment, \\" is no end"   # this is one

'quoted key' = 1
"escaped\\tkey" = 2
a.b . c = 3
a.'d' = """
[no header]
x = "1"
\\""" quotes \\
""""
e = \'\'\'
[[none]]'\'\'\'\'
list = [   # comment ]
  1, "]",

  [2,
   3], { x = 1, y = [ 4 ] },
]
when = 1979-05-27 07:32:00Z
day = 1979-05-27

[clock]
start = 2026-11-23T10:00:00+08:00

[[accounts]]
name = "shop"
settings.price = 1
[accounts.settings.push_chaos]
drop = 0.5
  [[accounts.replies]]
  phone = "1"
  [[accounts.replies]]
  phone = "2"

[[accounts]]
inline = { a = { b = "}" }, c = [ { d = 1 }, { d = 2 } ] }
[[accounts.replies]]
phone = "3"
[x.y."z.w"]
v = 1'''
EXPECTED = {
    (): 1, ("title",): 2, ("quoted key",): 4, ("escaped\tkey",): 5, ("a",): 6, ("a", "b", "c"): 6, ("a", "d"): 7, ("e",): 12,
    ("list",): 14, ("list", 1): 15, ("list", 2): 17, ("list", 2, 1): 18, ("list", 3): 18, ("list", 3, "y", 0): 18, ("when",): 20,
    ("day",): 21, ("clock",): 23, ("clock", "start"): 24, ("accounts",): 26, ("accounts", 0): 26, ("accounts", 0, "name"): 27,
    ("accounts", 0, "settings", "price"): 28, ("accounts", 0, "settings", "push_chaos", "drop"): 30, ("accounts", 0, "replies", 0): 31,
    ("accounts", 0, "replies", 1, "phone"): 34, ("accounts", 1): 36, ("accounts", 1, "inline", "a", "b"): 37,
    ("accounts", 1, "inline", "c", 1, "d"): 37, ("accounts", 1, "replies", 0, "phone"): 39, ("x", "y", "z.w"): 40,
    ("x", "y", "z.w", "v"): 41,
}


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(item, (*path, key))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_keys_of_every_spelling(ends: str) -> None:
    lines = Lines(NASTY.replace("\n", ends))
    assert {path: lines.of(path) for path in EXPECTED} == EXPECTED


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    lines = Lines(NASTY)
    assert lines.of(("accounts", 0, "password")) == 26
    assert lines.of(("accounts", 1, "inline", "c", 7, "d")) == 37
    assert lines.of(("nothing", 3)) == 1


@pytest.mark.parametrize("file", [None, *EXAMPLES], ids=lambda file: file.stem if file else "nasty")
def test_everything_that_the_parser_finds_has_a_line(file: Path | None) -> None:
    text = file.read_text("utf-8") if file else NASTY
    lines = Lines(text)
    assert [path for path in paths(tomllib.loads(text)) if path not in lines] == []


PIECES = st.sampled_from([
    "a = 1", "b.c = 'x'", '"b".d = """\n[x]\n"""', "[t]", "[t.u]", "[[s]]", "[[s.r]]", "[s.q]", "v = [1, [2, 3],\n {w = 1}]",
    "x = {y = {z = []}}", "k = 2026-11-23 10:00:00", "m = '''\n# '''", "# [[s]]", "", "n = -1.5e3 # n", "o = [\n# ]\n]", "'[[s]]' = \"]\"",
])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8))
def test_a_text_made_of_pieces(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = Lines(text)
    starts = {1 + sum(piece.count("\n") + 1 for piece in pieces[:at]) for at in range(len(pieces))}
    assert all(path in lines for path in paths(values))
    assert {lines.of((key,)) for key in values} <= starts


@settings(deadline=None)
@given(st.text(max_size=60))
def test_it_comes_to_an_end_whatever_the_text(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    Lines(text)
