"""Raw requests written as in the document's own samples get the document's own answers (S2, S3, S4, S6, A4)."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest

SOAP = {
    "SOAP 1.1": ("soap", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8", "SOAPAction: http://tempuri.org/SendMsg\r\n"),
    "SOAP 1.2": ("soap12", "http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8", ""),
}
SCHEMAS = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


def exchange(url: str, path: str, headers: str, body: str) -> tuple[str, str]:
    """Send bytes as they stand; head and body of the answer."""
    address = urlsplit(url)
    content = body.encode()
    request = f"POST {path} HTTP/1.1\r\nHost: 118.178.116.15\r\n{headers}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=10) as sock:
        sock.sendall(request.encode() + content)
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()
    head, _, rest = answer.partition("\r\n\r\n")
    return head, rest


def squeezed(xml: str) -> str:
    """Without the blanks between tags and lines, which the document's page layout made."""
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", xml.strip()))


@pytest.mark.parametrize("version", SOAP)
@pytest.mark.parametrize("path", ["/winnerrxd/api/ws/trigger", "/winerrxd/api/ws/trigger"], ids=["address table", "sample"])
def test_the_soap_sample_gets_the_sample_answer(mock, account, version, path):
    """The samples spell the path with one n; the journal says so."""
    account.configure(replay=True)
    prefix, namespace, content_type, action = SOAP[version]
    envelope = f"""<?xml version="1.0" encoding="utf-8"?>
<{prefix}:Envelope {SCHEMAS} xmlns:{prefix}="{namespace}">
  <{prefix}:Body>
    <SendMsg xmlns="http://tempuri.org/">
      <userCode>{account.user_code}</userCode>
      <userPass>{account.user_pass}</userPass>
      <DesNo>string</DesNo>
      <Msg>string</Msg>
      <autograph>string</autograph>
    </SendMsg>
  </{prefix}:Body>
</{prefix}:Envelope>"""
    head, body = exchange(mock.url, path, f"Content-Type: {content_type}\r\n{action}", envelope)
    expected = f"""<?xml version="1.0" encoding="utf-8"?>
<{prefix}:Envelope {SCHEMAS} xmlns:{prefix}="{namespace}">
  <{prefix}:Body>
    <SendMsgResponse xmlns="http://tempuri.org/">
      <SendMsgResult>2200001476358475197</SendMsgResult>
    </SendMsgResponse>
  </{prefix}:Body>
</{prefix}:Envelope>"""
    assert squeezed(body) == squeezed(expected)
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert f"content-type: {content_type}" in head.lower()
    (entry,) = account.journal
    assert [("/winerrxd" in note) for note in entry.notes] == ([True] if path.startswith("/winerrxd") else [])
