"""What an SMS is: how many parts a text takes, and the signature that Chinese operators ask for."""

from __future__ import annotations

import re

SINGLE_PART = 70
"""UTF-16 units in a text that goes out as one SMS."""
CONCATENATED_PART = 67
"""UTF-16 units in each part of a longer text."""

_SIGNATURE = re.compile(r"\A\s*【([^【】]*)】|【([^【】]*)】\s*\Z")


def segment_count(text: str) -> int:
    """SMS that a text is charged as: one up to 70 UTF-16 units, else one for each 67 begun. An empty text counts as one."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if units <= SINGLE_PART else -(-units // CONCATENATED_PART)


def signature(text: str) -> str | None:
    """The signature ``【…】`` that opens or closes a text, without its brackets, or None."""
    match = _SIGNATURE.search(text)
    if match is None:
        return None
    return match[1] if match[1] is not None else match[2]
