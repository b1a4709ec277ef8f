"""The short way through SOAP cannot differ from zeep's: the same envelopes, the same results, the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.client.raw_server import ENVELOPES
from winnerlook._soap import SoapCodec
from winnerlook._wire import WireAnswer
from winnerlook._xml import parse_answer
from winnerlook.errors import AnswerError
from winnerlook.operations import ALL, BY_NAME

VERSIONS = ("soap11", "soap12")
SEND = BY_NAME["SendMsg"]
CODECS = {version: SoapCodec(version) for version in VERSIONS}
both = pytest.mark.parametrize("version", VERSIONS)

# Whatever a program can hold in a string: controls, surrogates, astral characters, line ends, blanks at the ends.
anything = st.text(st.characters(exclude_categories=()), max_size=12)
awkward = st.sampled_from(
    ["", " ", "\r", "\r\n", "\t a \n", "]]>", "<a/>", "&amp;", "&#13;", "\x85", "\u2028", "\ufeff", "😀", "值", "\x00", "\ud800", "'\""]
)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12) | anything | awkward | st.tuples(awkward, awkward).map("".join)
numbers = st.integers() | st.sampled_from([0, -1, 2**31 - 1, -(2**31), 2**63, True])


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except Exception as error:
        return type(error)


def canonical(document: object) -> object:
    return etree.canonicalize(document.decode()[38:]) if isinstance(document, bytes) else document


@st.composite
def calls(draw):
    operation = draw(st.sampled_from(ALL))
    right = {p.name: (numbers if p.type is int else texts) for p in operation.parameters}
    names = draw(st.lists(st.sampled_from(list(right)), unique=True))  # in any order, any of them left out
    wrong = st.none() | st.binary(max_size=3) | st.floats() | texts | numbers | st.just(["a"])
    values = {name: draw(right[name] if draw(st.integers(0, 9)) else wrong) for name in names}
    return operation, values | ({"Unknown": "1"} if draw(st.integers(0, 19)) == 0 else {})


@both
@given(call=calls())
@example(call=(SEND, {}))
@example(call=(SEND, {"Msg": None}))
@example(call=(SEND, {"Msg": ""}))
@settings(max_examples=120, deadline=None)
def test_an_envelope_is_zeeps(version, call):
    operation, values = call
    codec = CODECS[version]
    ours = outcome(lambda: codec.encode(operation, values).body)
    assert canonical(ours) == canonical(outcome(lambda: codec._built(operation, values)))


@both
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation_has_a_template(version, operation):
    """Else the test above would compare zeep with itself. Filled, it is zeep's envelope to the byte where no value is empty."""
    values = {p.name: 101 if p.type is int else f" <{p.name}>\r\n& 值😀 " for p in operation.parameters}
    template = CODECS[version]._form(operation).template
    assert template is not None
    assert template.fill(values) == CODECS[version]._built(operation, values)


@pytest.mark.parametrize(
    "values",
    [
        {}, {"Msg": None}, {"Msg": "\x0b"}, {"Msg": "\ud800"}, {"Msg": b"m"}, {"smsType": True}, {"smsType": "1"},
        {"Msg": "m", "Other": "m"},
    ],
)
def test_what_zeep_must_see_to_is_left_to_it(values):
    template = CODECS["soap11"]._form(SEND).template
    assert template is not None
    assert template.fill(values) is None


def test_an_envelope_of_another_shape_gives_no_template():
    """Should zeep ever write differently, everything goes its long way."""
    flat = CODECS["soap11"]._form(SEND).template
    assert flat is not None
    codec = CODECS["soap11"]
    for other in (b'<ns0:Msg a="1">', b"<x/><ns0:Msg>", b"<ns0:Msg> "):
        assert type(flat).cut(SEND, lambda values, other=other: codec._built(SEND, values).replace(b"<ns0:Msg>", other)) is None
    assert type(flat).cut(SEND, lambda _: b"<x/>") is None


