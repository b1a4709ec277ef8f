"""What a command reads: texts, numbers, and pairs of both, from the command line, files and standard input."""

from __future__ import annotations

import csv
import getpass
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from winnerlook.cli.usage import UsageError

STDIN = "-"
_BETWEEN_NUMBERS = re.compile(r"[\s,;，；]+")
_HEADINGS = {"number", "phone"}

Pair = tuple[str, str]
"""A number and its text."""


class Inputs:
    """Standard input, read once, and files."""

    def __init__(self) -> None:
        self._taken = False

    def text(self, given: str) -> str:
        """A text as it is, or standard input without its last line break where it is ``-``."""
        return re.sub(r"\r?\n\Z", "", self._stdin()) if given == STDIN else given

    def secret(self) -> str:
        """A password from standard input; asked for without echo where that is a terminal."""
        return getpass.getpass("password: ") if sys.stdin.isatty() else self._stdin().rstrip("\r\n")

    def numbers(self, given: Sequence[str], file: str | None) -> list[str]:
        """Numbers of the command line, then those of a file: separated by line breaks, blanks or commas, lines with # left out."""
        lines = [] if file is None else self._content(file).splitlines()
        listed = [number for line in lines if not line.lstrip().startswith("#") for number in _BETWEEN_NUMBERS.split(line) if number]
        return [*given, *listed]

    def pairs(self, given: Sequence[str], file: str | None) -> list[Pair]:
        """Pairs of the command line, then those of a file: JSON lines or CSV."""
        pairs = [_pair(position, item) for position, item in enumerate(given, 1)]
        if file is not None:
            content = self._content(file)
            pairs.extend(_json_pairs(content) if content.lstrip()[:1] in {"{", "["} else _csv_pairs(content))
        return pairs

    def _content(self, file: str) -> str:
        if file == STDIN:
            return self._stdin()
        try:
            return Path(file).read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(f"{file} is not UTF-8: save it as UTF-8") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read {file}: {getattr(error, 'strerror', None) or 'no such name'}") from None

    def _stdin(self) -> str:
        if self._taken:
            raise UsageError("standard input can be read once only: '-' stands in two places")
        self._taken = True
        try:
            return sys.stdin.read().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise UsageError(f"standard input is not {error.encoding}: convert it, or set PYTHONIOENCODING") from None


def _pair(position: int, item: str) -> Pair:
    number, equals, text = item.partition("=")
    if not equals:
        raise UsageError(f"pair {position} has no '=': write NUMBER=TEXT, in quotes")
    return number.strip(), text


def _json_pairs(content: str) -> Iterator[Pair]:
    for position, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield _json_pair(position, line)


def _json_pair(position: int, line: str) -> Pair:
    try:
        value = json.loads(line)
        number, text = value if isinstance(value, list) else (value["phone"] if "phone" in value else value["number"], value["text"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UsageError(f'line {position}: write {{"number": "…", "text": "…"}}, one to a line') from None
    if not isinstance(text, str) or not isinstance(number, str):
        raise UsageError(f"line {position}: number and text must be strings")
    return number.strip(), text


def _csv_pairs(content: str) -> Iterator[Pair]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        for position, row in enumerate(reader):
            if not row or (position == 0 and row[0].strip().lower() in _HEADINGS):
                continue
            if len(row) != 2:  # noqa: PLR2004  # number, text
                raise UsageError(f"line {reader.line_num} has {len(row)} columns, not 2: a text with a comma stands in double quotes")
            yield row[0].strip(), row[1]
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} is not CSV: {error}") from None
