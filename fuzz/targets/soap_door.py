"""The mock's SOAP door: any bytes with any headers get an envelope of a documented shape, and the two ways of reading agree (S1-S5)."""

from __future__ import annotations

from unittest.mock import patch
from xml.sax.saxutils import escape

from lxml import etree

from fuzz.asgi import Answered, ask
from fuzz.document import NAMES, values
from fuzz.gateway import Fresh, check_result
from fuzz.inputs import read, written
from winnerlook.operations import ALL, BY_NAME, NAMESPACE, SOAP_PATH, Operation
from winnerlook_mock.soap import SoapDoor, flat
from winnerlook_mock.soap.version import SOAP11, VERSIONS, SoapVersion

_FRESH = Fresh()
_STATUSES = {200, 400, 408, 413, 415, 500}


def _seed(operation: Operation, version: SoapVersion, kind: str, action: str) -> bytes:
    p = version.prefix
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values(operation).items())
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><{p}:Envelope xmlns:{p}="{version.namespace}"><{p}:Body>'
        f'<{operation.name} xmlns="{NAMESPACE}">{inner}</{operation.name}></{p}:Body></{p}:Envelope>'
    )
    return written(kind, action, "", body=body)


SEEDS: list[bytes] = [
    _seed(operation, version, version.content_type, f'"{operation.soap_action}"' if version is SOAP11 else "")
    for operation in ALL for version in VERSIONS
]


def one(data: bytes) -> None:
    """One request."""
    (kind, action, coding), body = read(data, 3)
    headers = [(name, word) for name, word in (("content-type", kind), ("soapaction", action), ("content-encoding", coding)) if word]
    answered = ask(SoapDoor(_FRESH.gateway()), "POST", SOAP_PATH, body, headers)
    _check(answered)
    replay = _FRESH.server.gateway
    replay.replay = True  # so that the same call has the same answer
    try:
        short = ask(SoapDoor(replay), "POST", SOAP_PATH, body, headers)
        with patch.object(flat, "read", lambda *_: None):
            general = ask(SoapDoor(replay), "POST", SOAP_PATH, body, headers)
    finally:
        replay.replay = False
    assert short == general, (short, general)


def _check(answered: Answered) -> None:
    assert answered.is_whole
    assert answered.status in _STATUSES, answered.status
    if answered.content_type.startswith("text/plain"):
        assert answered.status in _STATUSES - {200, 500}
        return
    envelope = etree.fromstring(answered.body)
    version = next(version for version in VERSIONS if envelope.tag == version.tag("Envelope"))
    assert answered.content_type == version.content_type
    (content,) = envelope.find(version.tag("Body"))
    if answered.status != 200:
        assert content.tag == version.tag("Fault")
        return
    name = etree.QName(content).localname.removesuffix("Response")
    assert name in NAMES
    check_result(BY_NAME[name].name, content.findtext(f"{{{NAMESPACE}}}{name}Result") or "")
