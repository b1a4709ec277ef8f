"""``winnerlook codes``: the documented failure codes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.text import row, table, wrap
from winnerlook.codes import ALL, FailureCode
from winnerlook.errors import GatewayError

_HEADER = ("CODE", "EXCEPTION", "NOT SENT", "WAIT", "DOCUMENT", "ENGLISH")
_FIXED_WIDTHS = (4, 19, 8, 4)
_ROOM_TAKEN = sum(_FIXED_WIDTHS) + 2 * len(_FIXED_WIDTHS)
_ABOUT = (
    "NOT SENT: a send that got this code is certain not to have been sent.",
    "WAIT: the same call may succeed later with nothing changed but the time.",
)


def codes(run: Invocation) -> int:
    """C1-C28."""
    if run.output.as_json:
        run.output.document([_value(code) for code in ALL])
        return DONE
    for line in _wrapped(shutil.get_terminal_size().columns) if sys.stdout.isatty() else table(_HEADER, [_cells(code) for code in ALL]):
        run.output.line(line)
    run.output.line()
    for line in _ABOUT:
        run.output.line(line)
    return DONE


def exception_of(code: FailureCode) -> str:
    """Name of the exception class of a code's family."""
    return type(GatewayError.from_code(code.value, "")).__name__


def _cells(code: FailureCode) -> tuple[str, ...]:
    return (
        str(code.value), exception_of(code), "yes" if code.not_sent else "no", "yes" if code.waiting_helps else "no", code.meaning,
        code.english,
    )


def _value(code: FailureCode) -> dict[str, object]:
    return {
        "code": code.value, "meaning": code.meaning, "english": code.english, "exception": exception_of(code),
        "certainly_not_sent": code.not_sent, "waiting_helps": code.waiting_helps,
    }


def _wrapped(columns: int) -> Iterator[str]:
    """The table in a terminal, its last two columns folded to fit."""
    room = max(20, (columns - _ROOM_TAKEN - 2) // 2)
    widths = (*_FIXED_WIDTHS, room, room)
    yield row(_HEADER, widths)
    for code in ALL:
        *fixed, meaning, english = _cells(code)
        left, right = wrap(meaning, room), wrap(english, room)
        for line in range(max(len(left), len(right))):
            folded = [lines[line] if line < len(lines) else "" for lines in (left, right)]
            yield row((*(fixed if line == 0 else ("",) * len(fixed)), *folded), widths)
