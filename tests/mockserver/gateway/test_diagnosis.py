"""The journal names the mistake behind a failure code, and says how to mend it. Every mistake is made at a real door."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from Crypto.Cipher import DES, DES3
from Crypto.Util.Padding import pad

from tests.mockserver.gateway.noted import assert_names
from tests.mockserver.plain.harness import live
from winnerlook import encryption
from winnerlook.operations import PLAIN_PATH
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.gateway import diagnosis

PASSWORD = "Pa55 w+rd"
PHONE, TEXT = "13987654321", "您的验证码是:2345【测试】"
SECRETS = (PASSWORD, PHONE, PHONE[3:], TEXT, "2345【")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def shop(mock: MockServer) -> MockAccount:
    return mock.account(user_pass=PASSWORD)


def _notes(account: MockAccount) -> tuple[str, ...]:
    return account.journal[-1].notes


def _post(mock: MockServer, command: str, given: dict[str, str]) -> None:
    assert live(mock.url, "POST", PLAIN_PATH + command, urlencode(given).encode(), {"Content-Type": FORM}).status == 200


def _send(mock: MockServer, account: MockAccount, **given: str) -> None:
    command = given.pop("command", "SendMsg")
    _post(mock, command, {"userCode": account.user_code, "userPass": PASSWORD, "DesNo": PHONE, "Msg": TEXT, **given})


def _sha1(charset: str = "utf-8", text: str = PASSWORD) -> str:
    return hashlib.sha1(text.encode(charset)).hexdigest().upper()


KEY = _sha1()[:8].encode()
RIGHT = pad(f"userPass={PASSWORD}&DesNo={PHONE}&Msg={TEXT}&smsType=101&Channel=0".encode("gbk"), 8)


def _cbc(key: bytes, plaintext: bytes = RIGHT, iv: bytes | None = None) -> str:
    return DES.new(key, DES.MODE_CBC, iv=iv or key).encrypt(plaintext).hex().upper()


def _zeros(plaintext: bytes) -> bytes:
    return plaintext.rstrip(b"\x08\x07\x06\x05\x04\x03\x02\x01") .ljust(len(plaintext), b"\0")


def _bare(length: int) -> bytes:
    """A plaintext that needs no padding."""
    return f"userPass={PASSWORD}&DesNo={PHONE}&Msg=".encode() + b"x" * length


BARE = next(text for length in range(20, 28) if len(text := _bare(length)) % 8 == 0)
UNEVEN = BARE[:-3]

KEYS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "lower-case-hex": (_sha1().lower()[:8].encode(), ("key", "lower-case hex")),
    "raw-password": (PASSWORD.encode()[:8], ("raw password",)),
    "bytes-of-sha1": (hashlib.sha1(PASSWORD.encode()).digest()[:8], ("bytes of the SHA-1",)),
    "end-of-sha1": (_sha1()[-8:].encode(), ("end of the SHA-1",)),
    "md5-upper": (hashlib.md5(PASSWORD.encode()).hexdigest().upper()[:8].encode(), ("MD5",)),
    "md5-lower": (hashlib.md5(PASSWORD.encode()).hexdigest()[:8].encode(), ("MD5",)),
    "md5-bytes": (hashlib.md5(PASSWORD.encode()).digest()[:8], ("MD5",)),
    "sha256": (hashlib.sha256(PASSWORD.encode()).hexdigest()[:8].encode(), ("SHA-256",)),
    "utf-16": (_sha1("utf-16-le")[:8].encode(), ("UTF-16",)),
    "line-end": (_sha1(text=PASSWORD + "\n")[:8].encode(), ("line end or blank",)),
    "capitals": (_sha1(text=PASSWORD.upper())[:8].encode(), ("in capitals",)),
    "example": (_sha1(text="123")[:8].encode(), ("document's example",)),
}


def _modes() -> dict[str, tuple[str, tuple[str, ...]]]:
    random_padding = UNEVEN + b"\x99\x01\x03"
    return {
        "ecb": (DES.new(KEY, DES.MODE_ECB).encrypt(RIGHT).hex().upper(), ("ECB",)),
        "cfb": (DES.new(KEY, DES.MODE_CFB, iv=KEY, segment_size=64).encrypt(RIGHT).hex().upper(), ("CFB",)),
        "cfb8": (DES.new(KEY, DES.MODE_CFB, iv=KEY, segment_size=8).encrypt(RIGHT).hex().upper(), ("CFB8",)),
        "ofb": (DES.new(KEY, DES.MODE_OFB, iv=KEY).encrypt(RIGHT).hex().upper(), ("OFB",)),
        "zero-iv": (_cbc(KEY, iv=bytes(8)), ("IV of zeros",)),
        "other-iv": (_cbc(KEY, iv=b"12345678"), ("another IV",)),
        "full-length-key": (
            DES3.new(_sha1()[:24].encode(), DES3.MODE_CBC, iv=KEY).encrypt(RIGHT).hex().upper(), ("triple DES", "24"),
        ),
        "zero-padding": (_cbc(KEY, UNEVEN.ljust(len(BARE), b"\0")), ("padded with zeros", "PKCS#5")),
        "no-padding": (_cbc(KEY, BARE), ("no padding", "PKCS#5")),
        "blank-padding": (_cbc(KEY, UNEVEN.ljust(len(BARE))), ("padded with blanks",)),
        "x923": (_cbc(KEY, UNEVEN + b"\0\0\x03"), ("X9.23",)),
        "iso10126": (_cbc(KEY, random_padding), ("ISO 10126",)),
        "base64": (base64.b64encode(bytes.fromhex(_cbc(KEY))).decode(), ("base64", "hex")),
        "base64-url": (base64.urlsafe_b64encode(bytes.fromhex(_cbc(KEY))).decode().rstrip("="), ("base64", "hex")),
        "hex-twice": (_cbc(KEY).encode().hex().upper(), ("hex twice",)),
        "cut-short": (_cbc(KEY)[:-6], ("cut short",)),
        "no-hex": ("not hex at all!", ("neither hex nor base64",)),
        "nothing": ("", ("neither hex nor base64",)),
        "another-password": (_cbc(_sha1(text="something else")[:8].encode()), ("as far as can be told",)),
        "names-in-another-case": (encryption.encrypt(f"userpass={PASSWORD}&desno={PHONE}&msg={TEXT}", PASSWORD),
        ("spelt", "case-sensitive")),
        "json": (encryption.encrypt(json.dumps({"userPass": PASSWORD, "DesNo": PHONE}), PASSWORD), ("JSON",)),
        "no-fields": (encryption.encrypt(f"{PHONE} {TEXT}", PASSWORD), ("does not begin with a documented field",)),
    }


@pytest.mark.parametrize(("key", "words"), KEYS.values(), ids=KEYS)
def test_wrong_keys_are_tried_and_named(mock, shop, key, words):
    """E1, C16."""
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": _cbc(key)})
    assert shop.journal[-1].answer == "-23"
    assert_names(mock, shop, *words, secrets=SECRETS)


@pytest.mark.parametrize(("submit_info", "words"), _modes().values(), ids=_modes())
def test_other_slips_of_encryption_are_tried_and_named(mock, shop, submit_info, words):
    """E1, E2, C16."""
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": submit_info})
    assert shop.journal[-1].answer == "-23"
    assert_names(mock, shop, *words, secrets=SECRETS)


@pytest.mark.parametrize("password", [f"secret-{number}" for number in range(12)])
def test_another_iv_is_named_whatever_it_makes_of_the_first_block(mock, password):
    """E1: under most passwords the first block becomes letters, and the whole looks like text."""
    shop = mock.account(user_pass=password)
    key = encryption.derive_key(password)
    plaintext = pad(f"userPass={password}&DesNo={PHONE}&Msg={TEXT}".encode("gbk"), 8)
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": _cbc(key, plaintext, iv=bytes(8))})
    assert_names(mock, shop, "IV of zeros", secrets=SECRETS)


def test_several_slips_at_once_are_all_named(mock, shop):
    """E1, E4: base64 of a UTF-8 text in ECB mode under a lower-case key, without padding."""
    plaintext = f"userPass={PASSWORD}&DesNo={PHONE}&Msg={TEXT}".encode()
    cipher = DES.new(_sha1().lower()[:8].encode(), DES.MODE_ECB).encrypt(plaintext.ljust(-(-len(plaintext) // 8) * 8, b"\0"))
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": base64.b64encode(cipher).decode()})
    notes = _notes(shop)
    assert [any(word in note for note in notes) for word in ("base64", "lower-case", "ECB", "zeros", "UTF-8")] == [True] * 5
    assert len(notes) == 5


def test_a_poll_is_diagnosed_too(mock, shop):
    """O9, O10."""
    for command in ("GetReport2ByEncrypt", "GetMo2ByEncrypt"):
        submit_info = _cbc(_sha1().lower()[:8].encode(), pad(f"userPass={PASSWORD}".encode(), 8))
        _post(mock, command, {"userCode": shop.user_code, "submitInfo": submit_info})
        assert_names(mock, shop, "lower-case hex", secrets=SECRETS)


@pytest.mark.parametrize(("write", "words"), [
    (lambda text: encryption.encrypt(text, PASSWORD).lower(), ("lower-case hex",)),
    (lambda text: "\n".join([(whole := encryption.encrypt(text, PASSWORD))[:64], whole[64:]]), ("line ends",)),
    (lambda text: _cbc(KEY, pad(text.encode(), 8)), ("UTF-8", "GBK")),
])
def test_what_decrypts_and_is_unlike_the_document_is_noted(mock, shop, write: Callable[[str], str], words):
    """E1, E4: accepted."""
    plaintext = f"userPass={PASSWORD}&DesNo={PHONE}&Msg={TEXT}"
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": write(plaintext)})
    assert (shop.journal[-1].answer or "").isdigit()
    notes = [note for note in _notes(shop) if "no signature" not in note]  # UTF-8 read as GBK has lost its brackets
    assert len(notes) == 1
    assert all(word in notes[0] for word in words)


@pytest.mark.parametrize(("fields", "words"), [
    ({"Msg": quote(TEXT)}, ("Msg is percent-encoded in submitInfo",)),
    ({"Msg": quote(TEXT, encoding="gbk")}, ("Msg is percent-encoded in submitInfo",)),
    ({"userPass": "quite another"}, ("userPass in submitInfo differs", "DES key")),
    ({"userPass": quote(PASSWORD)}, ("userPass in submitInfo is percent-encoded",)),
    ({"userPass": f" {PASSWORD}"}, ("userPass in submitInfo has blanks",)),
    ({"smsType": "sms"}, ("smsType is not a whole number",)),
])
def test_fields_of_submit_info(mock, shop, fields, words):
    """E2, C2."""
    given = {"userPass": PASSWORD, "DesNo": PHONE, "Msg": TEXT, **fields}
    submit_info = encryption.encrypt("&".join(f"{name}={value}" for name, value in given.items()), PASSWORD)
    _post(mock, "sendMsgByEncrypt", {"userCode": shop.user_code, "submitInfo": submit_info})
    noted = [note for note in _notes(shop) if "no signature" not in note]
    assert len(noted) == 1
    assert all(word in noted[0] for word in words), noted


@pytest.mark.parametrize(("password", "words"), [
    (f" {PASSWORD}", ("blanks",)), (f"{PASSWORD}\n", ("blanks or line ends",)), (PASSWORD.upper(), ("wrong case",)),
    (PASSWORD.replace("+", " "), ("+", "%2B")), (f'"{PASSWORD}"', ("quotation marks",)), (quote(PASSWORD), ("percent-encoded",)),
    (hashlib.md5(PASSWORD.encode()).hexdigest(), ("hash",)), ("nothing like it", ("not the account's",)), ("", ("empty",)),
])
def test_passwords(mock, shop, password, words):
    """R10, C2."""
    _send(mock, shop, userPass=password)
    assert shop.journal[-1].answer == "-3"
    assert_names(mock, shop, "userPass", *words, secrets=SECRETS)


@pytest.mark.parametrize(("spell", "words"), [
    (str.upper, ("wrong case",)), (lambda code: f"{code} ", ("blanks",)), (lambda code: "nobody-at-all", ("no account",)),
])
def test_user_names(mock, shop, spell, words):
    """R10, C2."""
    code = spell(shop.user_code)
    _send(mock, shop, userCode=code)
    (note,) = mock.gateway.journal.of(code)[-1].notes
    assert "userCode" in note
    assert all(word in note for word in words)
    assert code not in note


@pytest.mark.parametrize(("given", "words"), [
    ({"DesNo": f"+86{PHONE}"}, ("1 of 1 numbers", "+86")), ({"DesNo": f"86{PHONE}"}, ("country code",)),
    ({"DesNo": "139-8765-4321"}, ("hyphens",)),
    ({"DesNo": "139 8765 4321"}, ("blanks or hyphens",)), ({"DesNo": "１３９８７６５４３２１"}, ("full-width digits",)),
    ({"DesNo": f"{PHONE}，13900000001", "command": "SendBatchMsg"}, ("full-width comma",)),
    ({"DesNo": f"{PHONE};13900000001", "command": "SendBatchMsg"}, ("something else than a comma",)),
    ({"DesNo": ",".join(str(13_900_000_000 + at) for at in range(51)), "command": "SendBatchMsg"}, ("51 recipients", "split")),
    ({"DesNo": f"{PHONE},13900000001"}, ("SendBatchMsg",)), ({"Msg": "没有签名"}, ("1 of 1 texts", "no signature")),
    ({"Msg": "空签名【】"}, ("empty signature",)), ({"Msg": " "}, ("Msg is empty",)), ({"smsType": "abc"}, ("smsType", "digits")),
    ({"customerUuid": "x" * 61}, ("61 characters", "60")), ({"command": "sendMsgExt", "ExeNo": "12a"}, ("ExeNo",)),
    ({"Msg": quote(TEXT)}, ("encoded twice",)), ({"Msg": quote(TEXT, encoding="gbk") + "【测试】"}, ("percent-encoded", "encode it once")),
    ({"DesNo": f"{PHONE}%2C13900000001", "command": "SendBatchMsg"}, ("DesNo", "encode it once")),
    ({"Msg": "a &amp; b【测试】"}, ("XML escape",)), ({"Msg": "????????【测试】"}, ("lost",)),
])
def test_what_a_send_carries(mock, shop, given, words):
    """R3-R9, H2, F4, C4, C7, C13-C15, C20, C22, C23."""
    _send(mock, shop, **given)
    notes = _notes(shop)
    assert any(all(word in note for word in words) for note in notes), notes
    assert not any(value in note for note in notes for value in (PASSWORD, PHONE, TEXT, shop.user_code))
    assert len([note for note in notes if "signature" not in note]) <= 1


def test_pairs(mock, shop):
    """O12, F4."""
    given = {"userCode": shop.user_code, "userPass": PASSWORD}
    for message, words in (
        (f"{PHONE},甲", "not made of number and text pairs"), (f"+86{PHONE}|~|甲【测试】|-|{PHONE}|~|乙【测试】", "1 of 2 numbers"),
        (f"{PHONE}|~|甲【测试】|-|{PHONE}|~|乙", "1 of 2 texts"),
    ):
        _post(mock, "SendIndividualMsg", {**given, "Msg": message})
        assert_names(mock, shop, words, secrets=SECRETS)


def test_gbk_in_address_and_form(mock, shop):
    """H2."""
    raw = urlencode({"userCode": shop.user_code, "userPass": PASSWORD, "DesNo": PHONE, "Msg": TEXT}, encoding="gbk")
    live(mock.url, "GET", f"{PLAIN_PATH}SendMsg?{raw}")
    assert_names(mock, shop, "GBK, not UTF-8", secrets=SECRETS)
    live(mock.url, "POST", f"{PLAIN_PATH}SendMsg", raw.encode(), {"Content-Type": FORM})
    assert_names(mock, shop, "GBK, not UTF-8", secrets=SECRETS)


def test_json_instead_of_a_form(mock):
    """A5: with its own media type it is refused with the remedy, under the form's it is recognised."""
    body = json.dumps({"userCode": "acct", "userPass": PASSWORD}).encode()
    live(mock.url, "POST", f"{PLAIN_PATH}SendMsg", body, {"Content-Type": FORM})
    (note,) = next(entry for entry in reversed([*mock.journal]) if entry.raw == body).notes
    assert "the body is JSON, not a form" in note
    reply = live(mock.url, "POST", f"{PLAIN_PATH}SendMsg", body, {"Content-Type": "application/json"})
    assert (reply.status, b"name=value" in reply.body) == (415, True)


@pytest.mark.parametrize("missing", ["DesNo", "Msg"])
def test_what_is_missing_is_named(mock, shop, missing):
    """C20."""
    given = {"userCode": shop.user_code, "userPass": PASSWORD, "DesNo": PHONE, "Msg": TEXT}
    del given[missing]
    _post(mock, "SendMsg", given)
    assert_names(mock, shop, f"{missing} missing", "SendMsg needs", secrets=SECRETS)


@pytest.mark.parametrize("junk", ["", "00", "zz", "A" * 70_000, "字", "=" * 10, "00" * 8, "\x00", "%41"])
def test_whatever_comes_is_answered(junk):
    """No exception, and always something to say."""
    assert diagnosis.why_unreadable(junk, "p")
    assert diagnosis.why_unreadable(junk, "密 码" * 9)
