"""``winnerlook-mock codes``: what can be provoked, and how."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Sequence

from winnerlook_mock.control.knowledge import tables


def show(arguments: argparse.Namespace) -> int:
    """Print the failure codes and reserved numbers. The exit code is returned."""
    known = tables()
    rows, deliveries = known["codes"], known["deliveries"]
    if arguments.json:
        print(json.dumps(known, ensure_ascii=False, indent=2))
        return 0
    print("A send to the recipient, or any operation by the user, fails with the code:\n")
    _table(["code", "recipient", "user", "meaning"], [[row["code"], row["recipient"], row["user"], row["meaning"]] for row in rows])
    print("\nA send to the recipient is accepted, and its report says:\n")
    _table(["recipient", "status", "meaning"], [[row["recipient"], row["status"] or "(none)", row["meaning"]] for row in deliveries])
    return 0


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
