"""Requests made to break or to slow an XML service."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.mockserver.soap.harness import TNS, Recorder, post, send_msg
from winnerlook_mock.soap import SoapDoor

_LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE soap:Envelope SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY m "cut">]>',
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]>',
        "<!-- a --> <?b c?>\n<!-- <!DOCTYPE not yet> --><!DOCTYPE x>",
        "<!DOCTYPE",
        " <!DOCTYPE x",
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_a_dtd_is_refused(prolog: str, declared: bool, door: SoapDoor, recorder: Recorder) -> None:
    """S5: whatever the DTD says, before anything of it is read."""
    body = send_msg("<Msg>a&m;b</Msg>")
    declaration, end, rest = body.partition("?>")
    code, text = post(door, (declaration + end if declared else "") + prolog + rest).fault
    assert code == "Client"
    assert "DOCTYPE" in text
    assert recorder.calls == []


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be", "gbk"])
def test_a_dtd_is_refused_in_any_charset(charset: str, door: SoapDoor) -> None:
    """S5: the DTD is looked for in the text, not in the bytes."""
    body = send_msg(declaration=charset).replace("?>", "?><!DOCTYPE x>", 1)
    assert "DOCTYPE" in post(door, body.encode(charset), "text/xml").fault[1]


def test_the_word_doctype_is_a_text_like_any_other(door: SoapDoor, recorder: Recorder) -> None:
    """S5: in CDATA it is no DTD."""
    assert post(door, send_msg("<Msg><![CDATA[<!DOCTYPE x>]]></Msg>")).result
    assert recorder.last[1] == {"Msg": "<!DOCTYPE x>"}


def test_no_file_is_read(tmp_path: Path, door: SoapDoor) -> None:
    """S5: XInclude, schema locations and stylesheets are names, and no more."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret-file")
    inner = f'<Msg>a</Msg><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    body = send_msg(inner).replace("?>", f'?><?xml-stylesheet href="{secret}"?>', 1)
    reply = post(door, body.replace("<SendMsg ", f'<SendMsg xsi:schemaLocation="x {secret}" '))
    assert reply.result
    assert b"s3cret-file" not in reply.body


_MEGABYTES = 4_000_000
_BOMBS = {
    "depth": "<a>" * (_MEGABYTES // 3),
    "depth within": "<Msg>" * 400 + "</Msg>" * 400,
    "elements": "<a/>" * (_MEGABYTES // 4),
    "attributes": "<a " + " ".join(f"a{i}=''" for i in range(_MEGABYTES // 12)) + "/>",
    "namespaces": "<a " + " ".join(f"xmlns:a{i}='u'" for i in range(_MEGABYTES // 20)) + "/>",
    "name": f"<{'a' * _MEGABYTES}/>",
    "comments": f"<Msg>{'<!---->' * (_MEGABYTES // 7)}</Msg>",
    "comments in front": "</Msg>",
    "references": f"<smsType>{'&#49;' * (_MEGABYTES // 5)}</smsType>",
    "parameters": "<Msg/>" * (_MEGABYTES // 6),
}


@pytest.mark.parametrize("name", _BOMBS)
def test_bombs_are_answered_quickly(name: str, door: SoapDoor) -> None:
    """S5: 4 MB of the worst costs a moment of the event loop, not seconds."""
    body = send_msg(_BOMBS[name])
    if name == "comments in front":
        body = "<!---->" * (_MEGABYTES // 7) + body
    started = time.process_time()
    reply = post(door, body)
    assert time.process_time() - started < 3
    assert reply.status in (200, 500)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (send_msg("<Msg>a & b</Msg>"), "&amp;"),
        (send_msg("<Msg>a&b;c</Msg>"), "&amp;"),
        (send_msg("<Msg>a&bc d</Msg>"), "&amp;"),
        (send_msg("<Msg>1 < 2</Msg>"), "well-formed"),
        (send_msg("<Msg>a\x01b</Msg>"), "well-formed"),
        (send_msg("<Msg>&#1;</Msg>"), "well-formed"),
        (send_msg("<q:Msg>a</q:Msg>"), "well-formed"),
        (send_msg()[:-3], "well-formed"),
        (send_msg() + "x", "well-formed"),
        (send_msg() * 2, "well-formed"),
        (" " + send_msg(), "well-formed"),
    ],
)
def test_what_is_not_well_formed(body: str, hint: str, door: SoapDoor) -> None:
    """S5: the fault says the place and what to do."""
    code, text = post(door, body).fault
    assert code == "Client"
    assert hint in text
    assert "line " in text


@pytest.mark.parametrize("written", [
    '<q:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a xmlns="no/uri"/></s:Body></q:Envelope>',
    send_msg().replace("<SendMsg ", "<q:SendMsg ").replace("</SendMsg>", "</q:SendMsg>").replace(TNS, "no/uri"),
    send_msg('<q:Msg>a</q:Msg><a xmlns="no/uri"/>'),
    send_msg('<a xmlns="no/uri"/>', header='<q:w soap:mustUnderstand="1"/>'),
])
def test_a_prefix_that_is_declared_nowhere(written: str, door: SoapDoor, recorder: Recorder) -> None:
    """S5: libxml2 forgives it where a namespace that is no URI comes behind. Found by fuzzing."""
    code, text = post(door, written).fault
    assert code == "Client"
    assert "well-formed" in text
    assert recorder.calls == []
