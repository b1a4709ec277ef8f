"""What a request asks for and what an answer says, read as the mock's own doors read them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from winnerlook.operations import MISSPELT_ROOT, NAMESPACE, ROOT, SOAP_PATH, Operation
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.http_body import Scope
from winnerlook_mock.plain import PlainDoor, command
from winnerlook_mock.recording.files import Answer
from winnerlook_mock.recording.upstream import Passed
from winnerlook_mock.soap.door import SoapDoor

_MOST = 16 * 1024 * 1024
"""Bytes of an answer that are looked into, inflated."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]{1,30})", re.ASCII)
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(?:;\s*charset=[\"\w.-]{1,30})?", re.ASCII)
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


@dataclass
class Heard:
    """A request. `operation` is None where it is no call; `reason` then says why."""

    door: str = ""
    operation: Operation | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reason: str = ""

    def execute(self, operation: Operation, parameters: Mapping[str, Any], origin: Origin) -> str:
        """A door has read a call."""
        self.door, self.operation, self.parameters = origin.door, operation, parameters
        return ""

    def refused(self, origin: Origin, status: int, reason: str) -> None:  # noqa: ARG002  # as a gateway is told
        """A door would have refused the request."""
        self.door, self.reason = origin.door, reason


async def heard(scope: Scope, raw: bytes) -> Heard | None:
    """What a request asks for, None where it goes to no door: for the WSDL, for instance."""
    found = Heard()
    path = scope["path"]
    if path.startswith(MISSPELT_ROOT + "/"):
        path = ROOT + path.removeprefix(MISSPELT_ROOT)
    door: Any
    if path == SOAP_PATH and scope["method"] == "POST":
        door = SoapDoor(found)
    elif command.is_plain(path) and scope["method"] in ("GET", "POST"):
        door = PlainDoor(found)  # type: ignore[arg-type]  # it needs the two methods only
    else:
        return None
    pieces: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return pieces.pop() if pieces else {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        pass

    await door({**scope, "path": path}, receive, send)
    return found if found.door else None


def answer_of(passed: Passed) -> Answer:
    """What an answer says: a result string where it has the documented shape (S4, H1)."""
    kind = passed.header("content-type")
    media_type = match[0] if (match := _MEDIA_TYPE.match(kind)) else ""
    body = _inflated(passed)
    if passed.status == 200 and body is not None:  # noqa: PLR2004  # what a result comes with
        result = _result(body)
        if result is not None:
            return Answer(result)
    return Answer(None, passed.status, media_type, None if body is None else _text(body, kind))


def _inflated(passed: Passed) -> bytes | None:
    coding = passed.header("content-encoding").strip().lower()
    if coding in ("", "identity"):
        return passed.body
    if coding not in ("gzip", "deflate"):
        return None
    try:
        return zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(passed.body, _MOST)
    except zlib.error:
        return None


def _result(body: bytes) -> str | None:
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.tag == f"{{{NAMESPACE}}}string":
        return "".join(root.itertext())
    results = [one for one in root.iter(f"{{{NAMESPACE}}}*") if etree.QName(one).localname.endswith("Result")]
    responses = [one for one in root.iter(f"{{{NAMESPACE}}}*") if etree.QName(one).localname.endswith("Response")]
    if len(responses) != 1 or len(results) > 1:
        return None
    return results[0].text or "" if results else ""


def _text(body: bytes, kind: str) -> str | None:
    match = _CHARSET.search(kind)
    try:
        return body.decode(match[1] if match else "utf-8")
    except (LookupError, UnicodeError):
        return None
