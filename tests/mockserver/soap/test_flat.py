"""The short way through spyne cannot be told from the general one: not by its answers, not by what the gateway is asked and noted."""

from __future__ import annotations

from unittest.mock import patch
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.mockserver.soap.harness import TNS, VERSIONS, XSI, Recorder, Reply, post, send_msg
from winnerlook.operations import ALL, Operation, Parameter
from winnerlook_mock.soap import SoapDoor, charset, flat
from winnerlook_mock.soap.version import SoapVersion

_many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff").filter(lambda c: c >= " " or c in "\t\n\r"), max_size=12,
)
_INTEGERS = st.sampled_from(["101", "", " ", " 7\n", "+5", "-0", "007", "2147483648", "1.0", "x", "１", "1_0", "1 2"])
_ATTRIBUTES = st.sampled_from(["", ' xsi:nil="true"', ' xsi:nil="0"', ' xsi:type="xsd:int"', ' x="1"', ' xmlns=""', f' xmlns="{TNS}"'])
_BETWEEN = st.sampled_from([
    "", "<!-- x -->", "<?x y?>", "text", "<Extra/>", "<m:Msg>m</m:Msg>", "<msg>m</msg>", '<Msg xmlns="">n</Msg>', "&amp;",
])
_WRITTEN = st.sampled_from(["a<!-- c -->b", "a<?p q?>b", "<b>1</b>", "&unknown;", "&#20320;x", "a<![CDATA[<b>]]>c", "\r\n", "&#xD;"])
_AROUND = st.sampled_from([
    "", "<{p}:Header/>", '<{p}:Header><a xmlns="urn:a" {p}:mustUnderstand="1"/></{p}:Header>', "<!-- h -->", "<b/>", "<{p}:Body/>",
])
_RESULTS = st.one_of(st.text(st.characters(), max_size=20), st.sampled_from(["", "]]>", "a\rb", "&<>\"'", None, 5, "result", ">result<"]))
_ACTIONS = st.sampled_from(["", '""', '"http://tempuri.org/SendMsg"', "http://tempuri.org/GetMoConnect", '"urn:x"'])
_DECLARATIONS = st.sampled_from([
    "", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0' encoding='gbk'?>", "\ufeff", "\n",
])


class _Writer:
    """Writes a request, most often a plain one: nearly all of what is odd leads to the general way at once."""

    def __init__(self, draw: st.DrawFn, version: SoapVersion) -> None:
        self._draw, self._version = draw, version
        self._odd = draw(st.sampled_from([0, 0, 0, 1, 3]))

    def _oddity(self, strategy: st.SearchStrategy[str], usual: str = "") -> str:
        if self._odd and self._draw(st.integers(0, 5)) == 0:
            self._odd -= 1
            return self._draw(strategy)
        return usual

    def _parameter(self, parameter: Parameter) -> str:
        value = self._draw(_INTEGERS if parameter.type is int else _TEXT)
        written = self._oddity(_WRITTEN, escape(value, {"\r": "&#13;"}))
        if "]]>" not in value and self._draw(st.integers(0, 9)) == 0:
            written = f"<![CDATA[{value}]]>"
        name = self._oddity(st.sampled_from(["m:", "soap:"])) + parameter.name
        attributes = self._oddity(_ATTRIBUTES)
        if not written and self._draw(st.booleans()):
            return f"<{name}{attributes}/>"
        return f"<{name}{attributes}>{written}</{name}>"

    def request(self) -> str:
        """An envelope."""
        draw, p = self._draw, self._version.prefix
        operation: Operation = draw(st.sampled_from(ALL))
        wanted = [one for one in operation.parameters if draw(st.integers(0, 3))]
        wanted += wanted[:1] if self._oddity(st.just("twice")) else []
        indent = draw(st.sampled_from(["", "\n  "]))
        inner = "".join(indent + self._oddity(_BETWEEN) + self._parameter(one) for one in draw(st.permutations(wanted)))
        name = self._oddity(st.sampled_from([operation.name.lower(), f"m:{operation.name}"]), operation.name)
        element = f"<{name}{self._oddity(_ATTRIBUTES)}>{inner}{self._oddity(_BETWEEN)}</{name}>"
        body = self._oddity(st.sampled_from([element * 2, "", f"<!-- b -->{element}text"]), element)
        namespace = self._oddity(st.just("urn:other"), self._version.namespace)
        spaces = {"xsi": XSI, "xsd": "http://www.w3.org/2001/XMLSchema", "m": TNS, "soap": "urn:soap", p: namespace}
        declared = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in spaces.items())
        return (
            f'{draw(_DECLARATIONS)}<{p}:Envelope xmlns="{TNS}"{declared}>{self._oddity(_AROUND).format(p=p)}'
            f"<{p}:Body>{body}</{p}:Body>{self._oddity(_AROUND).format(p=p)}</{p}:Envelope>"
        )


