"""Which SOAP version a request is of, and what its HTTP headers may say of it."""

from __future__ import annotations

import pytest

from tests.mockserver.soap.harness import VERSIONS, Recorder, envelope, post, send_msg
from winnerlook.operations import NAMESPACE
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize(
    "content_type",
    [
        "text/xml", "application/soap+xml", "application/xml; charset=utf-8", "text/plain", "application/octet-stream", "image/svg+xml",
        "", None,
    ],
)
def test_the_envelope_decides(content_type: str | None, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3, A4: the envelope's namespace tells the version; a Content-Type that contradicts it, or none, is noted and tolerated."""
    reply = post(door, send_msg(version=version), content_type)
    assert reply.result == recorder.result
    assert reply.headers["content-type"] == version.content_type
    origin = recorder.last[2]
    assert origin.door == version.door
    fits = content_type == version.media_type
    assert len(origin.notes) == (0 if fits else 1)
    assert all(version.content_type in note for note in origin.notes)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/html", "multipart/related; type=x", "x"],
)
def test_a_content_type_that_is_no_xml_is_refused(content_type: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3: 415, saying which two are right."""
    reply = post(door, send_msg(), content_type)
    assert reply.status == 415
    assert "text/xml; charset=utf-8" in reply.body.decode()
    assert "application/soap+xml; charset=utf-8" in reply.body.decode()
    assert recorder.calls == []
    assert [status for _, status, _ in recorder.refusals] == [415]


@pytest.mark.parametrize("namespace", ["http://www.w3.org/2001/12/soap-envelope", "urn:x", ""])
@pytest.mark.parametrize("content_type", ["text/xml", "application/soap+xml"])
def test_an_unknown_version(namespace: str, content_type: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3: VersionMismatch in SOAP 1.1's form with HTTP 500, with an Upgrade header that names both versions. spyne never sends it."""
    reply = post(door, f'<Envelope xmlns="{namespace}"><Body/></Envelope>', content_type)
    assert reply.fault[0] == "VersionMismatch"
    assert (reply.status, reply.headers["content-type"]) == (500, SOAP11.content_type)
    upgrade = reply.tree.find(SOAP11.tag("Header"))[0]
    assert upgrade.tag == SOAP12.tag("Upgrade")
    assert [child.tag for child in upgrade] == [SOAP12.tag("SupportedEnvelope")] * 2
    prefixes_and_names = [child.get("qname").split(":") for child in upgrade]
    namespaces = [child.nsmap[prefix] for child, (prefix, _) in zip(upgrade, prefixes_and_names, strict=True)]
    assert namespaces == [SOAP12.namespace, SOAP11.namespace]
    assert {name for _, name in prefixes_and_names} == {"Envelope"}
    assert recorder.refusals[0][1] == 500


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize("action", ["http://tempuri.org/GetMoConnect", "SendMsg", "urn:SendMsg"])
def test_another_action_than_the_body(action: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S3: the body decides, and the journal says what was odd. spyne ignores the action."""
    content_type = version.content_type + (f'; action="{action}"' if version is SOAP12 else "")
    headers = [("soapaction", f'"{action}"')] if version is SOAP11 else []
    assert post(door, send_msg(version=version), content_type, headers).result
    name, _, origin = recorder.last
    assert name == "SendMsg"
    (note,) = origin.notes
    assert ("that of GetMoConnect" if action.startswith(NAMESPACE) else "none of this service's") in note
    assert "urn:" not in note  # what was sent is not repeated (L2)
    assert "http://tempuri.org/SendMsg" in note


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize(
    ("name", "hint"), [("SendMessage", "SendMsg"), ("sendmsg", "SendMsg"), ("SendMsgExt", "sendMsgExt"), ("Qqqqqq", "SendIndividualMsg"),
                       ("SendMsgResponse", "SendMsg"), ("发送", "SendMsg")],
)
def test_an_unknown_operation(name: str, hint: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S5, O1-O12: a fault that names what is near. SOAP 1.2's is 400, where spyne says 500."""
    reply = post(door, envelope(f'<{name} xmlns="http://tempuri.org/"/>', version), version.content_type)
    code, text = reply.fault
    assert code == ("Sender" if version is SOAP12 else "Client")
    assert name in text
    assert hint in text
    ((origin, status, reason),) = recorder.refusals
    assert (origin.door, status, reason) == (version.door, reply.status, text)
    assert recorder.calls == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize("namespace", ["", "http://tempuri.org", "urn:winnerlook"])
def test_an_operation_of_another_namespace(namespace: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S1: refused, saying which namespace is right. spyne takes an operation of no namespace."""
    code, text = post(door, envelope(f'<SendMsg xmlns="{namespace}"/>', version), version.content_type).fault
    assert code in ("Client", "Sender")
    assert 'xmlns="http://tempuri.org/"' in text
    assert recorder.calls == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@pytest.mark.parametrize(
    "inner",
    [
        "", "{h}", "{b0}", "{b0}{b}", "{b}{b}", "{b}{h}", "{h}{h}{b}", "<x/>{b}", "{b2}", "<{p}:body>{op}</{p}:body>", "{op}",
        '<{p}:Body><{p}:Fault xmlns="">{fault}</{p}:Fault></{p}:Body>',
    ],
)
def test_envelopes_built_otherwise(inner: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S5: Body missing, empty, twice, before the Header, holding two elements or a fault. Several of these escape spyne as exceptions."""
    p = version.prefix
    op = '<SendMsg xmlns="http://tempuri.org/"/>'
    built = inner.format(
        p=p, op=op, h=f"<{p}:Header/>", b=f"<{p}:Body>{op}</{p}:Body>", b0=f"<{p}:Body/>", b2=f"<{p}:Body>{op}{op}</{p}:Body>",
        fault="<faultcode>x</faultcode>",
    )
    reply = post(door, f'<{p}:Envelope xmlns:{p}="{version.namespace}">{built}</{p}:Envelope>', version.content_type)
    assert reply.fault[0] in ("Client", "Sender")
    assert recorder.calls == []


@pytest.mark.parametrize("body", ["", "  \n", "hello", "<a/>", "<Envelope>", '<e:Body xmlns:e="urn:x"/>', "{}", "&amp;"])
@pytest.mark.parametrize(("content_type", "code"), [("text/xml", "Client"), ("application/soap+xml", "Sender"), (None, "Client")])
def test_what_is_no_envelope(body: str, content_type: str | None, code: str, door: SoapDoor) -> None:
    """S5: where the body does not tell the version, the Content-Type does. An empty body escapes spyne."""
    reply = post(door, body, content_type)
    assert reply.fault[0] == code


def test_elements_after_the_body_are_tolerated(door: SoapDoor) -> None:
    """S2: SOAP 1.1 allows them."""
    body = send_msg().replace("</soap:Envelope>", '<x xmlns="urn:x"/></soap:Envelope>')
    assert post(door, body).result
