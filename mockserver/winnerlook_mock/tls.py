"""The certificate that the HTTPS port shows: one made for the run by a private CA, or the user's own (A2, H3)."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from winnerlook_mock.listener import AddressError

if TYPE_CHECKING:
    import trustme

_OWN_NAMES = ("localhost", "127.0.0.1", "::1")


class CertificateError(AddressError):
    """HTTPS cannot be served with this certificate, or without one; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Https:
    """What HTTPS is to be served with. `cert` and `key` are paths in PEM; `key` may be left out where `cert` holds it. Without `cert`, a
    certificate is made, and its CA's is written to `ca_file`, or to a temporary file. Raises ValueError for what does not go together.
    """

    port: int
    cert: str | None = None
    key: str | None = None
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.key and not self.cert:
            raise ValueError("a key was given without its certificate: name both, or neither")
        if self.ca_file and self.cert:
            raise ValueError("a CA file is written for a certificate of the mock's own: give either a certificate or a CA file")


@dataclass(frozen=True, slots=True)
class Identity:
    """A server's TLS context, the file that its CA's certificate is in, and whether that file is to go when the server does."""

    context: ssl.SSLContext
    ca_file: str | None = None
    is_temporary: bool = False

    def discard(self) -> None:
        """Remove what was written for this run."""
        if self.is_temporary and self.ca_file is not None:
            Path(self.ca_file).unlink(missing_ok=True)


def identity(https: Https, host: str) -> Identity:
    """Load or make the certificate. Raises CertificateError."""
    if https.cert:
        return Identity(_loaded(https.cert, https.key))
    context = _context()
    try:
        authority = _authority(context, host)
        return Identity(context, *_written(authority, https.ca_file))
    except OSError as error:
        if isinstance(error, CertificateError):
            raise
        raise CertificateError(
            "no certificate can be made where no temporary file can be written: mount a directory at /tmp, or name one of your own"
        ) from error


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _authority(context: ssl.SSLContext, host: str) -> trustme.CA:
    """A fresh CA, whose certificate for this host is in the context now."""
    try:
        import trustme  # noqa: PLC0415  # half of what a server without HTTPS takes to start
    except ImportError as error:
        raise CertificateError("HTTPS needs trustme to make a certificate: pip install 'winnerlook[mock]', or name your own") from error
    authority = trustme.CA()
    try:
        names: dict[str, None] = dict.fromkeys([*_OWN_NAMES, *([host] if host else [])])
        certificate = authority.issue_cert(*names)
    except ValueError as error:
        raise CertificateError(f"no certificate can be made for {host!r}, which is neither a host name nor an address") from error
    certificate.configure_cert(context)
    return authority


def _written(authority: trustme.CA, ca_file: str | None) -> tuple[str, bool]:
    """Where the CA's certificate was written, and whether that is temporary."""
    pem = authority.cert_pem.bytes()
    if ca_file is None:
        with tempfile.NamedTemporaryFile(prefix="winnerlook-mock-ca-", suffix=".pem", delete=False) as file:
            file.write(pem)
        return file.name, True
    try:
        Path(ca_file).write_bytes(pem)
    except OSError as error:
        raise CertificateError(f"the CA file {ca_file} cannot be written: {error.strerror or error}") from error
    return ca_file, False


def _loaded(cert: str, key: str | None) -> ssl.SSLContext:
    for path in filter(None, (cert, key)):
        _check_readable(path)
    context = _context()
    try:
        context.load_cert_chain(cert, key, _refusal(key or cert))
    except ssl.SSLError as error:
        pair = f"the certificate {cert} and the key {key}" if key else f"the certificate {cert}, which must hold its key too"
        raise CertificateError(f"{pair} cannot be used: {_reason(error)}") from error
    return context


def _check_readable(path: str) -> None:
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror or error}") from error


def _refusal(path: str) -> Callable[[], NoReturn]:
    def refuse() -> NoReturn:  # else OpenSSL asks at the terminal
        raise CertificateError(f"the key in {path} is encrypted: give one without a password")

    return refuse


def _reason(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the key is not this certificate's"
    return f"they are no PEM certificate and key that go together ({error.reason or 'not PEM'})"
