"""submitInfo, written and read."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.contract.strategies import gbk_texts, phones, user_passes
from winnerlook.encryption import DecryptionError, decrypt, derive_key, encrypt, parse_plaintext, poll_plaintext, send_plaintext

PLAINTEXT = "userPass=123&DesNo=18616300000&Msg=你的验证码是:2345【饿了么】&smsType=101&Channel=0"
SUBMIT_INFO = (
    "9ECD998D9F60F7963E137DBC61734970FEE419418FBD2E1622286696AD70D909BF58BB270916073B0464030D4FC52D4AF06BF97B34D7CCB4D06AD49E87576B30"
    "CF629652BD44258CDA49DB959914CE4F951879939D6586AE"
)


def test_the_documents_known_answer() -> None:
    """E1, E2, E3, E4: key, plaintext and submitInfo, byte for byte, both ways; GBK, where UTF-8 would give another answer."""
    assert derive_key("123") == b"40BD0015"
    assert send_plaintext("123", "18616300000", "你的验证码是:2345【饿了么】", 101) == PLAINTEXT
    assert encrypt(PLAINTEXT, "123") == SUBMIT_INFO
    assert decrypt(SUBMIT_INFO, "123") == PLAINTEXT.encode("gbk") != PLAINTEXT.encode("utf-8")
    assert parse_plaintext(PLAINTEXT) == {
        "userPass": "123", "DesNo": "18616300000", "Msg": "你的验证码是:2345【饿了么】", "smsType": "101", "Channel": "0",
    }


def test_a_poll_carries_the_password_alone() -> None:
    """E2"""
    assert poll_plaintext("123") == "userPass=123"
    assert parse_plaintext("userPass=123") == {"userPass": "123"}


@given(user_passes(), phones(), gbk_texts(), st.integers(0, 999), st.sampled_from(["", "0"]))
def test_a_send_comes_back_whole(user_pass: str, phone: str, text: str, sms_type: int, channel: str) -> None:
    """E1, E2, E4: any text that GBK holds, be it full of the plaintext's own field names."""
    submit_info = encrypt(send_plaintext(user_pass, phone, text, sms_type, channel), user_pass)
    assert re.fullmatch(r"(?:[0-9A-F]{16})+", submit_info)
    fields = parse_plaintext(decrypt(submit_info, user_pass).decode("gbk"))
    assert fields == {"userPass": user_pass, "DesNo": phone, "Msg": text, "smsType": str(sms_type), "Channel": channel}


@given(user_passes())
def test_a_poll_comes_back_whole(user_pass: str) -> None:
    """E1, E2: whatever the password holds."""
    assert parse_plaintext(decrypt(encrypt(poll_plaintext(user_pass), user_pass), user_pass).decode("gbk")) == {"userPass": user_pass}


@pytest.mark.parametrize(
    "tail", ["&smsType=1", "&Channel=", "&smsType=1&Channel=5", "&Channel=5&smsType=1", "&", "=", "&DesNo=1", "&Msg=", "\n"]
)
def test_a_text_may_end_like_a_field(tail: str) -> None:
    """E2"""
    assert parse_plaintext(send_plaintext("p", "139", "甲" + tail, 101))["Msg"] == "甲" + tail


@pytest.mark.parametrize(
    ("plaintext", "fields"),
    [
        ("userPass=p&DesNo=1&Msg=a&b=c", {"userPass": "p", "DesNo": "1", "Msg": "a&b=c"}),
        ("userPass=p&DesNo=1&Msg=a&smsType=7", {"userPass": "p", "DesNo": "1", "Msg": "a", "smsType": "7"}),
        ("userPass=p&DesNo=1&Msg=a&Channel=", {"userPass": "p", "DesNo": "1", "Msg": "a", "Channel": ""}),
        ("userPass=p&DesNo=1&Msg=", {"userPass": "p", "DesNo": "1", "Msg": ""}),
        ("Msg=a&DesNo=1&smsType=7&userPass=p", {"userPass": "p", "DesNo": "1", "Msg": "a", "smsType": "7"}),
        ("userPass=p&Msg=a&b=c&DesNo=1", {"userPass": "p", "DesNo": "1", "Msg": "a&b=c"}),
        ("userPass=p&DesNo=1", {"userPass": "p", "DesNo": "1"}),
        ("userPass=p&Msg=a", {"userPass": "p", "Msg": "a"}),
        ("userPass=", {"userPass": ""}),
    ],
)
def test_optional_fields_and_other_orders(plaintext: str, fields: dict[str, str]) -> None:
    """E2: smsType and Channel may be absent; other programs may write another order."""
    assert parse_plaintext(plaintext) == fields


@pytest.mark.parametrize("plaintext", ["", "x", "userpass=p", " userPass=p", "x=1&userPass=p"])
def test_what_does_not_begin_with_a_field_is_refused(plaintext: str) -> None:
    """E2"""
    with pytest.raises(ValueError):
        parse_plaintext(plaintext)


@pytest.mark.parametrize(
    "submit_info", ["", " ", "9", SUBMIT_INFO[:-1], SUBMIT_INFO[:-2], SUBMIT_INFO + "00", "XYZ", "９E" * 8, "0x" + SUBMIT_INFO]
)
def test_what_is_no_ciphertext_is_refused(submit_info: str) -> None:
    """E1: odd or foreign digits, and lengths that no whole block has."""
    with pytest.raises(DecryptionError):
        decrypt(submit_info, "123")


def test_hex_is_read_in_either_case() -> None:
    """E1: the client writes uppercase; others may not."""
    assert decrypt(SUBMIT_INFO.lower(), "123") == decrypt(SUBMIT_INFO, "123")


def test_another_password_is_refused() -> None:
    """E1, L2: and the error shows nothing of either."""
    with pytest.raises(DecryptionError) as error:
        decrypt(SUBMIT_INFO, "tagged-password")
    assert "tagged-password" not in repr(error.value)
    assert str(copy.deepcopy(error.value)) == str(error.value)


@given(user_passes(), user_passes())
def test_another_password_never_gives_the_plaintext(right: str, wrong: str) -> None:
    """E1: one in some 250 wrong keys leaves a padding that looks right; what it gives is not the plaintext."""
    assume(derive_key(right) != derive_key(wrong))
    plaintext = poll_plaintext(right)
    try:
        read = decrypt(encrypt(plaintext, right), wrong)
    except DecryptionError:
        return
    assert read != plaintext.encode("gbk")


@given(st.text("0123456789ABCDEFabcdef", max_size=64), user_passes())
def test_decrypting_anything_ends_in_bytes_or_in_its_own_error(submit_info: str, user_pass: str) -> None:
    """E1"""
    try:
        plaintext = decrypt(submit_info, user_pass)
    except DecryptionError:
        return
    assert len(plaintext) < len(submit_info) // 2


@pytest.mark.parametrize("character", ["😀", "é́", "ª", "\u200b", "한"])
def test_text_outside_gbk_is_refused(character: str) -> None:
    """E4, L2: the error says which character and where, and carries neither password nor text."""
    plaintext = send_plaintext("tagged-password", "13912345678", "机密的短信" + character + "机密", 101)
    with pytest.raises(UnicodeEncodeError) as error:
        encrypt(plaintext, "tagged-password")
    refused = error.value
    assert refused.object[refused.start : refused.end] in plaintext
    assert plaintext[refused.start] == refused.object[refused.start]
    assert refused.object[refused.start] in character
    for shown in (str(refused), repr(refused), refused.object):
        assert "tagged-password" not in shown
        assert "13912345678" not in shown
        assert "机密" not in shown
    assert refused.__context__ is None
