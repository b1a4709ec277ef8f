"""Which stand-in an original has: the same one through the whole recording, later runs included.

What is kept of an original is a keyed hash only. The key lies beside the recording in a file of its own, since without it a later run
could not know a number again; whoever has that file can try guesses on it, so it stays private (docs/how-to/recording.md).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from winnerlook_mock.recording import texts
from winnerlook_mock.recording.files import RecordingError, write_privately

FILE = ".stand-ins.json"
_COUNTRY = re.compile(r"(?:00)?86(?=1[0-9]{10}\Z)")
_PLAIN_LENGTH = 8
_PREFIX = "100"
"""No mobile number in China begins so."""
_FORMAT = 1


class StandIns:
    """Gives stand-ins out, and remembers them in a file of the directory."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / FILE
        self._key, self._given = _read(self._file)
        self._taken = {kind: set(given.values()) for kind, given in self._given.items()}
        self._passed: defaultdict[tuple[str, str], int] = defaultdict(int)
        """Candidates that need not be looked at again, by their kind and the first of their row."""
        self._is_saved = self._file.exists()
        self.originals: dict[str, str] = {}
        """Originals of this run with their stand-ins, in memory only."""

    def save(self) -> None:
        """Write down what is new."""
        if not self._is_saved:
            state = {"format": _FORMAT, "key": self._key.hex(), "given": self._given}
            write_privately(self._file, json.dumps(state, ensure_ascii=False))
            self._is_saved = True

    def user(self, original: str) -> str:
        """A user name."""
        return self._of("user", original, lambda first: (f"user-{number}" for number in count(first)))

    def password(self, original: str) -> str:
        """A password."""
        return self._of("password", original, lambda first: (f"password-{number}" for number in count(first)))

    def uuid(self, original: str) -> str:
        """The caller's own id, as long as the original where that is longer."""
        return self._of("uuid", original, lambda first: (f"uuid-{number}".ljust(len(original), "x") for number in count(first)))

    def ciphertext(self, original: str) -> str:
        """A submitInfo that could not be decrypted."""
        return self._of("ciphertext", original, lambda first: (f"opaque-{number}" for number in count(first)))

    def text(self, original: str) -> str:
        """A text."""
        return self._of("text", original, texts.candidates(original, self._signature, self._code))

    def _signature(self, original: str) -> str:
        return self._of("signature", original, lambda first: texts.signatures(original, first))

    def _code(self, original: str) -> str:
        return self._of("code", original, lambda first: texts.codes(original, first))

    def number(self, written: str) -> str:
        """A phone number: other digits, as many, in the places of its own; a country code stays, and so do blanks and hyphens."""
        digits = "".join(str(int(character)) for character in written if character.isdecimal())
        country = _COUNTRY.match(digits)
        skipped = country.end() if country else 0
        bare = digits[skipped:]
        wanted = iter(digits[:skipped] + self._of("number", bare, lambda first: _numbers(len(bare), first)))
        spelt = "".join(
            _digit_like(character, next(wanted)) if character.isdecimal() else character if character in "+-() ." else "x"
            for character in written
        )
        return self._remember(written, spelt + "".join(wanted))

    def _of(self, kind: str, original: str, candidates: Callable[[int], Iterator[str]]) -> str:
        """The stand-in of an original. `candidates` gives them from a number on, counted from 1."""
        if not original:
            return ""
        given = self._given.setdefault(kind, {})
        digest = self._digest(kind, original)
        if digest not in given:
            given[digest] = self._free(kind, original, candidates)
            self._is_saved = False
        return self._remember(original, given[digest])

    def _free(self, kind: str, original: str, candidates: Callable[[int], Iterator[str]]) -> str:
        """The next stand-in that nothing has and that is no original itself. Those before it stay behind for good: a recording of many
        thousand numbers would go through all of them for each."""
        taken, given = self._taken.setdefault(kind, set()), self._given[kind]
        row = kind, next(candidates(1))
        for candidate in candidates(self._passed[row] + 1):
            self._passed[row] += 1
            if candidate not in taken and candidate != original and self._digest(kind, candidate) not in given:
                taken.add(candidate)
                return candidate
        raise AssertionError("there are endless candidates")

    def _remember(self, original: str, stand_in: str) -> str:
        self.originals[original] = stand_in
        return stand_in

    def _digest(self, kind: str, original: str) -> str:
        return hmac.new(self._key, f"{kind}\0{original}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _numbers(length: int, first: int) -> Iterator[str]:
    prefix = _PREFIX if length >= _PLAIN_LENGTH else ""
    return (prefix + str(number).zfill(length - len(prefix)) for number in count(first))


def _digit_like(character: str, digit: str) -> str:
    return chr(ord("０") + int(digit)) if "０" <= character <= "９" else digit


def _read(file: Path) -> tuple[bytes, dict[str, dict[str, str]]]:
    if not file.exists():
        return secrets.token_bytes(16), {}
    try:
        state = json.loads(file.read_text("utf-8"))
        return bytes.fromhex(state["key"]), {kind: dict(given) for kind, given in state["given"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RecordingError(f"{file} cannot be read: record to another directory, or put the file back as it was") from None
