"""What a WSDL says, without its layout, prefixes, documentation and addresses; and how two of them differ (A3, S1).

Only what stands in the file itself is read: a document type declaration is refused, no entity is expanded, and what the file imports
is named, never fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_XSD_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
_XSD = f"{{{_XSD_NAMESPACE}}}"
_VERSIONS = {"http://schemas.xmlsoap.org/wsdl/soap/": "SOAP 1.1", "http://schemas.xmlsoap.org/wsdl/soap12/": "SOAP 1.2"}
_GROUPS = (_XSD + "sequence", _XSD + "all", _XSD + "choice")
_IMPORTS = (_WSDL + "import", _XSD + "import", _XSD + "include", _XSD + "redefine")


class WsdlError(ValueError):
    """The bytes are no WSDL that can be read."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One element of a request or an answer. `type` is ``xs:string`` and the like."""

    name: str
    type: str
    min_occurs: str
    max_occurs: str
    nillable: bool
    qualified: bool


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The element that a message's body holds, in Clark notation, how it groups what is in it, and that."""

    element: str
    group: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is sent and what comes back; None where the file does not declare it."""

    request: Wrapper | None
    answer: Wrapper | None


@dataclass(frozen=True, slots=True)
class Bound:
    """How a port carries one operation."""

    action: str
    style: str
    use: str


@dataclass(frozen=True, slots=True)
class Port:
    """`version` is ``SOAP 1.1``, ``SOAP 1.2`` or ``no SOAP``."""

    version: str
    transport: str
    operations: Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Shape:
    """A WSDL. `imports` are the places whose declarations it takes over, which are not in here."""

    namespace: str
    services: tuple[str, ...]
    operations: Mapping[str, Operation]
    ports: Mapping[str, Port]
    imports: tuple[str, ...]


def read(document: bytes) -> Shape:
    """The shape of a WSDL 1.1. Raises WsdlError."""
    root = _parsed(document)
    reader = _Reader(root)
    bindings = {each.get("name"): each for each in root.iterfind(_WSDL + "binding")}
    ports, operations = {}, {}
    for port in root.iterfind(f"{_WSDL}service/{_WSDL}port"):
        binding = bindings.get(_local(port.get("binding")))
        if binding is not None:
            ports[port.get("name", "")] = _port(binding)
            operations.update(reader.operations(binding.get("type")) if _extension(binding) is not None else {})
    services = tuple(service.get("name", "") for service in root.iterfind(_WSDL + "service"))
    imports = tuple(filter(None, (each.get("location") or each.get("schemaLocation") for each in root.iter(*_IMPORTS))))
    return Shape(root.get("targetNamespace", ""), services, operations, ports, imports)


def differences(expected: Shape, found: Shape) -> list[str]:
    """What `found` says otherwise, a line each; empty when they agree. Addresses and documentation make no difference."""
    return [
        *_changed("the target namespace", expected.namespace, found.namespace),
        *(f"it imports {place}, which is not fetched: what is declared there is not compared" for place in found.imports),
        *_names("service", expected.services, found.services),
        *_names("operation", expected.operations, found.operations),
        *_each(expected.operations, found.operations, _operation_differences),
        *_names("port", expected.ports, found.ports),
        *_each(expected.ports, found.ports, _port_differences),
    ]


def _parsed(document: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WsdlError("it is not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise WsdlError("it carries a document type declaration, which is refused")
    if root.tag != _WSDL + "definitions":
        raise WsdlError("it is XML, but no WSDL 1.1")
    return root


class _Reader:
    """Follows the references of one WSDL from a portType down to the parameters."""

    def __init__(self, root: Any) -> None:
        self._port_types = {each.get("name"): each for each in root.iterfind(_WSDL + "portType")}
        self._messages = {each.get("name"): each for each in root.iterfind(_WSDL + "message")}
        schemas = list(root.iterfind(f"{_WSDL}types/{_XSD}schema"))
        self._elements: dict[str | None, Any] = _declared(schemas, "element")
        self._types: dict[str | None, Any] = _declared(schemas, "complexType")

    def operations(self, port_type: str | None) -> dict[str, Operation]:
        declared = self._port_types.get(_local(port_type))
        each = [] if declared is None else declared.iterfind(_WSDL + "operation")
        return {one.get("name", ""): Operation(self._wrapper(one, "input"), self._wrapper(one, "output")) for one in each}

    def _wrapper(self, operation: Any, direction: str) -> Wrapper | None:
        reference = operation.find(_WSDL + direction)
        message = None if reference is None else self._messages.get(_local(reference.get("message")))
        part = None if message is None else message.find(_WSDL + "part")
        name = None if part is None else _clark(part, part.get("element"))
        element = self._elements.get(name)
        if name is None or element is None:
            return None
        content = element.find(_XSD + "complexType")
        if content is None:
            content = self._types.get(_clark(element, element.get("type")))
        group = next((child for child in content if child.tag in _GROUPS), None) if content is not None else None
        if group is None:
            return Wrapper(name, "sequence", ())
        return Wrapper(name, etree.QName(group).localname, tuple(_parameter(child) for child in group.iterchildren("*")))


def _declared(schemas: Sequence[Any], kind: str) -> dict[str | None, Any]:
    """What stands at the top of the schemas, by its name in Clark notation."""
    return {f"{{{s.get('targetNamespace', '')}}}{each.get('name')}": each for s in schemas for each in s.iterfind(_XSD + kind)}


def _parameter(element: Any) -> Parameter:
    schema = next(element.iterancestors(_XSD + "schema"))
    form = element.get("form") or schema.get("elementFormDefault", "unqualified")
    name = element.get("name") or element.get("ref") or f"<{etree.QName(element).localname}>"
    return Parameter(
        name, _type(element), element.get("minOccurs", "1"), element.get("maxOccurs", "1"), element.get("nillable") in {"true", "1"},
        form == "qualified",
    )


def _type(element: Any) -> str:
    named = element.get("type")
    if named is None:
        return "declared in place" if len(element) else "xs:anyType"
    return str(_clark(element, named)).replace(_XSD, "xs:")


def _port(binding: Any) -> Port:
    soap = _extension(binding)
    style = "document" if soap is None else soap.get("style", "document")
    operations = {one.get("name", ""): _bound(one, style) for one in binding.iterfind(_WSDL + "operation")}
    if soap is None:
        return Port("no SOAP", "", operations)
    return Port(_VERSIONS[etree.QName(soap).namespace], soap.get("transport", ""), operations)


def _bound(operation: Any, style: str) -> Bound:
    soap = _extension(operation)
    bodies = [body for direction in ("input", "output") for body in operation.iterfind(f"{_WSDL}{direction}/*") if _is(body, "body")]
    use = ", ".join(sorted({body.get("use", "literal") for body in bodies})) or "literal"
    return Bound("", style, use) if soap is None else Bound(soap.get("soapAction", ""), soap.get("style", style), use)


def _extension(element: Any) -> Any:
    """The SOAP element of the same name inside a WSDL binding or operation, or None."""
    return next((child for child in element.iterchildren("*") if _is(child, etree.QName(element).localname)), None)


def _is(element: Any, name: str) -> bool:
    qualified = etree.QName(element)
    return qualified.namespace in _VERSIONS and qualified.localname == name


def _local(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def _clark(element: Any, name: str | None) -> str | None:
    if name is None:
        return None
    prefix, _, local = name.strip().rpartition(":")
    return f"{{{element.nsmap.get(prefix or None, '')}}}{local}"


def _names(kind: str, expected: Sequence[str] | Mapping[str, Any], found: Sequence[str] | Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{kind} {name} is missing" for name in expected if name not in found)
    yield from (f"{kind} {name} is new" for name in found if name not in expected)


def _each(expected: Mapping[str, Any], found: Mapping[str, Any], compare: Callable[[str, Any, Any], Iterator[str]]) -> Iterator[str]:
    for name in expected:
        if name in found:
            yield from compare(name, expected[name], found[name])


def _changed(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{what} is {found or 'empty'}, not {expected or 'empty'}"


def _operation_differences(name: str, expected: Operation, found: Operation) -> Iterator[str]:
    for direction in ("request", "answer"):
        yield from _wrapper_differences(f"{name}, {direction}", getattr(expected, direction), getattr(found, direction))


def _wrapper_differences(where: str, expected: Wrapper | None, found: Wrapper | None) -> Iterator[str]:
    if expected is None or found is None:
        if expected is not found:
            yield f"{where}: it is {'not declared' if found is None else 'new'}"
        return
    yield from _changed(f"{where}: the element", expected.element, found.element)
    yield from _changed(f"{where}: the group of its parameters", expected.group, found.group)
    before, after = ({parameter.name: parameter for parameter in wrapper.parameters} for wrapper in (expected, found))
    yield from (f"{where}: {line}" for line in _names("parameter", before, after))
    order = [name for name in after if name in before]
    yield from _changed(f"{where}: the order", ", ".join(name for name in before if name in after), ", ".join(order))
    for name in order:
        yield from _parameter_differences(f"{where}: {name}", before[name], after[name])


def _parameter_differences(where: str, expected: Parameter, found: Parameter) -> Iterator[str]:
    yield from _changed(f"{where}: the type", expected.type, found.type)
    yield from _changed(f"{where}: minOccurs", expected.min_occurs, found.min_occurs)
    yield from _changed(f"{where}: maxOccurs", expected.max_occurs, found.max_occurs)
    yield from _changed(f"{where}: nillable", str(expected.nillable).lower(), str(found.nillable).lower())
    yield from _changed(f"{where}: the form", *("qualified" if each.qualified else "unqualified" for each in (expected, found)))


def _port_differences(name: str, expected: Port, found: Port) -> Iterator[str]:
    yield from _changed(f"port {name}: the protocol", expected.version, found.version)
    yield from _changed(f"port {name}: the transport", expected.transport, found.transport)
    yield from (f"port {name}: {line}" for line in _names("operation", expected.operations, found.operations))
    for operation, before in expected.operations.items():
        after = found.operations.get(operation)
        if after is not None:
            yield from _changed(f"port {name}, {operation}: the SOAPAction", before.action, after.action)
            yield from _changed(f"port {name}, {operation}: the style", before.style, after.style)
            yield from _changed(f"port {name}, {operation}: the use", before.use, after.use)
