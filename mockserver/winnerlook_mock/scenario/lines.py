"""On which line of a TOML text each key, table and item stands: the parser of the standard library does not tell."""

from __future__ import annotations

import contextlib
import re
import tomllib
from bisect import bisect_right

from winnerlook_mock.scenario.problems import Path

_GAP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_STRINGS = (r'"""(?:[^\\]|\\.)*?"{3,5}', r"'''.*?'{3,5}", r'"(?:[^"\\]|\\.)*"', r"'[^']*'")
_STRING = re.compile("|".join(_STRINGS), re.DOTALL)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+(?:[Zz]|[+-][0-9:]+)?", re.ASCII)
_PLAIN = re.compile(r"[^\s,\]}#]+|.", re.DOTALL)


class Lines:
    """Lines of a text that is known to be TOML, by paths."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        with contextlib.suppress(RecursionError):  # what is not found has the line of the table around it
            self._document()

    def of(self, path: Path) -> int:
        """The line of what stands there, or of the nearest thing around it."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def __contains__(self, path: Path) -> bool:
        return path in self._lines

    def _here(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _next_is(self, start: str) -> bool:
        return self._text.startswith(start, self._at)

    def _document(self) -> None:
        base: Path = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            base = self._header() if self._next_is("[") else self._pair(base)
            self._skip(_GAP)

    def _header(self) -> Path:
        line, several = self._here(), self._next_is("[[")
        self._at += 2 if several else 1
        keys = self._keys()
        self._at += 2 if several else 1
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            self._lines.setdefault(path, line)
            if several and position == len(keys) - 1:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
                self._lines.setdefault(path, line)
        return path

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            quoted = self._skip(_STRING)
            keys.append(tomllib.loads(f"key = {quoted}")["key"] if quoted else self._skip(_BARE))
            self._skip(_BLANK)
            if not self._next_is("."):
                return keys
            self._at += 1

    def _pair(self, base: Path) -> Path:
        """``key = value``. The table that it stands in is given back."""
        line, path = self._here(), base
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._at += 1
        self._value(path)
        return base

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        if self._next_is("["):
            self._list(path)
        elif self._next_is("{"):
            self._table(path)
        else:
            any(self._skip(kind) for kind in (_STRING, _MOMENT, _PLAIN))

    def _list(self, path: Path) -> None:
        self._at += 1
        position = 0
        while self._more("]"):
            self._lines[*path, position] = self._here()
            self._value((*path, position))
            position += 1

    def _table(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, end: str) -> bool:
        """Whether something comes before the end, which is passed otherwise."""
        self._skip(_GAP)
        if self._at < len(self._text) and not self._next_is(end):
            return True
        self._at += 1
        return False