def _both(body: bytes, content_type: str, headers: tuple[tuple[str, str], ...], result: object) -> tuple[object, object]:
    def outcome() -> tuple[Reply, object, object]:
        recorder = Recorder(result)
        reply = post(SoapDoor(recorder), body, content_type, headers)
        return reply, [(operation, list(given.items()), origin) for operation, given, origin in recorder.calls], recorder.refusals

    short = outcome()
    with patch.object(flat, "read", lambda *_: None), patch.object(charset, "_is_utf8_throughout", lambda *_: False):
        return short, outcome()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.door)
@_many
@given(data=st.data())
def test_both_ways_have_one_outcome(version: SoapVersion, data: st.DataObject) -> None:
    """S1-S5: whatever a request looks like, whatever the gateway answers."""
    text = _Writer(data.draw, version).request()
    encoding = data.draw(st.sampled_from(["utf-8"] * 5 + ["gbk", "utf-16"]))
    suffix = data.draw(st.sampled_from(["; charset=utf-8", "; charset=UTF-8", "", "; charset=gbk", '; charset="utf-8"; action="urn:a"']))
    result = data.draw(_RESULTS | st.just(RuntimeError("secret")))
    headers = data.draw(st.one_of(st.just(()), _ACTIONS.map(lambda action: (("soapaction", action),))))
    short, general = _both(text.encode(encoding, "replace"), version.media_type + suffix, headers, result)
    assert short == general


@_many
@given(data=st.data())
def test_so_have_mutated_requests(data: st.DataObject) -> None:
    """S5: bytes cut, doubled and written over."""
    body = bytearray(send_msg("<userCode>u</userCode><Msg>您好</Msg><smsType>101</smsType>").encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 30)))
        body[start:end] = data.draw(st.sampled_from([b"", b"<", b"&", b"\0", b"<!DOCTYPE a>", b"\xff", b" ", bytes(body[start:end]) * 2]))
    short, general = _both(bytes(body), "text/xml; charset=utf-8", (), "1")
    assert short == general


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.door)
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_what_clients_write_goes_the_short_way(version: SoapVersion, operation: Operation) -> None:
    """Prefixed or not, indented or not, entities included."""
    inner = "".join(f"\n <{one.name}>{1 if one.type is int else '&lt;值'}</{one.name}>" for one in operation.parameters)
    tree = etree.fromstring(
        f'<e:Envelope xmlns:e="{version.namespace}" xmlns="{TNS}"><e:Body>'
        f"<{operation.name}>{inner}</{operation.name}></e:Body></e:Envelope>"
    )
    expected = [1 if one.type is int else "<值" for one in operation.parameters]
    assert flat.read(tree, version) == (operation, expected, tuple(one.name for one in operation.parameters))


@pytest.mark.parametrize("inner", [
    '<Msg xsi:nil="true">x</Msg>', '<Msg xsi:nil="0"/>', '<smsType xsi:nil="1">7</smsType>',
    '<Msg xsi:type="xsd:int">5</Msg>', "<Msg><b/></Msg>",
    "<Msg>1</Msg><Msg>2</Msg>", "<Extra/><Msg>1</Msg>", "<msg>1</msg>", '<Msg xmlns="">1</Msg>', "<smsType> 7 </smsType>",
    "<smsType>x</smsType>",
    "<smsType/>", "<Msg/>", "text", "<Msg> \t\n</Msg>", "<Msg>a<!-- b -->c<![CDATA[<d>]]></Msg>",
])
def test_each_oddity_has_one_outcome(inner: str) -> None:
    """What hypothesis may happen to leave out."""
    body = send_msg(f"<userCode>u</userCode>{inner}").encode()
    short, general = _both(body, "text/xml; charset=utf-8", (), "1")
    assert short == general
