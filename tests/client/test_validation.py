"""What is refused before anything is sent, and what the refusal says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnerlook import Certainty, InvalidRequestError
from winnerlook._calls import Calls
from winnerlook.individual import DEFAULT_SEPARATORS
from winnerlook.operations import ALL, BY_NAME

PHONE = "13900000000"
GOOD = {"DesNo": PHONE, "Msg": "text"}
CALLS = Calls("user", "secret-tag", DEFAULT_SEPARATORS)


def refusal(operation: str, parameters: dict[str, object]) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        CALLS.prepare(operation, parameters)
    error = caught.value
    assert error.certainty is Certainty.NOT_SENT
    assert error.operation == (operation if operation in BY_NAME else None)
    assert isinstance(error, ValueError)
    return error


CASES = [
    ("SendMsg", {**GOOD, "DesNo": "text-tag"}, "DesNo"),
    ("SendMsg", {**GOOD, "DesNo": ""}, "DesNo"),
    ("SendMsg", {**GOOD, "DesNo": "1390000000"[:7]}, "DesNo"),
    ("SendMsg", {**GOOD, "DesNo": "１３９００００００００"}, "DesNo"),
    ("SendMsg", {**GOOD, "DesNo": f"{PHONE},{PHONE}"}, "DesNo"),
    ("SendMsg", {"Msg": "text"}, "DesNo"),
    ("SendMsg", {"DesNo": PHONE}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": ""}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": " \n"}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": "bell\a"}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": "half\ud83d"}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": "end\uffff"}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": 5}, "Msg"),
    ("SendMsg", {**GOOD, "Msg": b"bytes"}, "Msg"),
    ("SendMsg", {**GOOD, "customerUuid": "x" * 61}, "customerUuid"),
    ("SendMsg", {**GOOD, "customerUuid": "a|b"}, "customerUuid"),
    ("SendMsg", {**GOOD, "smsType": "many"}, "smsType"),
    ("SendMsg", {**GOOD, "smsType": True}, "smsType"),
    ("SendMsg", {**GOOD, "smsType": 1.5}, "smsType"),
    ("SendMsg", {**GOOD, "desno": PHONE}, "desno"),
    ("SendMsg", {**GOOD, "ExeNo": "1"}, "ExeNo"),
    ("SendMsg", {**GOOD, "userCode": ""}, "userCode"),
    ("sendMsgExt", {**GOOD, "ExeNo": "1" * 17}, "ExeNo"),
    ("sendMsgExt", {**GOOD, "ExeNo": "12a"}, "ExeNo"),
    ("sendMsgExt", {**GOOD, "ExeNo": "１２"}, "ExeNo"),
    ("SendBatchMsg", {**GOOD, "DesNo": ",".join([PHONE] * 51)}, "DesNo"),
    ("SendBatchMsg", {**GOOD, "DesNo": f"{PHONE},"}, "DesNo"),
    ("SendBatchMsg", {**GOOD, "customerUuid": "u"}, "customerUuid"),
    ("SendIndividualMsg", {"Msg": "no pairs"}, "Msg"),
    ("SendIndividualMsg", {"Msg": "|-|".join([f"{PHONE}|~|x"] * 51)}, "Msg"),
    ("SendIndividualMsg", {"Msg": f"{PHONE}|~|"}, "Msg"),
    ("SendIndividualMsg", {"Msg": "nobody|~|x"}, "Msg"),
    ("sendMsgByEncrypt", {**GOOD, "Msg": "emoji 😀"}, "Msg"),
    ("sendMsgByEncrypt", {"DesNo": PHONE}, "Msg"),
    ("sendMsgByEncrypt", {**GOOD, "userPass": "😀"}, "userPass"),
    ("SendMsg", {**GOOD, "smsType": 2**31}, "smsType"),
    ("sendMsgByEncrypt", {**GOOD, "submitInfo": "AB"}, "submitInfo"),
    ("GetBalanceConnect", {"DesNo": PHONE}, "DesNo"),
    ("Getbalanceconnect", {}, "operation"),
]


@pytest.mark.parametrize(("operation", "parameters", "parameter"), CASES)
def test_what_is_wrong_is_refused_by_name(operation, parameters, parameter):
    """R3-R9, F4, E4; and no password, number or text in the words (L2)."""
    error = refusal(operation, parameters)
    assert error.parameter == parameter
    for secret in ("secret-tag", "text-tag", PHONE):
        assert secret not in str(error)


def test_a_refusal_says_what_there_is_instead():
    assert "names are case-sensitive" in str(refusal("SendMsg", {**GOOD, "desno": PHONE}))
    assert "GetBalanceConnect" in str(refusal("Getbalanceconnect", {}))
    assert "U+0007 at position 4" in str(refusal("SendMsg", {**GOOD, "Msg": "bell\a"}))
    assert "U+1F600" in str(refusal("sendMsgByEncrypt", {**GOOD, "Msg": "emoji 😀"}))


@pytest.mark.parametrize(
    "parameters",
    [
        GOOD,
        {**GOOD, "DesNo": "+8613900000000"},
        {**GOOD, "DesNo": "139000000000"},
        {**GOOD, "customerUuid": "x" * 60},
        {**GOOD, "smsType": "101"},
        {**GOOD, "smsType": None, "autograph": None},
        {**GOOD, "Msg": "tab\tnew\nreturn\r 😀"},
    ],
)
def test_what_is_right_passes(parameters):
    """R14: 11 and 12 digits."""
    assert CALLS.prepare("SendMsg", parameters).sent["DesNo"] == parameters["DesNo"]


@given(
    operation=st.sampled_from(ALL),
    data=st.data(),
)
@settings(max_examples=80)
def test_any_parameters_are_sent_or_refused_by_name(operation, data):
    """Nothing a caller passes ends in an error of another kind."""
    values = st.none() | st.text(max_size=20) | st.integers() | st.binary(max_size=3) | st.just(PHONE)
    parameters = {p.name: data.draw(values) for p in (*operation.parameters, *operation.submit_info)}
    try:
        call = CALLS.prepare(operation.name, parameters)
    except InvalidRequestError as error:
        assert error.parameter in parameters
        assert error.operation == operation.name
    else:
        assert set(call.sent) <= {parameter.name for parameter in operation.parameters}
