"""What the journal says of SOAP calls, and that it says nothing of correct ones."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.mockserver.gateway.noted import assert_names
from tests.mockserver.plain.harness import live
from winnerlook import Client
from winnerlook.operations import NAMESPACE, SOAP_PATH
from winnerlook_mock import MockAccount, MockServer

PASSWORD = "s3cret+Pa55/字"
PHONE = "13987654321"
TEXT = "您的验证码是:2345【测试】"
SECRETS = (PASSWORD, PHONE, PHONE[3:], TEXT, "2345【")


@pytest.fixture
def shop(mock: MockServer) -> MockAccount:
    return mock.account(user_pass=PASSWORD)


def _notes(account: MockAccount) -> tuple[str, ...]:
    return account.journal[-1].notes


@pytest.mark.parametrize(("content_type", "namespace", "headers", "words"), [
    ("text/xml; charset=utf-8", "http://schemas.xmlsoap.org/soap/envelope/", {}, ("no SOAPAction header", "send http")),
    ("text/xml; charset=utf-8", "http://schemas.xmlsoap.org/soap/envelope/", {"SOAPAction": "urn:GetBalance"},
    ("SOAP action", "send http")),
    ("application/soap+xml", "http://schemas.xmlsoap.org/soap/envelope/", {"SOAPAction": '""'}, ("does not fit a SOAP 1.1 envelope",)),
    ("text/xml; charset=utf-8", "http://www.w3.org/2003/05/soap-envelope", {}, ("does not fit a SOAP 1.2 envelope",)),
    ('application/soap+xml; action="urn:x"', "http://www.w3.org/2003/05/soap-envelope", {}, ("SOAP action",)),
])
def test_soap_headers(mock, shop, content_type, namespace, headers, words):  # noqa: PLR0917
    """S2, S3."""
    body = (
        f'<s:Envelope xmlns:s="{namespace}"><s:Body><GetBalanceConnect xmlns="{NAMESPACE}"><userCode>{shop.user_code}</userCode>'
        f"<userPass>{PASSWORD}</userPass></GetBalanceConnect></s:Body></s:Envelope>"
    )
    assert live(mock.url, "POST", SOAP_PATH, body.encode(), {"Content-Type": content_type, **headers}).status == 200
    (note,) = _notes(shop)
    assert all(word in note for word in words)


@pytest.mark.parametrize(("action", "said"), [
    ("urn:secret-7", "none of this service's"), (f"{NAMESPACE}SendMsg", "that of SendMsg"),
])
def test_a_wrong_soap_action_is_not_repeated(mock, shop, action, said):
    """S2, L2: what was expected is named, what was sent may hold anything."""
    body = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetBalanceConnect xmlns="{NAMESPACE}">'
        f"<userCode>{shop.user_code}</userCode><userPass>{PASSWORD}</userPass><pass-Wd7>x</pass-Wd7></GetBalanceConnect></s:Body></s:Envelope>"
    )
    live(mock.url, "POST", SOAP_PATH, body.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action})
    notes = " ".join(_notes(shop))
    assert f"the SOAP action is {said}" in notes
    assert f"send {NAMESPACE}GetBalanceConnect" in notes
    assert "secret-7" not in notes
    assert "Wd7" not in notes


def test_percent_encoding_in_an_envelope(mock, shop):
    """S1: nothing decodes it there."""
    body = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendMsg xmlns="{NAMESPACE}">'
        f"<userCode>{shop.user_code}</userCode><userPass>{PASSWORD}</userPass><DesNo>{PHONE}</DesNo><Msg>{quote(TEXT)}【测试】</Msg>"
        "</SendMsg></s:Body></s:Envelope>"
    )
    live(mock.url, "POST", SOAP_PATH, body.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
    assert_names(mock, shop, "Msg is percent-encoded in the envelope", secrets=SECRETS)


@pytest.mark.parametrize("text", [
    "真的吗????【测试】", "点击 http://t.cn/?q=%E4%BD%A0%E5%A5%BD 查看【测试】", "见t.cn/%E4%BD%A0%E5%A5%BD【测试】", "100%折扣%20【测试】",
    "a&b=c&Msg=x <b>【测试】", "【Test】hello world",
])
@pytest.mark.parametrize("binding", ["soap11", "soap12", "http"])
def test_a_correct_call_has_no_note(mock, shop, binding, text):
    """Addresses in a text rightly hold escapes, and question marks in a row beside Chinese are meant."""
    with Client(shop.user_code, PASSWORD, endpoint=mock.url, binding=binding) as sms:
        sms.send(PHONE, text, customer_uuid="order-1")
        sms.send(PHONE, text, encrypted=True)
        sms.send(PHONE, text, extension="12")
        sms.send_many([PHONE, "13900000001"], text)
        sms.send_each([(PHONE, text), ("13900000001", text)])
    assert [entry.notes for entry in shop.journal] == [()] * 5
