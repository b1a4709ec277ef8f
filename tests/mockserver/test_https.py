"""HTTPS on a port of its own (A2, H3)."""

from __future__ import annotations

import asyncio
import gc
import http.client
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import trustme

from tests.mockserver.conftest import PROMPT
from tests.mockserver.gateway.caller import PHONE, TEXT
from tests.mockserver.plain.harness import FORM, call, value
from tests.mockserver.soap.harness import Reply
from tests.mockserver.test_listener import needs_ipv6
from winnerlook.operations import PLAIN_PATH, SOAP_PATH
from winnerlook_mock import AddressError, MockServer
from winnerlook_mock.tls import CertificateError


def request(
    url: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, *, ca_file: str | None, name: str | None = None,
) -> Reply:
    """One request in TLS, verified against a CA; `name` is what the certificate is checked for."""
    address = urlsplit(url)
    context = ssl.create_default_context(cafile=ca_file)
    with closing(http.client.HTTPSConnection(address.hostname or "", address.port, timeout=20, context=context)) as connection:
        if name is not None:
            raw = socket.create_connection((address.hostname, address.port), timeout=20)
            connection.sock = context.wrap_socket(raw, server_hostname=name)
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {key.lower(): text for key, text in answer.getheaders()}, answer.read())


def is_free(url: str) -> bool:
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.fixture(scope="module")
def secure():
    with MockServer(https_port=0) as running:
        yield running


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A CA file, and a certificate with its key."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    paths = tmp_path / "own-ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem"
    authority.cert_pem.write_to_path(paths[0])
    certificate.cert_chain_pems[0].write_to_path(paths[1])
    certificate.private_key_pem.write_to_path(paths[2])
    return paths


