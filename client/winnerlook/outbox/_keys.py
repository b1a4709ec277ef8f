"""The keys of encryption at rest: where they come from, and what is derived from them.

A key is 32 random bytes in URL-safe base64, as `new_key` and Fernet make them. Sealing is AES-256-GCM, not Fernet: a tenth of its time, a
shorter result, and one that says where it belongs, so that what was moved to another column does not open. A key is good for four
thousand million sealed values (96-bit nonces, at random); then, or once a year, give a new one.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from winnerlook.config import PREFIX, warn_if_open
from winnerlook.errors import ConfigurationError
from winnerlook.outbox._errors import StoreError

VARIABLE, FILE_VARIABLE = f"{PREFIX}OUTBOX_KEY", f"{PREFIX}OUTBOX_KEY_FILE"
NAME_LENGTH = 8
_KEY_BYTES, _NONCE_BYTES, _NAME_BYTES = 32, 12, 6
_BETWEEN = re.compile(r"[\s,]+")
_HOW = "make one with winnerlook.outbox.new_key()"

Key = str | bytes | Sequence[str | bytes]
"""One, or several with the newest first; a string may hold several, with blanks, commas or lines between."""


def new_key() -> str:
    """A key for `Outbox`: 44 characters. Whoever loses it loses what was encrypted with it."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode("ascii")


class KeyRing:
    """Seals with the newest key, opens with each."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_derived(key, b"name", _NAME_BYTES): AESGCM(_derived_bytes(key, b"encryption", _KEY_BYTES)) for key in keys}
        self.newest = next(iter(self._ciphers))
        self._seal = self._ciphers[self.newest].encrypt

    def seal(self, place: bytes, data: bytes) -> bytes:
        """Nonce, ciphertext and tag, by the newest key. It opens only as being of this place."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal(nonce, data, place)

    def open(self, name: str, place: bytes, sealed: bytes) -> bytes:
        """What was sealed by the key of this name. Raises ConfigurationError where it is none of these, StoreError for what was changed."""
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise ConfigurationError(
                f"the outbox holds what another key has encrypted: until Outbox.encrypt() has ended, give the old key too, after the new "
                f"one ({VARIABLE}=NEW,OLD)"
            )
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise StoreError(f"what is in {place.decode()} was changed, or is from another place", kind="InvalidTag") from None

    def __repr__(self) -> str:
        return f"KeyRing({len(self._ciphers)} keys)"


def key_ring(key: Key | None, environ: Mapping[str, str] = os.environ) -> KeyRing | None:
    """Of the argument, else of the environment, else of the file that it names; None where nobody gives a key. Raises
    ConfigurationError."""
    if key is not None:
        return _ring(key, "key")
    if environ.get(VARIABLE):
        return _ring(environ[VARIABLE], VARIABLE)
    if environ.get(FILE_VARIABLE):
        path = Path(environ[FILE_VARIABLE])
        return _ring(_content(path), f"{FILE_VARIABLE} {path}")
    return None


def _content(path: Path) -> str:
    try:
        content = path.read_text("ascii")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text of base64"
        raise ConfigurationError(f"{FILE_VARIABLE}: cannot read the outbox's key from {path}: {why}") from None
    warn_if_open(path, "a key")
    return content


def _ring(given: Key, source: str) -> KeyRing:
    parts = [given] if isinstance(given, str | bytes) else given
    words = [word for part in parts for word in _BETWEEN.split(part.decode("latin-1") if isinstance(part, bytes) else str(part)) if word]
    if not words:
        raise ConfigurationError(f"{source}: there is no key in it: {_HOW}")
    return KeyRing([_decoded(word, place, source) for place, word in enumerate(words, 1)])


def _decoded(word: str, place: int, source: str) -> bytes:
    try:
        key = base64.b64decode(word, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(f"{source}: key {place} is not 32 bytes in URL-safe base64 (44 characters): {_HOW}")
    return key


def _derived_bytes(key: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"winnerlook outbox " + use).derive(key)


def _derived(key: bytes, use: bytes, length: int) -> str:
    return base64.urlsafe_b64encode(_derived_bytes(key, use, length)).decode("ascii")
