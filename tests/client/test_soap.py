"""Envelopes out, answers in: what zeep builds is what the document shows, and what is no answer is told apart."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.client.raw_server import ENVELOPES, RawServer, answering, envelope, http, read_request
from winnerlook import (
    AnswerError,
    Certainty,
    Client,
    ForbiddenDtdError,
    GatewayError,
    HttpStatusError,
    NotSoapError,
    NotXmlError,
    SoapFaultError,
    UnknownCodeError,
    UnreadableResultError,
    WinnerlookError,
    WrongOperationError,
)
from winnerlook._soap import SoapCodec
from winnerlook._wire import WireAnswer
from winnerlook.operations import ALL, BY_NAME

VERSIONS = ("soap11", "soap12")
SEND = BY_NAME["SendMsg"]
both = pytest.mark.parametrize("version", VERSIONS)


def answer(body: bytes, status: int = 200) -> WireAnswer:
    return WireAnswer(status, "text/xml; charset=utf-8", body)


def wrapped(inner: str, version: str) -> bytes:
    return f'<e:Envelope xmlns:e="{ENVELOPES[version]}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()


def decode(body: bytes, version: str, status: int = 200) -> str:
    return SoapCodec(version).decode(SEND, answer(body, status))


@both
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_requests_carry_the_documented_elements_in_order(version, operation):
    """S1, S2, S3, S6, O1-O12: qualified elements in the document's order, absent ones absent, SOAPAction and content type."""
    parameters = {p.name: 101 if p.type is int else f"值{p.name}" for p in operation.parameters}
    request = SoapCodec(version).encode(operation, parameters)
    body = etree.fromstring(request.body)[0]
    assert body.tag == f"{{{ENVELOPES[version]}}}Body"
    (call,) = body
    assert call.tag == f"{{http://tempuri.org/}}{operation.name}"
    assert [(element.tag, element.text) for element in call] == [
        (f"{{http://tempuri.org/}}{name}", str(value)) for name, value in parameters.items()
    ]
    action = f'"http://tempuri.org/{operation.name}"'
    if version == "soap11":
        assert request.headers == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
    else:
        assert request.headers == {"Content-Type": f"application/soap+xml; charset=utf-8; action={action}"}
    assert request.target == "/winnerrxd/api/ws/trigger"
    assert request.method == "POST"


@both
def test_optional_elements_are_left_out(version):
    """S6."""
    request = SoapCodec(version).encode(SEND, {"userCode": "u", "userPass": "p", "DesNo": "1", "Msg": "m"})
    assert [etree.QName(element).localname for element in etree.fromstring(request.body)[0][0]] == ["userCode", "userPass", "DesNo", "Msg"]


@both
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")))
@settings(max_examples=60)
def test_any_text_travels_whole(version, text):
    request = SoapCodec(version).encode(SEND, {"Msg": text})
    assert (etree.fromstring(request.body)[0][0][0].text or "") == text


@both
def test_results_are_read(version):
    """S4: whatever prefixes and blanks the server writes."""
    inner = '\n <x:SendMsgResponse xmlns:x="http://tempuri.org/">\n <x:SendMsgResult>22000</x:SendMsgResult>\n</x:SendMsgResponse>\n'
    assert decode(wrapped(inner, version), version) == "22000"


@both
@pytest.mark.parametrize("inner", ['<SendMsgResponse xmlns="http://tempuri.org/"/>', '<SendMsgResponse xmlns="http://tempuri.org/"><SendMsgResult/></SendMsgResponse>'])
def test_an_absent_result_is_empty(version, inner):
    """R11."""
    assert decode(wrapped(inner, version), version) == ""


