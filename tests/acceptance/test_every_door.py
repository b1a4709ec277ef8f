"""One room behind every door: the same call gives the same result and leaves the same state (O1-O12, R1-R12, H1, S4)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.strategies import sms_texts
from winnerlook import AsyncClient, Client, GatewayError, InvalidRequestError, Sent
from winnerlook_mock import MockAccount, MockServer

BINDINGS = ("soap11", "soap12", "http", "http-get")

PHONES = st.sampled_from(["13900000000", "13900000001", "12345678", "19900000007", "19800000001", "13911111111"])
TEXTS = st.one_of(sms_texts(), st.sampled_from(["您的验证码是:2345【测试】", "博彩", "a&b=c;d+e%20", "甲" * 71]))
OPTIONAL = {
    "customerUuid": st.none() | st.text("abc-,", max_size=61), "smsType": st.none() | st.sampled_from([101, 102]),
    "autograph": st.none() | st.just(""), "ExeNo": st.none() | st.sampled_from(["1", "1" * 16]),
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    def optional(*names: str) -> dict[str, Any]:
        return {name: draw(OPTIONAL[name]) for name in names}

    name = draw(st.sampled_from(["SendMsg", "sendMsgExt", "SendBatchMsg", "SendIndividualMsg", "GetBalanceConnect", "GetReportConnect",
                                 "GetReport2Connect", "GetMo2Connect", "sendMsgByEncrypt", "GetReport2ByEncrypt", "GetMo2ByEncrypt"]))
    parameters: dict[str, Any] = {}
    if name in {"SendMsg", "sendMsgExt", "sendMsgByEncrypt"}:
        parameters = {"DesNo": draw(PHONES), "Msg": draw(TEXTS)}
    if name in {"SendMsg", "sendMsgExt"}:
        parameters |= optional("customerUuid", "smsType", "autograph")
    if name == "sendMsgExt":
        parameters |= optional("ExeNo")
    if name == "SendBatchMsg":
        parameters = {"DesNo": ",".join(draw(st.lists(PHONES, min_size=1, max_size=50))), "Msg": draw(TEXTS), **optional("smsType")}
    if name == "SendIndividualMsg":
        pairs = draw(st.lists(st.tuples(PHONES, TEXTS), min_size=1, max_size=5))
        parameters = {"Msg": "|-|".join(f"{phone}|~|{text}" for phone, text in pairs), **optional("smsType", "customerUuid")}
    return name, parameters


def outcome(sms: Client, call: tuple[str, dict[str, Any]]) -> object:
    """What a call gave, without what differs from one send to the next."""
    name, parameters = call
    try:
        result = sms.call(name, **parameters)
    except (GatewayError, InvalidRequestError) as error:
        return type(error), error.code, getattr(error, "parameter", None)
    if isinstance(result, Sent):
        return result.operation, result.phones, result.customer_uuid
    if isinstance(result, tuple):
        return [(record.phone, getattr(record, "status", None), getattr(record, "text", None), record.customer_uuid) for record in result]
    return result


def state(account: MockAccount) -> object:
    return account.balance, [
        (m.phone, m.text, m.operation, m.segments, m.sms_type, m.customer_uuid, m.extension, m.sent_from) for m in account.messages
    ]


@given(sequence=st.lists(calls(), min_size=1, max_size=6), balance=st.integers(0, 60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_door_leads_to_the_same_room(mock: MockServer, sequence: list[tuple[str, dict[str, Any]]], balance: int) -> None:
    seen = []
    for binding in BINDINGS:
        account = mock.account(balance=balance, user_words=["博彩"], blacklist=["13911111111"])
        account.reply("13900000000", "收到|,|\n好")
        with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding, retries=0) as sms:
            seen.append(([outcome(sms, call) for call in sequence], state(account)))
    assert seen[1:] == seen[:1] * (len(BINDINGS) - 1)


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("code", [-1, -54])
def test_a_code_is_the_same_error_awaited(mock: MockServer, account: MockAccount, binding: str, code: int) -> None:
    async def send() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as sms:
            await sms.send(f"199000000{-code:02}", "text")

    with pytest.raises(GatewayError) as awaited:
        asyncio.run(send())
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as sms, pytest.raises(GatewayError) as blocked:
        sms.send(f"199000000{-code:02}", "text")
    assert (type(awaited.value), awaited.value.code, awaited.value.certainty) == (
        type(blocked.value), blocked.value.code, blocked.value.certainty,
    )
