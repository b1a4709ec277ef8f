"""The plain shape of a call, which nearly every client writes: an envelope with a body only, in it the operation's element, and in that
each parameter at most once, as text without attributes.

Such a request is read in one pass over its tree, and its answer is put into a template that was cut out of spyne's own answer. Whatever
is of another shape, and whatever is wrong, is None here and left to the general way; tests hold both ways to the same outcome.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from winnerlook.operations import ALL, NAMESPACE, Operation
from winnerlook_mock.soap.arguments import integer
from winnerlook_mock.soap.faults import SoapFault
from winnerlook_mock.soap.version import VERSIONS, SoapVersion

MARK = "result"
"""What the answer says that a template is cut out of."""

_BODIES = {version.tag("Body"): version for version in VERSIONS}
_OPERATIONS = {f"{{{NAMESPACE}}}{operation.name}": operation for operation in ALL}
_PLACES = {
    operation.name: {
        f"{{{NAMESPACE}}}{parameter.name}": (place, parameter) for place, parameter in enumerate(operation.parameters)
    } for operation in ALL
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Request(NamedTuple):
    """A call: `values` are its parameters in the document's order, None for those that are not among the `present`."""

    operation: Operation
    values: list[str | int | None]
    present: tuple[str, ...]


def read(tree: Any, version: SoapVersion) -> Request | None:
    """A request of the plain shape from its envelope."""
    if len(tree) != 1 or _BODIES.get(tree[0].tag) is not version or len(tree[0]) != 1:
        return None
    element = tree[0][0]
    operation = _OPERATIONS.get(element.tag)
    return None if operation is None or element.attrib else _parameters(element, operation)


def _parameters(element: Any, operation: Operation) -> Request | None:
    places = _PLACES[operation.name]
    if len(element) > len(places):
        return None
    values: list[str | int | None] = [None] * len(places)
    present: list[str] = []
    for child in element:
        place, parameter = places.get(child.tag, (0, None))
        if parameter is None or len(child) or child.attrib or parameter.name in present:
            return None
        text = child.text or ""
        try:
            values[place] = text if parameter.type is str else _integer(text, parameter)
        except SoapFault:
            return None
        present.append(parameter.name)
    return Request(operation, values, tuple(present))


def _integer(text: str, parameter: Any) -> int | None:
    digits = integer(parameter, text)
    return None if digits is None else int(digits)


class Template(NamedTuple):
    """One operation's answer, in UTF-8: what stands before and after the result, and the answer with an empty one."""

    before: bytes
    after: bytes
    empty: bytes

    def filled(self, result: str) -> bytes | None:
        """The answer with this result; None for one that XML cannot carry."""
        if not result:
            return self.empty
        if _NOT_XML.search(result):
            return None
        if "&" in result or "<" in result or ">" in result or "\r" in result:
            result = result.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return self.before + result.encode() + self.after
