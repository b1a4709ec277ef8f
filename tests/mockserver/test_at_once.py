"""What is answered while it is read is answered as it would be otherwise."""

from __future__ import annotations

import gzip
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE
from winnerlook._codecs import codec_for
from winnerlook.operations import BY_NAME, PLAIN_PATH, SOAP_PATH
from winnerlook_mock import MockServer
from winnerlook_mock.app import App
from winnerlook_mock.at_once import AtOnceProtocol

FORM = b"userCode=demo&userPass=demo-pass&DesNo=%s&Msg=x" % PHONE.encode()
PLAIN, SOAP = PLAIN_PATH.encode(), SOAP_PATH.encode()
FORM_TYPE, XML = b"application/x-www-form-urlencoded", b"text/xml; charset=utf-8"
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_CHANGES = re.compile("[0-9]{15,}")


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        running.account("demo", "demo-pass", balance=10**6)
        yield running


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what went through ASGI."""
    paths: list[str] = []
    through = App.__call__

    async def noted(self: App, scope: Any, receive: Any, send: Any) -> None:
        paths.append(scope["path"])
        await through(self, scope, receive, send)

    monkeypatch.setattr(App, "__call__", noted)
    return paths


def request(path: bytes, body: bytes = b"", content_type: bytes = FORM_TYPE, method: bytes = b"POST", *headers: bytes) -> bytes:
    fields = [b"Host: x", b"Content-Type: " + content_type, b"Content-Length: %d" % len(body), *headers]
    return b"%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (method, path, b"\r\n".join(fields), body)


def soap(binding: str = "soap11", **parameters: str) -> bytes:
    operation = BY_NAME["SendMsg"]
    given = {"userCode": "demo", "userPass": "demo-pass", "DesNo": PHONE, "Msg": "您好【测试】", **parameters}
    wire = codec_for(binding).encode(operation, given)
    action = [b"SOAPAction: " + wire.headers["SOAPAction"].encode()] if "SOAPAction" in wire.headers else []
    return request(SOAP, wire.body or b"", wire.headers["Content-Type"].encode(), b"POST", *action)


def talk(server: MockServer, *pieces: bytes) -> bytes:
    """All that comes back on one connection, which this side ends by a last request."""
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=20)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = b""
        try:
            for piece in (*pieces, b"GET /the-end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
                sock.sendall(piece)
            while piece := sock.recv(65536):
                answer += piece
        except ConnectionError:
            pass
    calls, end, _ = answer.rpartition(b"HTTP/1.1 404 Not Found\r\ndate")
    return re.sub(rb"date: [^\r]*|[0-9]{15,}", b"", calls if end and b"Nothing is here" in answer else answer)


def outcome(raw: bytes, fault: dict[str, Any] | None = None) -> Any:
    """What a new mock answers, and writes down."""
    with MockServer() as server:
        account = server.account("demo", "demo-pass")
        if fault:
            server.fault(**fault)
        answer = talk(server, raw)
        entries = [replace(entry, at=NEVER, seconds=0.0, answer=_CHANGES.sub("", entry.answer or "")) for entry in server.journal]
        return answer, entries, [(message.text, message.phone, message.door) for message in account.messages]


def both(raw: bytes, fault: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """What becomes of it at once, and on ASGI's way."""
    at_once = outcome(raw, fault)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AtOnceProtocol, "_may_be_answered", lambda _self: False)
        return at_once, outcome(raw, fault)


REQUESTS = {
    "soap 1.1": soap(), "soap 1.2": soap("soap12"), "post": request(PLAIN + b"SendMsg", FORM), "empty post": request(PLAIN + b"SendMsg"),
    "get": request(PLAIN + b"SendMsg?" + FORM, method=b"GET"), "refused": soap(userPass="wrong"),
    "no xml": request(SOAP, b"<soap", XML), "no envelope": request(SOAP, b"<a/>", XML), "form to soap": request(SOAP, FORM),
    "json": request(PLAIN + b"SendMsg", b"{}", b"application/json"), "unknown": request(PLAIN + b"sendmsg", FORM),
    "both": request(PLAIN + b"SendMsg?" + FORM, FORM), "put": request(PLAIN + b"SendMsg", FORM, method=b"PUT"),
    "head": request(PLAIN + b"SendMsg?" + FORM, method=b"HEAD"), "wsdl": request(SOAP + b"?wsdl", method=b"GET"),
    "escaped path": request(PLAIN + b"Send%4Dsg", FORM), "blank": request(PLAIN + b"SendMsg%20", FORM),
    "misspelt": request(PLAIN.replace(b"winnerrxd", b"winerrxd") + b"SendMsg", FORM),
    "fragment": request(PLAIN + b"SendMsg?" + FORM + b"#x", method=b"GET"),
    "gzip": request(PLAIN + b"SendMsg", gzip.compress(FORM, mtime=0), FORM_TYPE, b"POST", b"Content-Encoding: gzip"),
    "raw bytes": request(PLAIN + b"SendMsg?" + FORM + "您".encode(), method=b"GET"), "own page": request(b"/_mock/api/v1/", method=b"GET"),
    "expect": request(PLAIN + b"SendMsg", FORM, FORM_TYPE, b"POST", b"Expect: 100-continue"),
    "close": request(PLAIN + b"SendMsg", FORM, FORM_TYPE, b"POST", b"Connection: close"),
    "http 1.0": request(PLAIN + b"SendMsg", FORM).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "upgrade": request(PLAIN + b"SendMsg", FORM, FORM_TYPE, b"POST", b"Connection: Upgrade", b"Upgrade: h2c"),
    "GBK": request(PLAIN + b"SendMsg", FORM + "您".encode("gbk"), FORM_TYPE + b"; charset=gbk"),
}


