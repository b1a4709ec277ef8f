"""Requests as bytes, as http.client writes them."""

from __future__ import annotations

from typing import Any

import urllib3.connection

from winnerlook._transport.connections import name_of
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.headers import COMMON
from winnerlook._wire import WireRequest

_MOST_KEPT = 64


class _Scribe:
    """Writes what it is asked to send, instead of sending it. A mixin for urllib3's connections."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.written = bytearray()

    def send(self, data: bytes) -> None:
        """As the connection's own."""
        self.written += data


class _HttpScribe(_Scribe, urllib3.connection.HTTPConnection):  # type: ignore[misc]  # `send` takes what `request` gives it
    pass


class _HttpsScribe(_Scribe, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    pass


class Heads:
    """Writes requests to one endpoint. http.client checks and writes a head; the next request that differs from it in its body only gets
    the same head, with its own length in it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._name, self._port = name_of(endpoint), endpoint.port
        self._kind = _HttpsScribe if endpoint.scheme == "https" else _HttpScribe
        self._kept: dict[tuple[Any, ...], tuple[bytes, bytes]] = {}

    def write(self, request: WireRequest) -> bytes:
        """The whole request. Raises what http.client raises for a target or a header that cannot be."""
        body = request.body
        if body is None or request.method != "POST":
            return self._written(request)
        key = (request.target, *request.headers.items())
        kept = self._kept.get(key)
        if kept is None:
            return self._remembered(key, request, body)
        return b"%b%d%b%b" % (kept[0], len(body), kept[1], body)

    def _remembered(self, key: tuple[Any, ...], request: WireRequest, body: bytes) -> bytes:
        written = self._written(request)
        head = written[: len(written) - len(body)]
        before, found, after = head.partition(b"\r\nContent-Length: %d\r\n" % len(body))
        if found and head.lower().count(b"content-length") == 1 and len(self._kept) < _MOST_KEPT:
            self._kept[key] = (before + b"\r\nContent-Length: ", b"\r\n" + after)
        return written

    def _written(self, request: WireRequest) -> bytes:
        scribe = self._kind(self._name, self._port)
        scribe.request(request.method, request.target, body=request.body, headers={**COMMON, **request.headers})
        return bytes(scribe.written)
