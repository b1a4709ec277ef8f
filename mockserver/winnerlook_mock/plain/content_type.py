"""The Content-Type of a POST: a form or nothing, and the charset it names."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

FORM = "application/x-www-form-urlencoded"
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
_NAME = re.compile(r"[\w.:-]{1,40}", re.ASCII)
_CHINESE = frozenset({"gb2312", "gbk", "gb18030"})
_OTHERS = re.compile(r"utf-8|ascii|big5(hkscs)?|shift_jis|euc_(jp|kr)|koi8-[ru]|iso8859-[0-9]+|cp(125[0-9]|874|93[26]|949|950)")


@dataclass(frozen=True, slots=True)
class ContentType:
    """What the header says; `charset` is empty when it names none."""

    media_type: str
    charset: str

    @property
    def may_be_form(self) -> bool:
        """Whether the body can be a form; a missing header says nothing against it."""
        return self.media_type in ("", FORM)

    @property
    def refusal(self) -> str:
        """What to tell the sender of something else than a form."""
        named = f"Content-Type {self.media_type}" if _MEDIA_TYPE.fullmatch(self.media_type) else "This Content-Type"
        return f"{named} is no form: send name=value pairs joined by &, percent-encoded in UTF-8, as {FORM}."


def read(header: str | None) -> ContentType:
    """Read the header; what cannot be understood in it is passed over."""
    media_type, *parameters = (header or "").split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and not charset:
            charset = value.strip().strip('"')
    return ContentType(media_type.strip().lower(), charset)


@lru_cache(64)
def codec(charset: str) -> str | None:
    """Python's name of a charset that a form can be written in, None for another.

    A form's own signs are ASCII, which rules out UTF-16; and much that Python calls a codec is no charset. GB 2312 and GBK are read as
    GB 18030, which holds both.
    """
    if not _NAME.fullmatch(charset):
        return None
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    if name in _CHINESE:
        return "gb18030"
    return name if _OTHERS.fullmatch(name) else None
