"""Takes pushes to receivers, and nowhere that it must not go."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tests.client.raw_server import Behaviour, RawServer, http, read_request, reset
from tests.client.tls.tls_server import Certificate
from tests.mockserver.push.receiver import DROP, WAIT, Receiver
from tests.mockserver.test_listener import needs_ipv6
from winnerlook_mock.push.courier import Allowance, Courier, Outcome
from winnerlook_mock.push.pusher import FORM, JSON

BODY = '{"list":[],"account":"甲","type":1}'.encode()
FORBIDDEN = [
    "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "8.8.8.8", "[::]", "[fe80::1]", "[::ffff:10.0.0.1]", "[::ffff:0.0.0.0]",
]
SPELLINGS = ["167772161", "0x0a000001", "012.0.0.1", "10.1", "0", "0x0", "0.0"]
"""Of 10.0.0.1 and 0.0.0.0, as the C library reads them."""
CLOSED = "the connection was closed without a whole answer"


def _post(url: str, *, allowance: Allowance | None = None, timeout: float = WAIT, verify: bool = True, kind: str = JSON) -> Outcome:
    return Courier(allowance or Allowance()).post(url, BODY, kind, timeout=timeout, verify=verify)


def _talk(behaviour: Behaviour, *, timeout: float = WAIT) -> Outcome:
    with RawServer(behaviour) as server:
        return _post(server.url, timeout=timeout)


def _say(answer: bytes) -> Behaviour:
    """Answer one request with these bytes, then close."""

    def behaviour(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return behaviour


@pytest.mark.parametrize("status", [200, 201, 204, 299, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
def test_the_status_is_what_the_receiver_answered_and_no_redirect_is_followed(status: int) -> None:
    """P4."""
    with Receiver() as elsewhere:
        extra = f"Location: {elsewhere.url}\r\n"
        outcome = _talk(_say(http(b"said", status=f"{status} So", extra=extra)))
    assert (outcome.status, outcome.answer, outcome.problem) == (status, b"" if status == 204 else b"said", "")
    assert 0 <= outcome.seconds < WAIT
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("kind", "rest"), [(JSON, "/push?key=a%20b&c"), (FORM, "?only=query"), (JSON, "/a//b/%2e;c=1?x=/../#not-sent"), (JSON, "")],
)
def test_the_request_is_a_post_with_the_address_as_it_was_given(kind: str, rest: str) -> None:
    """P1, P3: body, type, query and host as they are; no connection is kept, no proxy asked."""
    with Receiver() as receiver:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("http_proxy", "http://127.0.0.1:1")
            patch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
            assert _post(receiver.address + rest, kind=kind).status == 200
        (received,) = receiver.requests
    path = rest.partition("#")[0]
    assert received.line == f"POST {path if path.startswith('/') else '/' + path} HTTP/1.1"
    assert received.body == BODY
    assert received.headers["content-type"] == kind
    assert received.headers["content-length"] == str(len(BODY))
    assert received.headers["host"] == receiver.address.partition("//")[2]
    assert received.headers["connection"] == "close"
    assert "python" not in str(received.headers).lower()


def test_a_name_is_what_the_receiver_is_asked_by() -> None:
    """P1: localhost stands for loopback, and stays in the Host header."""
    with Receiver() as receiver:
        port = receiver.address.rpartition(":")[2]
        assert _post(f"http://LOCALHOST:{port}/").status == 200
        assert receiver.requests[0].headers["host"] == f"localhost:{port}"


@needs_ipv6
def test_a_receiver_may_listen_on_ipv6() -> None:
    """P1."""
    with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heads.append(read_request(connection))
                connection.sendall(http(b""))

        heads: list[bytes] = []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert _post(f"http://[::1]:{port}/").status == 200
        thread.join(WAIT)
        assert f"Host: [::1]:{port}\r\n".encode() in heads[0]


def test_a_refused_connection_says_so() -> None:
    """P4."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    assert _post(f"http://127.0.0.1:{port}/").problem == "the connection was refused: is the receiver running?"


