"""Reading a request: from bytes to an envelope whose version is known, whose headers demand nothing and whose body holds one element."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from winnerlook_mock.soap import charset, content_type
from winnerlook_mock.soap.content_type import ContentType
from winnerlook_mock.soap.faults import FaultCode, SoapFault, client_fault
from winnerlook_mock.soap.names import qualified
from winnerlook_mock.soap.version import BY_NAMESPACE, SOAP11, SOAP12, VERSIONS, SoapVersion

MAX_CHILDREN = 1000
"""Header blocks, or elements in the body's element, before a request is refused as one that no client writes."""

_PROLOG_WITH_DTD = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_BAD_AMPERSAND = frozenset({"ERR_UNDECLARED_ENTITY", "ERR_ENTITYREF_SEMICOL_MISSING", "ERR_NAME_REQUIRED", "ERR_ENTITYREF_NO_NAME"})

_BY_TAG = {version.tag("Envelope"): version for version in VERSIONS}

_PARSER = etree.XMLParser(
    encoding="utf-8",  # what charset.to_utf8 gives, whatever the XML declaration says
    resolve_entities=False, load_dtd=False, dtd_validation=False, attribute_defaults=False, no_network=True, huge_tree=False,
    remove_comments=True, remove_pis=True, strip_cdata=True,
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request's envelope as a tree. `notes` say what was wrong about it though it is answered."""

    version: SoapVersion
    tree: Any
    notes: tuple[str, ...] = ()


def read(raw: bytes, header: ContentType) -> Envelope:
    """Read a request into an envelope of a known version (S2, S3). Nothing external is ever fetched. Raises SoapFault."""
    text, notes = charset.to_utf8(raw, header.charset)
    tree = _parse(text)
    version = _version(tree)
    return Envelope(version, tree, (*content_type.notes_on(header, version), *notes))


def check_headers(tree: Any, version: SoapVersion) -> None:
    """Refuse an envelope with a header block that this service must understand: it understands none. Raises SoapFault."""
    blocks = [block for header in tree.iterchildren(version.tag("Header")) for block in _few(header, "header blocks")]
    mandatory = tuple(qualified(block).text for block in blocks if _is_mandatory(block, version))
    if mandatory:
        raise SoapFault(
            FaultCode.MUST_UNDERSTAND,
            f"The header block {mandatory[0][:200]} says mustUnderstand, and this service understands no header block: leave it out,"
            " or do not mark it mustUnderstand.",
            not_understood=mandatory,
        )


def only_child(tree: Any, version: SoapVersion) -> Any:
    """The one element in the body. Raises SoapFault where the envelope is built in any other way."""
    names = [child.tag for child in _few(tree, "elements in the Envelope")]
    header, body = version.tag("Header"), version.tag("Body")
    if names.count(body) != 1:
        raise client_fault(f"The Envelope holds {names.count(body)} Body elements of {version.label}: it needs exactly one.")
    if names.count(header) > 1 or names.index(body) != names.count(header):
        raise client_fault("The Envelope must hold at most one Header, then the Body, and nothing before them.")
    children = list(_few(tree[names.index(body)], "elements in the Body"))
    if len(children) != 1:
        raise client_fault(f"The Body holds {len(children)} elements: it needs exactly one, named after the operation.")
    return children[0]


def _parse(text: bytes) -> Any:
    may_have_dtd = b"<!DOCTYPE" in text
    if may_have_dtd and _PROLOG_WITH_DTD.match(text):
        raise _dtd_refused()
    try:
        tree = etree.fromstring(text, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None
    if may_have_dtd and tree.getroottree().docinfo.internalDTD is not None:
        raise _dtd_refused()
    return tree


def _dtd_refused() -> SoapFault:
    return client_fault("The request has a DOCTYPE, which SOAP forbids: leave it out.")


def _not_well_formed(error: etree.XMLSyntaxError) -> SoapFault:
    """The parser's own message may quote the text, so only its kind and place go out (L2)."""
    entry = error.error_log.last_error
    kind = entry.type_name if entry is not None else "unknown error"
    line, column = error.position
    hint = " Write & as &amp; and < as &lt; in texts." if kind in _BAD_AMPERSAND else " Let an XML library write it."
    return client_fault(f"The request is not well-formed XML: {kind} at line {line}, column {column}.{hint}")


def _version(tree: Any) -> SoapVersion:
    known = _BY_TAG.get(tree.tag)
    if known is not None:
        return known
    name = qualified(tree)
    if name.localname != "Envelope":
        raise client_fault(f"The request's root element is {name.text[:200]}: it must be the Envelope of SOAP 1.1 or SOAP 1.2.")
    version = BY_NAMESPACE.get(name.namespace or "")
    if version is None:
        raise SoapFault(
            FaultCode.VERSION_MISMATCH,
            f"The Envelope's namespace is {(name.namespace or 'empty')[:200]}:"
            f" send {SOAP11.namespace} (SOAP 1.1) or {SOAP12.namespace} (SOAP 1.2).",
        )
    return version


def _is_mandatory(block: Any, version: SoapVersion) -> bool:
    role = block.get(version.tag(version.role), "").strip()
    return role in version.our_roles and block.get(version.tag("mustUnderstand"), "").strip() in version.true_values


def _few(parent: Any, what: str) -> Any:
    if len(parent) > MAX_CHILDREN:
        raise client_fault(f"The request holds {len(parent)} {what}: more than {MAX_CHILDREN} are refused.")
    return parent
