"""The WSDL file against the operations, and against what ASP.NET writes for a service like this."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
import zeep
from lxml import etree
from lxml.etree import _Element as Element

from winnerlook import operations, wsdl
from winnerlook.operations import Operation

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = {"triggerSoap": "{http://schemas.xmlsoap.org/wsdl/soap/}", "triggerSoap12": "{http://schemas.xmlsoap.org/wsdl/soap12/}"}
ENVELOPE = {"triggerSoap": "http://schemas.xmlsoap.org/soap/envelope/", "triggerSoap12": "http://www.w3.org/2003/05/soap-envelope"}
HAN = re.compile(r"[\u4e00-\u9fff]")

each_operation = pytest.mark.parametrize("operation", operations.ALL, ids=lambda operation: operation.name)
each_port = pytest.mark.parametrize("port", SOAP)


@pytest.fixture(scope="module")
def definitions() -> Element:
    return etree.fromstring(wsdl.read(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


@pytest.fixture(scope="module")
def client() -> Iterator[zeep.Client]:
    compiled = zeep.Client(io.BytesIO(wsdl.read()), settings=zeep.Settings(forbid_dtd=True, forbid_entities=True, forbid_external=True))
    with compiled.transport.session:
        yield compiled


def one(parent: Element, path: str) -> Element:
    found = parent.findall(path)
    assert len(found) == 1, path
    return found[0]


def documentation(element: Element) -> str:
    texts = [*element.iterfind(WSDL + "documentation"), *element.iterfind(f"{XSD}annotation/{XSD}documentation")]
    assert len(texts) == 1
    return " ".join("".join(texts[0].itertext()).split())


def test_the_sections_are_in_the_order_of_asmx(definitions: Element) -> None:
    """S1: types, messages, one portType, two bindings, one service named trigger; nothing is imported from elsewhere."""
    sections = [etree.QName(child).localname for child in definitions if isinstance(child.tag, str)]
    assert sections == ["documentation", "types", *["message"] * 24, "portType", "binding", "binding", "service"]
    assert definitions.get("targetNamespace") == operations.NAMESPACE
    assert one(definitions, WSDL + "service").get("name") == "trigger"
    assert not [e for e in definitions.iter() if isinstance(e.tag, str) and etree.QName(e).localname in {"import", "include", "redefine"}]
    assert definitions.getroottree().docinfo.internalDTD is None


def test_the_elements_are_qualified(definitions: Element) -> None:
    """S1"""
    schema = one(definitions, f"{WSDL}types/{XSD}schema")
    assert schema.get("elementFormDefault") == "qualified"
    assert schema.get("targetNamespace") == operations.NAMESPACE
    expected = [name for o in operations.ALL for name in (o.name, o.name + "Response")]
    assert [element.get("name") for element in schema] == expected


@each_operation
def test_an_operations_elements(definitions: Element, operation: Operation) -> None:
    """O1-O12, S1, S4: names, order and types of the parameters; all may be absent; the response holds one string named after it."""
    schema = one(definitions, f"{WSDL}types/{XSD}schema")
    request = one(schema, f"{XSD}element[@name='{operation.name}']/{XSD}complexType/{XSD}sequence")
    types = {str: "s:string", int: "s:int"}
    assert [(e.get("name"), e.get("type"), e.get("minOccurs"), e.get("maxOccurs")) for e in request] == [
        (p.name, types[p.type], "0", "1") for p in operation.parameters
    ]
    response = one(schema, f"{XSD}element[@name='{operation.name}Response']/{XSD}complexType/{XSD}sequence")
    assert [dict(e.attrib) for e in response] == [
        {"minOccurs": "0", "maxOccurs": "1", "name": operation.name + "Result", "type": "s:string"}
    ]
    assert definitions.nsmap["s"] == XSD.strip("{}")


@each_operation
def test_an_operations_messages_are_wrapped(definitions: Element, operation: Operation) -> None:
    """S1: document/literal wrapped: one part named `parameters` by element, the element named after the operation."""
    port_type = one(definitions, WSDL + "portType")
    declared = one(port_type, f"{WSDL}operation[@name='{operation.name}']")
    for direction, element in (("input", operation.name), ("output", operation.name + "Response")):
        prefix, _, message = one(declared, WSDL + direction).get("message", "").partition(":")
        assert declared.nsmap[prefix] == operations.NAMESPACE
        parts = one(definitions, f"{WSDL}message[@name='{message}']")
        assert [dict(part.attrib) for part in parts] == [{"name": "parameters", "element": f"tns:{element}"}]
    assert declared[0].tag == WSDL + "documentation"


@each_operation
def test_operation_and_parameters_are_explained_in_two_languages(definitions: Element, operation: Operation) -> None:
    """O1-O12: in Chinese and in English, in the words of the operations' table, and whatever is optional says so."""
    told = documentation(one(definitions, f"{WSDL}portType/{WSDL}operation[@name='{operation.name}']"))
    assert operation.zh in told
    assert operation.en.lower() in told.lower()
    assert HAN.search(operation.zh)
    assert operation.en.isascii()
    sequence = f"{WSDL}types/{XSD}schema/{XSD}element[@name='{operation.name}']/{XSD}complexType/{XSD}sequence"
    for parameter in operation.parameters:
        told = documentation(one(definitions, f"{sequence}/{XSD}element[@name='{parameter.name}']"))
        assert parameter.zh in told
        assert parameter.en.lower() in told.lower()
        assert HAN.search(parameter.zh)
        assert parameter.en.isascii()
        assert ("（可选）" in told, "(optional)" in told) == ((not parameter.required,) * 2)


