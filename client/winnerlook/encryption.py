"""The encrypted operations' submitInfo: DES-CBC under a key made from the password (E1-E4).

DES is what the document asks for; it hides nothing from anyone who tries. Prefer HTTPS.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

ENCODING = "gbk"
"""The plaintext's encoding: the document does not say, its example decrypts to it (E4)."""
_BLOCK_BYTES = 8


class DecryptionError(ValueError):
    """submitInfo is not what this password encrypts; the text says which step failed, never the contents."""


def derive_key(user_pass: str) -> bytes:
    """Key and IV alike: the first 8 characters of the uppercase hex SHA-1 of the password (E1)."""
    return hashlib.sha1(user_pass.encode(), usedforsecurity=False).hexdigest().upper()[:8].encode("ascii")


def encrypt(plaintext: str, user_pass: str) -> str:
    """submitInfo as uppercase hex (E1). Raises UnicodeEncodeError for text that GBK cannot hold (E4); its `object` shows
    nothing but what cannot be held."""
    from Crypto.Util.Padding import pad  # noqa: PLC0415  # only whoever encrypts pays for the import

    ciphertext: bytes = _cipher(user_pass).encrypt(pad(_encode(plaintext), _BLOCK_BYTES))
    return ciphertext.hex().upper()


def _encode(plaintext: str) -> bytes:
    try:
        return plaintext.encode(ENCODING)
    except UnicodeEncodeError as error:
        start, end, reason = error.start, error.end, error.reason
    # The codec's own error carries the whole plaintext, password and all, and shows it in its repr (L2).
    raise UnicodeEncodeError(ENCODING, "*" * start + plaintext[start:end], start, end, reason)


def _cipher(user_pass: str) -> Any:
    from Crypto.Cipher import DES  # noqa: PLC0415

    key = derive_key(user_pass)
    return DES.new(key, DES.MODE_CBC, iv=key)  # noqa: S304  # the document asks for it


def decrypt(submit_info: str, user_pass: str) -> bytes:
    """The plaintext's bytes. Raises DecryptionError when the hex, the length or the padding is wrong."""
    from Crypto.Util.Padding import unpad  # noqa: PLC0415

    try:
        ciphertext = bytes.fromhex(submit_info)
    except ValueError:
        raise DecryptionError("submitInfo is not hexadecimal") from None
    if not ciphertext or len(ciphertext) % _BLOCK_BYTES:
        raise DecryptionError(f"submitInfo has {len(ciphertext)} bytes, not a multiple of {_BLOCK_BYTES}")
    try:
        return unpad(_cipher(user_pass).decrypt(ciphertext), _BLOCK_BYTES)
    except ValueError:
        raise DecryptionError("the padding is wrong: another password, or not DES-CBC with PKCS#5 padding") from None


def send_plaintext(user_pass: str, des_no: str, msg: str, sms_type: int, channel: str = "0") -> str:
    """What O8 encrypts. smsType and Channel are always written, so that a Msg that ends like them is read back whole (E2)."""
    return f"userPass={user_pass}&DesNo={des_no}&Msg={msg}&smsType={sms_type}&Channel={channel}"


def poll_plaintext(user_pass: str) -> str:
    """What O9 and O10 encrypt (E2)."""
    return f"userPass={user_pass}"


_SEND_FIELDS = re.compile(
    r"userPass=(?P<userPass>.*?)&DesNo=(?P<DesNo>[^&=]*)&Msg=(?P<Msg>.*?)"
    r"(?:&smsType=(?P<smsType>[^&=]*))?(?:&Channel=(?P<Channel>[^&=]*))?",
    re.DOTALL,
)
_NAME = re.compile(r"(?:^|&)(userPass|DesNo|Msg|smsType|Channel)=")


def parse_plaintext(plaintext: str) -> dict[str, str]:
    """The documented fields that are there, by name. Values are not escaped, so a Msg or a password may hold ``&`` and ``=`` (E2).
    Fields in another order are read too, each up to the next known name; a plaintext that names neither DesNo nor Msg is a poll's and
    holds a password only. What can still not be told apart is a password that holds ``&DesNo=`` or ``&Msg=``. Raises ValueError where
    there is no field."""
    match = _SEND_FIELDS.fullmatch(plaintext)
    if match:
        return {name: value for name, value in match.groupdict().items() if value is not None}
    names = list(_NAME.finditer(plaintext))
    if not names or names[0].start() != 0:
        raise ValueError("the plaintext does not begin with a documented field")
    if names[0][1] == "userPass" and not any(name[1] in ("DesNo", "Msg") for name in names):
        return {"userPass": plaintext[names[0].end() :]}
    ends = [match.start() for match in names[1:]] + [len(plaintext)]
    return {match[1]: plaintext[match.end() : end] for match, end in zip(names, ends, strict=True)}
