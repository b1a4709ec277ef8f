"""What is sealed, and the keyed hashes by which numbers and de-duplication keys are found all the same."""

from __future__ import annotations

import base64
import hmac
from typing import Protocol

from winnerlook.errors import ConfigurationError
from winnerlook.outbox._keys import FILE_VARIABLE, NAME_LENGTH, VARIABLE, KeyRing

MARK = "\x02"
"""Begins what is sealed or hashed. Texts and numbers cannot hold it, since XML cannot."""
_BYTES_MARK, _CLEAR_BYTES_MARK = b"\x00wl1", b"\x00wl0"
"""The same for bytes, which may be any: those that begin so by themselves are stored with the second before them."""
_ANY_BYTES_MARK = _BYTES_MARK[:-1]


class Seals(Protocol):
    """What stands between the tables' columns and what is stored. `place` is a table and column. Opening raises ConfigurationError for
    what another key has sealed, StoreError for what was changed."""

    @property
    def clear_left(self) -> bool:
        """Whether there are keyed columns from before there was a key."""
        ...

    def seal(self, place: bytes, text: str) -> str:
        """A text as it is stored."""
        ...

    def open(self, place: bytes, stored: str) -> str:
        """A text as it was."""
        ...

    def seal_bytes(self, place: bytes, data: bytes) -> bytes:
        """Bytes as they are stored."""
        ...

    def open_bytes(self, place: bytes, stored: bytes) -> bytes:
        """Bytes as they were."""
        ...

    def digest(self, place: bytes, value: str) -> str:
        """What stands for a value, the same for the same value and place."""
        ...


class NoVault:
    """Everything in clear."""

    clear_left = False

    def seal(self, place: bytes, text: str) -> str:  # noqa: ARG002  # of `Seals`
        """See `Seals`."""
        return text

    def open(self, place: bytes, stored: str) -> str:  # noqa: ARG002  # of `Seals`
        """See `Seals`."""
        if stored.startswith(MARK):
            raise no_key()
        return stored

    def seal_bytes(self, place: bytes, data: bytes) -> bytes:  # noqa: ARG002  # of `Seals`
        """See `Seals`."""
        return _CLEAR_BYTES_MARK + data if data.startswith(_ANY_BYTES_MARK) else data

    def open_bytes(self, place: bytes, stored: bytes) -> bytes:  # noqa: ARG002  # of `Seals`
        """See `Seals`."""
        if stored.startswith(_BYTES_MARK):
            raise no_key()
        return _unmarked(stored)

    def digest(self, place: bytes, value: str) -> str:  # noqa: ARG002  # of `Seals`
        """See `Seals`."""
        return value


class Vault:
    """A store's keys: `ring` seals, `hash_key` makes the hashes."""

    def __init__(self, ring: KeyRing, hash_key: bytes, *, clear_left: bool) -> None:
        self._ring, self._hash_key, self.clear_left = ring, hash_key, clear_left
        self.newest_text, self.newest_bytes = MARK + ring.newest, _BYTES_MARK + ring.newest.encode()

    def seal(self, place: bytes, text: str) -> str:
        """See `Seals`."""
        return self.newest_text + base64.b64encode(self._ring.seal(place, text.encode())).decode()

    def open(self, place: bytes, stored: str) -> str:
        """See `Seals`."""
        if not stored.startswith(MARK):
            return stored
        start = len(MARK) + NAME_LENGTH
        try:
            sealed = base64.b64decode(stored[start:])
        except ValueError:  # it was changed, and does not open
            sealed = b""
        return self._ring.open(stored[len(MARK):start], place, sealed).decode()

    def seal_bytes(self, place: bytes, data: bytes) -> bytes:
        """See `Seals`."""
        return sealed_bytes(self._ring, place, data)

    def open_bytes(self, place: bytes, stored: bytes) -> bytes:
        """See `Seals`."""
        return opened_bytes(self._ring, place, stored)

    def digest(self, place: bytes, value: str) -> str:
        """See `Seals`: 44 characters."""
        mac = hmac.digest(self._hash_key, place + b"\0" + value.encode(), "sha256")
        return MARK + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def sealed_bytes(ring: KeyRing, place: bytes, data: bytes) -> bytes:
    """Bytes as they are stored."""
    return _BYTES_MARK + ring.newest.encode() + ring.seal(place, data)


def opened_bytes(ring: KeyRing, place: bytes, stored: bytes) -> bytes:
    """Bytes as they were, sealed or not."""
    if not stored.startswith(_BYTES_MARK):
        return _unmarked(stored)
    start = len(_BYTES_MARK) + NAME_LENGTH
    return ring.open(stored[len(_BYTES_MARK):start].decode("latin-1"), place, stored[start:])


def _unmarked(stored: bytes) -> bytes:
    return stored.removeprefix(_CLEAR_BYTES_MARK)


def no_key() -> ConfigurationError:
    """For whoever comes to an encrypted store without a key."""
    return ConfigurationError(f"the outbox is encrypted: give Outbox its key, or set {VARIABLE} or {FILE_VARIABLE}")
