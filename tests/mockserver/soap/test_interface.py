"""spyne's own idea of the service is the packaged WSDL's."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from spyne.interface.wsdl import Wsdl11

from winnerlook import wsdl
from winnerlook.operations import ALL, NAMESPACE
from winnerlook_mock.soap._protocol import ENGINES
from winnerlook_mock.soap._service import TriggerService
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

_W = "{http://schemas.xmlsoap.org/wsdl/}"
_X = "{http://www.w3.org/2001/XMLSchema}"
Field = tuple[str, str, str, str, str]


def _generated(version: SoapVersion) -> Any:
    document = Wsdl11(ENGINES[version].app.interface)
    document.build_interface_document("http://127.0.0.1/")
    return etree.fromstring(document.get_interface_document())


def _fields(sequence: Any) -> list[Field]:
    """Name, type, minOccurs, maxOccurs and nillable of each element, in order."""
    return [
        (e.get("name"), e.get("type").partition(":")[2], e.get("minOccurs", "1"), e.get("maxOccurs", "1"), e.get("nillable", "false"))
        for e in sequence
    ]


def _elements(definitions: Any) -> dict[str, list[Field]]:
    """Fields of each global element; spyne names the type apart, the file nests it."""
    schema = definitions.find(f"{_W}types/{_X}schema")
    assert schema.get("targetNamespace") == NAMESPACE
    assert schema.get("elementFormDefault") == "qualified"
    types = {t.get("name"): t.find(f"{_X}sequence") for t in schema.findall(f"{_X}complexType")}
    found = {}
    for element in schema.findall(f"{_X}element"):
        nested = element.find(f"{_X}complexType/{_X}sequence")
        found[element.get("name")] = _fields(nested if nested is not None else types[element.get("type").partition(":")[2]])
    return found


def _operations(definitions: Any) -> dict[str, tuple[str, str]]:
    """Element that goes in and element that comes out, of each operation."""
    parts = {m.get("name"): m.find(f"{_W}part").get("element").partition(":")[2] for m in definitions.findall(f"{_W}message")}

    def element(operation: Any, direction: str) -> str:
        return parts[operation.find(_W + direction).get("message").partition(":")[2]]

    return {o.get("name"): (element(o, "input"), element(o, "output")) for o in definitions.findall(f"{_W}portType/{_W}operation")}


@pytest.mark.parametrize("version", [SOAP11, SOAP12], ids=lambda v: v.door)
def test_spynes_interface_equals_the_wsdl(version: SoapVersion) -> None:
    """S1, A3, O1-O12: operations, elements, order, types, minOccurs and nillable are the same in both."""
    ours, generated = etree.fromstring(wsdl.read()), _generated(version)
    assert _elements(generated) == _elements(ours)
    assert _operations(generated) == _operations(ours)


def test_the_service_is_in_the_documents_order() -> None:
    """O1-O12: the methods of the service are the twelve, in order, with the document's parameters in order."""
    methods = TriggerService.public_methods
    assert list(methods) == [operation.name for operation in ALL]
    for operation in ALL:
        fields = methods[operation.name].in_message.get_flat_type_info(methods[operation.name].in_message)
        assert list(fields) == [p.name for p in operation.parameters]
