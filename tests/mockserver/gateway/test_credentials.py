"""Who calls: plain credentials, or the password inside submitInfo."""

from __future__ import annotations

from decimal import Decimal

import pytest
from Crypto.Cipher import DES
from Crypto.Util.Padding import pad
from hypothesis import given
from hypothesis import strategies as st

from tests.contract import strategies as ours
from tests.mockserver.gateway.caller import PHONE, TEXT, Caller
from winnerlook import encryption
from winnerlook.operations import BY_NAME
from winnerlook_mock.gateway import Account, Gateway, Origin

E3 = (
    "9ECD998D9F60F7963E137DBC61734970FEE419418FBD2E1622286696AD70D909BF58BB270916073B0464030D4FC52D4AF06BF97B34D7CCB4D06AD49E87576B30"
    "CF629652BD44258CDA49DB959914CE4F951879939D6586AE"
)


def _encrypted(plaintext: bytes, user_pass: str) -> str:
    key = encryption.derive_key(user_pass)
    return DES.new(key, DES.MODE_CBC, iv=key).encrypt(pad(plaintext, 8)).hex()


def test_the_documents_own_example_sends_its_text() -> None:
    """E1-E4, O8: the known answer, as the document prints it."""
    caller = Caller()
    caller.account.user_pass = "123"
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=E3))
    (message,) = caller.account.messages
    assert (message.phone, message.text, message.sms_type) == ("18616300000", "你的验证码是:2345【饿了么】", 101)


def test_hex_may_be_in_lower_case() -> None:
    """E1: the document writes it in capitals, stacks differ."""
    caller = Caller()
    caller.account.user_pass = "123"
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=E3.lower()))


@pytest.mark.parametrize(
    "plaintext",
    [
        "userPass={p}&DesNo={n}&Msg={t}", "userPass={p}&DesNo={n}&Msg={t}&smsType=101", "userPass={p}&DesNo={n}&Msg={t}&Channel=0",
        "userPass={p}&DesNo={n}&Msg={t}&smsType=&Channel=", "Msg={t}&DesNo={n}&userPass={p}", "DesNo={n}&smsType=101&userPass={p}&Msg={t}",
    ],
)
def test_optional_fields_may_be_missing_and_the_order_another(plaintext: str) -> None:
    """E2, S6: smsType and Channel are optional, and the names tell the fields apart."""
    caller = Caller()
    wanted = plaintext.format(p=caller.account.user_pass, n=PHONE, t="a&b=c 您好")
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=encryption.encrypt(wanted, caller.account.user_pass)))
    assert [(message.phone, message.text, message.sms_type) for message in caller.account.messages] == [(PHONE, "a&b=c 您好", 101)]


@given(ours.gbk_texts(), ours.user_passes())
def test_whatever_gbk_holds_arrives_whole(text: str, user_pass: str) -> None:
    """E2, E4: separators of the plaintext inside text and password included."""
    caller = Caller(balance=10_000)
    caller.account.user_pass = user_pass
    plaintext = encryption.send_plaintext(user_pass, PHONE, text, 101)
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=encryption.encrypt(plaintext, user_pass)))
    assert [message.text for message in caller.account.messages] == [text]


@pytest.mark.parametrize("text", ["你好吗", "a字", "😀字"])
def test_utf8_is_read_where_gbk_does_not_fit(text: str) -> None:
    """E4: GBK is tried first, then UTF-8."""
    caller = Caller()
    plaintext = encryption.send_plaintext(caller.account.user_pass, PHONE, text, 101).encode()
    with pytest.raises(UnicodeDecodeError):
        plaintext.decode("gbk")
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=_encrypted(plaintext, caller.account.user_pass)))
    assert [message.text for message in caller.account.messages] == [text]


def test_utf8_that_is_gbk_by_chance_is_read_as_gbk() -> None:
    """E4: the gateway reads GBK, so that whoever encrypts UTF-8 sends another text."""
    caller = Caller()
    plaintext = encryption.send_plaintext(caller.account.user_pass, PHONE, "测试", 101).encode()
    caller.accepted(caller.call("sendMsgByEncrypt", submitInfo=_encrypted(plaintext, caller.account.user_pass)))
    assert [message.text for message in caller.account.messages] == ["娴嬭瘯"]


