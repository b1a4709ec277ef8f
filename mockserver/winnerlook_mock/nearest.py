"""Why no SMS was the one that a test wanted: the nearest ones, and how each differs, field by field.

What is said here shows numbers and texts as they are: they are the tester's own, on a test double, and the answer lies in them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from heapq import nlargest

from winnerlook.china_time import format_time
from winnerlook_mock.gateway.message import Message

SHOWN = 3
_CANDIDATES = 50
_COMPARED = 500
_SHORT = 80
_WINDOW = 70
_LEAD = 30
_QUOTED = 120
"""How many messages are shown, how many are looked at closely, and characters: of a text that are compared, of one that is compared block
by block, that are shown, and that are shown before the first difference, and of what was wanted that are repeated."""


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """What an SMS has to be; None is anything. Raises TypeError for what is no string."""

    to: str | None = None
    contains: str | None = None
    text: str | None = None
    operation: str | None = None
    customer_uuid: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.given():
            if not isinstance(value, str):
                raise TypeError(f"{name} is a string, as numbers and ids of the gateway are, not {type(value).__name__}")

    def given(self) -> list[tuple[str, str]]:
        """What was asked for, by name."""
        return [(field.name, value) for field in fields(self) if (value := getattr(self, field.name)) is not None]

    def fits(self, message: Message) -> bool:
        """Whether this is such a message."""
        return (
            (self.to is None or message.phone == self.to)
            and (self.contains is None or self.contains in message.text)
            and (self.text is None or message.text == self.text)
            and (self.operation is None or message.operation == self.operation)
            and (self.customer_uuid is None or message.customer_uuid == self.customer_uuid)
        )

    def __str__(self) -> str:
        quoted = (f"{name}={shown(value[:_QUOTED])}{'…' if len(value) > _QUOTED else ''}" for name, value in self.given())
        return ", ".join(quoted) or "any SMS"


def nearest(wanted: Wanted, messages: Iterable[Message]) -> list[Message]:
    """At most three, the nearest first, newer before older."""
    pairs = {name: set(_neighbours(value)) for name, value in wanted.given()}
    by_fields = nlargest(
        _CANDIDATES, messages,
        key=lambda message: (_fitting(wanted, message), _kinship(wanted, pairs, message), message.accepted_at, message.number),
    )
    return nlargest(SHOWN, by_fields, key=lambda message: (_likeness(wanted, message), message.accepted_at, message.number))


def described(wanted: Wanted, message: Message) -> Iterator[str]:
    """A message in lines: which it is, then each field that was asked for."""
    yield title(message)
    for name, value in wanted.given():
        yield from _field(name, value, _value(name, message))


def title(message: Message) -> str:
    """Which message it is, in a line."""
    return f"SMS {message.number}: {message.operation} over {message.door} at {format_time(message.accepted_at)}"


def shown(text: str) -> str:
    """A text in quotes, on one line, what cannot be seen escaped."""
    return f"'{_visible(text)}'"


def _fitting(wanted: Wanted, message: Message) -> int:
    return sum(_fits(name, value, _value(name, message)) for name, value in wanted.given())


def _fits(name: str, value: str, actual: str) -> bool:
    return value in actual if name == "contains" else value == actual


def _value(name: str, message: Message) -> str:
    return str(getattr(message, {"to": "phone", "contains": "text"}.get(name, name)))


def _kinship(wanted: Wanted, pairs: dict[str, set[str]], message: Message) -> float:
    """`_likeness` at a glance, for any number of messages: how many of the wanted pairs of neighbours there are."""
    actual = {name: _value(name, message) for name, _ in wanted.given()}
    return sum(_shared(pairs[name], actual[name]) for name, value in wanted.given() if not _fits(name, value, actual[name]))


def _neighbours(text: str) -> Iterator[str]:
    """Each character with its next one."""
    return (text[at : at + 2] for at in range(min(len(text), _COMPARED) - 1))


def _shared(pairs: set[str], text: str) -> float:
    return sum(pair in text for pair in pairs) / max(1, len(pairs))


def _likeness(wanted: Wanted, message: Message) -> float:
    """How near a message is: a field that fits is 1, one that does not as much as the two have in common."""
    return sum(
        1.0 if _fits(name, value, actual) else _alike(name, value, actual) * 0.9
        for name, value in wanted.given() for actual in [_value(name, message)]
    )


def _alike(name: str, value: str, actual: str) -> float:
    compared = actual[_region(name, value, actual) :][:_COMPARED]
    whole = len(value[:_COMPARED]) if name == "contains" else max(len(value[:_COMPARED]), len(compared))
    if max(len(value), len(compared)) <= _SHORT:
        common = sum(block.size for block in _matcher(value, compared).get_matching_blocks())
    else:  # blocks of long texts that repeat themselves take minutes
        common = (Counter(_neighbours(value)) & Counter(_neighbours(compared))).total()
    return common / max(1, whole)


def _matcher(one: str, other: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False)


def _region(name: str, value: str, actual: str) -> int:
    """From where on a field is compared: a part is looked for in all of a long text, not only where it begins."""
    if name != "contains" or len(actual) <= _COMPARED:
        return 0
    pairs = set(_neighbours(value))
    return max(range(0, len(actual), _COMPARED // 2), key=lambda start: _shared(pairs, actual[start : start + _COMPARED]))


def _field(name: str, value: str, actual: str) -> Iterator[str]:
    if _fits(name, value, actual):
        yield f"  {name:<13} as wanted"
        return
    at, from_ = _part_from(value, actual) if name == "contains" else (_common(value, actual), 0)
    start = max(0, at - _LEAD)
    piece, lead = _piece(actual, start, at)
    wanted = _piece(value, max(0, start - from_), at)[0]
    yield f"  {name:<13} wanted {wanted}"
    yield f"  {'':<13} was    {piece}"
    yield f"  {'':<13}        {' ' * lead}^"


def _part_from(part: str, text: str) -> tuple[int, int]:
    """Where a text first differs from what it should contain, and where that would have begun: in place of what is most like it."""
    region = _region("contains", part, text)
    block = _matcher(part, text[region:]).find_longest_match()
    begin = max(0, region + block.b - block.a) if block.size else 0
    return begin + _common(part, text[begin:]), begin


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), min(len(one), len(other)))


def _piece(text: str, start: int, at: int) -> tuple[str, int]:
    """What is shown of a text, and how many columns stand before its place `at`."""
    before = "…" if start else ""
    after = "…" if len(text) > start + _WINDOW else ""
    return f"{before}'{_visible(text[start : start + _WINDOW])}'{after}", _width(f"{before}'{_visible(text[start:at])}")


def _visible(text: str) -> str:
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _width(text: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1 for one in text)
