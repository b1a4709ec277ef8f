"""Which operation a path asks for (A5)."""

from __future__ import annotations

import re
from difflib import get_close_matches

from winnerlook.operations import ALL, BY_NAME, PLAIN_PATH, Operation

_BY_FOLDED_NAME = {operation.name.lower(): operation.name for operation in ALL}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
_BLANK_NOTE = "the path ends in a blank, as in the document's https sample: leave it out, not every server forgives it"


def is_plain(path: str) -> bool:
    """Whether a path is this door's, be there a command behind it or not."""
    return path.startswith(PLAIN_PATH) or path + "/" == PLAIN_PATH


def of(path: str) -> tuple[Operation | None, tuple[str, ...]]:
    """The operation at a path, None where there is none, and notes on how it was written."""
    name = path[len(PLAIN_PATH):]
    bare = name.strip(" ")
    return BY_NAME.get(bare), ((_BLANK_NOTE,) if bare != name else ())


def advice(path: str) -> str:
    """What to tell a caller of a command that does not exist."""
    name = path[len(PLAIN_PATH):].strip(" /")
    near = [_BY_FOLDED_NAME[folded] for folded in get_close_matches(name[:60].lower(), _BY_FOLDED_NAME, n=3)]
    what = f"There is no command {name}" if _NAME.fullmatch(name) else f"There is no such command below {PLAIN_PATH}"
    hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(BY_NAME)}."
    return f"{what}: {hint} Names are case-sensitive."
