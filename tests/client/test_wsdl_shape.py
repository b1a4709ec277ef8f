"""What a WSDL says, and how two differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from winnerlook import operations, wsdl
from winnerlook.wsdl_shape import WsdlError, differences, read

PACKAGED = read(wsdl.read())


def edited(*replacements: tuple[str, str], count: int = 1) -> bytes:
    document = wsdl.read().decode()
    for old, new in replacements:
        assert old in document
        document = document.replace(old, new, count)
    return document.encode()


def test_the_packaged_wsdl() -> None:
    """A3, S1, S2, S3, O1-O12"""
    assert (PACKAGED.namespace, PACKAGED.services, PACKAGED.imports) == ("http://tempuri.org/", ("trigger",), ())
    assert {name: port.version for name, port in PACKAGED.ports.items()} == {"triggerSoap": "SOAP 1.1", "triggerSoap12": "SOAP 1.2"}
    types = {str: "xs:string", int: "xs:int"}
    for operation in operations.ALL:
        shape = PACKAGED.operations[operation.name]
        assert shape.request
        assert shape.answer
        assert shape.request.element == "{http://tempuri.org/}" + operation.name
        assert [(p.name, p.type, p.min_occurs, p.qualified) for p in shape.request.parameters] == [
            (p.name, types[p.type], "0", True) for p in operation.parameters
        ]
        assert [p.name for p in shape.answer.parameters] == [operation.name + "Result"]
        for port in PACKAGED.ports.values():
            bound = port.operations[operation.name]
            assert (bound.action, bound.style, bound.use) == (operation.soap_action, "document", "literal")


@pytest.mark.parametrize(
    "document",
    [
        wsdl.read(),
        edited(("http://118.178.116.15/winnerrxd/api/ws/trigger", "https://other:8443/x"), count=-1),
        edited(("登录名称。Login name.", "other words"), ("<wsdl:types>", "<!-- comment --><?pi?><wsdl:types>"), count=-1),
        edited(("<s:", "<xsd:"), ("</s:", "</xsd:"), ("xmlns:s=", "xmlns:xsd="), ('"s:', '"xsd:'), count=-1),
        wsdl.read().replace(b"\n", b"\r\n"),
        wsdl.read().decode().replace("utf-8", "utf-16", 1).encode("utf-16"),
        edited(('minOccurs="0" maxOccurs="1"', 'minOccurs="0"'), count=-1),
    ],
    ids=["same", "address", "documentation", "prefix", "line breaks", "encoding", "defaults"],
)
def test_what_makes_no_difference(document: bytes) -> None:
    assert differences(PACKAGED, read(document)) == []


FIRST_ACTION = 'soapAction="http://tempuri.org/SendMsg"'
AUTOGRAPH = 'name="autograph" type="s:string"'


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (edited((AUTOGRAPH, 'name="autograph" type="s:int"')), ["SendMsg, request: autograph: the type is xs:int, not xs:string"]),
        (edited((AUTOGRAPH, 'name="sign" type="s:string"')), [
            "SendMsg, request: parameter autograph is missing", "SendMsg, request: parameter sign is new",
        ]),
        (edited((f'minOccurs="0" maxOccurs="1" {AUTOGRAPH}', f'maxOccurs="2" nillable="true" {AUTOGRAPH} form="unqualified"')), [
            "SendMsg, request: autograph: minOccurs is 1, not 0",
            "SendMsg, request: autograph: maxOccurs is 2, not 1",
            "SendMsg, request: autograph: nillable is true, not false",
            "SendMsg, request: autograph: the form is unqualified, not qualified",
        ]),
        (edited(('name="userCode"', 'name="swap"'), ('name="userPass"', 'name="userCode"'), ('name="swap"', 'name="userPass"')), [
            "GetBalanceConnect, request: the order is userPass, userCode, not userCode, userPass",
        ]),
        (edited(("SendMsgResult", "return")), [
            "SendMsg, answer: parameter SendMsgResult is missing", "SendMsg, answer: parameter return is new",
        ]),
        (edited((FIRST_ACTION, 'soapAction=""')), ["port triggerSoap, SendMsg: the SOAPAction is empty, not http://tempuri.org/SendMsg"]),
        (edited((FIRST_ACTION + ' style="document"', FIRST_ACTION + ' style="rpc"')), [
            "port triggerSoap, SendMsg: the style is rpc, not document",
        ]),
        (edited(('<soap:body use="literal"', '<soap:body use="encoded"')), [
            "port triggerSoap, GetBalanceConnect: the use is encoded, literal, not literal",
        ]),
        (edited(('<wsdl:port name="triggerSoap12"', '<wsdl:port name="other"')), ["port triggerSoap12 is missing", "port other is new"]),
        (edited(('<wsdl:service name="trigger"', '<wsdl:service name="Other"')), ["service trigger is missing", "service Other is new"]),
        (edited(('transport="http://schemas.xmlsoap.org/soap/http"', 'transport="http://schemas.xmlsoap.org/soap/smtp"')), [
            "port triggerSoap: the transport is http://schemas.xmlsoap.org/soap/smtp, not http://schemas.xmlsoap.org/soap/http",
        ]),
        (edited(('<s:element name="SendMsg">', '<s:element name="Gone">')), ["SendMsg, request: it is not declared"]),
        (edited(("<wsdl:types>", '<wsdl:import namespace="urn:x" location="http://127.0.0.1:1/more.wsdl" /><wsdl:types>')), [
            "it imports http://127.0.0.1:1/more.wsdl, which is not fetched: what is declared there is not compared",
        ]),
    ],
)
def test_a_difference_is_named(document: bytes, expected: list[str]) -> None:
    """S1, S2: each difference by operation and parameter, and no other."""
    assert differences(PACKAGED, read(document)) == expected


def test_operations_that_went_and_came() -> None:
    found = differences(PACKAGED, read(edited(("SendBatchMsg", "SendLotsMsg"), count=-1)))
    assert found == [
        "operation SendBatchMsg is missing", "operation SendLotsMsg is new",
        *(
            f"port {port}: operation {name}"
            for port in ("triggerSoap", "triggerSoap12")
            for name in ("SendBatchMsg is missing", "SendLotsMsg is new")
        ),
    ]


def test_another_namespace() -> None:
    found = differences(PACKAGED, read(edited(("http://tempuri.org/", "urn:other"), count=-1)))
    assert found[0] == "the target namespace is urn:other, not http://tempuri.org/"
    assert "SendMsg, request: the element is {urn:other}SendMsg, not {http://tempuri.org/}SendMsg" in found


def test_unqualified_elements() -> None:
    """S1"""
    found = differences(PACKAGED, read(edited((' elementFormDefault="qualified"', ""))))
    assert len(found) == sum(len(operation.parameters) + 1 for operation in operations.ALL)
    assert all(line.endswith("the form is unqualified, not qualified") for line in found)


def test_types_that_stand_apart() -> None:
    """The way Java services write it: an element refers to a type declared beside it, ports have bindings of other names."""
    document = edited(
        (
            '<s:element name="SendMsg">\n        <s:complexType>',
            '<s:element name="SendMsg" type="tns:SendMsgType" /><s:complexType name="SendMsgType">',
        ),
    ).decode()
    start = document.index('<s:complexType name="SendMsgType">')
    end = document.index('</s:element>\n      <s:element name="SendMsgResponse">')
    document = document[:end] + document[end:].replace("</s:element>", "", 1)
    assert start < end
    assert differences(PACKAGED, read(document.encode())) == []


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"", "not XML"), (b"nonsense", "not XML"), (wsdl.read()[:-30], "not XML"), (b"<html/>", "no WSDL 1.1"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', "document type declaration"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "document type declaration"),
    ],
)
def test_what_is_no_wsdl(document: bytes, told: str) -> None:
    """Nothing is fetched and no entity expanded."""
    with pytest.raises(WsdlError, match=told):
        read(document)


REMOVALS: list[tuple[str, Callable[[str], str]]] = [
    ("messages", lambda d: d.replace("wsdl:message", "wsdl:gone")), ("portType", lambda d: d.replace("wsdl:portType", "wsdl:gone")),
    ("bindings", lambda d: d.replace("wsdl:binding", "wsdl:gone")), ("types", lambda d: d.replace("wsdl:types", "wsdl:gone")),
    ("parts", lambda d: d.replace("wsdl:part ", "wsdl:gone ")), ("sequences", lambda d: d.replace("s:sequence", "s:gone")),
    ("service", lambda d: d.replace("wsdl:service", "wsdl:gone")), ("soap", lambda d: d.replace("wsdl/soap", "wsdl/gone")),
    ("names", lambda d: d.replace("name=", "gone=")), ("inputs", lambda d: d.replace("wsdl:input", "wsdl:gone")),
]


@pytest.mark.parametrize(("what", "remove"), REMOVALS, ids=[what for what, _ in REMOVALS])
def test_a_wsdl_with_a_hole_is_read(what: str, remove: Callable[[str], str]) -> None:
    """Whatever is missing is a difference, never a crash."""
    assert differences(PACKAGED, read(remove(wsdl.read().decode()).encode()))


def test_groups_wildcards_and_types_in_place() -> None:
    found = read(edited(
        ("<s:sequence>", "<s:all>"), ("</s:sequence>", "</s:all>"), (AUTOGRAPH, 'name="autograph"'),
        ('name="customerUuid" type="s:string"', 'ref="tns:customerUuid"'),
    )).operations
    assert found["GetBalanceConnect"].request
    assert found["GetBalanceConnect"].request.group == "all"
    assert found["SendMsg"].request
    parameters = {p.name: p.type for p in found["SendMsg"].request.parameters}
    assert parameters["autograph"] == "declared in place"
    assert "tns:customerUuid" in parameters
