"""Which binding speaks how."""

from __future__ import annotations

from winnerlook._wire import Codec
from winnerlook.errors import ConfigurationError

BINDINGS = ("soap11", "soap12")


def codec_for(binding: str) -> Codec:
    """The codec of a binding. Raises ConfigurationError."""
    if binding in {"soap11", "soap12"}:
        from winnerlook._soap import SoapCodec  # noqa: PLC0415  # zeep takes long to import: only whoever speaks SOAP pays

        return SoapCodec(binding)
    raise ConfigurationError(f"binding must be one of {', '.join(BINDINGS)}, not {binding!r}")