# What may stand at a place of an answer; the first is what nearly every answer has there.
PLACES = {
    "xml": ['<?xml version="1.0" encoding="utf-8"?>', "", "<?xml version='1.0'?>\n", "<!DOCTYPE x [<!ENTITY unknown 'u'>]>", "<!-- c -->"],
    "in the envelope": ["", "\n  ", "text", "<!-- c -->", "<?p i?>", "<x/>", "<e:Header/>", '<e:Header><h xmlns="urn:h">1</h></e:Header>'],
    "of the body": ["", ' a="1"', ' xsi:nil="true"', ' e:encodingStyle="urn:x"'],
    "in the body": ["", "\n  ", "text", "<!-- c -->", "<x/>", "<e:Fault><faultcode>e:Server</faultcode></e:Fault>"],
    "behind the response": [
        "", "<x/>", "<e:Fault><faultcode>e:Server</faultcode></e:Fault>", '<SendMsgResponse xmlns="http://tempuri.org/"/>',
    ],
    "behind the body": ["", "<x/>", "<e:Body/>", "<!-- c -->"],
    "response": ["SendMsgResponse", "SendBatchMsgResponse", "o:SendMsgResponse"],
    "namespace": ["http://tempuri.org/", "", "urn:other"],
    "of the response": ["", ' a="1"', ' xsi:nil="true"', ' xsi:type="xsd:string"', ' xsi:type="xsd:int"', ' href="#1"'],
    "in the response": ["", "\n  ", "text", "<!-- c -->", "<?p i?>", "<x/>", "<SendMsgResult>1</SendMsgResult>"],
    "result": ["SendMsgResult", "sendMsgResult", "Other", "o:SendMsgResult"],
    "of the result": [
        "", ' a="1"', ' xsi:nil="true"', ' xsi:type="xsd:int"', ' xsi:type="xsd:base64Binary"', ' xsi:type="xsd:boolean"',
        ' xml:space="preserve"',
    ],
    "text": ["22", "", " 2 ", "值😀", "&#13;", "&lt;", "<![CDATA[a<b]]>", "true", "\n", "-7", "&unknown;"],
    "behind the text": ["", "<!-- c -->", "<?p i?>", "<i>x</i>", "<i/>", "22", "<![CDATA[]]>"],
}
ANSWER = (
    '{xml}<e:Envelope xmlns:e="%s" xmlns:o="urn:o" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema">{in the envelope}<e:Body{of the body}>{in the body}<{response} xmlns="{namespace}"'
    "{of the response}>{in the response}<{result}{of the result}>{text}{behind the text}</{result}></{response}>{behind the response}"
    "</e:Body>{behind the body}</e:Envelope>"
)


@st.composite
def answers(draw):
    """One, two or three things odd: more would hide one another."""
    version = draw(st.sampled_from(VERSIONS))
    odd = draw(st.lists(st.sampled_from(list(PLACES)), max_size=3))
    filling = {place: draw(st.sampled_from(choices)) if place in odd else choices[0] for place, choices in PLACES.items()}
    encoding = draw(st.sampled_from(["utf-8"] * 4 + ["utf-16", "gb18030", "utf-8-sig"]))
    return version, (ANSWER % ENVELOPES[version]).format(**filling).encode(encoding)


@st.composite
def mutated(draw):
    version, body = draw(answers())
    data = bytearray(body)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=3) | st.just(bytes(data[place : place + 1]) * 2))
    return version, bytes(data) or b"x"


def read(codec: SoapCodec, answer: WireAnswer) -> object:
    return outcome(lambda: codec.decode(SEND, answer))


def read_by_zeep(codec: SoapCodec, answer: WireAnswer) -> object:
    return outcome(lambda: codec._decoded(parse_answer(SEND, answer), SEND, answer))


@given(answer=answers() | mutated(), status=st.sampled_from([200, 200, 200, 202, 500]), crossed=st.booleans())
@settings(max_examples=400, deadline=None)
def test_an_answer_is_read_as_zeep_reads_it(answer, status, crossed):
    version, body = answer
    codec = CODECS[version if not crossed else VERSIONS[1 - VERSIONS.index(version)]]
    got = WireAnswer(status, "text/xml", body)
    ours = read(codec, got)
    assert ours == read_by_zeep(codec, got)
    assert isinstance(ours, str) or issubclass(ours, AnswerError)


GOOD = (
    f'<e:Envelope xmlns:e="{ENVELOPES["soap11"]}"><e:Body><SendMsgResponse xmlns="http://tempuri.org/"><SendMsgResult>%s</SendMsgResult>'
    "</SendMsgResponse></e:Body></e:Envelope>"
)


@pytest.mark.parametrize(
    ("inside", "result"),
    [("22", "22"), ("", ""), (" 2 ", " 2 "), ("<![CDATA[<2>]]>", "<2>"), ("&#13;&lt;", "\r<"), ("22<!-- -->", None), ("<i/>", None)],
)
def test_only_the_one_plain_shape_takes_the_short_way(inside, result):
    answer = WireAnswer(200, "text/xml", (GOOD % inside).encode())
    assert CODECS["soap11"]._form(SEND).reply.read(parse_answer(SEND, answer)) == result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<e:Body>", "<e:Header/><e:Body>"), ("<SendMsgResult>", '<SendMsgResult a="1">'), ("<e:Body>", "<e:Body><x/>"),
        ('tempuri.org/">', 'tempuri.org/" a="1">'),
    ],
)
def test_any_other_shape_goes_the_long_way(before, after):
    answer = WireAnswer(200, "text/xml", (GOOD % "22").replace(before, after).encode())
    assert CODECS["soap11"]._form(SEND).reply.read(parse_answer(SEND, answer)) is None


def test_a_result_under_another_status_is_none():
    answer = WireAnswer(200, "text/xml", (GOOD % "22").encode())
    assert read(CODECS["soap11"], answer) == "22"
    assert read(CODECS["soap11"], replace(answer, status=202)) is read_by_zeep(CODECS["soap11"], replace(answer, status=202))
