"""The context itself, as urllib3 and the standard library use it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import pytest
import urllib3

from tests.client.raw_server import RawServer
from tests.client.tls.tls_server import TlsServer
from winnerlook import ConnectionLostError
from winnerlook._transport import tls
from winnerlook._transport.tls import PinMismatchError, Tls, explain

WRONG_PIN = "ab" * 32
REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


def address(server):
    return "127.0.0.1", int(server.url.rpartition(":")[2])


def test_by_default_everything_is_checked():
    context = Tls().context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_system_that_asks_for_more_than_tls_1_2_keeps_it(monkeypatch):
    def strict(**_options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    assert Tls().context().minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_resumed_session_is_checked_too(valid, version):
    """A server that resumes a session shows no certificate again; the one it began with must be pinned all the same."""
    server_context, context = valid.context(), Tls.of(pin_sha256=valid.fingerprint).context()
    server_context.maximum_version = version
    with TlsServer(server_context) as server:
        session = session_of(server, context)
        with context.wrap_socket(socket.create_connection(address(server)), session=session) as resumed:
            assert resumed.session_reused
        tls._pin(context, (WRONG_PIN,))
        with pytest.raises(PinMismatchError) as caught:
            context.wrap_socket(socket.create_connection(address(server)), session=session)
    assert caught.value.presented == valid.fingerprint
    assert bytes(server.seen) == REQUEST


def session_of(server, context):
    with context.wrap_socket(socket.create_connection(address(server))) as connection:
        connection.sendall(REQUEST)
        assert connection.recv(65536)  # with TLS 1.3 the ticket comes before the first answer
        return connection.session


def test_socket_whose_handshake_comes_later_is_checked(valid):
    context = Tls.of(pin_sha256=WRONG_PIN).context()
    with TlsServer(valid.context()) as server:
        with socket.create_connection(address(server)) as plain:
            with context.wrap_socket(plain, do_handshake_on_connect=False) as secured, pytest.raises(PinMismatchError):
                secured.do_handshake()
        with context.wrap_socket(socket.socket()) as secured, pytest.raises(PinMismatchError):
            secured.connect(address(server))
    assert server.seen == b""


def test_pinned_urllib3_pool_with_a_ca_file_leaves_the_name_alone(misnamed, ca_file):
    security = Tls.of(ca_file, misnamed.fingerprint)
    with TlsServer(misnamed.context()) as server:
        with urllib3.HTTPSConnectionPool(*address(server), **security.urllib3_options()) as pool:
            assert pool.request("POST", "/", retries=False).status == 200


def test_urllib3_pool_checks_the_name_by_default(misnamed, ca_file):
    with TlsServer(misnamed.context()) as server:
        with urllib3.HTTPSConnectionPool(*address(server), **Tls.of(ca_file).urllib3_options()) as pool:
            with pytest.raises(urllib3.exceptions.SSLError) as caught:
                pool.request("POST", "/", retries=False)
            assert "another name" in explain(caught.value)
            with pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
                pool.request("POST", "/", retries=urllib3.Retry(1, backoff_factor=0))
            assert "another name" in explain(caught.value)
    assert server.seen == b""


def test_asyncio_takes_the_context_as_it_is(valid):
    async def post(server, **options):
        _, writer = await asyncio.open_connection(*address(server), ssl=Tls.of(**options).context())
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        with contextlib.suppress(ssl.SSLError):  # for the answer, which nobody reads
            await writer.wait_closed()

    with TlsServer(valid.context()) as server:
        asyncio.run(post(server, pin_sha256=valid.fingerprint))
        with pytest.raises(PinMismatchError) as caught:
            asyncio.run(post(server, pin_sha256=WRONG_PIN))
    assert valid.fingerprint in explain(caught.value)


def test_explained_pin_says_what_was_presented_and_how_to_rotate():
    error = PinMismatchError.of(WRONG_PIN, 2)
    assert str(error) == explain(error)
    assert WRONG_PIN in str(error)
    assert "none of the 2" in str(error)
    assert "the next one before the change" in str(error)


def certificate_error(code, message):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("code", "step"),
    [
        (9, "clock"), (10, "renew"), (18, "ca_file="), (19, "ca_file="), (20, "ca_file="), (21, "ca_file="), (62, "bare IP address"),
        (64, "bare IP address"), (66, "does not verify"), (None, "does not verify"),
    ],
)
def test_explained_certificate_keeps_openssls_words(code, step):
    advice = explain(certificate_error(code, "its own words"))
    assert step in advice
    assert "pin_sha256=" in advice
    assert advice.startswith("its own words: ")


def test_close_is_the_handshakes_only_where_one_was_going_on():
    for error in (ConnectionResetError(104, "reset"), ssl.SSLEOFError(8, "EOF"), BrokenPipeError(32, "broken")):
        assert explain(error) is None
        assert "handshake" in explain(urllib3.exceptions.ProtocolError("aborted", error), in_handshake=True)


def test_what_is_not_tls_is_not_explained():
    circle = OSError("a")
    circle.__cause__ = circle
    for error in (circle, ConnectionRefusedError(111, "refused"), TimeoutError(), ssl.SSLError(1, "something new")):
        assert explain(error, in_handshake=True) is None


def test_http_client_at_an_https_port_is_told(send):
    """OpenSSL servers answer with an alert, which is no HTTP."""

    def behaviour(connection):
        connection.recv(65536)
        connection.sendall(b"\x15\x03\x03\x00\x02\x02\x46")

    with RawServer(behaviour) as server, pytest.raises(ConnectionLostError, match="https://"):
        send(server.url)
