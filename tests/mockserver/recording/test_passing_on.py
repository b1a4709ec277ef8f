"""What goes through the recorder goes through unchanged."""

from __future__ import annotations

import gzip
import socket
from contextlib import closing

import pytest

from tests.mockserver.recording.calls import parameters, raw_gateway, send
from winnerlook.operations import BY_NAME
from winnerlook_mock import MockServer
from winnerlook_mock.readiness import wait_until_ready
from winnerlook_mock.recording.files import read_all
from winnerlook_mock.recording.server import RecordingServer

_SEND = parameters(BY_NAME["SendMsg"])
_OK = (
    b'<?xml version="1.0" encoding="utf-8"?><string xmlns="http://tempuri.org/">2200001476358475197</string>'
)


def _answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status, b"Content-Type: text/xml; charset=utf-8", *headers, b"Content-Length: %d" % len(body), b"", b""]
    return b"\r\n".join(head) + body


def test_headers_of_one_connection_stay_behind_and_all_else_passes(tmp_path):
    body = gzip.compress(_OK)
    answer = _answer(body, b"Content-Encoding: gzip", b"X-One: 1", b"Set-Cookie: a=b", b"Keep-Alive: 9", b"Connection: X-One")
    with raw_gateway(answer) as (url, came), RecordingServer(url, tmp_path) as recorder:
        own = {"X-Mine": "2", "TE": "trailers", "Connection": "close, X-Hop", "X-Hop": "3"}
        status, headers, got = send(recorder.url, "post", "SendMsg", _SEND, own)
    assert (status, got, headers["content-encoding"]) == (200, body, "gzip")
    assert "x-one" not in headers
    assert "keep-alive" not in headers
    head = came[0].lower()
    assert b"x-mine: 2" in head
    assert b"x-hop" not in head
    assert b"\r\nte:" not in head
    assert f"host: {url.removeprefix('http://')}".encode() in head
    assert read_all(tmp_path)[0].answer.result == "2200001476358475197"


def test_a_redirection_is_an_answer(tmp_path):
    with raw_gateway(_answer(b"", b"Location: http://127.0.0.1:9/", status=b"302 Found")) as (url, came):
        with RecordingServer(url, tmp_path) as recorder:
            status, headers, _ = send(recorder.url, "get", "SendMsg", _SEND)
    assert (status, headers["location"], len(came)) == (302, "http://127.0.0.1:9/", 1)
    assert read_all(tmp_path)[0].answer.status == 302


def test_bodies_and_targets_pass_byte_for_byte(tmp_path):
    """H2: percent-encoding in lower case, a plus, and bytes that are no UTF-8."""
    with raw_gateway(_answer(b"\xff\x00raw"), _answer(b"")) as (url, came), RecordingServer(url, tmp_path) as recorder:
        address = recorder.url.removeprefix("http://").split(":")
        for target, body in ((b"/winnerrxd/api/trigger/SendMsg?a=%e6+%2B&&b", b""), (b"/winnerrxd/api/trigger/SendMsg", b"a=%c4+\xff\r\n")):
            with closing(socket.create_connection((address[0], int(address[1])), timeout=20)) as sock:
                head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (target, len(body))
                sock.sendall(head + body)
                answered = sock.makefile("rb").read()
            if not body:
                assert answered.endswith(b"\xff\x00raw")
    assert came[0].startswith(b"POST /winnerrxd/api/trigger/SendMsg?a=%e6+%2B&&b HTTP/1.1\r\n")
    assert came[1].endswith(b"\r\n\r\na=%c4+\xff\r\n")


def _nowhere() -> str:
    """An address that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(("answer", "reason"), [
    (None, "refused"), (b"", "closed the connection"), (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf", "broke off"),
    (b"junk\r\n\r\n", "not HTTP"),
])
def test_a_failing_gateway_is_told_as_502(tmp_path, answer, reason):
    """The caller learns it, and so does the recording."""
    with raw_gateway(*([] if answer is None else [answer])) as (there, _):
        with RecordingServer(_nowhere() if answer is None else there, tmp_path) as recorder:
            status, _, body = send(recorder.url, "post", "SendMsg", _SEND)
    assert status == 502
    assert reason in body.decode()
    (exchange,) = read_all(tmp_path)
    assert exchange.answer.status == 502
    assert reason in exchange.notes[0]


def test_a_gateway_that_never_answers_is_given_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with RecordingServer(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, seconds=0.2) as recorder:
            status, _, body = send(recorder.url, "soap11", "SendMsg", _SEND)
    assert status == 502
    assert b"in time" in body


def test_own_pages_and_the_wsdl(tmp_path):
    with MockServer() as upstream, RecordingServer(upstream.url, tmp_path) as recorder:
        wait_until_ready(recorder.url, timeout=5)
        host, port = recorder.url.removeprefix("http://").split(":")
        with closing(socket.create_connection((host, int(port)), timeout=20)) as sock:
            sock.sendall(b"GET /winnerrxd/api/ws/trigger?wsdl HTTP/1.0\r\n\r\n")
            assert b"<wsdl:definitions" in sock.makefile("rb").read()
    assert not list(tmp_path.glob("*.toml"))


def test_an_https_gateway_is_trusted_by_its_ca_only(tmp_path):
    """H3."""
    with MockServer(https_port=0) as upstream:
        account = upstream.account()
        given = {"userCode": account.user_code, "userPass": account.user_pass}
        with RecordingServer(upstream.https_url, tmp_path / "a") as recorder:
            assert send(recorder.url, "post", "GetBalanceConnect", given)[0] == 502
        with RecordingServer(upstream.https_url, tmp_path / "b", upstream_ca_file=upstream.ca_file) as recorder:
            assert b"10000" in send(recorder.url, "post", "GetBalanceConnect", given)[2]


@pytest.mark.parametrize("url", ["ftp://x", "http://", "127.0.0.1:80", "http://h/path", "http://u:p@h", "http://h:99999"])
def test_an_upstream_is_an_address_only(url, tmp_path):
    with pytest.raises(ValueError, match="scheme, host and port"):
        RecordingServer(url, tmp_path)
