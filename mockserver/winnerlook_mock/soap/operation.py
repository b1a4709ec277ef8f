"""Which operation a request asks for: the name of the body's element decides, the SOAPAction is only compared (S2, S3)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from lxml import etree

from winnerlook.operations import ALL, BY_NAME, NAMESPACE, Operation
from winnerlook_mock.soap.faults import SoapFault, client_fault
from winnerlook_mock.soap.names import qualified

_BY_FOLDED_NAME = {operation.name.lower(): operation.name for operation in ALL}


def of(element: Any) -> Operation:
    """The operation that the body's element names. Raises SoapFault."""
    name = qualified(element)
    operation = BY_NAME.get(name.localname)
    if operation is None:
        raise _unknown(name)
    if name.namespace != NAMESPACE:
        namespace = f"the namespace {name.namespace[:200]}" if name.namespace else "no namespace"
        raise client_fault(f'The element {operation.name} is in {namespace}: it must be in {NAMESPACE}, so write xmlns="{NAMESPACE}".')
    return operation


def note_on_action(operation: Operation, action: str | None) -> str | None:
    """What to say of a SOAPAction, or action parameter, that is not this operation's, or of a header that is not there, which is None.
    Quoted, unquoted and empty are all right. What was sent is not repeated: an address may hold anything (L2)."""
    if action is None:
        return f"there is no SOAPAction header, which an ASP.NET service does not forgive in SOAP 1.1: send {operation.soap_action} (S2)"
    action = action.strip().strip('"')
    if action in ("", operation.soap_action):
        return None
    other = next((one for one in ALL if one.soap_action == action), None)
    what = f"that of {other.name}" if other else "none of this service's"
    return f"the SOAP action is {what}, the body asks for {operation.name}: send {operation.soap_action} (S2)"


def _unknown(name: etree.QName) -> SoapFault:
    near = get_close_matches(name.localname[:100].lower(), _BY_FOLDED_NAME, n=3)
    names = ", ".join(_BY_FOLDED_NAME[folded] for folded in near)
    advice = f"did you mean {names}?" if near else f"there are {', '.join(BY_NAME)}."
    return client_fault(f"There is no operation {name.localname[:100]}: {advice} Names are case-sensitive.")
