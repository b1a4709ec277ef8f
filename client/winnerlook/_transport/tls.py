"""TLS for every transport: whom to trust, and what to do when trust fails (A2, H3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import inspect
import os
import re
import ssl
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from winnerlook.errors import ConfigurationError

_SHOW = "openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -fingerprint -sha256"
_PREFIX = re.compile(r"sha-?256(?:\s+fingerprint)?\s*[:=]", re.IGNORECASE)
_PIN = re.compile(r"[0-9a-f]{64}")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_warned = threading.Lock()  # taken for good by the first warning


class InsecureTransportWarning(UserWarning):
    """Certificates are not verified: whoever sits on the way can read and change what is sent, passwords included."""


class PinMismatchError(ssl.SSLCertVerificationError):
    """The server presented a certificate that is not pinned. `presented` is its fingerprint."""

    presented: str = ""

    @classmethod
    def of(cls, presented: str, allowed: int) -> Self:
        """For the fingerprint presented and the number of those allowed."""
        error = cls(
            ssl.SSL_ERROR_SSL,
            f"the certificate presented has the SHA-256 fingerprint {presented}, which is {_none_of(allowed)} in pin_sha256: add it if the "
            "vendor confirms that its certificate has changed (several may stand there, the next one before the change); if not, somebody "
            "may be on the line",
        )
        error.presented = presented
        return error


@dataclass(frozen=True)
class Tls:
    """Whom a client trusts. Made by `of`, which checks.

    - Nothing given: the system's trust store; the chain, the dates and the name must be right.
    - `ca_file`: the certificates in this PEM file, and no others, instead of the system's.
    - `pins`: the gateway's own certificate, by the SHA-256 of its DER form, must be one of these. That replaces the other checks: an exact
      certificate is trusted whoever signed it, whatever name it is for (a bare IP address never fits) and though it may have expired.
    - Both: the certificate must be pinned and its chain and dates must verify against `ca_file`; the name is not checked.
    - ``verify=False``: anybody is trusted, which is warned about once a process.
    """

    ca_file: str | None = None
    pins: tuple[str, ...] = ()
    verify: bool = True

    @classmethod
    def of(
        cls, ca_file: str | os.PathLike[str] | None = None, pin_sha256: str | Iterable[str] | None = None, *, verify: bool = True,
    ) -> Tls:
        """Read the settings; a string may hold several pins between commas. Raises ConfigurationError."""
        pins = tuple(dict.fromkeys(_pins(pin_sha256)))
        if not isinstance(verify, bool):  # what is merely false, as None is, must not switch it off
            raise ConfigurationError(f"verify must be True or False, not {_short(verify)}")
        if ca_file is not None:
            ca_file = os.path.expanduser(ca_file)  # noqa: PTH111  # Path.expanduser raises where nobody has a home
            _trusting(ca_file)
        if not verify and (pins or ca_file):
            raise ConfigurationError(f"verify=False contradicts {'pin_sha256' if pins else 'ca_file'}: leave verify out, or the other")
        return cls(ca_file, pins, verify)

    @property
    def checks_name(self) -> bool:
        """Whether the certificate must be for the endpoint's name."""
        return self.verify and not self.pins

    @property
    def checks_chain(self) -> bool:
        """Whether a trusted authority must have signed the certificate."""
        return self.verify and (not self.pins or self.ca_file is not None)

    def context(self) -> ssl.SSLContext:
        """A new context that enforces this, for urllib3 and asyncio alike. Raises ConfigurationError."""
        context = _trusting(self.ca_file)
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        context.check_hostname = self.checks_name
        context.verify_mode = ssl.CERT_REQUIRED if self.checks_chain else ssl.CERT_NONE
        if self.pins:
            _pin(context, self.pins)
        if not self.verify:
            _warn()
        return context

    def urllib3_options(self) -> dict[str, Any]:
        """What an HTTPSConnectionPool needs: on a context that leaves the name alone urllib3 would check it by itself."""
        return {"ssl_context": self.context(), "assert_hostname": None if self.checks_name else False}


def fingerprint(pem_or_der: bytes) -> str:
    """The SHA-256 of a certificate as pin_sha256 takes it; of the first one in a PEM file. Raises ValueError for what is no certificate."""
    pem = _PEM.search(pem_or_der)
    try:
        der = base64.b64decode(pem[1]) if pem else pem_or_der
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except (binascii.Error, ssl.SSLError, ValueError):
        raise ValueError("this is no certificate, neither PEM nor DER") from None
    return _digest(der)


def explain(error: BaseException, *, in_handshake: bool = False) -> str | None:
    """What a TLS error means and the next step, be it wrapped by a library or not; None where TLS has no part in it.

    `in_handshake` says that a TLS connection was to be made and did not come to be: then a mere close is the handshake's too.
    """
    links = tuple(_links(error))[::-1]  # the innermost knows most
    if advice := next((advice for link in links if (advice := _advice(link))), None):
        return advice
    return _CLOSED if in_handshake and any(isinstance(link, _CLOSINGS) for link in links) else None


def _pins(given: str | Iterable[str] | None) -> Iterator[str]:
    if given is None:
        return
    try:
        pins = given.split(",") if isinstance(given, str) else list(given)
    except TypeError:
        pins = [given]  # type: ignore[list-item]  # refused in the next line, with its value
    for pin in pins:
        yield _pin_of(pin)