def test_the_ports(definitions: Element) -> None:
    """A3, A4, S1: SOAP 1.1 first, SOAP 1.2 second, one address, which is the document's."""
    ports = one(definitions, WSDL + "service").findall(WSDL + "port")
    assert [port.get("name") for port in ports] == ["triggerSoap", "triggerSoap12"]
    assert [port.get("binding") for port in ports] == ["tns:triggerSoap", "tns:triggerSoap12"]
    for port in ports:
        assert [child.tag for child in port] == [SOAP[port.get("name", "")] + "address"]
        assert port[0].get("location") == "http://118.178.116.15/winnerrxd/api/ws/trigger"


@each_port
def test_a_binding(definitions: Element, port: str) -> None:
    """S1, S2, S3: over HTTP, document/literal, every operation in order with the documented SOAPAction, in both versions."""
    binding = one(definitions, f"{WSDL}binding[@name='{port}']")
    assert binding.get("type") == "tns:triggerSoap"
    assert dict(one(binding, SOAP[port] + "binding").attrib) == {"transport": "http://schemas.xmlsoap.org/soap/http"}
    bound = binding.findall(WSDL + "operation")
    assert [each.get("name") for each in bound] == [o.name for o in operations.ALL]
    for each in bound:
        action = f"http://tempuri.org/{each.get('name')}"
        assert dict(one(each, SOAP[port] + "operation").attrib) == {"soapAction": action, "style": "document"}
        for direction in ("input", "output"):
            assert dict(one(each, f"{WSDL}{direction}/{SOAP[port]}body").attrib) == {"use": "literal"}


def test_the_port_type_has_the_operations_in_order(definitions: Element) -> None:
    """O1-O12"""
    port_type = one(definitions, WSDL + "portType")
    assert [each.get("name") for each in port_type] == [o.name for o in operations.ALL]


def test_every_reference_leads_somewhere(definitions: Element) -> None:
    """S1: a message, element, portType or binding that is named is there, and each name stands once."""
    tns = "tns:"
    schema = one(definitions, f"{WSDL}types/{XSD}schema")
    there = {
        "message": [e.get("name") for e in definitions.findall(WSDL + "message")],
        "element": [e.get("name") for e in schema],
        "type": [e.get("name") for e in definitions.findall(WSDL + "portType")],
        "binding": [e.get("name") for e in definitions.findall(WSDL + "binding")],
    }
    for attribute, names in there.items():
        assert len(names) == len(set(names))
        used = {e.get(attribute, "").removeprefix(tns) for e in definitions.iter() if (e.get(attribute) or "").startswith(tns)}
        assert used == set(names)


@each_port
@each_operation
def test_a_soap_library_offers_the_operation(client: zeep.Client, operation: Operation, port: str) -> None:
    """O1-O12, S1: zeep compiles the file from bytes, fetches nothing, and unwraps parameters and result."""
    compiled = client.wsdl.services["trigger"].ports[port].binding.get(operation.name)
    assert [name for name, _ in compiled.input.body.type.elements] == [p.name for p in operation.parameters]
    types = {str: "string", int: "int"}
    for (_, element), parameter in zip(compiled.input.body.type.elements, operation.parameters, strict=True):
        assert element.type.name == types[parameter.type]
        assert element.is_optional
    assert compiled.soapaction == operation.soap_action
    assert [name for name, _ in compiled.output.body.type.elements] == [operation.name + "Result"]


@each_port
def test_the_documents_request_comes_out(client: zeep.Client, port: str) -> None:
    """S1, S2, S3, S6: an envelope made from the file is the document's sample, absent elements included."""
    service = client.bind("trigger", port)
    sent = client.create_message(service, "SendMsg", userCode="string", userPass="string", DesNo="string", Msg="string", autograph="string")
    sample = f"""<soap:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
        xmlns:soap="{ENVELOPE[port]}">
      <soap:Body>
        <SendMsg xmlns="http://tempuri.org/">
          <userCode>string</userCode>
          <userPass>string</userPass>
          <DesNo>string</DesNo>
          <Msg>string</Msg>
          <autograph>string</autograph>
        </SendMsg>
      </soap:Body>
    </soap:Envelope>"""
    assert shape(sent) == shape(etree.fromstring(sample))


@each_port
def test_the_documents_answer_is_read(client: zeep.Client, port: str) -> None:
    """S4: the sample answer unwraps to its string."""
    answer = etree.fromstring(f"""<soap:Envelope xmlns:soap="{ENVELOPE[port]}"><soap:Body>
        <SendMsgResponse xmlns="http://tempuri.org/"><SendMsgResult>string</SendMsgResult></SendMsgResponse>
    </soap:Body></soap:Envelope>""")
    compiled = client.wsdl.services["trigger"].ports[port].binding.get("SendMsg")
    assert compiled.process_reply(answer) == "string"


def shape(element: Element) -> object:
    """An element without its prefixes and layout."""
    return element.tag, (element.text or "").strip(), [shape(child) for child in element]


def test_the_file_is_well_kept() -> None:
    """A3: UTF-8 by declaration and in fact, without a byte order mark, the same bytes each time."""
    assert wsdl.read().startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert b"\r" not in wsdl.read()
    assert HAN.search(wsdl.read().decode("utf-8"))