FAULTS: dict[str, dict[str, Any]] = {
    "code": {"kind": "code", "code": -7}, "result": {"kind": "result", "result": "what?"}, "soap fault": {"kind": "soap-fault"},
    "status": {"kind": "status", "status": 503}, "delay": {"kind": "delay", "delay": 0.01}, "close": {"kind": "close"},
    "cut": {"kind": "cut"}, "malformed": {"kind": "malformed"}, "content type": {"kind": "content-type", "media_type": "text/html"},
    "trickle": {"kind": "trickle", "delay": 0.001}, "reset unread": {"kind": "reset", "stage": "before-reading"},
    "reset": {"kind": "reset"}, "garbage": {"kind": "garbage", "seed": 1}, "other operation": {"kind": "other-operation"},
}


@pytest.mark.parametrize("raw", REQUESTS.values(), ids=REQUESTS)
def test_both_ways_say_and_write_down_the_same(raw: bytes) -> None:
    """H1, S2, S5."""
    at_once, through_asgi = both(raw)
    assert at_once == through_asgi
    assert at_once[0].startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("raw", [soap(), request(PLAIN + b"SendMsg", FORM)], ids=["soap", "plain"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_faults_strike_on_both_ways(fault: dict[str, Any], raw: bytes) -> None:
    at_once, through_asgi = both(raw, fault)
    assert at_once == through_asgi
    assert at_once[1][0].fault


@pytest.mark.parametrize("fault", ["cut", "close", "reset", "reset unread"])
def test_a_request_that_another_follows_learns_that_its_connection_is_gone(caplog: pytest.LogCaptureFixture, fault: str) -> None:
    """Otherwise it would hold the server's stop, and be cut off with an error in the log."""
    with MockServer() as server:
        server.account("demo", "demo-pass")
        server.fault(**FAULTS[fault])
        talk(server, soap(), soap())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@given(
    base=st.sampled_from([(SOAP, soap().partition(b"\r\n\r\n")[2], XML), (PLAIN + b"SendMsg", FORM, FORM_TYPE)]),
    part=st.integers(0, 2), start=st.integers(0, 400), cut=st.integers(0, 20), junk=st.binary(max_size=12),
)
@settings(max_examples=40, deadline=None)
def test_mutilated_requests_are_taken_alike(base: tuple[bytes, bytes, bytes], part: int, start: int, cut: int, junk: bytes) -> None:
    parts = list(base)
    parts[part] = parts[part][:start] + junk.translate(None, b"" if part == 1 else b"\r\n\0") + parts[part][start + cut:]
    at_once, through_asgi = both(request(parts[0], parts[1], parts[2]))
    assert at_once == through_asgi


def test_plain_calls_need_no_task(server: MockServer, routed: list[str]) -> None:
    calls = (soap(), soap("soap12"), request(PLAIN + b"SendMsg", FORM), request(PLAIN + b"SendMsg?" + FORM, method=b"GET"))
    assert talk(server, *calls).count(b"HTTP/1.1 200") == len(calls)
    assert routed == ["/the-end"]


def test_a_call_that_comes_in_pieces_is_made_once(server: MockServer) -> None:
    for raw in (soap(), request(PLAIN + b"SendMsg", FORM)):
        before = len(server.journal)
        assert talk(server, *(raw[at:at + 1] for at in range(len(raw)))).count(b"HTTP/1.1 200") == 1
        assert len(server.journal) == before + 1


def test_calls_in_one_packet_are_answered_in_their_order(server: MockServer) -> None:
    """A fault holds the second one's answer: the third's is not to overtake it."""
    server.fault("delay", delay=0.05, operation="GetBalanceConnect", times=1)
    balance = request(PLAIN + b"GetBalanceConnect", b"userCode=demo&userPass=demo-pass")
    refused = request(PLAIN + b"SendMsg", FORM.replace(b"demo-pass", b"wrong"))
    answer = talk(server, refused + balance + refused + soap() + refused)
    assert re.findall(rb">([^<>\s]*)</(?:string|SendMsgResult)>", answer) == [b"-3", b"1000000", b"-3", b"", b"-3"]


def test_a_failing_application_costs_the_caller_its_connection_only(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(App, "at_once", fail)
        assert b"200" not in talk(server, soap())
    assert b"200" in talk(server, soap())
