"""Keeping passwords, phone numbers and texts out of logs, exception texts and reprs (L2)."""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

_KNOWN_TAG = re.compile(rb"<(?:[A-Za-z][A-Za-z0-9-]{0,15}:)?(?:Envelope|string|html|HTML|definitions)\b", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{11,}", re.ASCII)
_MEDIA_TYPES = {
    "text/xml", "application/xml", "application/soap+xml", "text/html", "text/plain", "application/json", "application/octet-stream",
    "multipart/related",
}
_LEAST_NUMBER = 10**7
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


def mask_code(code: int) -> str:
    """A failure code, hidden where it is as long as a phone number: a gateway may pass one on in its place."""
    return str(code) if abs(code) < _LEAST_NUMBER else "-****"


def describe_body(body: bytes, content_type: str | None) -> str:
    """What a body is, without its contents: length, media type, first tag."""
    tag = _KNOWN_TAG.search(body[:512])
    given = (content_type or "").split(";")[0].strip().lower()
    kind = given if given in _MEDIA_TYPES else "another media type" if given else "no content type"
    start = f", beginning {tag[0].decode('ascii')}>" if tag else ""
    return f"{len(body)} bytes, {kind}{start}"


def describe_error(error: BaseException) -> str:
    """What somebody else's code raised and where: its words may hold a number or a text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__qualname__ + place


def describe_callback(callback: object) -> str:
    """The name of a function that was handed over. Its repr may show what was bound to it."""
    return str(getattr(callback, "__qualname__", type(callback).__qualname__))


class MaskedRepr:
    """The repr of a dataclass, with the fields named in `_masks`, its own and its bases', shown through their mask. Use with
    ``@dataclass(repr=False)``."""

    __slots__ = ()
    _masks: ClassVar[Mapping[str, Callable[[Any], str]]] = {}

    def __repr__(self) -> str:
        masks = ChainMap(*(vars(kind).get("_masks", {}) for kind in type(self).__mro__))
        shown = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # a mixin of dataclasses only
            if not field.repr:
                continue
            value = getattr(self, field.name)
            mask = str if isinstance(value, datetime) else masks.get(field.name)
            shown.append(f"{field.name}={mask(value) if mask and value is not None else repr(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"
