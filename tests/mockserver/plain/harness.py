"""Requests to the plain HTTP door without a socket, and over one."""

from __future__ import annotations

import http.client
import re
import socket
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import unescape

from tests.mockserver.soap.harness import Recorder, Reply
from tests.mockserver.soap.harness import call as call_door
from winnerlook.operations import PLAIN_PATH
from winnerlook_mock import MockAccount
from winnerlook_mock.plain import PlainDoor

FORM = "application/x-www-form-urlencoded"
H1 = re.compile(r'<\?xml version="1\.0" encoding="utf-8"\?><string xmlns="http://tempuri\.org/">([^<>]*)</string>')


def value(reply: Reply) -> str:
    """The result string of an answer that must be exactly of the documented shape (H1)."""
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert int(reply.headers["content-length"]) == len(reply.body)
    match = H1.fullmatch(reply.body.decode())
    assert match, reply.body
    return unescape(match[1], {"&#13;": "\r"})


def request(
    door: PlainDoor, method: str, *, query: bytes = b"", body: bytes = b"", content_type: str | None = FORM, command: str = "SendMsg",
    path: str | None = None, **scope: Any,
) -> Reply:
    """One request, handed over in one piece."""
    headers = [("content-type", content_type)] if content_type is not None and method == "POST" else []
    return call_door(door, method, headers, [body], query, path=path or PLAIN_PATH + command, **scope)  # type: ignore[arg-type]


def parameters_of(raw: bytes, content_type: str = FORM) -> dict[str, Any]:
    """What the gateway is asked when this form is posted."""
    recorder = Recorder()
    value(request(PlainDoor(recorder), "POST", body=raw, content_type=content_type))
    return recorder.last[1]


def notes_of(recorder: Recorder) -> str:
    return " / ".join(recorder.last[2].notes)


def live(url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """One request over a socket."""
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())


def call(url: str, account: MockAccount, command: str, door: str = "post", **parameters: str) -> str:
    """A call with the account's credentials; `parameters` go before them."""
    form = urlencode({"userCode": account.user_code, "userPass": account.user_pass, **parameters})
    if door == "get":
        return value(live(url, "GET", f"{PLAIN_PATH}{command}?{form}"))
    return value(live(url, "POST", PLAIN_PATH + command, form.encode(), {"Content-Type": FORM}))


def exchange(url: str, raw: bytes) -> Reply:
    """Send bytes as they stand, and read one answer."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as sock:
        sock.sendall(raw)
        answer = http.client.HTTPResponse(sock, method=raw.split(b" ", 1)[0].decode("latin-1"))
        answer.begin()
        return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
