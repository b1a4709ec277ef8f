"""Real TLS servers, and the certificates that they show."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.client.raw_server import RawServer, envelope, read_request
from winnerlook import Certainty, TransportError
from winnerlook._transport.tls import fingerprint

BATCH = "2200001476358475197"
GOOD = envelope("SendMsg", BATCH)
DAY = datetime.timedelta(days=1)


class Certificate:
    """A chain with its key, as a server needs it."""

    def __init__(self, chain: bytes, key: bytes) -> None:
        self.chain, self._key = chain, key
        self.fingerprint = fingerprint(chain)

    @classmethod
    def issued(cls, ca: trustme.CA, name: str = "127.0.0.1", **options: Any) -> Certificate:
        leaf = ca.issue_cert(name, **options)
        return cls(b"".join(blob.bytes() for blob in leaf.cert_chain_pems), leaf.private_key_pem.bytes())

    @classmethod
    def self_signed(cls) -> Certificate:
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
        )
        return cls(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), private)

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with trustme.Blob(self.chain + self._key).tempfile() as file:
            context.load_cert_chain(file)
        return context


class _Recorder:
    """A connection that keeps what it reads."""

    def __init__(self, connection: socket.socket, seen: bytearray) -> None:
        self._connection, self._seen = connection, seen

    def recv(self, size: int) -> bytes:
        data = self._connection.recv(size)
        self._seen += data
        return data


class TlsServer:
    """Answers every request with `answer`. `seen` is every byte that came through TLS, `handshakes` counts those that succeeded here.

    `context` may be replaced: the next connection gets the new one.
    """

    def __init__(self, context: ssl.SSLContext, *, answer: bytes = GOOD) -> None:
        self.context, self._answer = context, answer
        self.seen = bytearray()
        self.handshakes = 0
        self._raw = RawServer(self._serve)
        self.url = self._raw.url.replace("http:", "https:")

    @property
    def connections(self) -> int:
        return self._raw.connections

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with self.context.wrap_socket(connection, server_side=True) as secured:
            self.handshakes += 1
            recorder: Any = _Recorder(secured, self.seen)
            while read_request(recorder):
                secured.sendall(self._answer)
                if b"Connection: close" in self._answer:
                    return

    def __enter__(self) -> Self:
        self._raw.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._raw.__exit__(kind, error, trace)


class Recorded:
    """What a server without TLS does to a connection, and every byte that came."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self.seen = bytearray()

    def __call__(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        self.seen += connection.recv(65536)
        self._answer(connection)


def assert_not_sent(error: TransportError) -> None:
    """The client proves that no byte of the request left."""
    assert error.certainty is Certainty.NOT_SENT
    assert error.evidence.bytes_sent == 0
    assert not error.evidence.connected
    assert "nothing was sent" in str(error)
