"""How parameters are read, and what spyne would read wrongly."""

from __future__ import annotations

import pytest

from tests.mockserver.soap.harness import VERSIONS, XSI, Recorder, post, send_msg
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP12, SoapVersion


@pytest.mark.parametrize(
    ("inner", "parameters"),
    [
        ("", {}),
        ("<Msg/>", {"Msg": ""}),
        ("<Msg></Msg>", {"Msg": ""}),
        ("<Msg>  a\n b </Msg>", {"Msg": "  a\n b "}),
        ("<Msg>a&#13;&#10;&amp;&lt;b</Msg>", {"Msg": "a\r\n&<b"}),
        ("<Msg><![CDATA[a<b>&amp;]]>c</Msg>", {"Msg": "a<b>&amp;c"}),
        ("<Msg>a<!-- b -->c<?d e?>f<!---->g</Msg>", {"Msg": "acfg"}),
        ("<Msg><!-- only --></Msg>", {"Msg": ""}),
        ("<Msg>𠮷😀</Msg>", {"Msg": "𠮷😀"}),
        ("<Msg>2</Msg><DesNo>1</DesNo><userCode>0</userCode>", {"Msg": "2", "DesNo": "1", "userCode": "0"}),
        ("text<Msg>a</Msg>text", {"Msg": "a"}),
        ('<Msg xsi:nil="true"/>', {"Msg": None}),
        ('<Msg xsi:nil=" 1 ">x</Msg>', {"Msg": None}),
        ('<Msg xsi:nil="false">x</Msg>', {"Msg": "x"}),
        ('<Msg xsi:nil="0"/>', {"Msg": ""}),
        ('<Msg xsi:type="xsd:int">007</Msg>', {"Msg": "007"}),
        ('<Msg xsi:type="nowhere:at-all">007</Msg>', {"Msg": "007"}),
        ('<Msg id="a" href="#b" customerUuid="c">x</Msg>', {"Msg": "x"}),
        ('<Msg href="#a"/><DesNo id="a" href="#a">1</DesNo>', {"Msg": "", "DesNo": "1"}),
        ("<smsType>101</smsType>", {"smsType": 101}),
        ("<smsType>\n 101 \t</smsType>", {"smsType": 101}),
        ("<smsType>+000101</smsType>", {"smsType": 101}),
        ("<smsType>-2147483648</smsType>", {"smsType": -2147483648}),
        ("<smsType>2147483647</smsType>", {"smsType": 2147483647}),
        ("<smsType/>", {"smsType": None}),
        ("<smsType>  </smsType>", {"smsType": None}),
        ('<smsType xsi:nil="true"/>', {"smsType": None}),
    ],
)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_what_arrives(inner: str, parameters: dict[str, object], version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S1, S6, O2: values arrive whole, in any order; what is absent is absent, what is nil or an empty integer is None."""
    assert post(door, send_msg(inner, version), version.content_type).result
    _, arrived, origin = recorder.last
    assert arrived == parameters
    assert origin.notes == ()


@pytest.mark.parametrize(
    ("inner", "word"),
    [
        ("<smsType>x</smsType>", "smsType"),
        ("<smsType>1.0</smsType>", "smsType"),
        ("<smsType>1_0</smsType>", "smsType"),
        ("<smsType>１０１</smsType>", "smsType"),
        ("<smsType>0x65</smsType>", "smsType"),
        ("<smsType>1 0</smsType>", "smsType"),
        ("<smsType>+</smsType>", "smsType"),
        ("<smsType>2147483648</smsType>", "smsType"),
        ("<smsType>-2147483649</smsType>", "smsType"),
        pytest.param(f"<smsType>{'9' * 5000}</smsType>", "smsType", id="many digits"),
        ("<smsType>\u00a0101</smsType>", "smsType"),
        ("<Msg>a</Msg><Msg>b</Msg>", "more than once"),
        ('<Msg>a</Msg><Msg xsi:nil="true"/>', "more than once"),
        ("<Msg>a<b>c</b></Msg>", "CDATA"),
        ("<Msg><Msg>a</Msg></Msg>", "CDATA"),
        pytest.param("<x/>" * 1001, "1000", id="many elements"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_what_is_refused(inner: str, word: str, version: SoapVersion, door: SoapDoor, recorder: Recorder) -> None:
    """S5, O2: a bad integer, a parameter sent twice or holding elements is the sender's fault. spyne takes most of these."""
    code, text = post(door, send_msg(inner, version), version.content_type).fault
    assert code == ("Sender" if version is SOAP12 else "Client")
    assert word in text
    assert recorder.calls == []


@pytest.mark.parametrize(
    ("inner", "parameters", "words"),
    [
        ('<DesNo xmlns="">1</DesNo>', {}, ["DesNo", "no namespace", "ASP.NET"]),
        ('<DesNo xmlns="urn:x">1</DesNo>', {}, ["DesNo", "urn:x", "http://tempuri.org/"]),
        ("<desno>1</desno>", {}, ["desno", "DesNo", "case"]),
        ("<mobile>1</mobile>", {}, ["mobile", "SendMsg"]),
        ("<ExeNo>1</ExeNo><Msg>a</Msg>", {"Msg": "a"}, ["ExeNo"]),
        ('<DesNo xmlns="">1</DesNo><DesNo>2</DesNo>', {"DesNo": "2"}, ["no namespace"]),
        ("<x><y><Msg>a</Msg></y></x>", {}, ["x"]),
    ],
)
def test_strangers_are_left_out_and_noted(
    inner: str, parameters: dict[str, object], words: list[str], door: SoapDoor, recorder: Recorder,
) -> None:
    """S1: elements qualified means that another namespace is another element. spyne takes it as the parameter."""
    assert post(door, send_msg(inner)).result
    _, arrived, origin = recorder.last
    assert arrived == parameters
    (note,) = origin.notes
    assert all(word in note for word in words)


def test_not_every_stranger_is_noted(door: SoapDoor, recorder: Recorder) -> None:
    """S1: a thousand unknown elements make a short list of notes."""
    assert post(door, send_msg("<x/>" * 1000)).result
    assert len(recorder.last[2].notes) == 10


@pytest.mark.parametrize("attributes", ['xsi:nil="true"', 'xsi:type="tns:SendMsg"', 'xsi:type="a:b"', 'id="a" href="#a"', 'userCode="x"'])
def test_attributes_of_the_operation_mean_nothing(attributes: str, door: SoapDoor, recorder: Recorder) -> None:
    """S1: spyne stumbles over most of these."""
    body = send_msg().replace("<SendMsg ", f'<SendMsg {attributes} xmlns:q="{XSI}" ')
    assert post(door, body).result
    assert recorder.last[1] == {"userCode": "u"}
