"""From what a caller passes to the calls that are made of it: how many, with what, and encrypted how."""

from __future__ import annotations

import pytest

from winnerlook import Certainty, InvalidRequestError, encryption
from winnerlook._calls import Calls
from winnerlook.individual import DEFAULT_SEPARATORS, SAME_SEPARATORS
from winnerlook.operations import BY_NAME

PASSWORD = "secret-tag"
CALLS = Calls("user", PASSWORD, DEFAULT_SEPARATORS)
PHONES = [str(13_900_000_000 + at) for at in range(101)]
MANY, EACH = "SendBatchMsg", "SendIndividualMsg"


def fields(parameters, password=PASSWORD):
    """What an encrypted send carries."""
    sent = Calls("user", password, DEFAULT_SEPARATORS).prepare("sendMsgByEncrypt", parameters).sent
    assert sent.keys() == {"userCode", "submitInfo"}
    return encryption.parse_plaintext(encryption.decrypt(sent["submitInfo"], password).decode("gbk"))


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (50, [50]), (51, [50, 1]), (100, [50, 50]), (101, [50, 50, 1])])
def test_one_text_to_many_is_split_by_50(count, sizes):
    """R4, R6."""
    calls = CALLS.to_many(PHONES[:count], "text", {"smsType": 7})
    assert [len(chunk) for chunk, _ in calls] == sizes
    assert [phone for chunk, _ in calls for phone in chunk] == PHONES[:count]
    for chunk, call in calls:
        assert call.operation is BY_NAME[MANY]
        assert call.parameters == {"DesNo": ",".join(chunk), "Msg": "text", "smsType": 7}
        assert list(call.sent) == ["userCode", "userPass", "DesNo", "Msg", "smsType"]


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (50, [50]), (51, [50, 1]), (101, [50, 50, 1])])
def test_texts_of_their_own_are_split_by_50(count, sizes):
    """R5, F4."""
    pairs = [(phone, f"text {at}") for at, phone in enumerate(PHONES[:count])]
    calls = CALLS.to_each(pairs, {})
    assert [len(chunk) for chunk, _ in calls] == sizes
    assert [pair for chunk, _ in calls for pair in chunk] == pairs
    for chunk, call in calls:
        assert call.operation is BY_NAME[EACH]
        assert call.sent["Msg"] == "|-|".join(f"{phone}|~|{text}" for phone, text in chunk)


@pytest.mark.parametrize(("send", "items", "operation", "parameter", "words"), [
    (CALLS.to_many, PHONES[0], MANY, "DesNo", "not one string"),
    (CALLS.to_many, PHONES[0].encode(), MANY, "DesNo", "not one string"),
    (CALLS.to_many, [13_900_000_000], MANY, "DesNo", "phone numbers as strings"),
    (CALLS.to_many, [], MANY, "DesNo", "no recipients"),
    (CALLS.to_each, f"{PHONES[0]}=text", EACH, "Msg", "not one string"),
    (CALLS.to_each, [PHONES[0]], EACH, "Msg", "pairs of number and text"),
    (CALLS.to_each, [(PHONES[0], 7)], EACH, "Msg", "pairs of number and text"),
    (CALLS.to_each, [(PHONES[0], "a", "b")], EACH, "Msg", "pairs of number and text"),
    (CALLS.to_each, [], EACH, "Msg", "no recipients"),
    (CALLS.to_each, [(PHONES[0], "a|~|b")], EACH, "Msg", "which separate them"),
])
def test_what_cannot_be_split_is_refused_by_name(send, items, operation, parameter, words):
    """R4, R5, F4."""
    with pytest.raises(InvalidRequestError, match=words) as refused:
        send(items, "text", {}) if send == CALLS.to_many else send(items, {})
    assert (refused.value.operation, refused.value.parameter) == (operation, parameter)
    assert refused.value.certainty is Certainty.NOT_SENT
    assert PHONES[0] not in str(refused.value)


