"""Requests written as in the document get the document's own answers."""

from __future__ import annotations

import re

import pytest

from tests.mockserver.soap.harness import XSI, Recorder, call, post
from winnerlook.operations import ALL, BY_NAME
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

_REQUEST = """<?xml version="1.0" encoding="utf-8"?>
<{p}:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
xmlns:xsd="http://www.w3.org/2001/XMLSchema"
xmlns:{p}="{ns}">
  <{p}:Body>
    <SendMsg xmlns="http://tempuri.org/">
      <userCode>string</userCode>
      <userPass>string</userPass>
      <DesNo>string</DesNo>
      <Msg>string</Msg>
      <autograph>string</autograph>
    </SendMsg>
  </{p}:Body>
</{p}:Envelope>"""

_REPLY = """<?xml version="1.0" encoding="utf-8"?>
<{p}:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
xmlns:xsd="http://www.w3.org/2001/XMLSchema"
xmlns:{p}="{ns}">
  <{p}:Body>
    <SendMsgResponse xmlns="http://tempuri.org/">
      <SendMsgResult>string</SendMsgResult>
    </SendMsgResponse>
  </{p}:Body>
</{p}:Envelope>"""


def _without_layout(xml: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", xml))


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        (SOAP11, [("content-type", "text/xml; charset=utf-8"), ("soapaction", "http://tempuri.org/SendMsg")]),
        (SOAP12, [("content-type", "application/soap+xml; charset=utf-8")]),
    ],
    ids=["soap11", "soap12"],
)
def test_the_documents_request_gets_the_documents_reply(
    version: SoapVersion, headers: list[tuple[str, str]], door: SoapDoor, recorder: Recorder,
) -> None:
    """S2, S3, S4, S6, A4: byte for byte, save the layout between tags; five parameters arrive, the absent ones do not."""
    recorder.result = "string"
    reply = call(door, "POST", headers, [_REQUEST.format(p=version.prefix, ns=version.namespace).encode()])
    assert reply.status == 200
    assert reply.headers["content-type"] == version.content_type
    assert reply.headers["content-length"] == str(len(reply.body))
    assert _without_layout(reply.body.decode()) == _without_layout(_REPLY.format(p=version.prefix, ns=version.namespace))
    name, parameters, origin = recorder.last
    assert name == "SendMsg"
    assert parameters == dict.fromkeys(["userCode", "userPass", "DesNo", "Msg", "autograph"], "string")
    assert (origin.door, origin.peer, origin.notes) == (version.door, "127.0.0.9", ())
    assert origin.raw.startswith(b"<?xml")


@pytest.mark.parametrize("version", [SOAP11, SOAP12], ids=lambda v: v.door)
@pytest.mark.parametrize("name", BY_NAME)
def test_every_operation_takes_its_parameters_and_answers(name: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """O1-O12, S1, S4: all parameters of each operation arrive under their names, and the result is wrapped in its own elements."""
    operation = BY_NAME[name]
    sent = {p.name: 101 if p.type is int else f"{p.name}的值" for p in operation.parameters}
    inner = "".join(f"<x:{key}>{value}</x:{key}>" for key, value in sent.items())
    p = version.prefix
    body = (
        f'<{p}:Envelope xmlns:{p}="{version.namespace}"><{p}:Body><x:{name} xmlns:x="http://tempuri.org/">{inner}</x:{name}>'
        f"</{p}:Body></{p}:Envelope>"
    )
    recorder.result = operation.sample_result
    reply = post(door, body, version.content_type)
    assert reply.result == operation.sample_result
    assert reply.tree[0][0].tag == f"{{http://tempuri.org/}}{name}Response"
    assert reply.tree[0][0][0].tag == f"{{http://tempuri.org/}}{name}Result"
    assert recorder.last[:2] == (name, sent)


def test_there_are_twelve() -> None:
    """O1-O12: the parametrisation above covers the whole table."""
    assert len(ALL) == 12


@pytest.mark.parametrize("code", ["-3", "-16", "-54"])
@pytest.mark.parametrize("version", [SOAP11, SOAP12], ids=lambda v: v.door)
def test_a_failure_code_is_a_result(code: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S5: a business failure is HTTP 200 with the code as the result string, not a fault."""
    recorder.result = code
    body = _REQUEST.format(p=version.prefix, ns=version.namespace)
    assert post(door, body, version.content_type).result == code
    assert recorder.refusals == []


@pytest.mark.parametrize("action", [None, "", '""', '"http://tempuri.org/SendMsg"', "http://tempuri.org/SendMsg"])
def test_the_action_may_be_quoted_unquoted_or_missing(action: str | None, door: SoapDoor, recorder: Recorder) -> None:
    """S2: each is accepted; only where there is no such header at all, the journal says so."""
    headers = [] if action is None else [("soapaction", action)]
    assert post(door, _REQUEST.format(p="soap", ns=SOAP11.namespace), headers=headers).result
    assert ["no SOAPAction header" in note for note in recorder.last[2].notes] == [True] * (action is None)


@pytest.mark.parametrize("parameter", ["", '; action="http://tempuri.org/SendMsg"', "; action=http://tempuri.org/SendMsg", '; action=""'])
def test_soap12_with_and_without_the_action_parameter(parameter: str, door: SoapDoor, recorder: Recorder) -> None:
    """S3: each is accepted without a note."""
    assert post(door, _REQUEST.format(p="soap12", ns=SOAP12.namespace), SOAP12.content_type + parameter).result
    assert recorder.last[2].notes == ()


def test_whatever_the_prefixes(door: SoapDoor, recorder: Recorder) -> None:
    """S1: names count, prefixes do not."""
    body = (
        f'<Envelope xmlns="{SOAP11.namespace}" xmlns:i="{XSI}"><Body><SendMsg xmlns="http://tempuri.org/">'
        '<a:userCode xmlns:a="http://tempuri.org/">u</a:userCode></SendMsg></Body></Envelope>'
    )
    assert post(door, body).result
    assert recorder.last[1] == {"userCode": "u"}
