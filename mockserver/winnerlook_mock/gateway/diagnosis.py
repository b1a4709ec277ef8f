"""Why a submitInfo cannot be read: likely mistakes are tried on it, and those that yield the documented fields are named (E1-E4).

Notes say what is wrong and how to mend it, and nothing of what was sent (L2).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from Crypto.Cipher import DES, DES3
from Crypto.Util.Padding import unpad

from winnerlook import encryption

_BLOCK = DES.block_size
_MOST = 64 * 1024
"""Characters of a submitInfo that are looked into; no send needs a tenth of them."""
_FIELDS = re.compile(rb"(?:userPass|DesNo|Msg|smsType|Channel)=")
_FIELDS_MISSPELT = re.compile(rb"(?:userPass|DesNo|Msg|smsType|Channel)\s*[=:]", re.IGNORECASE)
_STRUCTURED = re.compile(rb"\s*[{<\[]\s*[\"?!/A-Za-z]")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_DECORATION = re.compile(r"0x|[\s:-]")
_EXAMPLE_PASSWORD = "123"  # noqa: S105  # of the document's example
_KEY_RULE = "key and IV are the first 8 characters of the password's SHA-1 in upper-case hex (E1)"
_SPELT = "write the ciphertext in upper-case hex (E1)"
_CBC = f"use DES in CBC mode; {_KEY_RULE}"
_FORM = "the plaintext is userPass=…&DesNo=…&Msg=…, a poll's userPass=…, values as they are (E2)"

Decrypt = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Guess:
    """A way to read it; `notes` name what in it differs from the document's."""

    notes: tuple[str, ...]
    decrypt: Decrypt


def notes_on_writing(submit_info: str, plaintext: bytes) -> Iterator[str]:
    """What is unlike the document in a submitInfo that decrypts: its hex, or the charset of its plaintext."""
    yield from _notes_on_hex(submit_info)
    if _is_utf8(plaintext):
        yield "the plaintext in submitInfo is UTF-8, not GBK, and its text is garbled where it happens to fit GBK: encode it in GBK (E4)"


