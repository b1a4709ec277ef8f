"""The gateway that requests are passed on to."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from winnerlook_mock.recording.files import RecordingError

Header = tuple[str, str]
SECONDS = 60.0
"""How long a gateway may take to connect, and between two pieces of its answer."""
BAD_GATEWAY = 502
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True, slots=True)
class Passed:
    """What came back. `failure` says why nothing did; then the rest is what the caller is told."""

    status: int
    headers: tuple[Header, ...] = field(repr=False)
    body: bytes = field(repr=False)
    failure: str = ""

    def header(self, name: str) -> str:
        """The value of a header by its lower-case name, empty without it."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Upstream:
    """Passes requests on as they came: the target and the body byte for byte, the headers without those that are for one connection only.
    A redirection is an answer like any other. Every request has a connection of its own."""

    def __init__(self, url: str, *, ca_file: str | None = None, seconds: float = SECONDS) -> None:
        address = urlsplit("")
        host = port = None
        with suppress(ValueError):
            address = urlsplit(url)
            host, port = address.hostname, address.port
        if not host or address.scheme not in ("http", "https") or address.path not in ("", "/") or address.query or "@" in address.netloc:
            raise RecordingError("an upstream is scheme, host and port and nothing else, as http://127.0.0.1:8118")
        if ca_file and address.scheme != "https":
            raise RecordingError("a CA file is for an https upstream: leave it out, or write https://")
        self.url: str = url.rstrip("/")
        self._host, self._port, self._seconds = host, port, seconds
        self._authority = address.netloc
        self._context = _context(ca_file) if address.scheme == "https" else None

    def pass_on(self, method: str, target: str, headers: Sequence[Header], body: bytes) -> Passed:
        """Ask, and wait for the whole answer. A failure is an answer of its own, 502."""
        connection = self._connection()
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in [("Host", self._authority), *_end_to_end(headers, "host", "content-length"), *_length(method, body)]:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Passed(answer.status, tuple(_end_to_end(answer.getheaders(), "content-length")), answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _failed(error)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._context)


def _context(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise RecordingError(f"the CA file {ca_file} cannot be used: {error.strerror or 'it is no PEM'}") from error


def _length(method: str, body: bytes) -> list[Header]:
    return [("Content-Length", str(len(body)))] if body or method in ("POST", "PUT") else []


def _end_to_end(headers: Sequence[Header], *own: str) -> list[Header]:
    """The headers that are for the other end, without those that are written anew."""
    named = {name.strip().lower() for key, value in headers if key.lower() == "connection" for name in value.split(",")}
    return [(key, value) for key, value in headers if key.lower() not in _HOP_BY_HOP | named | set(own)]


def _failed(error: Exception) -> Passed:
    """The words of an exception may quote what was sent, so only its kind is told (L2)."""
    reason = next(reason for kind, reason in _FAILURES if isinstance(error, kind))
    text = f"502 Nothing came back from the gateway: {reason}.\n".encode()
    return Passed(BAD_GATEWAY, (("content-type", "text/plain; charset=utf-8"),), text, reason)


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (ConnectionRefusedError, "the connection was refused"),
    (TimeoutError, "it did not answer in time"),
    (ssl.SSLCertVerificationError, "its certificate does not verify; --upstream-ca-file names the CA to trust"),
    (ssl.SSLError, "TLS failed"),
    (http.client.RemoteDisconnected, "it closed the connection without an answer"),
    (ConnectionResetError, "it broke the connection off"),
    (http.client.IncompleteRead, "its answer broke off"),
    (http.client.HTTPException, "its answer is not HTTP"),
    (Exception, "the connection failed"),
)
