"""The door behind uvicorn, on real sockets."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
import zlib
from collections.abc import Iterator

import pytest

from tests.mockserver.soap.conftest import LiveDoor
from tests.mockserver.soap.harness import PATH, VERSIONS, send_msg
from winnerlook_mock.soap.version import SoapVersion

_BODY = send_msg("<Msg>您好</Msg>").encode()


def _connection(live: LiveDoor) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)


def _read_reply(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    response = http.client.HTTPResponse(sock, method="POST")
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def _head(**headers: object) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n{lines}\r\n".encode()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v.door)
def test_calls_on_one_connection(version: SoapVersion, live: LiveDoor) -> None:
    """A4, S2, S3: reply after reply over one connection, good ones and faults alike."""
    connection = _connection(live)
    for body, status in [(send_msg(version=version), 200), ("<a/>", 400 if version.door == "soap12" else 500)] * 3:
        connection.request("POST", PATH, body.encode(), {"Content-Type": version.content_type})
        response = connection.getresponse()
        assert response.read()
        assert (response.status, response.getheader("content-type")) == (status, version.content_type)
        assert response.getheader("connection") is None
    connection.close()


@pytest.mark.parametrize("query", ["?wsdl", "?WSDL=1"])
def test_the_wsdl_over_http(query: str, live: LiveDoor) -> None:
    """A3: the address in the WSDL is the one that was asked."""
    connection = _connection(live)
    connection.request("GET", PATH + query)
    text = connection.getresponse().read().decode()
    assert text.count(f'location="{live.url}"') == 2
    assert "118.178.116.15" not in text
    connection.request("HEAD", PATH + query)
    head = connection.getresponse()
    assert (head.status, head.read(), head.getheader("content-length")) == (200, b"", str(len(text.encode())))
    connection.request("OPTIONS", PATH)
    options = connection.getresponse()
    assert (options.status, options.read(), options.getheader("content-length")) == (204, b"", None)
    connection.close()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
@pytest.mark.parametrize("chunked", [True, False])
def test_chunked_and_compressed_bodies(coding: str, chunked: bool, live: LiveDoor) -> None:
    """S2: bodies in chunks, and compressed ones, are the body."""
    body = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[coding](_BODY)

    def pieces() -> Iterator[bytes]:
        for i in range(0, len(body), 50):
            yield body[i:i + 50]

    connection = _connection(live)
    headers = {"Content-Type": "text/xml", "Content-Encoding": coding}
    connection.request("POST", PATH, pieces() if chunked else body, headers, encode_chunked=chunked)
    assert connection.getresponse().status == 200
    connection.close()
    name, parameters, origin = live.gateway.last
    assert (name, parameters) == ("SendMsg", {"Msg": "您好"})
    assert origin.raw == _BODY


def test_expect_100_continue(live: LiveDoor) -> None:
    """S2: curl asks before it sends more than a little; it gets its go-ahead, or the refusal instead of it."""
    with live.connect() as sock:
        sock.sendall(_head(Content_Length=len(_BODY), Expect="100-continue"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(_BODY)
        assert _read_reply(sock)[0] == 200
    with live.connect() as sock:
        sock.sendall(_head(Content_Length=5_000_000, Expect="100-continue"))
        assert _read_reply(sock)[0] == 413


@pytest.mark.parametrize("framing", ["length", "chunks", "not XML"])
def test_a_client_that_sends_64_mb_reads_the_refusal(framing: str, live: LiveDoor) -> None:
    """S2: one that sends everything before it reads still gets the 413 or 415, not a reset."""
    size = 64 * 1024 * 1024
    with live.connect() as sock:
        if framing == "chunks":
            sock.sendall(_head(Transfer_Encoding="chunked"))
            chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
            for _ in range(64):
                sock.sendall(chunk)
            sock.sendall(b"0\r\n\r\n")
        else:
            sock.sendall(_head(Content_Length=size).replace(b"text/xml", b"text/xml" if framing == "length" else b"application/json"))
            for _ in range(64):
                sock.sendall(b"x" * (size // 64))
        status, headers, text = _read_reply(sock)
    assert status == (415 if framing == "not XML" else 413)
    assert headers["connection"] == "close"
    assert text
    assert [status for _, status, _ in live.gateway.refusals] == [status]


def test_a_refusal_comes_before_the_end_of_the_body(live: LiveDoor) -> None:
    """S2: 413 is readable as soon as the limit is passed; the server does not wait for the rest."""
    with live.connect() as sock:
        sock.sendall(_head(Content_Length=10**12))
        assert _read_reply(sock)[0] == 413
    with live.connect() as sock:
        sock.sendall(_head(Transfer_Encoding="chunked") + b"500000\r\n" + b"x" * 0x480000)
        assert _read_reply(sock)[0] == 413


def test_a_stalled_body_is_refused_and_others_are_served(impatient: LiveDoor) -> None:
    """S2: 408 and close; meanwhile the door answers everyone else."""
    with impatient.connect() as stalled:
        stalled.sendall(_head(Content_Length=1000) + b"<a>")
        connection = _connection(impatient)
        connection.request("POST", PATH, _BODY, {"Content-Type": "text/xml"})
        assert connection.getresponse().status == 200
        connection.close()
        status, headers, text = _read_reply(stalled)
        assert (status, headers["connection"]) == (408, "close")
        assert b"3 bytes" in text
        assert stalled.recv(1) == b""


def test_a_request_cut_short_is_noted_and_harms_nothing(live: LiveDoor) -> None:
    """S2: the client leaves in the middle of its body: the journal says so, the next one is served."""
    noted = threading.Event()
    note = live.gateway.refused
    live.gateway.refused = lambda *a: (note(*a), noted.set())  # type: ignore[method-assign, func-returns-value, assignment, misc]
    with live.connect() as sock:
        sock.sendall(_head(Content_Length=1000) + b"<a>")
    assert noted.wait(20)
    ((origin, status, reason),) = live.gateway.refusals
    assert (origin.door, origin.peer, status) == ("soap11", "127.0.0.1", 499)
    assert "closed" in reason
    connection = _connection(live)
    connection.request("POST", PATH, _BODY, {"Content-Type": "text/xml"})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_over_http(method: str, live: LiveDoor) -> None:
    """A4: 405 with Allow, whether or not there is a body."""
    for body in (None, _BODY):
        connection = _connection(live)
        connection.request(method, PATH, body)
        response = connection.getresponse()
        assert (response.status, response.getheader("allow")) == (405, "GET, HEAD, OPTIONS, POST")
        connection.close()


def test_many_at_once(live: LiveDoor) -> None:
    """S4: 16 threads of 25 calls, each answer whole."""
    failures: list[object] = []

    def run() -> None:
        connection = _connection(live)
        for _ in range(25):
            connection.request("POST", PATH, _BODY, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            if response.status != 200 or b"2200001476358475197" not in response.read():
                failures.append(response.status)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(live.gateway.calls) == 400