def test_an_encrypted_send_carries_all_of_it():
    """E2: smsType and Channel, too."""
    given = {"DesNo": PHONES[0], "Msg": "a&b=c", "smsType": 7, "Channel": "3"}
    assert fields(given) == {"userPass": PASSWORD, "DesNo": PHONES[0], "Msg": "a&b=c", "smsType": "7", "Channel": "3"}


def test_other_separators_go_with_the_calls():
    """F4."""
    calls = Calls("user", PASSWORD, SAME_SEPARATORS)
    assert calls.separators is SAME_SEPARATORS
    ((_, call),) = calls.to_each([(PHONES[0], "a"), (PHONES[1], "b")], {})
    assert call.sent["Msg"] == f"{PHONES[0]}|~|a|~|{PHONES[1]}|~|b"
    assert call.separators is SAME_SEPARATORS


@pytest.mark.parametrize("operation", ["GetReport2ByEncrypt", "GetMo2ByEncrypt"])
def test_an_encrypted_poll_carries_the_password(operation):
    """E2, O9, O10."""
    sent = CALLS.prepare(operation, {}).sent
    assert encryption.decrypt(str(sent["submitInfo"]), PASSWORD) == f"userPass={PASSWORD}".encode()


@pytest.mark.parametrize("operation", ["sendMsgByEncrypt", "GetReport2ByEncrypt", "GetMo2ByEncrypt"])
def test_what_was_encrypted_before_travels_as_it_is(operation):
    """E1: by whoever has the password."""
    assert CALLS.prepare(operation, {"submitInfo": "00FF"}).sent == {"userCode": "user", "submitInfo": "00FF"}


@pytest.mark.parametrize("number", [2**31 - 1, "7", 0])
def test_an_sms_type_is_32_bits_at_most(number):
    """R9."""
    assert CALLS.prepare("SendMsg", {"DesNo": PHONES[0], "Msg": "text", "smsType": number}).sent["smsType"] == int(number)
    with pytest.raises(InvalidRequestError, match="32-bit"):
        CALLS.prepare("SendMsg", {"DesNo": PHONES[0], "Msg": "text", "smsType": 2**31})


@pytest.mark.parametrize("digits", ["", "0", "1234567890123456"])
def test_an_extension_has_16_digits_at_most_or_is_left_open(digits):
    """R8, O11."""
    assert CALLS.prepare("sendMsgExt", {"DesNo": PHONES[0], "Msg": "text", "ExeNo": digits}).sent["ExeNo"] == digits
    with pytest.raises(InvalidRequestError, match="ExeNo must be 1 to 16 digits"):
        CALLS.prepare("sendMsgExt", {"DesNo": PHONES[0], "Msg": "text", "ExeNo": digits + "x"})


def test_what_an_encrypted_send_says_by_default():
    """E2, O8."""
    assert fields({"DesNo": PHONES[0], "Msg": "text"}) == {
        "userPass": PASSWORD, "DesNo": PHONES[0], "Msg": "text", "smsType": "101", "Channel": "0",
    }


@pytest.mark.parametrize(("password", "text", "parameter", "words"), [
    ("pass-😀", "text", "userPass", "the password holds a character"),
    (PASSWORD, "😀", "Msg", r"the text holds U\+1F600"),
    (PASSWORD, "text 😀", "Msg", r"the text holds U\+1F600"),
])
def test_what_gbk_cannot_hold_is_named(password, text, parameter, words):
    """E4."""
    with pytest.raises(InvalidRequestError, match=words) as refused:
        fields({"DesNo": PHONES[0], "Msg": text}, password)
    assert (refused.value.operation, refused.value.parameter) == ("sendMsgByEncrypt", parameter)
    assert password not in str(refused.value)


def test_an_unknown_operation_is_told_what_there_is():
    with pytest.raises(InvalidRequestError, match=r"sendmsg.*SendMsg") as refused:
        CALLS.prepare("sendmsg", {})
    assert refused.value.parameter == "operation"
