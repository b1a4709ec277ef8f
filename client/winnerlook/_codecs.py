"""Which binding speaks how."""

from __future__ import annotations

from winnerlook._wire import Codec
from winnerlook.errors import ConfigurationError

BINDINGS = ("soap11", "soap12", "http", "http-get")
"""SOAP 1.1, SOAP 1.2, the plain form by POST, and by GET."""


def codec_for(binding: str) -> Codec:
    """The codec of a binding. Raises ConfigurationError."""
    if binding in {"soap11", "soap12"}:
        from winnerlook._soap import SoapCodec  # noqa: PLC0415  # zeep takes long to import: only whoever speaks SOAP pays

        return SoapCodec(binding)
    if binding in {"http", "http-get"}:
        from winnerlook._plain import PlainCodec  # noqa: PLC0415  # and this one needs lxml only

        return PlainCodec("GET" if binding == "http-get" else "POST")
    raise ConfigurationError(f"binding must be one of {', '.join(BINDINGS)}, not {binding!r}")
