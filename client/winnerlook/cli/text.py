"""Text for a terminal: made harmless, measured, aligned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_PIECE = re.compile(r"[\x21-\x7e]+ *|.[)）】，。]*")
_JOINERS = "\u200c\u200d"  # emoji are made with them


def printable(text: str) -> str:
    """A text without line breaks and control characters: what others wrote must not steer the terminal."""
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode("ascii") for c in text)


def width(text: str) -> int:
    """Columns that a text takes: a Chinese character takes two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table. A cell that is too long pushes the rest; nothing is cut."""
    padded = [cell + " " * max(0, room - width(cell)) for cell, room in zip(map(printable, cells), widths, strict=True)]
    return "  ".join(padded).rstrip()


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table whose columns are as wide as their widest cell."""
    everything = [header, *rows]
    widths = [max(width(printable(each[column])) for each in everything) for column in range(len(header))]
    return (row(each, widths) for each in everything)


def wrap(text: str, room: int) -> list[str]:
    """A text folded into lines of at most `room` columns: between words, and between Chinese characters anywhere."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and width(lines[-1] + piece.rstrip()) > room:
            lines.append("")
        lines[-1] += piece.lstrip() if not lines[-1] else piece
    return [line.rstrip() for line in lines]