def _pin_of(given: object) -> str:
    bare = _PREFIX.sub("", given.strip(), count=1) if isinstance(given, str) else ""
    pin = re.sub(r"[:\s]", "", bare).lower()
    if not _PIN.fullmatch(pin):
        raise ConfigurationError(
            f"pin_sha256: {_short(given)} is no SHA-256 fingerprint of a certificate: that has 64 hex digits, with or without colons; "
            f"{_SHOW} shows it"
        )
    return pin


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 100 else f"{shown[:100]}… ({len(shown)} characters)"  # noqa: PLR2004  # room for a fingerprint


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """A context that trusts the file's certificates, or the system's."""
    if ca_file == "":  # for ssl that is no file, which would let the system's in
        raise _bad_file(ca_file, "its name is empty")
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise _bad_file(ca_file, "it holds no certificates in PEM form") from None
    except (OSError, ValueError) as error:
        raise _bad_file(ca_file, getattr(error, "strerror", None) or "its name is no file name") from None
    if ca_file is None:
        return context
    if not context.cert_store_stats()["x509"]:
        raise _bad_file(ca_file, "it holds no certificate")
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the file is the trust: an intermediate or the gateway's own will do
    return context


def _bad_file(ca_file: str | None, problem: str) -> ConfigurationError:
    return ConfigurationError(f"ca_file {ca_file!r}: {problem}; it must be a PEM file with the certificate of the authority to trust")


def _pin(context: ssl.SSLContext, pins: tuple[str, ...]) -> None:
    """Check in the handshake itself: no library gets a connection to write to before, and a resumed session is checked as a new one is."""

    class PinnedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  # as inherited
            super().do_handshake(block)
            _check(self.getpeercert(binary_form=True), pins)

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            _check(self.getpeercert(binary_form=True), pins)

    context.sslsocket_class, context.sslobject_class = PinnedSocket, PinnedObject


def _check(certificate: bytes | None, pins: tuple[str, ...]) -> None:
    presented = _digest(certificate or b"")
    if not any([hmac.compare_digest(presented, pin) for pin in pins]):  # noqa: C419  # a list: every pin is compared
        raise PinMismatchError.of(presented, len(pins))


def _digest(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def _none_of(count: int) -> str:
    return "not the one" if count == 1 else f"none of the {count}"


def _warn() -> None:
    if not _warned.acquire(blocking=False):
        return
    try:
        warnings.warn(
            "verify=False: anybody on the way can pose as the gateway and read the password; use pin_sha256= with the fingerprint of its "
            "certificate, or ca_file= with the authority's, instead",
            InsecureTransportWarning, stacklevel=_levels_to_caller(),
        )
    except InsecureTransportWarning:  # made an error by whoever does not want this: so it stays
        _warned.release()
        raise


def _levels_to_caller() -> int:
    """How far up the first code is that is not the SDK's."""
    frame, level = inspect.currentframe(), 0
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == "winnerlook":
        frame, level = frame.f_back, level + 1
    return level


def _links(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps, as an argument or as a cause."""
    pending, seen = [error], set[int]()
    while pending:
        link = pending.pop(0)
        if id(link) not in seen:
            seen.add(id(link))
            yield link
            pending += [inner for inner in (*link.args, link.__cause__) if isinstance(inner, BaseException)]


def _advice(error: BaseException) -> str | None:
    if isinstance(error, PinMismatchError):
        return error.strerror
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = _CERTIFICATES.get(getattr(error, "verify_code", 0), _ANY_CERTIFICATE)
        return f"{getattr(error, 'verify_message', '') or error.strerror or error}: {advice}"
    if isinstance(error, ssl.SSLError):
        return next((advice for reasons, advice in _REASONS if getattr(error, "reason", None) in reasons), None)
    return None


_ASK = f"pin_sha256= with its fingerprint, confirmed by the vendor, accepts it ({_SHOW} shows it)"
_UNKNOWN = f"no authority that is trusted here signed the gateway's certificate: name the authority's certificate with ca_file=; or {_ASK}"
_OTHER_NAME = (
    "the gateway's certificate is for another name than the endpoint's: use the name it is for as the endpoint; for a bare IP address, "
    f"which certificates seldom hold, {_ASK}"
)
_ANY_CERTIFICATE = f"the gateway's certificate does not verify: the vendor must repair it; {_ASK}"
_CERTIFICATES = {
    9: f"the gateway's certificate is not valid yet: check this machine's clock; if that is right, {_ASK}",
    10: f"the gateway's certificate, or its authority's, has expired: the vendor must renew it; until then {_ASK}",
    18: _UNKNOWN,
    19: _UNKNOWN,
    20: _UNKNOWN,
    21: _UNKNOWN,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's X509_V_ERR number."""

_PLAIN_TO_TLS = "the other end does not speak TLS: begin the endpoint with http://, or name the port for https"
_CLOSINGS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
_CLOSED = "the other end closed the connection in the TLS handshake: check that its port is the one for https"
_TOO_OLD = "the two ends have no TLS version in common: this client needs TLS 1.2 or newer, which the gateway must offer"
_NO_CIPHER = "the gateway refused the TLS handshake: it offers no cipher that is safe enough, or asks for a client certificate"
_REASONS = (
    ({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}, _PLAIN_TO_TLS),
    ({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"}, _TOO_OLD),
    ({"SSLV3_ALERT_HANDSHAKE_FAILURE", "SSL/TLS_ALERT_HANDSHAKE_FAILURE", "TLSV13_ALERT_CERTIFICATE_REQUIRED"}, _NO_CIPHER),
)
"""By OpenSSL's reason."""
