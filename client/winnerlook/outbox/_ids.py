"""Ids of messages, and the customerUuid by which an attempt is recognised when the gateway echoes it (R7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_CHARACTERS, _RANDOM_CHARACTERS = 10, 16
_RANDOM_BITS = 80
_MAC_BYTES = 10
_STORE_CHARACTERS = 20
_OURS = re.compile(r"w1-([0-9A-HJKMNP-TV-Z]{26})-([1-9][0-9]{0,6})-([A-Z2-7]{16})", re.ASCII)


class _Sequence:
    """Numbers that begin at random in each millisecond, and within it go up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, now: int) -> int:
        with self._lock:
            same = self._last >> _RANDOM_BITS == now
            self._last = self._last + 1 if same else (now << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS - 1)
            return self._last


_sequence = _Sequence()


def new_id(now: int) -> str:
    """26 characters: the milliseconds since 1970, then 80 bits. What one process makes sorts in the order in which it was made."""
    return _text(_sequence.next(now))


def first_id(now: int) -> str:
    """The least id of a millisecond: whatever was made earlier sorts before it."""
    return _text(now << _RANDOM_BITS)


def _text(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(5 * (_TIME_CHARACTERS + _RANDOM_CHARACTERS - 1), -1, -5))


@dataclass(frozen=True, slots=True)
class Echo:
    """Which attempt a customerUuid names, and whether this store made it."""

    message_id: str
    attempt: int
    genuine: bool


class Signer:
    """Makes and recognises customerUuids; `key` is the store's own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def customer_uuid(self, account: str, message_id: str, attempt: int) -> str:
        """``w1-<id>-<attempt>-<mac>``, at most 54 characters."""
        return f"w1-{message_id}-{attempt}-{self._mac(account, message_id, attempt)}"

    @property
    def store(self) -> str:
        """The store's own name, which says nothing of its key."""
        return hmac.new(self._key, b"store", hashlib.sha256).hexdigest()[:_STORE_CHARACTERS]

    def echo(self, account: str, customer_uuid: str) -> Echo | None:
        """What a customerUuid says; None for one that is not of this form, such as another program's."""
        match = _OURS.fullmatch(customer_uuid.strip())
        if match is None:
            return None
        message_id, attempt = match[1], int(match[2])
        return Echo(message_id, attempt, hmac.compare_digest(match[3], self._mac(account, message_id, attempt)))

    def _mac(self, account: str, message_id: str, attempt: int) -> str:
        digest = hmac.new(self._key, f"{account}\0{message_id}\0{attempt}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii")
