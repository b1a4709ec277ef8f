"""The page that a browser gets from the service's address."""

from __future__ import annotations

from html import escape

from winnerlook.operations import ALL
from winnerlook_mock.soap.version import SOAP11, SOAP12

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>trigger: a simulated SMS gateway</title></head>
<body>
<h1>trigger</h1>
<p>A simulated SMS gateway (云信触发接口). Its WSDL is at <a href="{wsdl}">{wsdl}</a>.</p>
<p>POST an envelope of SOAP 1.1 with <code>Content-Type: {soap11}</code>, or of SOAP 1.2 with <code>Content-Type: {soap12}</code>,
to this address. The twelve operations:</p>
<ul>
{operations}
</ul>
</body>
</html>
"""


def written(location: str) -> bytes:
    """The page for a service at this address."""
    operations = "\n".join(f"<li><code>{o.name}</code> {escape(o.zh)}: {escape(o.en)}</li>" for o in ALL)
    wsdl = escape(f"{location}?wsdl")
    return _PAGE.format(wsdl=wsdl, soap11=SOAP11.content_type, soap12=SOAP12.content_type, operations=operations).encode("utf-8")
