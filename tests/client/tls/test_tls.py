"""Whom both clients trust over https (A2, H3); a server that is not trusted sees not one byte of the request."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import warnings

import pytest

from tests.client.tls.conftest import PHONE, SETTINGS
from tests.client.tls.tls_server import BATCH, GOOD, TlsServer, assert_not_sent
from winnerlook import AsyncClient, CertificateError, Client
from winnerlook._transport.tls import InsecureTransportWarning, fingerprint

WRONG_PIN = "ab" * 32


def accepted(send, certificate, **options):
    with TlsServer(certificate.context()) as server:
        assert send(server.url, **options).batch_number == BATCH
    assert server.seen


def refused(send, certificate, **options):
    """The error of a call that the certificate keeps from being made."""
    with TlsServer(certificate.context()) as server, pytest.raises(CertificateError) as caught:
        send(server.url, **options)
    assert server.connections == 1
    assert server.seen == b""
    assert_not_sent(caught.value)
    return str(caught.value)


def test_authority_of_the_ca_file_is_trusted(send, valid, ca_file):
    accepted(send, valid, ca_file=str(ca_file))


def test_ca_file_takes_the_place_of_the_systems_store(send, valid, ca_file, another_ca_file, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    accepted(send, valid)
    assert "ca_file=" in refused(send, valid, ca_file=another_ca_file)


def test_unknown_authority_is_refused(send, valid):
    problem = refused(send, valid)
    assert "no authority that is trusted here" in problem
    assert "ca_file=" in problem
    assert "pin_sha256=" in problem


def test_expired_certificate_is_refused(send, expired, ca_file):
    assert "has expired" in refused(send, expired, ca_file=str(ca_file))


def test_certificate_that_is_not_valid_yet_is_refused(send, early, ca_file):
    assert "check this machine's clock" in refused(send, early, ca_file=str(ca_file))


def test_certificate_for_another_name_is_refused(send, misnamed, ca_file):
    """H3: the documented gateway is a bare IP address."""
    problem = refused(send, misnamed, ca_file=str(ca_file))
    assert "another name" in problem
    assert "127.0.0.1" in problem
    assert "pin_sha256=" in problem


def test_self_signed_certificate_is_refused(send, self_signed):
    assert "self-signed certificate" in refused(send, self_signed)


def test_self_signed_certificate_in_the_ca_file_is_trusted(send, self_signed, tmp_path):
    file = tmp_path / "gateway.pem"
    file.write_bytes(self_signed.chain)
    accepted(send, self_signed, ca_file=file)


def test_certificate_itself_in_the_ca_file_is_trusted_without_its_authority(send, valid, tmp_path):
    file = tmp_path / "gateway.pem"
    file.write_bytes(valid.chain)
    accepted(send, valid, ca_file=file)


@pytest.mark.parametrize("kind", ["valid", "expired", "early", "misnamed", "self_signed"])
def test_pinned_certificate_is_trusted_whatever_else_is_wrong_with_it(send, kind, request):
    """H3."""
    certificate = request.getfixturevalue(kind)
    accepted(send, certificate, pin_sha256=certificate.fingerprint)


def test_certificate_that_is_not_pinned_is_refused(send, valid):
    problem = refused(send, valid, pin_sha256=WRONG_PIN)
    assert valid.fingerprint in problem
    assert "not the one in pin_sha256" in problem


def test_pins_are_rotated_by_naming_two(send, valid, other):
    for certificate in (valid, other):
        accepted(send, certificate, pin_sha256=f"{valid.fingerprint}, {other.fingerprint}")
        accepted(send, certificate, pin_sha256=[valid.fingerprint, other.fingerprint])
    assert "none of the 2 in pin_sha256" in refused(send, valid, pin_sha256=[other.fingerprint, WRONG_PIN])


def test_pin_does_not_let_an_authority_stand_for_the_certificate(send, valid, ca):
    """The pin is the gateway's own certificate's; one further up would trust all that authority signs."""
    refused(send, valid, pin_sha256=fingerprint(ca.cert_pem.bytes()))


@pytest.mark.parametrize("kind", ["valid", "misnamed"])
def test_pinned_certificate_of_the_authority_is_trusted_for_any_name(send, ca_file, kind, request):
    certificate = request.getfixturevalue(kind)
    accepted(send, certificate, ca_file=ca_file, pin_sha256=certificate.fingerprint)


@pytest.mark.parametrize(("kind", "problem"), [("expired", "has expired"), ("self_signed", "self-signed")])
def test_pinned_certificate_that_the_authority_does_not_stand_for_is_refused(send, ca_file, kind, problem, request):
    certificate = request.getfixturevalue(kind)
    assert problem in refused(send, certificate, ca_file=ca_file, pin_sha256=certificate.fingerprint)


def test_certificate_of_the_authority_that_is_not_pinned_is_refused(send, valid, other, ca_file):
    assert other.fingerprint in refused(send, other, ca_file=ca_file, pin_sha256=valid.fingerprint)


def test_environment_says_whom_to_trust(send, misnamed, valid, ca_file, monkeypatch):
    monkeypatch.setenv("WINNERLOOK_CA_FILE", str(ca_file))
    accepted(send, valid)
    monkeypatch.setenv("WINNERLOOK_PIN_SHA256", f"sha256:{misnamed.fingerprint},{WRONG_PIN}")
    accepted(send, misnamed)
    refused(send, valid)


@pytest.mark.usefixtures("_not_warned_yet")
def test_without_verification_all_is_trusted_and_warned_about_once(send, expired, misnamed, self_signed):
    with pytest.warns(InsecureTransportWarning, match="pin_sha256=") as caught:
        accepted(send, expired, verify=False)
    assert len(caught) == 1
    accepted(send, misnamed, verify=False)
    accepted(send, self_signed, verify=False)


@pytest.mark.usefixtures("_not_warned_yet")
def test_warning_points_at_the_code_that_made_the_client():
    with pytest.warns(InsecureTransportWarning) as caught:
        Client("user", "pass", endpoint="https://127.0.0.1:1", verify=False).close()
    assert caught[0].filename == __file__


@pytest.mark.usefixtures("_not_warned_yet")
def test_warning_made_an_error_stays_one(valid):
    for _ in range(2):
        with pytest.raises(InsecureTransportWarning):
            Client("user", "pass", endpoint="https://127.0.0.1:1", verify=False)


@pytest.mark.usefixtures("_not_warned_yet")
def test_nothing_else_is_warned_about(send, valid, ca_file):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        accepted(send, valid, ca_file=ca_file)
        accepted(send, valid, pin_sha256=valid.fingerprint)
        refused(send, valid, pin_sha256=WRONG_PIN)
    assert not caught


def test_connection_is_kept_for_the_next_call(valid, ca_file):
    with TlsServer(valid.context()) as server:
        with Client("user", "pass", endpoint=server.url, ca_file=ca_file, **SETTINGS) as sms:
            assert sms.send(PHONE, "text") == sms.send(PHONE, "text")
        assert server.connections == 1

        async def twice():
            async with AsyncClient("user", "pass", endpoint=server.url, ca_file=ca_file, **SETTINGS) as sms:
                assert await sms.send(PHONE, "text") == await sms.send(PHONE, "text")

        asyncio.run(twice())
        assert server.connections == 2


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_every_new_connection_is_checked(valid, other, version):
    """A certificate that changes while a client lives is noticed, TLS sessions or not."""
    first, second = valid.context(), other.context()
    first.maximum_version = second.maximum_version = version
    with TlsServer(first, answer=GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)) as server:
        with Client("user", "pass", endpoint=server.url, pin_sha256=valid.fingerprint, **SETTINGS) as sms:
            sms.send(PHONE, "text")
            seen, server.context = bytes(server.seen), second
            with pytest.raises(CertificateError, match=other.fingerprint) as caught:
                sms.send(PHONE, "text")
    assert server.seen == seen
    assert_not_sent(caught.value)


SEND = """
import sys
from winnerlook import Client
with Client("user", "pass", endpoint=sys.argv[1], retries=0, verify=sys.argv[2] == "verify") as sms:
    print(sms.send("13900000000", "text").batch_number)
with Client("user", "pass", endpoint=sys.argv[1], retries=0, verify=sys.argv[2] == "verify") as sms:
    print(sms.send("13900000000", "text").batch_number)
"""


def run(url, mode, monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    return subprocess.run([sys.executable, "-c", SEND, url, mode], capture_output=True, text=True, timeout=60, check=False)


def test_systems_store_is_honoured(valid, ca_file, monkeypatch):
    with TlsServer(valid.context()) as server:
        assert "CertificateError" in run(server.url, "verify", monkeypatch).stderr
        assert server.seen == b""
        ran = run(server.url, "verify", monkeypatch, SSL_CERT_FILE=ca_file)
    assert (ran.stdout.split(), ran.stderr) == ([BATCH] * 2, "")


def test_a_process_is_warned_once(self_signed, monkeypatch):
    with TlsServer(self_signed.context()) as server:
        ran = run(server.url, "anybody", monkeypatch, PYTHONWARNINGS="always")
    assert ran.stdout.split() == [BATCH] * 2
    assert ran.stderr.count("Warning") == ran.stderr.count("InsecureTransportWarning") == 1