def _drip(connection: socket.socket) -> None:
    """A byte now and then, for ever."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(2000):
        connection.sendall(b"x")
        threading.Event().wait(0.02)


def _continue(connection: socket.socket) -> None:
    read_request(connection)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _stall(answer: bytes) -> Behaviour:
    def behaviour(connection: socket.socket) -> None:
        _say(answer)(connection)
        connection.recv(1)  # until the other side closes

    return behaviour


@pytest.mark.parametrize(
    "behaviour",
    [_stall(b""), _stall(b"HTTP/1.1 200"), _stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), _drip, _continue],
    ids=["silent", "half a head", "half a body", "dripping", "continuing"],
)
def test_who_does_not_answer_in_time_has_not_answered(behaviour: Behaviour) -> None:
    """P4: however busy the receiver looks meanwhile."""
    outcome = _talk(behaviour, timeout=0.2)
    assert (outcome.status, outcome.problem) == (None, "no answer within 0.2 s")
    assert 0.19 <= outcome.seconds < WAIT / 2


@pytest.mark.parametrize(
    "behaviour",
    [
        _say(b""), reset, _say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        _say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"), lambda _connection: None,
    ],
    ids=["nothing", "reset", "half a body", "half a chunk", "unread"],
)
def test_half_an_answer_is_none(behaviour: Behaviour) -> None:
    """P4: the receiver did not come to the end of what it does."""
    outcome = _talk(behaviour)
    assert (outcome.status, outcome.problem) == (None, CLOSED)


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00" * 100 + b"\r\n", b"HTTP/1.1 ok\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"X" * 200_000],
)
def test_what_is_no_http_is_told_as_such(garbage: bytes) -> None:
    """P4."""
    outcome = _talk(_stall(garbage))
    assert (outcome.status, outcome.problem) == (None, "the answer is not HTTP")


def test_of_a_huge_answer_only_an_excerpt_is_read() -> None:
    """P4: the mock must not be made to download."""
    sent = threading.Event()

    def behaviour(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        try:
            while True:
                connection.sendall(b"0123456789" * 10_000)
        except OSError:
            sent.set()

    outcome = _talk(behaviour)
    assert (outcome.status, outcome.answer) == (200, b"0123456789" * 200)
    assert sent.wait(WAIT)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    """P4: HTTP/1.0, as small receivers speak it."""
    assert _talk(_say(b"HTTP/1.0 200 OK\r\n\r\nsuccess")).answer == b"success"


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate.issued(trustme.CA())


@pytest.fixture
def secure(certificate: Certificate) -> Iterator[Receiver]:
    with Receiver(context=certificate.context()) as receiver:
        yield receiver


def test_a_certificate_that_is_not_trusted_ends_it_unless_any_will_do(secure: Receiver) -> None:
    """P4, H3: before anything of the push has left."""
    refused = _post(secure.url)
    assert refused.status is None
    assert refused.problem.startswith("the receiver's certificate is not trusted: ")
    assert refused.problem.endswith("(push_verify=False accepts any)")
    assert secure.requests == []
    assert _post(secure.url, verify=False).status == 200
    assert secure.requests[0].headers["host"] == secure.address.partition("//")[2]


def test_a_trusted_certificate_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """P4, H3: for the address that it names, and for no other."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name, trusted in (("127.0.0.1", True), ("gateway.invalid", False)):
        with Receiver(context=Certificate.issued(ca, name).context()) as receiver:
            assert (_post(receiver.url).status == 200) is trusted


def test_https_to_who_speaks_http_and_the_other_way_round(secure: Receiver) -> None:
    """P4: the problem names the likely cause."""
    with RawServer(lambda connection: connection.sendall(http(b"no TLS here"))) as plain:
        assert _post(plain.url.replace("http:", "https:")).problem == "the receiver does not speak TLS there: http instead of https?"
    assert _post(secure.url.replace("https:", "http:")).status is None


@given(st.binary(max_size=300))
def test_whatever_a_receiver_says_is_an_outcome(answer: bytes) -> None:
    """P4: nothing is raised."""
    outcome = _talk(_say(b"HTTP/1.1 " + answer), timeout=2.0)
    assert (outcome.status is None) is bool(outcome.problem)


def test_a_dropped_connection_is_an_outcome_of_the_receiver_too() -> None:
    """P4: the helper of the tests around here drops as it should."""
    with Receiver(respond=lambda _count: DROP) as receiver:
        assert _post(receiver.url).problem == CLOSED
