"""The WSDL as this server serves it: the packaged file, with the address of the request that asked for it (A3, A4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import quoteattr

from winnerlook import wsdl
from winnerlook.operations import HTTP_BASE, SOAP_PATH

_HOST = re.compile(r"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LIVE_LOCATION = f'location="{HTTP_BASE}{SOAP_PATH}"'


def is_asked_for(query_string: bytes) -> bool:
    """Whether a query asks for the WSDL: ``?wsdl`` or ``?singleWsdl``, in any case, with a value or without."""
    names = {name.lower() for name, _ in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)}
    return not names.isdisjoint({"wsdl", "singlewsdl"})


def address(scope: Mapping[str, Any], host: str | None) -> str:
    """The service's address as the caller reached it: by its Host header, or where that is missing or malformed, by the socket."""
    scheme = scope.get("scheme", "http")
    if host is None or not _HOST.fullmatch(host):
        host = _socket_host(scope.get("server"), scheme)
    return f"{scheme}://{host}{SOAP_PATH}"


def served(location: str) -> bytes:
    """The WSDL with this address in both ports."""
    text: str = wsdl.read().decode("utf-8")
    return text.replace(_LIVE_LOCATION, f"location={quoteattr(location)}").encode("utf-8")


def _socket_host(server: tuple[str, int | None] | None, scheme: str) -> str:
    if not server or server[1] is None:
        return "localhost"
    name, port = server
    name = f"[{name}]" if ":" in name else name
    return name if port == _DEFAULT_PORTS.get(scheme) else f"{name}:{port}"
