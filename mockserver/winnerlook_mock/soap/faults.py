"""Fault envelopes of both SOAP versions (S5): what a request gets that is not valid SOAP for this WSDL."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from lxml import etree

from winnerlook_mock.soap.version import SOAP11, SOAP12, VERSIONS, SoapVersion

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SENDERS_FAULT_STATUS = 400
_FAULT_STATUS = 500


class FaultCode(Enum):
    """Whose fault it is, as SOAP 1.1 and SOAP 1.2 call it."""

    CLIENT = ("Client", "Sender")
    SERVER = ("Server", "Receiver")
    MUST_UNDERSTAND = ("MustUnderstand", "MustUnderstand")
    VERSION_MISMATCH = ("VersionMismatch", "VersionMismatch")

    def named(self, version: SoapVersion) -> str:
        """The qualified name that goes into the fault."""
        return f"{version.prefix}:{self.value[version is SOAP12]}"


class SoapFault(Exception):  # noqa: N818  # SOAP's own word
    """A request that is answered with a fault.

    `reason` says what is wrong and what to do, and never quotes a parameter's value (L2). `not_understood` holds the names of the header
    blocks that a MustUnderstand fault is about, in lxml's spelling.
    """

    def __init__(self, code: FaultCode, reason: str, *, not_understood: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.not_understood = not_understood


def client_fault(reason: str) -> SoapFault:
    """The caller's mistake: Client in SOAP 1.1, Sender in SOAP 1.2."""
    return SoapFault(FaultCode.CLIENT, reason)


def server_fault(reason: str) -> SoapFault:
    """This side's mistake: Server in SOAP 1.1, Receiver in SOAP 1.2."""
    return SoapFault(FaultCode.SERVER, reason)


def status_of(fault: SoapFault, version: SoapVersion) -> int:
    """HTTP status: always 500 in SOAP 1.1; in SOAP 1.2, 400 for Sender and 500 for the rest."""
    return _SENDERS_FAULT_STATUS if version is SOAP12 and fault.code is FaultCode.CLIENT else _FAULT_STATUS


def write(fault: SoapFault, version: SoapVersion) -> bytes:
    """The fault's envelope, encoded."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={version.prefix: version.namespace})
    _write_headers(fault, version, envelope)
    body = etree.SubElement(etree.SubElement(envelope, version.tag("Body")), version.tag("Fault"))
    if version is SOAP12:
        _write_soap12(fault, body)
    else:
        _write_soap11(fault, body)
    return encode(envelope)


def encode(envelope: Any) -> bytes:
    """An envelope as it goes out, with the XML declaration spelt as in the document's samples (S4)."""
    return b'<?xml version="1.0" encoding="utf-8"?>' + bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=False))


def _write_soap11(fault: SoapFault, element: Any) -> None:
    etree.SubElement(element, "faultcode").text = fault.code.named(SOAP11)
    etree.SubElement(element, "faultstring").text = printable(fault.reason)
    if fault.code in (FaultCode.CLIENT, FaultCode.SERVER):  # SOAP 1.1, 4.4: present when the body is to blame, absent for the header
        etree.SubElement(element, "detail")


def _write_soap12(fault: SoapFault, element: Any) -> None:
    code = etree.SubElement(element, SOAP12.tag("Code"))
    etree.SubElement(code, SOAP12.tag("Value")).text = fault.code.named(SOAP12)
    reason = etree.SubElement(element, SOAP12.tag("Reason"))
    etree.SubElement(reason, SOAP12.tag("Text"), {_XML_LANG: "en"}).text = printable(fault.reason)


def _write_headers(fault: SoapFault, version: SoapVersion, envelope: Any) -> None:
    if fault.code is FaultCode.VERSION_MISMATCH:
        upgrade = _header_block(envelope, version, "Upgrade")
        for supported in VERSIONS:
            _name(upgrade, "SupportedEnvelope", supported.tag("Envelope"))
    elif fault.not_understood and version is SOAP12:
        header = etree.SubElement(envelope, version.tag("Header"))
        for name in fault.not_understood:
            _name(header, "NotUnderstood", name)


def _header_block(envelope: Any, version: SoapVersion, name: str) -> Any:
    """SOAP 1.2 defines Upgrade; a SOAP 1.1 envelope carries it in SOAP 1.2's namespace all the same (SOAP 1.2 part 1, appendix A)."""
    header = etree.SubElement(envelope, version.tag("Header"))
    return etree.SubElement(header, SOAP12.tag(name), nsmap={SOAP12.prefix: SOAP12.namespace})


def _name(parent: Any, element: str, name: str) -> None:
    """An element of SOAP 1.2 whose attribute ``qname`` holds a qualified name, with the prefix that it needs."""
    qualified = etree.QName(name)
    nsmap = {"q": qualified.namespace} if qualified.namespace else None
    shown = f"q:{qualified.localname}" if qualified.namespace else qualified.localname
    etree.SubElement(parent, SOAP12.tag(element), {"qname": shown}, nsmap=nsmap)


def printable(text: str, limit: int = 2000) -> str:
    """A text that any XML document can carry: what XML cannot is written as a question mark, and what is too long is cut."""
    return _UNPRINTABLE.sub("?", text[:limit])