def test_both_ports_lead_to_the_same_gateway(secure):
    """A2, A4, H3: plain, SOAP and the mock's own pages."""
    account = secure.account(balance_interval=0)
    form = urlencode({"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT}).encode()
    for path in (PLAIN_PATH + "SendMsg", PLAIN_PATH + "SendMsg?" + form.decode()):
        body = None if "?" in path else form
        assert value(request(secure.https_url, path, body, {"Content-Type": FORM}, ca_file=secure.ca_file)).isdigit()
    assert request(secure.https_url, "/_mock/readyz", ca_file=secure.ca_file).body == b"ready\n"
    wsdl = request(secure.https_url, SOAP_PATH + "?wsdl", ca_file=secure.ca_file).body.decode()
    assert wsdl.count(f'location="{secure.https_url}{SOAP_PATH}"') == 2
    assert call(secure.url, account, "GetBalanceConnect") == "9998"
    assert [message.door for message in account.messages] == ["post", "get"]
    assert {entry.peer for entry in account.journal} == {"127.0.0.1"}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_the_certificate_is_good_for_this_machine(secure, name):
    assert request(secure.https_url, "/_mock/livez", ca_file=secure.ca_file, name=name).status == 200


def test_the_certificate_is_not_good_for_others(secure):
    """H3: neither another name nor the system's trust store will do."""
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        request(secure.https_url, "/_mock/livez", ca_file=secure.ca_file, name="example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        request(secure.https_url, "/_mock/livez", ca_file=None)


@needs_ipv6
def test_the_host_listened_on_is_in_the_certificate():
    with MockServer("::1", https_port=0) as mock:
        assert mock.https_url.startswith("https://[::1]:")
        assert request(mock.https_url, "/_mock/livez", ca_file=mock.ca_file).status == 200
    with MockServer("127.8.9.10", https_port=0) as mock:
        assert request(mock.https_url, "/_mock/livez", ca_file=mock.ca_file).status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_that_is_spoken(secure, version):
    context = ssl.create_default_context(cafile=secure.ca_file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.minimum_version = context.maximum_version = version
    address = urlsplit(secure.https_url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as sock:
            assert (sock.version(), sock.selected_alpn_protocol()) == (version.name.replace("_", "."), "http/1.1")


def test_older_tls_is_refused(secure):
    context = ssl.create_default_context(cafile=secure.ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    address = urlsplit(secure.https_url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as raw:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            context.wrap_socket(raw, server_hostname="localhost")


def test_a_ca_file_is_written_where_it_is_wanted(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("of yesterday")
    with MockServer(https_port=0, ca_file=path) as mock:
        assert mock.ca_file == str(path)
        assert request(mock.https_url, "/_mock/livez", ca_file=str(path)).status == 200
    assert "PRIVATE" not in path.read_text()
    with MockServer(https_port=0, ca_file=str(path)) as mock:  # another run has another CA
        assert request(mock.https_url, "/_mock/livez", ca_file=str(path)).status == 200


def test_a_temporary_ca_file_goes_with_the_server():
    with MockServer(https_port=0) as mock:
        assert mock.ca_file is not None
        assert Path(mock.ca_file).exists()
    assert not Path(mock.ca_file).exists()


def test_a_temporary_ca_file_goes_with_a_program_that_does_not_stop_its_server():
    program = "from winnerlook_mock import MockServer; print(MockServer(https_port=0).start().ca_file)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith(os.sep)
    assert not Path(done.stdout.strip()).exists()


def test_a_certificate_cannot_be_made_where_nothing_can_be_written(monkeypatch, tmp_path, pair):
    """As in a container whose root is read-only; a certificate of one's own needs no such place."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    with pytest.raises(CertificateError, match="mount a directory at /tmp"):
        MockServer(https_port=0).start()
    with MockServer(https_port=0, cert=pair[1], key=pair[2]) as mock:
        assert mock.https_url


def test_without_a_port_there_is_no_https():
    with MockServer() as mock:
        assert (mock.https_url, mock.ca_file) == ("", None)
    program = "import sys; from winnerlook_mock import MockServer; MockServer().start().stop(); print('trustme' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("together", [True, False])
def test_a_certificate_of_ones_own(pair, tmp_path, together):
    ca_file, cert, key = pair
    if together:
        cert.write_bytes(cert.read_bytes() + key.read_bytes())
    with MockServer(https_port=0, cert=cert, key=None if together else str(key)) as mock:
        assert mock.ca_file is None
        assert request(mock.https_url, "/_mock/livez", ca_file=str(ca_file)).status == 200


def test_a_certificate_that_cannot_be_used_is_told_before_anything_listens(pair, tmp_path):
    _, cert, key = pair
    other = tmp_path / "other.pem"
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(other)
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    for given, words in [
        ({"cert": tmp_path / "none.pem", "key": key}, "none.pem cannot be read: No such file"),
        ({"cert": cert, "key": tmp_path / "none.pem"}, "none.pem cannot be read"),
        ({"cert": tmp_path, "key": key}, "cannot be read: Is a directory"),
        ({"cert": cert, "key": other}, "the key is not this certificate's"),
        ({"cert": cert}, "which must hold its key too"),
        ({"cert": rubbish, "key": key}, "cannot be used"),
        ({"cert": cert, "key": rubbish}, "cannot be used"),
        ({"ca_file": tmp_path / "no" / "ca.pem"}, "cannot be written: No such file"),
    ]:
        mock = MockServer(https_port=0, **given)
        with pytest.raises(CertificateError, match=words) as error:
            mock.start()
        assert isinstance(error.value, AddressError)
        assert (mock.url, mock.https_url) == ("", "")


def test_an_encrypted_key_asks_nobody(pair, tmp_path):
    """OpenSSL would ask at the terminal, and the program would hang."""
    from cryptography.hazmat.primitives import serialization as pem

    _, cert, key = pair
    private = pem.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(private.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.BestAvailableEncryption(b"secret")))
    with pytest.raises(CertificateError, match="is encrypted"):
        MockServer(https_port=0, cert=cert, key=key).start()


@pytest.mark.parametrize(
    ("given", "words"),
    [({"cert": "c"}, "https_port"), ({"ca_file": "c"}, "https_port"), ({"https_port": 0, "key": "k"}, "without its certificate"),
     ({"https_port": 0, "cert": "c", "ca_file": "a"}, "either")],
)
def test_what_does_not_go_together_is_told(given, words):
    with pytest.raises(ValueError, match=words):
        MockServer(**given)


def test_a_host_that_no_certificate_can_name():
    with pytest.raises(AddressError, match="no certificate"):
        MockServer("x" * 64, https_port=0).start()


def test_a_second_port_that_is_taken_frees_the_first():
    """And the CA file goes; then the server may be started after all."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        mock = MockServer(https_port=port)
        with pytest.raises(AddressError, match=str(port)):
            mock.start()
        assert is_free(mock.url)
        assert not Path(str(mock.ca_file)).exists()
        assert mock.https_url == ""
    with mock:
        assert request(mock.https_url, "/_mock/livez", ca_file=mock.ca_file).status == 200
    same = urlsplit(mock.url).port or 0
    with pytest.raises(AddressError, match="taken"):
        MockServer(port=same, https_port=same).start()


@pytest.fixture(params=["asyncio", "uvloop"])
def _policy(request: pytest.FixtureRequest) -> Iterator[None]:
    """What kind of loop the program around the mock has chosen for all of its threads."""
    before = asyncio.get_event_loop_policy()
    if request.param == "uvloop":
        asyncio.set_event_loop_policy(pytest.importorskip("uvloop").EventLoopPolicy())
    yield
    asyncio.set_event_loop_policy(before)


@pytest.mark.usefixtures("patient_server", "_policy")
def test_stopping_frees_both_ports_whatever_is_open():
    """A handshake that does not come to its end, plain HTTP on the TLS port, an idle connection: none of them holds the server."""
    mock = MockServer(https_port=0).start()
    address = ("127.0.0.1", urlsplit(mock.https_url).port)
    silent, wrong, idle = (socket.create_connection(address, timeout=20) for _ in range(3))
    with silent, wrong:
        wrong.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert wrong.recv(100) == b""
        with ssl.create_default_context(cafile=mock.ca_file).wrap_socket(idle, server_hostname="localhost") as sock:
            sock.sendall(b"GET /_mock/livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert sock.recv(12) == b"HTTP/1.1 200"
            began = time.monotonic()
            mock.stop()
            assert time.monotonic() - began < PROMPT
        assert silent.recv(1) == b""
    assert is_free(mock.url)
    assert is_free(mock.https_url)
    del mock
    gc.collect()  # a transport that nobody closed would warn now
    with MockServer(https_port=address[1]) as again:
        assert request(again.https_url, "/_mock/livez", ca_file=again.ca_file).status == 200
