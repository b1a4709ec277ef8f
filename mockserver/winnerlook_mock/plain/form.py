"""Reading a query string or a form body: names and values as the caller meant them, and notes on what it likely did wrong (H2).

Text is UTF-8. One caller writes all of a request in one charset, so the first charset that fits every field is taken for all of them:
a short text in GBK may by chance be good UTF-8, a whole request seldom is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from winnerlook_mock.gateway.notes import escapes_outside_links
from winnerlook_mock.gateway.submission import shown_name
from winnerlook_mock.percent import unescaped
from winnerlook_mock.plain import content_type

MAX_FIELDS = 1000
"""Fields that are read. More cannot be right: no operation has ten parameters."""
_MAX_NOTES = 10
_UTF8, _GBK = "utf-8", "gb18030"
_FIELD = re.compile(rb"[^&]+")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

_GBK_NOTE = 'the text is GBK, not UTF-8: encode it in UTF-8, as URLEncoder.encode(text, "UTF-8") does (H2)'
_BROKEN_NOTE = "a % is followed by no two hexadecimal digits and was taken as it stands: write %25 for a percent sign"
_MANY_NOTE = f"there are more than {MAX_FIELDS} fields; the rest was not read"

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """What was read. A name's second occurrence is called ``name#2``, one whose bytes are no text ``name#undecodable``: the gateway knows
    neither and answers -27, and the journal shows them."""

    parameters: dict[str, str] = field(repr=False)
    notes: tuple[str, ...]


def read(raw: bytes, charset: str = "") -> Form:
    """Read a query or a form; `charset` is what its Content-Type names. Nothing raises."""
    fields = [_unescaped(match[0]) for match in islice(_FIELD.finditer(raw), MAX_FIELDS + 1)]
    notes = [_MANY_NOTE] if len(fields) > MAX_FIELDS else []
    if _BROKEN_ESCAPE.search(raw):
        notes.append(_BROKEN_NOTE)
    pairs, remarks = _decoded(fields[:MAX_FIELDS], charset)
    doubled = [_doubled_note(name) for name, value in pairs if _is_escaped_text(value)]
    return Form(_keyed(pairs), (*notes, *remarks, *doubled[:_MAX_NOTES]))


def _unescaped(piece: bytes) -> tuple[bytes, bytes]:
    name, _, value = piece.replace(b"+", b" ").partition(b"=")
    return unescaped(name), unescaped(value)


def _decoded(fields: list[tuple[bytes, bytes]], charset: str) -> tuple[Pairs, list[str]]:
    """The fields as text, and notes on their charset."""
    codec = content_type.codec(charset) if charset else None
    notes = [] if codec or not charset else ["the Content-Type names a charset that is not known; the form was read as UTF-8 (H2)"]
    candidates = list(dict.fromkeys([codec or _UTF8, _UTF8, _GBK]))
    for candidate in candidates:
        try:
            pairs = [(name.decode(candidate), value.decode(candidate)) for name, value in fields]
        except UnicodeError:
            continue
        return pairs, [*notes, *_charset_notes(candidate, codec)]
    mixed = [_one_by_one(name, value, candidates) for name, value in fields]
    return mixed, [*notes, "the fields are in different charsets, or cut in the middle of a character: send UTF-8 (H2)"]


def _charset_notes(used: str, declared: str | None) -> Iterator[str]:
    if declared and used != declared:
        yield f"the Content-Type says charset={declared}, but the text is not: send UTF-8 and say charset=UTF-8"
    if used == _GBK and declared != _GBK:
        yield _GBK_NOTE
    elif used == declared and used not in (_UTF8, "ascii"):
        yield f"the form is in {declared}, as its Content-Type says; the document asks for UTF-8 (H2)"


def _one_by_one(name: bytes, value: bytes, candidates: list[str]) -> tuple[str, str]:
    for candidate in candidates:
        try:
            return name.decode(candidate), value.decode(candidate)
        except UnicodeError:
            continue
    return name.decode(_UTF8, "backslashreplace") + "#undecodable", value.decode(_UTF8, "backslashreplace")


def _keyed(pairs: Pairs) -> dict[str, str]:
    keyed: dict[str, str] = {}
    times: dict[str, int] = {}
    for name, value in pairs:
        times[name] = times.get(name, 0) + 1
        key = name if times[name] == 1 else f"{name}#{times[name]}"
        while key in keyed:  # another field was called just that
            key += "#"
        keyed[key] = value
    return keyed


def _is_escaped_text(value: str) -> bool:
    """Whether a value, decoded already, holds percent-encoded UTF-8 beyond ASCII."""
    return any(_is_utf8(unescaped(escaped.encode("ascii"))) for escaped in escapes_outside_links(value))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeError:
        return False
    return True


def _doubled_note(name: str) -> str:
    return f"{shown_name(name)} still looks percent-encoded after decoding: it was encoded twice, and goes out as it is; encode it once"
