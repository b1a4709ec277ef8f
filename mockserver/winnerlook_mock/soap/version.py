"""The two SOAP versions and what differs between them (A4, S2, S3)."""

from __future__ import annotations

from dataclasses import dataclass

_NEXT_11 = "http://schemas.xmlsoap.org/soap/actor/next"
_ENVELOPE_12 = "http://www.w3.org/2003/05/soap-envelope"
_ROLE_12 = f"{_ENVELOPE_12}/role/"


@dataclass(frozen=True, slots=True)
class SoapVersion:
    """One SOAP version. `door` names it in the journal, `prefix` is what the document's samples write before its elements.

    `role` is the attribute that says whom a header block is meant for, and `our_roles` the values that mean this service.
    """

    label: str
    door: str
    namespace: str
    prefix: str
    media_type: str
    role: str
    our_roles: frozenset[str]
    true_values: frozenset[str]

    @property
    def content_type(self) -> str:
        """Content type of requests and replies."""
        return f"{self.media_type}; charset=utf-8"

    def tag(self, name: str) -> str:
        """A name of the envelope's namespace, as lxml writes it."""
        return f"{{{self.namespace}}}{name}"


SOAP11 = SoapVersion(
    "SOAP 1.1", "soap11", "http://schemas.xmlsoap.org/soap/envelope/", "soap", "text/xml",
    role="actor", our_roles=frozenset({"", _NEXT_11}), true_values=frozenset({"1"}),
)
SOAP12 = SoapVersion(
    "SOAP 1.2", "soap12", _ENVELOPE_12, "soap12", "application/soap+xml",
    role="role", our_roles=frozenset({"", _ROLE_12 + "next", _ROLE_12 + "ultimateReceiver"}), true_values=frozenset({"1", "true"}),
)
VERSIONS = (SOAP12, SOAP11)
"""In the order that an Upgrade header names them: the newer first."""
BY_NAMESPACE = {version.namespace: version for version in VERSIONS}
BY_MEDIA_TYPE = {version.media_type: version for version in VERSIONS}
