"""Any text arrives; any bytes are answered."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mockserver.soap.harness import VERSIONS, Recorder, Reply, post, send_msg
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

_XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(lambda c: c >= " " or c in "\t\n\r")
)
_CONTENT_TYPES = st.sampled_from(
    [None, "text/xml", "text/xml; charset=utf-8", "application/soap+xml", "text/xml; charset=utf-16"]
) | st.text(st.characters(max_codepoint=255), max_size=30)
_VALID = send_msg(
    "<userCode>u</userCode><Msg>您好</Msg><smsType>101</smsType>", header='<a xmlns="urn:a" soap:mustUnderstand="0"/>',
).encode()
_SNIPPETS = [
    b"<", b">", b"&", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<!DOCTYPE a>", b"<?x?>", b"</soap:Body>", b"<soap:Header/>", b'xsi:nil="1"',
    b'soap:mustUnderstand="1"', b"\0", b"\xff", b"\xef\xbb\xbf", b"&#xD800;", b"soap:", b"SendMsg", b"<DesNo/>", b'xmlns=""', b"9" * 30,
    b' encoding="gbk"', b"http://tempuri.org/", b"\xed\xa0\x80",
]
_quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _check_answer(reply: Reply, recorder: Recorder) -> None:
    """A result, a well-formed fault, or a plain refusal of the Content-Type; and a line in the journal for the latter two."""
    if reply.status == 415:
        assert reply.body.startswith(b"415 ")
    elif reply.status == 200:
        assert reply.result == recorder.result
    else:
        assert reply.fault[1]
    assert len(recorder.calls) + len(recorder.refusals) == 1


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
@_quick
@given(text=_XML_TEXT, cdata=st.booleans())
def test_any_text_arrives_exactly(version: SoapVersion, text: str, cdata: bool) -> None:
    """S1, S4, F3: whatever XML can carry arrives as it was written, and goes back as it was given."""
    recorder = Recorder(text)
    whole = text.replace("\r", "") if cdata else text  # XML itself reads a bare carriage return as a line feed
    written = "".join(f"<![CDATA[{part}]]>" for part in whole.replace("]]>", "]]]]><![CDATA[>").split("\0")) if cdata else escape(
        whole, {"\r": "&#13;"})
    reply = post(SoapDoor(recorder), send_msg(f"<Msg>{written}</Msg>", version), version.content_type)
    assert reply.result == text
    assert recorder.last[1] == {"Msg": whole}


@_quick
@given(charset=st.sampled_from(["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"]), text=_XML_TEXT)
def test_any_text_in_any_unicode_charset(charset: str, text: str) -> None:
    """S2: the charset of the declaration is the charset of the text."""
    recorder = Recorder()
    declared = "utf-8" if charset == "utf-8-sig" else charset
    body = send_msg(f"<Msg>{escape(text, {chr(13): '&#13;'})}</Msg>", declaration=declared)
    assert post(SoapDoor(recorder), body.encode(charset), "text/xml").result
    assert recorder.last[1] == {"Msg": text}


@_quick
@given(body=st.binary(max_size=200), content_type=_CONTENT_TYPES)
def test_any_bytes_are_answered(body: bytes, content_type: str | None) -> None:
    """S5: nothing raises, nothing is answered but by a well-formed fault or an HTTP error."""
    recorder = Recorder()
    _check_answer(post(SoapDoor(recorder), body, content_type), recorder)


@settings(_quick, max_examples=120)
@given(data=st.data(), version=st.sampled_from([SOAP11, SOAP12]))
def test_any_mutation_of_a_request_is_answered(data: st.DataObject, version: SoapVersion) -> None:
    """S5: a valid request with pieces cut, doubled, swapped, or written over."""
    body = bytearray(_VALID.replace(b"soap:", version.prefix.encode() + b":").replace(
        b"xmlns:soap=", b"xmlns:" + version.prefix.encode() + b"=").replace(SOAP11.namespace.encode(), version.namespace.encode()))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        piece = data.draw(st.sampled_from(_SNIPPETS) | st.binary(max_size=6) | st.just(bytes(body[start:end]) * 2))
        body[start:end] = piece
    recorder = Recorder()
    _check_answer(post(SoapDoor(recorder), bytes(body), data.draw(st.sampled_from(["text/xml", version.content_type]))), recorder)


@_quick
@given(result=st.text(st.characters(), max_size=20))
def test_any_result_is_answered(result: str) -> None:
    """S4: the result exactly, or a Server fault where XML cannot carry it."""
    recorder = Recorder(result)
    reply = post(SoapDoor(recorder), send_msg())
    if reply.status == 200:
        assert reply.result == result
    else:
        assert reply.fault[0] == "Server"
