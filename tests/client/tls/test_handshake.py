"""Handshakes that come to nothing, and what the error says of them; nothing of the request leaves."""

from __future__ import annotations

import ssl
import threading
import time

import pytest

from tests.client.raw_server import RawServer, reset
from tests.client.tls.conftest import PHONE
from tests.client.tls.tls_server import GOOD, Recorded, TlsServer, assert_not_sent
from winnerlook import Certainty, CertificateError, ConnectError, TransportError


def failed_handshake(send, behaviour, **options):
    """The error of a call to a server that is no TLS server."""
    with RawServer(behaviour) as server, pytest.raises(ConnectError) as caught:
        send(server.url.replace("http:", "https:"), **options)
    assert not isinstance(caught.value, CertificateError)
    assert_not_sent(caught.value)
    return str(caught.value)


def test_tls_1_2_will_do(send, valid, ca_file):
    context = valid.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with TlsServer(context) as server:
        send(server.url, ca_file=ca_file)


@pytest.mark.parametrize("pinned", [False, True])
def test_tls_1_1_is_refused(send, valid, ca_file, pinned):
    context = valid.context()
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    options = {"pin_sha256": valid.fingerprint} if pinned else {"ca_file": ca_file}
    with TlsServer(context) as server, pytest.raises(ConnectError, match=r"TLS 1\.2 or newer") as caught:
        send(server.url, **options)
    assert (server.handshakes, server.seen) == (0, b"")
    assert_not_sent(caught.value)


def test_plain_server_on_an_https_endpoint(send):
    behaviour = Recorded(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
    assert "does not speak TLS" in failed_handshake(send, behaviour)
    assert not any(piece in behaviour.seen for piece in (b"POST", b"pass", PHONE.encode()))


def test_tls_server_on_a_http_endpoint(send, valid):
    """The request did leave, readable for all; no proof is left of what was done with it."""
    with TlsServer(valid.context()) as server, pytest.raises(TransportError) as caught:
        send(server.url.replace("https:", "http:"))
    assert (server.handshakes, server.seen) == (0, b"")
    assert caught.value.certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("end", [lambda _connection: None, reset], ids=["closed", "reset"])
def test_server_that_ends_the_handshake(send, end):
    behaviour = Recorded(end)
    assert "closed the connection in the TLS handshake" in failed_handshake(send, behaviour)
    assert PHONE.encode() not in behaviour.seen


def test_handshake_that_is_never_answered_ends_in_time(send):
    over = threading.Event()
    with RawServer(Recorded(lambda _connection: over.wait(10) and None)) as server:
        started = time.monotonic()
        with pytest.raises(ConnectError) as caught:
            send(server.url.replace("http:", "https:"), connect_timeout=0.3)
        assert time.monotonic() - started < 5
        over.set()
    assert_not_sent(caught.value)


def test_error_in_the_midst_of_a_call_is_not_laid_to_the_handshake(send, valid, ca_file):
    torn = GOOD[:-20] + b"Connection: close"  # ends the connection before the answer is whole
    with TlsServer(valid.context(), answer=torn) as server, pytest.raises(TransportError) as caught:
        send(server.url, ca_file=ca_file)
    assert "handshake" not in str(caught.value)
    assert caught.value.certainty is Certainty.UNKNOWN