ODD = {
    "not xml": (b"Service Unavailable", 200, NotXmlError),
    "empty": (b"", 200, NotXmlError),
    "html": (b"<html><body>login</body></html>", 200, NotSoapError),
    "plain form": (b'<string xmlns="http://tempuri.org/">100</string>', 200, NotSoapError),
    "no body": (f'<e:Envelope xmlns:e="{ENVELOPES["soap11"]}"/>'.encode(), 200, NotSoapError),
    "other version": (wrapped('<SendMsgResponse xmlns="http://tempuri.org/"/>', "soap12"), 200, NotSoapError),
    "empty body": (wrapped("", "soap11"), 200, WrongOperationError),
    "other operation": (wrapped('<SendBatchMsgResponse xmlns="http://tempuri.org/"/>', "soap11"), 200, WrongOperationError),
    "no namespace": (wrapped("<SendMsgResponse/>", "soap11"), 200, WrongOperationError),
    "two answers": (wrapped('<SendMsgResponse xmlns="http://tempuri.org/"/>' * 2, "soap11"), 200, WrongOperationError),
    "more than the result": (
        wrapped('<SendMsgResponse xmlns="http://tempuri.org/"><Other>1</Other></SendMsgResponse>', "soap11"), 200, NotSoapError,
    ),
    "dtd": (b'<!DOCTYPE x [<!ENTITY a "b">]>' + wrapped("", "soap11"), 200, ForbiddenDtdError),
    "http error": (b"<html/>", 503, HttpStatusError),
    "http error, no xml": (b"busy", 502, HttpStatusError),
    "http error, soap but no fault": (wrapped('<SendMsgResponse xmlns="http://tempuri.org/"/>', "soap11"), 500, HttpStatusError),
    "accepted without content": (b"", 202, HttpStatusError),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_no_answer_is_unknown_and_kept(case):
    """Each its own error, its raw bytes on it, and a send that got it may have been done."""
    body, status, kind = ODD[case]
    with pytest.raises(AnswerError) as caught:
        decode(body, "soap11", status)
    assert type(caught.value) is kind
    assert caught.value.body == body
    assert caught.value.status == status
    assert caught.value.certainty is Certainty.UNKNOWN
    assert caught.value.operation == "SendMsg"


FAULTS = {
    "soap11": "<e:Fault><faultcode>e:Client</faultcode><faultstring>{}</faultstring></e:Fault>",
    "soap12": (
        "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang='en'>{}</e:Text></e:Reason></e:Fault>"
    ),
}


@both
@pytest.mark.parametrize("status", [200, 400, 500])
def test_faults_are_errors_with_the_servers_words(version, status):
    """S5: a fault is never a business failure. Its text shows nothing that the call carried (L2)."""
    fault = FAULTS[version].format("cannot read text 13900000000")
    with pytest.raises(SoapFaultError) as caught:
        decode(wrapped(fault, version), version, status)
    assert caught.value.fault_code.split(":")[1] in {"Client", "Sender"}
    assert caught.value.fault_string == "cannot read text 13900000000"
    assert "cannot read" not in str(caught.value)
    assert "Client fault" in str(caught.value) or "Sender fault" in str(caught.value)
    assert caught.value.certainty is Certainty.UNKNOWN


@given(body=st.binary(max_size=300), status=st.sampled_from([200, 400, 500]))
@settings(max_examples=100)
def test_no_bytes_escape_the_error_tree(body, status):
    for version in VERSIONS:
        try:
            decode(body, version, status)
        except AnswerError as error:
            assert error.body == body


@given(data=st.data())
@settings(max_examples=100)
def test_no_mutation_of_an_answer_escapes_the_error_tree(data):
    body = bytearray(wrapped('<SendMsgResponse xmlns="http://tempuri.org/"><SendMsgResult>22</SendMsgResult></SendMsgResponse>', "soap11"))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(decode(bytes(body), "soap11"), str)
    except AnswerError as error:
        assert error.certainty is Certainty.UNKNOWN


@both
def test_bombs_and_external_entities_are_refused(version):
    a, b, c = b"a" * 1000, b"&a;" * 1000, b"&b;" * 1000
    bomb = b'<!DOCTYPE x [<!ENTITY a "%s"><!ENTITY b "%s"><!ENTITY c "%s">]><x>&c;</x>' % (a, b, c)
    external = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    for body in (bomb, external):
        with pytest.raises((ForbiddenDtdError, NotXmlError)):
            decode(body, version)


@both
@pytest.mark.parametrize(
    ("operation", "result", "expected"),
    [
        ("GetBalanceConnect", "100", Decimal(100)),
        ("GetBalanceConnect", " 12.50 ", Decimal("12.50")),
        ("GetBalanceConnect", "-0.5", Decimal("-0.5")),
        ("GetReportConnect", "", ()),
        ("GetMoConnect", "", ()),
    ],
)
def test_typed_results(version, operation, result, expected):
    """O1, R11."""
    with RawServer(answering(envelope(operation, result, version))) as server:
        with Client("u", "p", endpoint=server.url, binding=version) as sms:
            assert sms.call(operation) == expected


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("GetBalanceConnect", ""), ("GetBalanceConnect", "NaN"), ("GetBalanceConnect", "1e5"), ("SendMsg", ""), ("SendMsg", "OK"),
        ("SendMsg", "22000014763584751.97"), ("SendMsg", "+22"), ("GetReport2Connect", "nonsense"), ("GetMo2Connect", "nonsense"),
    ],
)
def test_results_that_no_such_operation_gives(operation, result):
    """An unreadable result of a send is no receipt: UNKNOWN."""
    with RawServer(answering(envelope(operation, result))) as server, Client("u", "p", endpoint=server.url) as sms:
        with pytest.raises(UnreadableResultError) as caught:
            sms.call(operation, **({"DesNo": "13900000000", "Msg": "m"} if operation == "SendMsg" else {}))
    assert caught.value.result == result
    assert caught.value.rest == result
    assert caught.value.certainty is Certainty.UNKNOWN


def test_records_before_the_trouble_are_kept_and_handed_out_first():
    """The gateway has forgotten them: what was read is given by the next call, and the rest is on the error."""
    good = "22,13900000000,2014/06/10 15:34:11,DELIVRD,a|"
    answers = iter([envelope("GetReport2Connect", good + "23,13900000001,never,DELIVRD,b|"), envelope("GetReport2Connect", "")])

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(next(answers))

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url) as sms:
        with pytest.raises(UnreadableResultError) as caught:
            list(sms.reports())
        assert caught.value.rest == "23,13900000001,never,DELIVRD,b|"
        assert [report.customer_uuid for report in sms.reports()] == ["a"]


@both
@pytest.mark.parametrize(("code", "certainty"), [(-3, Certainty.REJECTED), (-1, Certainty.UNKNOWN), (-99, Certainty.UNKNOWN)])
def test_failure_codes_are_errors(version, code, certainty):
    """S5, F5: HTTP 200 and a negative code; an undocumented one is a failure too, and says nothing for sure."""
    with RawServer(answering(envelope("SendMsg", str(code), version))) as server:
        with Client("u", "p", endpoint=server.url, binding=version) as sms, pytest.raises(GatewayError) as caught:
            sms.send("13900000000", "text")
    assert caught.value.code == code
    assert caught.value.certainty is certainty
    assert isinstance(caught.value, UnknownCodeError) == (code == -99)


def test_every_error_of_a_send_carries_operation_and_certainty():
    for body in (http(b"x"), envelope("SendMsg", "-7"), http(b"", status="500 Oops")):
        with RawServer(answering(body)) as server, Client("u", "p", endpoint=server.url) as sms, pytest.raises(WinnerlookError) as caught:
            sms.send("13900000000", "text")
        assert caught.value.operation == "SendMsg"
        assert isinstance(caught.value.certainty, Certainty)