@pytest.mark.parametrize("plaintext", [b"\xff\xff\xff", b"", b"hello", b"x&userPass=pass&1", "密码=1".encode("gbk")])
@pytest.mark.parametrize("name", ["sendMsgByEncrypt", "GetReport2ByEncrypt", "GetMo2ByEncrypt"])
def test_a_plaintext_without_a_documented_field_cannot_be_decrypted(name: str, plaintext: bytes) -> None:
    """E4, C16: rightly encrypted, but neither charset yields the fields."""
    caller = Caller()
    assert caller.call(name, submitInfo=_encrypted(plaintext, caller.account.user_pass)) == "-23"


@given(st.text(max_size=80))
def test_garbage_is_never_accepted_and_never_an_exception(garbage: str) -> None:
    """C16: whatever stands in submitInfo."""
    caller = Caller()
    assert caller.call("sendMsgByEncrypt", submitInfo=garbage) in {"-23", "-3"}


@given(ours.user_passes())
def test_what_another_password_encrypted_opens_nothing(user_pass: str) -> None:
    """E1, C2, C16: its padding is wrong, or its fields, or at last its password."""
    caller = Caller()
    info = encryption.encrypt(encryption.poll_plaintext(user_pass), user_pass)
    answer = caller.call("GetMo2ByEncrypt", submitInfo=info)
    assert answer in {"-23", "-3"} or user_pass == caller.account.user_pass


@pytest.mark.parametrize("name", ["GetReport2ByEncrypt", "GetMo2ByEncrypt"])
def test_encrypted_polls_need_the_password_only(name: str) -> None:
    """E2, O9, O10: a password that looks like fields is still one password."""
    caller = Caller()
    for password in ("p", "a&smsType=1", "x&userPass=y", "="):
        caller.account.user_pass = password
        info = encryption.encrypt(encryption.poll_plaintext(password), password)
        assert caller.call(name, submitInfo=info) == ""


@pytest.mark.parametrize("name", ["sendMsgByEncrypt", "GetReport2ByEncrypt", "GetMo2ByEncrypt"])
def test_a_call_in_the_clear_where_a_ciphertext_belongs_is_told_so(name: str) -> None:
    """E1, E2: who forgets to encrypt passes the fields themselves."""
    caller = Caller()
    given = {"userCode": "u", "userPass": "p", "DesNo": PHONE, "Msg": TEXT}
    caller.gateway.add(Account("u", "p", Decimal(1)))
    assert caller.gateway.execute(BY_NAME[name], given, Origin("post", "::1")) == "-27"
    assert [note for note in [*caller.gateway.journal][-1].notes if note.startswith("submitInfo is missing: ")]


@pytest.mark.parametrize("given_pass", ["pass&", "pass&1 ", "PASS&1", "密码", "\ud800", "", None])
def test_a_password_fits_to_the_letter(given_pass: str | None) -> None:
    """R10, C2: comparing never fails, whatever the characters."""
    caller = Caller()
    assert caller.call("GetMoConnect", userPass=given_pass) == "-3"


def test_a_password_may_hold_anything() -> None:
    gateway = Gateway()
    gateway.add(Account("u", "密码😀 |,|", Decimal(1)))
    assert gateway.execute(BY_NAME["GetMoConnect"], {"userCode": "u", "userPass": "密码😀 |,|"}, Origin("post", "::1")) == ""


def test_a_decrypted_call_is_journalled_in_the_clear_without_its_password() -> None:
    """L2, E2: tests see what was meant, the password is in no parameter."""
    caller = Caller()
    caller.call("sendMsgByEncrypt", DesNo=PHONE, Msg=TEXT)
    (entry,) = caller.gateway.journal
    assert entry.parameters["Msg"] == TEXT
    assert "userPass" not in entry.parameters
    assert caller.account.user_pass not in {str(value) for value in entry.parameters.values()}
