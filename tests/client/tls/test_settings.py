"""What ca_file, pin_sha256 and verify may be."""

from __future__ import annotations

import datetime
import os
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.client.tls.tls_server import DAY
from winnerlook import ConfigurationError
from winnerlook._transport.tls import Tls, fingerprint

PIN = "0123456789abcdef" * 4
COLONS = ":".join(PIN[i : i + 2] for i in range(0, 64, 2)).upper()


@pytest.mark.parametrize(
    "given",
    [
        PIN, PIN.upper(), COLONS, f"  {PIN}\n", f"sha256:{PIN}", f"SHA256:{COLONS}", f"sha-256:{PIN}", f"sha256 Fingerprint={COLONS}",
        f"SHA256 Fingerprint={COLONS}", [PIN], (COLONS,), f"{PIN},{COLONS}", [PIN, f"sha256:{PIN}"],
    ],
)
def test_every_way_to_write_a_fingerprint(given):
    assert Tls.of(pin_sha256=given).pins == (PIN,)


def test_several_pins_keep_their_order():
    pins = [digit * 64 for digit in "cab"]
    assert Tls.of(pin_sha256=pins).pins == Tls.of(pin_sha256=", ".join(pins)).pins == Tls.of(pin_sha256=iter(pins)).pins == tuple(pins)


@pytest.mark.parametrize(
    "given",
    ["", " ", ",", f"{PIN},", "abc", PIN[:40], PIN[:-1], PIN + "0", PIN[:-1] + "g", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
     f"sha1:{PIN}", [PIN, ""], [PIN.encode()], [None], 5, b"x" * 32, "०" * 64],
)
def test_what_is_no_fingerprint_is_refused(given):
    with pytest.raises(ConfigurationError, match=r"64 hex digits.*openssl s_client") as caught:
        Tls.of(pin_sha256=given)
    assert "pin_sha256" in str(caught.value)


def test_refusal_shows_the_value_but_no_book():
    with pytest.raises(ConfigurationError, match="'abc'"):
        Tls.of(pin_sha256=[PIN, "abc"])
    with pytest.raises(ConfigurationError) as caught:
        Tls.of(pin_sha256="x" * 10_000)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("none", [None, [], ()])
def test_no_pins_is_the_default(none):
    assert Tls.of(pin_sha256=none) == Tls() == Tls.of(None, None, verify=True)


@pytest.mark.parametrize("value", [None, 0, 1, "", "false"])
def test_what_is_merely_false_does_not_switch_verification_off(value):
    with pytest.raises(ConfigurationError, match="verify must be True or False"):
        Tls.of(verify=value)


def test_no_verification_excludes_pins_and_ca_file(ca_file):
    with pytest.raises(ConfigurationError, match="verify=False contradicts pin_sha256"):
        Tls.of(pin_sha256=PIN, verify=False)
    with pytest.raises(ConfigurationError, match="verify=False contradicts ca_file"):
        Tls.of(ca_file, verify=False)


BROKEN = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("content", [b"", b"not a certificate", b"\x30\x82\x01\x00", BROKEN])
def test_ca_file_without_certificates_is_refused(tmp_path, content):
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"ca\.pem.*PEM"):
        Tls.of(file)


def test_ca_file_with_a_key_only_is_refused(tmp_path, ca):
    file = tmp_path / "key.pem"
    file.write_bytes(ca.private_key_pem.bytes())
    with pytest.raises(ConfigurationError, match=r"key\.pem"):
        Tls.of(file)


def test_ca_file_with_a_revocation_list_only_is_refused(tmp_path):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
    revoked = x509.CertificateRevocationListBuilder(name, now, now + DAY).sign(key, hashes.SHA256())
    file = tmp_path / "crl.pem"
    file.write_bytes(revoked.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ConfigurationError, match=r"crl\.pem.*holds no certificate"):
        Tls.of(file)


def test_ca_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"missing\.pem.*No such file"):
        Tls.of(tmp_path / "missing.pem")
    with pytest.raises(ConfigurationError, match="ca_file"):
        Tls.of(tmp_path)
    for name in ("a\0b", ""):
        with pytest.raises(ConfigurationError, match="ca_file"):
            Tls.of(name)


def test_ca_file_that_goes_later_is_refused_then(tmp_path, ca_file):
    file = tmp_path / "ca.pem"
    file.write_bytes(ca_file.read_bytes())
    security = Tls.of(file)
    file.unlink()
    with pytest.raises(ConfigurationError, match=r"ca\.pem.*No such file"):
        security.context()


def test_ca_file_may_stand_in_the_home_folder(tmp_path, ca_file, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").write_bytes(ca_file.read_bytes())
    assert Tls.of("~/ca.pem").ca_file == str(tmp_path / "ca.pem")


def test_fingerprint_is_what_openssl_prints(valid, tmp_path):
    """The command that the texts name, and the form that it prints."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(valid.chain)
    command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", os.fspath(file)]
    try:
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert Tls.of(pin_sha256=printed).pins == (fingerprint(valid.chain),)


def test_fingerprint_of_pem_and_der(valid, ca):
    pem = valid.chain.decode()
    der = ssl.PEM_cert_to_DER_cert(pem[: pem.index("-----END") + len("-----END CERTIFICATE-----\n")])
    assert fingerprint(der) == fingerprint(valid.chain) == fingerprint(b"subject: a note\r\n" + valid.chain)
    assert fingerprint(valid.chain + ca.cert_pem.bytes()) == fingerprint(valid.chain)


@pytest.mark.parametrize("content", [b"", b"abc", BROKEN, BROKEN.replace(b"A", b"!"), PIN.encode(), Path(__file__).read_bytes()])
def test_fingerprint_of_something_else_is_refused(content):
    with pytest.raises(ValueError, match="no certificate"):
        fingerprint(content)
