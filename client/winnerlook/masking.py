"""Keeping passwords, phone numbers and texts out of logs, exception texts and reprs (L2)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

_FIRST_TAG = re.compile(rb"<[A-Za-z][\w.:-]{0,40}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{11,}", re.ASCII)
_DIGIT_RUN = re.compile(r"[0-9]{5,}")


def mask_phone(phone: str) -> str:
    """A number with all but its first three and last four characters hidden; a short one, and what is no number, is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if _NUMBER.fullmatch(phone) else "****"


def mask_phones(phones: Iterable[str]) -> str:
    """The first number masked, and how many more there are."""
    numbers = list(phones)
    if not numbers:
        return "none"
    more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
    return mask_phone(numbers[0]) + more


def mask_text(text: str | None) -> str:
    """How long a text is, and nothing of what it says."""
    return "None" if text is None else f"<{len(text)} characters>"


def mask_secret(secret: str | None) -> str:
    """Whether a secret is set, and nothing more."""
    return "***" if secret else "(not set)"


def mask_digits(text: str) -> str:
    """A text with every run of five or more digits hidden: for words of others that may quote a phone number."""
    return _DIGIT_RUN.sub("****", text)


def scrub(text: str, values: Iterable[object], *, longest: int = 300) -> str:
    """What another program said, without the values it was given and without runs of digits; cut at `longest` characters."""
    for value in sorted({str(value) for value in values}, key=len, reverse=True):
        if len(value) > 1:
            text = text.replace(value, "****")
    text = mask_digits(text)
    return text if len(text) <= longest else text[:longest] + "…"


def describe_body(body: bytes, content_type: str | None) -> str:
    """What a body is, without its contents: length, media type, first tag."""
    tag = _FIRST_TAG.search(body[:512])
    kind = (content_type or "no content type").split(";")[0].strip()
    start = f", beginning {tag[0].decode('ascii')}>" if tag else ""
    return f"{len(body)} bytes, {kind}{start}"


class MaskedRepr:
    """The repr of a dataclass, with the fields named in `_masks` shown through their mask. Use with ``@dataclass(repr=False)``."""

    __slots__ = ()
    _masks: ClassVar[Mapping[str, Callable[[Any], str]]] = {}

    def __repr__(self) -> str:
        shown = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # a mixin of dataclasses only
            value = getattr(self, field.name)
            mask = str if isinstance(value, datetime) else self._masks.get(field.name)
            shown.append(f"{field.name}={mask(value) if mask and value is not None else repr(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"