def why_unreadable(submit_info: str, user_pass: str) -> list[str]:
    """Notes on a submitInfo that gives no fields under this password."""
    spellings = list(_spellings(submit_info[:_MOST]))
    if not spellings:
        return [f"submitInfo ({len(submit_info)} characters) is neither hex nor base64: {_SPELT}"]
    for spelt, ciphertext in spellings:
        whole = ciphertext[: len(ciphertext) // _BLOCK * _BLOCK]
        cut = () if whole == ciphertext else (_cut_note(ciphertext),)
        for guess in _guesses(user_pass):
            plaintext = _tried(guess, whole)
            if plaintext is not None:
                return [*spelt, *cut, *guess.notes, *_notes_on_plaintext(plaintext, is_cut=bool(cut))]
    spelt, ciphertext = spellings[0]
    if len(ciphertext) % _BLOCK:
        return [*spelt, _cut_note(ciphertext)]
    return [*spelt, f"submitInfo was not made with this account's password, as far as can be told: {_CBC}; try the example (E3)"]


def _cut_note(ciphertext: bytes) -> str:
    return (
        f"submitInfo holds {len(ciphertext)} bytes, which is no multiple of {_BLOCK}: it is no DES ciphertext or was cut short, so send all"
        " of it, by POST where it is long"
    )


def _spellings(text: str) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """The bytes that a text may stand for, and what to say of such a spelling."""
    bare = _DECORATION.sub("", text)
    if _HEX.fullmatch(bare):
        once = bytes.fromhex(bare)
        yield tuple(_notes_on_hex(text)), once
        if _HEX.fullmatch(once.decode("latin-1")):
            yield ("submitInfo was written in hex twice: write it once (E1)",), bytes.fromhex(once.decode("ascii"))
    standard = re.sub(r"\s", "+", text.strip()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        decoded = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:  # no base64, or beyond ASCII
        return
    if decoded:
        yield (f"submitInfo is base64, not hex: {_SPELT}",), decoded


def _notes_on_hex(text: str) -> Iterator[str]:
    if _DECORATION.search(text):
        yield f"submitInfo holds blanks, line ends or separators within its hex: {_SPELT} and nothing else"
    if text != text.upper():
        yield f"submitInfo is in lower-case hex, which this mock reads and the gateway may not: {_SPELT}"


def _tried(guess: _Guess, ciphertext: bytes) -> bytes | None:
    """The plaintext with its padding, None where it has not the documented fields."""
    try:
        begins = _FIELDS_MISSPELT.match(guess.decrypt(ciphertext[: 3 * _BLOCK]))
        return guess.decrypt(ciphertext) if begins else None
    except ValueError:  # a key that 3DES does not take
        return None


def _guesses(user_pass: str) -> Iterator[_Guess]:
    """The document's way first, then ways with one thing wrong, then with several."""
    keys = list(_keys(user_pass))
    for note, key in keys:
        yield from _modes(key, (note,) if note else ())
    for note, key in keys[:2]:
        yield _other_iv(key, (note,) if note else ())


def _modes(key: bytes, notes: tuple[str, ...]) -> Iterator[_Guess]:
    cipher: Any = DES if len(key) == _BLOCK else DES3
    iv = key[:_BLOCK]
    yield _Guess(notes, lambda text: bytes(cipher.new(key, cipher.MODE_CBC, iv=iv).decrypt(text)))
    yield _Guess(
        (*notes, f"submitInfo is encrypted in ECB mode: {_CBC}"), lambda text: bytes(cipher.new(key, cipher.MODE_ECB).decrypt(text)),
    )
    zero = bytes(_BLOCK)
    yield _Guess(
        (*notes, f"submitInfo is encrypted with an IV of zeros: {_KEY_RULE}"),
        lambda text: bytes(cipher.new(key, cipher.MODE_CBC, iv=zero).decrypt(text)),
    )
    for name, options in (("CFB", {"segment_size": 64}), ("CFB8", {"segment_size": 8}), ("OFB", {})):
        mode = getattr(cipher, f"MODE_{name[:3]}")
        yield _Guess(
            (*notes, f"submitInfo is encrypted in {name} mode: {_CBC}"),
            lambda text, mode=mode, options=options: bytes(cipher.new(key, mode, iv=iv, **options).decrypt(text)),  # type: ignore[misc]
        )


def _other_iv(key: bytes, notes: tuple[str, ...]) -> _Guess:
    """CBC garbles the first block only where the IV is another one, and what stands in that block is known."""
    def decrypt(text: bytes) -> bytes:
        whole = bytes(DES.new(key, DES.MODE_CBC, iv=key).decrypt(text))  # noqa: S304  # the document asks for it
        return b"userPass" + whole[_BLOCK:]

    return _Guess((*notes, f"submitInfo is encrypted with another IV than the key: {_KEY_RULE}"), decrypt)


def _keys(user_pass: str) -> Iterator[tuple[str, bytes]]:
    """Keys that callers make of a password, each with what to say of it."""
    raw = user_pass.encode("utf-8", "surrogatepass")
    sha1, md5, sha256 = (hashlib.new(name, raw, usedforsecurity=False) for name in ("sha1", "md5", "sha256"))
    upper = sha1.hexdigest().upper()
    found: list[tuple[str, bytes]] = [
        ("", upper[:8].encode()),
        ("the DES key is the SHA-1 in lower-case hex", upper[:8].lower().encode()),
        ("the DES key is the raw password", raw[:8].ljust(8, b"\0")),
        ("the DES key is the raw password, filled up with blanks", raw[:8].ljust(8)),
        ("the DES key is the raw password, filled up with the digit 0", raw[:8].ljust(8, b"0")),
        ("the DES key is the bytes of the SHA-1, not its hex", sha1.digest()[:8]),
        ("the DES key is the end of the SHA-1, not its beginning", upper[-8:].encode()),
        ("the DES key is the middle of the SHA-1, not its beginning", upper[8:16].encode()),
        *_hashed("MD5", md5), *_hashed("SHA-256", sha256),
        ("the SHA-1 is that of the password in UTF-16, not in UTF-8", _sha1_key(user_pass, "utf-16-le")),
        ("the SHA-1 is that of the password in GBK, not in UTF-8", _sha1_key(user_pass, "gbk")),
    ]
    for what, key in (("upper", upper), ("lower", upper.lower())):
        for length in (24, 16):
            name = f"the cipher is triple DES with {length} characters of the SHA-1 in {what}-case hex"
            found.append((name, key[:length].encode()))
    for what, other in (
        ("with a line end or blank behind it", user_pass + "\n"), ("with a line end or blank behind it", user_pass + " "),
        ("without the blanks around it", user_pass.strip()), ("in capitals", user_pass.upper()), ("in small letters", user_pass.lower()),
    ):
        found.append((f"the SHA-1 is that of the password {what}", _sha1_key(other, "utf-8")))
    found.append(("the DES key is that of the document's example, whose password is another", _sha1_key(_EXAMPLE_PASSWORD, "utf-8")))
    firsts: dict[bytes, str] = {}
    for note, made in found:
        firsts.setdefault(made, f"{note}: {_KEY_RULE}" if note else "")
    yield from ((note, made) for made, note in firsts.items())


def _hashed(name: str, digest: Any) -> list[tuple[str, bytes]]:
    return [
        (f"the DES key is made of the password's {name}, not its SHA-1", key)
        for key in (digest.hexdigest().upper()[:8].encode(), digest.hexdigest()[:8].encode(), digest.digest()[:8])
    ]


def _sha1_key(user_pass: str, charset: str) -> bytes:
    digest = hashlib.sha1(user_pass.encode(charset, "replace"), usedforsecurity=False)
    return digest.hexdigest().upper()[:8].encode()


def _notes_on_plaintext(padded: bytes, *, is_cut: bool) -> Iterator[str]:
    """What is unlike the document in a plaintext that still has its padding."""
    plaintext, note = _unpadded(padded)
    if note and not is_cut:
        yield f"{note}: pad the plaintext by PKCS#5, as DES/CBC/PKCS5Padding does (E1)"
    if _is_utf8(plaintext):
        yield "the plaintext in submitInfo is UTF-8, not GBK: encode it in GBK (E4)"
    if not _FIELDS.match(plaintext):
        yield f"the fields in submitInfo are not spelt as documented: {_FORM}, names are case-sensitive"


def _unpadded(padded: bytes) -> tuple[bytes, str]:
    try:
        return unpad(padded, _BLOCK), ""
    except ValueError:
        pass
    last = padded[-1]
    if last == 0:
        return padded.rstrip(b"\0"), "the plaintext in submitInfo is padded with zeros"
    if last <= _BLOCK:
        zeros = not any(padded[-last:-1])
        return padded[:-last], f"the plaintext in submitInfo is padded by {'ANSI X9.23' if zeros else 'ISO 10126'}"
    if padded.endswith(b" "):
        return padded.rstrip(b" "), "the plaintext in submitInfo is padded with blanks"
    return padded, "the plaintext in submitInfo has no padding"


def why_no_fields(submit_info: str, plaintext: bytes, user_pass: str) -> list[str]:
    """Notes on a submitInfo that this password decrypts, and not to the documented fields."""
    if not _is_text(plaintext) or _is_begun_wrongly(plaintext):
        return why_unreadable(submit_info, user_pass)
    return [_why_text_is_none(plaintext)]


def _is_begun_wrongly(plaintext: bytes) -> bool:
    """Whether all but the first block looks right, as it does under another IV; what that makes of the block may well be letters."""
    return plaintext[_BLOCK : _BLOCK + 1] == b"=" and not _FIELDS_MISSPELT.match(plaintext)


def _why_text_is_none(plaintext: bytes) -> str:
    if _FIELDS_MISSPELT.match(plaintext):
        return f"the fields in submitInfo are not spelt as documented: {_FORM}, names are case-sensitive"
    if _STRUCTURED.match(plaintext):
        return f"submitInfo holds JSON or XML: {_FORM}"
    return f"submitInfo decrypts, but does not begin with a documented field: {_FORM}"


def _is_text(plaintext: bytes) -> bool:
    """Whether bytes are text in one of the charsets that are read, and not what a wrong key leaves."""
    for charset in (encryption.ENCODING, "utf-8"):
        try:
            return all(character >= " " or character in "\r\n\t" for character in plaintext.decode(charset))
        except UnicodeDecodeError:
            continue
    return False


def _is_utf8(plaintext: bytes) -> bool:
    """Whether text beyond ASCII is UTF-8. GBK may by chance be good UTF-8, but then of two-byte characters, which Chinese has none of."""
    try:
        beyond = [character for character in plaintext.decode() if character > "\x7f"]
    except UnicodeDecodeError:
        return False
    return bool(beyond) and all(character >= "\u0800" for character in beyond)
