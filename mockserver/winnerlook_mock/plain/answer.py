"""The one shape of an answer (H1)."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from winnerlook.operations import NAMESPACE

CONTENT_TYPE = "text/xml; charset=utf-8"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnwritableError(ValueError):
    """XML 1.0 cannot carry this result."""


def written(result: str) -> bytes:
    """A result string as the gateway writes it, a failure code like any other. Raises UnwritableError."""
    found = _NOT_XML.search(result)
    if found:
        raise UnwritableError(f"The result holds the character U+{ord(found[0]):04X}, which XML cannot carry.")
    # A reader of XML takes a bare carriage return for a line feed.
    value = escape(result, {"\r": "&#13;"})
    return f'<?xml version="1.0" encoding="utf-8"?><string xmlns="{NAMESPACE}">{value}</string>'.encode()
