"""A password, a number and a text that stand nowhere else, and every form that they may take on their way."""

from __future__ import annotations

import base64
import json
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from winnerlook import encryption

_HAN = "鸾鹓鹡鸰鹪鹩鸲鹆鹈鹕鸬鹚"
_LEAST = 8
"""Characters of a form that stand nowhere by chance."""


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters) for _ in range(count))


def _han(count: int) -> str:
    return "".join(secrets.choice(_HAN) for _ in range(count))


@dataclass(frozen=True)
class Tags:
    """Made anew for each run. Parts of a value count as the value: what is cut off or split is found, too."""

    token: str = field(default_factory=lambda: _letters(10))
    han: str = field(default_factory=lambda: _han(6))
    word: str = field(default_factory=lambda: _letters(10))
    phone: str = field(default_factory=lambda: "139" + "".join(secrets.choice(string.digits[1:]) for _ in range(8)))

    @property
    def password(self) -> str:
        """With what has to be escaped somewhere."""
        return f"{self.token}&<%+"

    @property
    def text(self) -> str:
        """The same, in Chinese."""
        return f"{self.han}<&>{self.word}【测试】"

    @cached_property
    def forms(self) -> dict[str, str]:
        """What is looked for, by the name that a failure gives it: the value itself stays out of the test's own output."""
        named: dict[str, str] = {}
        for name, value in (("password", self.token), ("number", self.phone), ("text", self.han), ("word of the text", self.word)):
            for form, written in _written(value):
                if len(written) >= min(_LEAST, len(value)) and written not in named.values():
                    named.setdefault(f"{name}, {form}", written)
        poll, send = encryption.poll_plaintext(self.password), encryption.send_plaintext(self.password, self.phone, self.text, 101)
        for name, plaintext in (("poll", poll), ("send", send)):
            secret = encryption.encrypt(plaintext, self.password)
            named[f"submitInfo of a {name}"] = secret[:32]
            named[f"submitInfo of a {name}, lower case"] = secret[:32].lower()
        named["DES key"] = encryption.derive_key(self.password).decode("ascii")
        return named

    def found_in(self, haystack: str) -> list[str]:
        """The names of the forms that stand there."""
        return [name for name, form in self.forms.items() if form in haystack]


def _written(value: str) -> Iterator[tuple[str, str]]:
    yield "as it is", value
    yield "XML", escape(value)
    yield "XML references", "".join(f"&#{ord(char)};" for char in value)
    yield "JSON", json.dumps(value)[1:-1]
    for charset in ("utf-8", "gbk", "utf-16-le"):
        raw = value.encode(charset)
        yield f"percent-encoded {charset}", quote(raw)
        yield f"form-encoded {charset}", quote_plus(raw)
        yield f"percent-encoded {charset}, lower case", quote(raw).lower() if not value.isascii() else value
        yield f"repr of {charset}", repr(raw)[2:-1]
        yield f"hex of {charset}", raw.hex()
        yield f"HEX of {charset}", raw.hex().upper()
        yield f"mojibake of {charset}", raw.decode("latin-1")
        for shift in range(3):  # what stands before decides which of three spellings base64 has
            packed = base64.b64encode(b"\0" * shift + raw).decode("ascii").rstrip("=")
            yield f"base64 of {charset} behind {shift}", packed[4 if shift else 0 : -2]
