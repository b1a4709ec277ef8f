"""The Msg of SendIndividualMsg: number and text pairs in one string (F4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Separators:
    """What stands between number and text (`within`) and between pairs (`between`).

    The document lost both in its conversion; these are the ones that old public clients of this service family write. Ask the vendor,
    and set others if need be.
    """

    within: str = "|~|"
    between: str = "|-|"

    def __post_init__(self) -> None:
        if not self.within or not self.between:
            raise ValueError("a separator must not be empty")


DEFAULT_SEPARATORS = Separators()
SAME_SEPARATORS = Separators("|~|", "|~|")
"""The other reading of the document: one separator for both."""

_PHONE = re.compile(r"\s*\+?[0-9]+\s*", re.ASCII)


def format_pairs(pairs: Iterable[tuple[str, str]], separators: Separators = DEFAULT_SEPARATORS) -> str:
    """Join number and text pairs. Raises ValueError where they could not be told apart again: a number or text holds a separator, or
    begins or ends in a piece of one that the separator beside it completes; or there is no pair."""
    wanted = list(pairs)
    if not wanted:
        raise ValueError("there is no number and text pair")
    message = separators.between.join(phone + separators.within + text for phone, text in wanted)
    if split_pairs(message, separators) != wanted:
        raise ValueError(f"a number or text holds {separators.within!r} or {separators.between!r}, which separate them")
    return message


def parse_pairs(message: str) -> list[tuple[str, str]]:
    """Take number and text pairs apart, as the mock does: `DEFAULT_SEPARATORS` where they fit, else `SAME_SEPARATORS`.

    Raises ValueError where neither fits.
    """
    for separators in (DEFAULT_SEPARATORS, SAME_SEPARATORS):
        pairs = split_pairs(message, separators)
        if pairs is not None and all(_PHONE.fullmatch(phone) for phone, _ in pairs):
            return [(phone.strip(), text) for phone, text in pairs]
    raise ValueError("not made of number and text pairs")


def split_pairs(message: str, separators: Separators) -> list[tuple[str, str]] | None:
    """The pairs, or None where some group is not a number, one separator, and a text."""
    if separators.within == separators.between:
        pieces = message.split(separators.within)
        return list(zip(pieces[::2], pieces[1::2], strict=True)) if len(pieces) % 2 == 0 else None
    pairs = []
    for group in message.split(separators.between):
        phone, separator, text = group.partition(separators.within)
        if not separator or separators.within in text:
            return None
        pairs.append((phone, text))
    return pairs
