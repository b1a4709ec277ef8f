"""Takes pushes to receivers, and nowhere that it must not go."""

from __future__ import annotations

import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

_EXCERPT = 2000
"""Bytes of an answer that are read: a receiver says little, and the mock must not be made to download."""
_LOOPBACK = ("127.0.0.0/8", "::1")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ForbiddenTargetError(ValueError):
    """The mock may not push there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; `seconds` is real time."""

    seconds: float
    status: int | None = None
    answer: bytes = field(default=b"", repr=False)
    problem: str = ""


class Allowance:
    """Where pushes may go: loopback, and the networks that were allowed. A name counts as the addresses that it stands for when it is
    connected to, so that nothing can be looked up as one address and reached at another."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        if isinstance(networks, str):
            raise ValueError("networks are several, ['10.0.0.0/8'], not one string")  # noqa: TRY004  # what callers of settings catch
        self._networks: list[Network] = [ipaddress.ip_network(network) for network in (*_LOOPBACK, *networks)]
        self._loopback_only = len(self._networks) == len(_LOOPBACK)

    def check(self, url: str) -> None:
        """Raise ForbiddenTargetError for an address that is certainly not allowed, without looking up a name."""
        host = urlsplit(url).hostname or ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            if self._loopback_only and host != "localhost":
                raise ForbiddenTargetError(_refusal(host)) from None
        else:
            if not self._holds(address):
                raise ForbiddenTargetError(_refusal(host))

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses that a host may be reached at. Raises ForbiddenTargetError where there is none, OSError for an unknown name."""
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        allowed = [address for address in dict.fromkeys(found) if self._holds(ipaddress.ip_address(address.partition("%")[0]))]
        if not allowed:
            raise ForbiddenTargetError(_refusal(host))
        return allowed

    def _holds(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _refusal(host: str) -> str:
    return f"pushes go to this machine only, and {host} is not: allow its network when the mock is started (push_networks, --push-network)"


class _Incoming(io.RawIOBase):
    """What comes over a connection until a moment: a socket's own timeout begins anew with every byte."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        super().__init__()
        self._sock, self._end = sock, end

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there, or wait for it."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


class _Timed:
    """A connection with a time for all of the answer, as http.client wants it. Who made the socket closes it."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.sendall = sock.sendall
        self._incoming = _Incoming(sock, time.monotonic() + seconds)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """For reading."""
        return io.BufferedReader(self._incoming)

    def close(self) -> None:
        """http.client is done with it before the answer is read."""


class Courier:
    """Posts pushes, each over a connection of its own: follows no redirect, uses no proxy, repeats nothing. Safe for many threads."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance

    def post(self, url: str, body: bytes, content_type: str, *, timeout: float, verify: bool) -> Outcome:
        """One attempt. `timeout` in seconds holds for the connection, and again for the whole answer, however busy the receiver looks
        meanwhile. Nothing is raised."""
        begun = time.monotonic()
        try:
            connection = self._connect(url, timeout, verify=verify)
            with closing(connection.sock) as sock:
                headers = {"Content-Type": content_type, "User-Agent": "winnerlook-mock", "Connection": "close"}
                connection.sock = _Timed(sock, timeout)
                connection.request("POST", _path(url), body=body, headers=headers)
                answer = connection.getresponse()
                return Outcome(_since(begun), answer.status, _excerpt(answer))
        except Exception as error:  # noqa: BLE001  # whatever a receiver does, it is an outcome
            return Outcome(_since(begun), problem=_problem(error, timeout))

    def _connect(self, url: str, timeout: float, *, verify: bool) -> HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = HTTPConnection(host, port)
        if parts.scheme == "https":
            connection.default_port = 443
        connection.sock = self._socket(host, port, timeout)
        if parts.scheme == "https":
            try:
                connection.sock = _context(verify=verify).wrap_socket(connection.sock, server_hostname=host)
            except BaseException:
                connection.close()
                raise
        return connection

    def _socket(self, host: str, port: int, timeout: float) -> socket.socket:
        last: OSError | None = None
        for address in self._allowance.addresses(host, port):
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as error:
                last = error
        assert last is not None  # there is an address at least
        raise last


def _excerpt(answer: HTTPResponse) -> bytes:
    """How an answer begins. Raises IncompleteRead where it ends before its time."""
    excerpt = answer.read(_EXCERPT)
    if answer.length and len(excerpt) < _EXCERPT:
        raise IncompleteRead(excerpt, answer.length)
    return excerpt


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 6)


def _problem(error: Exception, timeout: float) -> str:
    """In words, without what the error quotes: the address may hold a secret."""
    if isinstance(error, ForbiddenTargetError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the receiver's certificate is not trusted: {error.verify_message} (push_verify=False accepts any)"
    words = next((words for kind, words in _PROBLEMS.items() if isinstance(error, kind)), f"no answer ({type(error).__name__})")
    return f"{words} within {timeout:g} s" if isinstance(error, TimeoutError) else words


_PROBLEMS: dict[type[Exception], str] = {
    TimeoutError: "no answer",
    ConnectionRefusedError: "the connection was refused: is the receiver running?",
    socket.gaierror: "the receiver's name is unknown",
    ssl.SSLError: "the receiver does not speak TLS there: http instead of https?",
    ConnectionError: "the connection was closed without a whole answer",
    IncompleteRead: "the connection was closed without a whole answer",
    HTTPException: "the answer is not HTTP",
}
