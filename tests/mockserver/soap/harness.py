"""A gateway that records, envelopes as clients write them, and a driver that calls the door without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from winnerlook.operations import Operation
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.soap import SoapDoor
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion

TNS = "http://tempuri.org/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PATH = "/winnerrxd/api/ws/trigger"
VERSIONS = (SOAP11, SOAP12)
SECRET = {"userPass": "s3cret-Pa55", "DesNo": "13987654321", "Msg": "您的验证码是 778899"}
"""Values that may appear nowhere but in the gateway."""


@dataclass
class Recorder:
    """Stands in for the gateway: keeps what it is asked, answers with `result`, or raises it when it is an exception."""

    result: Any = "2200001476358475197"
    calls: list[tuple[Operation, dict[str, Any], Origin]] = field(default_factory=list)
    refusals: list[tuple[Origin, int, str]] = field(default_factory=list)

    def execute(self, operation: Operation, parameters: dict[str, Any], origin: Origin) -> str:
        self.calls.append((operation, parameters, origin))
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    def refused(self, origin: Origin, status: int, reason: str) -> None:
        self.refusals.append((origin, status, reason))

    @property
    def last(self) -> tuple[str, dict[str, Any], Origin]:
        operation, parameters, origin = self.calls[-1]
        return operation.name, parameters, origin


@dataclass
class Reply:
    """One HTTP answer of the door."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def tree(self) -> Any:
        return etree.fromstring(self.body)

    @property
    def result(self) -> str:
        """The result string of a good reply."""
        assert self.status == 200, self.body
        response = self.tree[-1][0]
        assert etree.QName(response).localname.endswith("Response"), self.body
        return response[0].text or ""

    @property
    def fault(self) -> tuple[str, str]:
        """Local name of the fault's code, and its text; checks the shape that its SOAP version prescribes."""
        envelope = self.tree
        version = next(v for v in VERSIONS if envelope.tag == v.tag("Envelope"))
        assert self.headers["content-type"] == version.content_type
        fault = envelope.find(version.tag("Body"))[0]
        assert fault.tag == version.tag("Fault")
        code, text = _soap12_fault(fault) if version is SOAP12 else _soap11_fault(fault)
        prefix, _, name = code.partition(":")
        assert fault.nsmap[prefix] == version.namespace
        assert self.status == (400 if name == "Sender" else 500)
        return name, text


def _soap11_fault(fault: Any) -> tuple[str, str]:
    assert [child.tag for child in fault][:2] == ["faultcode", "faultstring"]
    return fault[0].text, fault[1].text


def _soap12_fault(fault: Any) -> tuple[str, str]:
    assert [child.tag for child in fault] == [SOAP12.tag("Code"), SOAP12.tag("Reason")]
    (value,), (text,) = fault
    assert value.tag == SOAP12.tag("Value")
    assert text.tag == SOAP12.tag("Text")
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    return value.text, text.text


def envelope(body: str, version: SoapVersion = SOAP11, *, header: str = "", declaration: str = "utf-8") -> str:
    """An envelope around this body, with the samples' prefixes."""
    p = version.prefix
    head = f"<{p}:Header>{header}</{p}:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="{declaration}"?>'
        f'<{p}:Envelope xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:{p}="{version.namespace}">'
        f"{head}<{p}:Body>{body}</{p}:Body></{p}:Envelope>"
    )


def send_msg(inner: str = "<userCode>u</userCode>", version: SoapVersion = SOAP11, **options: str) -> str:
    """A SendMsg with these parameters, written as XML."""
    return envelope(f'<SendMsg xmlns="{TNS}">{inner}</SendMsg>', version, **options)


def post(
    door: SoapDoor, body: bytes | str, content_type: str | None = "text/xml; charset=utf-8",
    headers: Iterable[tuple[str, str]] = (("soapaction", '""'),),
) -> Reply:
    """POST one body, handed over in one piece."""
    fields = [*([("content-type", content_type)] if content_type is not None else []), *headers]
    return call(door, "POST", fields, [body.encode() if isinstance(body, str) else body])


def call(
    door: SoapDoor, method: str, headers: Iterable[tuple[str, str]] = (), pieces: Iterable[bytes] = (b"",), query: bytes = b"",
    **scope: Any,
) -> Reply:
    """Run one request through the door; after the last piece the client is gone."""
    waiting = list(pieces)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(door({
        "type": "http", "method": method, "path": PATH, "query_string": query, "scheme": "http", "http_version": "1.1",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.9", 5555), "server": ("127.0.0.1", 8118), **scope,
    }, receive, send))
    start, *parts = sent
    assert not parts[-1].get("more_body", False)
    body = b"".join(part["body"] for part in parts)
    return Reply(start["status"], {name.decode(): value.decode("latin-1") for name, value in start["headers"]}, body)
