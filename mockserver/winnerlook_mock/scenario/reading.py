"""From a file to values that are known to be right."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from winnerlook.masking import mask_digits
from winnerlook_mock.scenario.consistency import Consistency
from winnerlook_mock.scenario.declared import SCENARIO
from winnerlook_mock.scenario.lines import Lines
from winnerlook_mock.scenario.problems import Problem, ScenarioError

_PLACE = re.compile(r"(?P<wrong>.*) \(at (?:line (?P<line>[0-9]+), column (?P<column>[0-9]+)|end of document)\)", re.DOTALL)


def read_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The values of a TOML file. Raises ScenarioError."""
    file = os.fspath(path)
    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        wrong = f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
        raise ScenarioError([Problem((), wrong, "give the path of a TOML file", file)]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Problem((), "is not UTF-8", "TOML is: save it as UTF-8", file, line)]) from None
    return read_text(text, file)


def read_text(text: str, file: str) -> dict[str, Any]:
    """The values of a TOML text. Raises ScenarioError."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError([_syntax(error, text, file)]) from None
    try:
        return read_values(values)
    except ScenarioError as error:
        lines = Lines(text)
        placed = [replace(problem, file=file, line=lines.of(problem.path)) for problem in error.problems]
        raise ScenarioError(sorted(placed, key=lambda problem: problem.line or 0)) from None


def read_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as TOML or JSON has them, moments as strings. Raises ScenarioError."""
    try:
        plain = _plain(values)
        problems = list(SCENARIO.problems(plain, ()))
    except RecursionError:
        raise ScenarioError([Problem((), "is nested too deep", "a scenario has a few levels")]) from None
    if isinstance(plain, dict):
        problems += Consistency(plain, [problem.path for problem in problems]).problems()
    if problems:
        raise ScenarioError(problems)
    return dict(plain)


def _plain(value: Any) -> Any:
    for kind, written in _WRITTEN.items():
        if isinstance(value, kind):
            return written(value)
    return value


_WRITTEN: dict[type | tuple[type, ...], Callable[[Any], Any]] = {
    Mapping: lambda table: {str(key): _plain(value) for key, value in table.items()},
    (list, tuple): lambda several: [_plain(value) for value in several],
    (date, time): lambda moment: moment.isoformat(),
    (Decimal, str): str,  # a FaultKind is a str, too
}


def _syntax(error: Exception, text: str, file: str) -> Problem:
    """What the parser says, which names lines in words only."""
    if isinstance(error, RecursionError):
        return Problem((), "is nested too deep", "a scenario has a few levels", file)
    match = _PLACE.fullmatch(str(error))
    line = int(match["line"]) if match and match["line"] else max(1, len(text.splitlines()))
    column = f" in column {match['column']}" if match and match["line"] else ""
    wrong = match["wrong"] if match else str(error)
    return Problem((), f"is no TOML{column}", mask_digits(wrong), file, line)
