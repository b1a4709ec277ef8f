"""An operation's element made fit for spyne: what spyne would misread is refused, and what the schema does not know is left out.

spyne by itself takes children of any namespace, lets the last of two win, believes ``xsi:type``, takes ``xsi:nil="false"`` for nil,
stumbles over attributes, and reads an integer as Python does.
"""

from __future__ import annotations

import re
from typing import Any

from winnerlook.operations import NAMESPACE, Operation, Parameter
from winnerlook_mock.gateway.submission import shown_name
from winnerlook_mock.soap.envelope import MAX_CHILDREN
from winnerlook_mock.soap.faults import client_fault
from winnerlook_mock.soap.names import qualified

_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_INT = re.compile(r"[+-]?0*[0-9]{1,10}", re.ASCII)
_INT_RANGE = range(-(2**31), 2**31)
_XML_BLANKS = " \t\r\n"
MAX_NOTES = 10
"""Unknown elements of one request that are noted; the rest would say the same."""


def tidy(element: Any, operation: Operation) -> tuple[tuple[str, ...], list[str]]:
    """Leave only the operation's own parameters in the element, each at most once, without attributes but for a true ``xsi:nil``.

    Returns the names of those that were there, and notes on those that were ignored. Raises SoapFault.
    """
    if len(element) > MAX_CHILDREN:
        raise client_fault(f"{operation.name} holds {len(element)} elements: more than {MAX_CHILDREN} are refused.")
    known = {f"{{{NAMESPACE}}}{parameter.name}": parameter for parameter in operation.parameters}
    element.attrib.clear()
    present: list[str] = []
    notes: list[str] = []
    for child in list(element):
        parameter = known.get(child.tag)
        if parameter is None:
            notes.append(_note_on_stranger(child, operation))
            element.remove(child)
        elif parameter.name in present:
            raise client_fault(f"{operation.name} holds {parameter.name} more than once: send it once.")
        else:
            _tidy_parameter(child, parameter)
            present.append(parameter.name)
    return tuple(present), notes[:MAX_NOTES]


def _tidy_parameter(child: Any, parameter: Parameter) -> None:
    if len(child):
        raise client_fault(f"{parameter.name} holds elements: it is plain text, so write < as &lt; or put the text in CDATA.")
    nil = child.get(_XSI_NIL, "").strip() in ("1", "true")
    child.attrib.clear()
    if parameter.type is int:
        child.text = integer(parameter, child.text or "")
        nil = nil or child.text is None
    if nil:
        child.text = None
        child.set(_XSI_NIL, "true")


def integer(parameter: Parameter, text: str) -> str | None:
    """An xs:int in its lexical form without blanks; None for an empty element. Raises SoapFault."""
    digits = text.strip(_XML_BLANKS)
    if digits and (not _INT.fullmatch(digits) or int(digits) not in _INT_RANGE):
        raise client_fault(f"{parameter.name} is not a 32-bit integer: send decimal digits, or leave the element out.")
    return digits or None


def _note_on_stranger(child: Any, operation: Operation) -> str:
    name = qualified(child)
    local = name.localname[:100]
    names = {parameter.name.lower(): parameter.name for parameter in operation.parameters}
    meant = names.get(local.lower())
    if meant is None:
        return f"{shown_name(local)} is no parameter of {operation.name} and was ignored"
    if local != meant:
        return f"element {local} was ignored: the parameter is called {meant}, names are case-sensitive"
    where = f"is in the namespace {name.namespace[:200]}" if name.namespace else "has no namespace"
    return f"element {local} {where}; an ASP.NET service ignores it: put it in {NAMESPACE}"
