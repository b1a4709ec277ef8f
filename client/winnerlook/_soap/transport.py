"""A zeep Transport whose bytes travel as the SDK's own do, for code that is on zeep already."""

from __future__ import annotations

import http.client
import logging
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

import requests
import zeep

from winnerlook._steps import Exchange
from winnerlook._timeouts import Deadline, Timeouts
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.headers import COMMON
from winnerlook._transport.sync import SyncTransport
from winnerlook._transport.tls import Tls
from winnerlook._wire import HTTP_OK, WireAnswer, WireRequest
from winnerlook.certainty import Certainty
from winnerlook.errors import ConfigurationError, HttpStatusError, TransportError
from winnerlook.evidence import Evidence
from winnerlook.masking import describe_body
from winnerlook.operations import BY_NAME, Operation

Timeout = float | tuple[float | None, float | None] | None
"""As requests takes it: seconds, or those for connecting and those for reading."""

_LAST_NAME = re.compile(r'(\w+)"?\s*$')
_OURS = {name.lower() for name in COMMON}
_REDIRECTS = range(300, 400)

_log = logging.getLogger("winnerlook")


def zeep_transport(
    *, connect_timeout: float = 5.0, read_timeout: float = 30.0, total_timeout: float = 60.0, ca_file: str | os.PathLike[str] | None = None,
    pin_sha256: str | Iterable[str] | None = None, verify: bool = True, pool_size: int = 32,
) -> ZeepTransport:
    """A transport for ``zeep.Client(wsdl, transport=zeep_transport())``; the settings are those of `Client`.

    Calls take no longer than `total_timeout` seconds, are never repeated, follow no redirect, ask no proxy, and log nothing of what they
    carry. They raise `ConnectError`, `CallTimeoutError` or `ConnectionLostError`, with `certainty` and `evidence`, where zeep's own
    transport lets errors of requests through. Faults, and answers that are no envelopes, stay zeep's to raise. A WSDL or schema that
    cannot be fetched raises a `TransportError` or an `HttpStatusError`, whose certainty is NOT_SENT: no call was under way.

    Safe for many threads; a context manager. Within ``transport.settings(timeout=10)`` a call as a whole takes at most 10 seconds.
    Raises ConfigurationError.
    """
    timeouts = Timeouts(connect=connect_timeout, read=read_timeout, total=total_timeout)
    return ZeepTransport(timeouts, Tls.of(ca_file, pin_sha256, verify=verify), pool_size=pool_size)


class ZeepTransport(zeep.Transport):
    """Made by `zeep_transport`. As in zeep, `operation_timeout` and `load_timeout` may be set, for all threads; None is the given ones."""

    _close_session = False  # what zeep asks when it deletes a transport

    def __init__(self, timeouts: Timeouts, security: Tls, *, pool_size: int) -> None:
        # zeep's own __init__ stays out of it: the session that it makes would be another way out of here, with other rules.
        self.cache: Any = None
        self.operation_timeout: Timeout = None
        self.load_timeout: Timeout = None
        self._timeouts, self._security, self._pool_size = timeouts, security, pool_size
        self._override: ContextVar[tuple[Timeout] | None] = ContextVar("winnerlook_zeep_timeout", default=None)
        self._transports: dict[Endpoint, SyncTransport] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def session(self) -> NoReturn:  # type: ignore[override]  # zeep assigns it in the __init__ that is not called
        """Raises: what is set on a session would be without effect."""
        raise ConfigurationError(
            "winnerlook's zeep transport has no requests session: pass ca_file, pin_sha256 or verify to zeep_transport(), and headers "
            "through zeep's setting extra_http_headers"
        )

    @contextmanager
    def settings(self, timeout: Timeout = None) -> Iterator[None]:
        """Another timeout for the calls in this block; other threads and tasks do not see it."""
        before = self._override.get()
        self._override.set((timeout,))
        try:
            yield
        finally:
            self._override.set(before)

    def post(self, address: str, message: Any, headers: Mapping[str, Any]) -> requests.Response:
        """One call, its answer whatever it says. Raises TransportError."""
        return self._call(requests.Request("POST", address, data=message, headers=headers))

    def get(self, address: str, params: Any, headers: Mapping[str, Any]) -> requests.Response:
        """One call of zeep's HTTP GET binding. Raises TransportError."""
        return self._call(requests.Request("GET", address, params=params, headers=headers))

    def load(self, url: str) -> bytes:
        """A WSDL or schema. Raises TransportError, HttpStatusError; OSError for a file."""
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"}:
            return self._fetch(url)
        if parts.scheme == "file":
            return Path(url2pathname(parts.path)).read_bytes()
        content: bytes = super().load(url)  # type: ignore[no-untyped-call]  # zeep is untyped
        return content

    def close(self) -> None:
        """Close idle connections, and refuse what comes later."""
        with self._lock:
            self._closed = True
            transports = tuple(self._transports.values())
        for transport in transports:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _call(self, call: requests.Request) -> requests.Response:
        endpoint, request = _wire(call)
        override = self._override.get()
        timeouts = _overridden(self._timeouts, override[0] if override else self.operation_timeout)
        answer = self._exchange(endpoint, request, timeouts, request.operation.name if request.operation else f"the {request.method}")
        return _Response(answer, str(endpoint))

    def _fetch(self, url: str) -> bytes:
        endpoint, request = _wire(requests.Request("GET", url))
        shown = f"{endpoint}{_without_values(urlsplit(request.target))}"
        try:
            answer = self._exchange(endpoint, request, _overridden(self._timeouts, self.load_timeout), f"GET {shown}")
        except TransportError as error:
            error.certainty = Certainty.NOT_SENT  # a request left, but no call
            raise
        if answer.status != HTTP_OK:
            raise _not_loaded(shown, answer)
        return answer.body

    def _exchange(self, endpoint: Endpoint, request: WireRequest, timeouts: Timeouts, subject: str) -> WireAnswer:
        begun = time.monotonic()
        try:
            answer = self._to(endpoint).exchange(Exchange(request, Deadline(timeouts), Evidence()))
        except TransportError as error:
            if request.operation is None:  # then the text begins with the target, which may hold what the call carries
                error.args = (subject + str(error).removeprefix(request.target),)
            raise
        body = describe_body(answer.body, answer.content_type)
        _log.debug("%s by zeep to %s: HTTP %d, %s, in %.3f s", subject, endpoint, answer.status, body, time.monotonic() - begun)
        return answer

    def _to(self, endpoint: Endpoint) -> SyncTransport:
        with self._lock:
            transport = self._transports.get(endpoint)
            if transport is None:
                transport = self._transports[endpoint] = SyncTransport(endpoint, self._security, pool_size=self._pool_size)
                if self._closed:
                    transport.close()
            return transport


class _Response(requests.Response):
    """What zeep's bindings read."""

    def __init__(self, answer: WireAnswer, url: str) -> None:
        super().__init__()
        self.status_code, self.reason, self.url = answer.status, http.client.responses.get(answer.status, ""), url
        self._content = _Content.of(answer)
        self._content_consumed = True
        if answer.content_type is not None:
            self.headers["Content-Type"] = answer.content_type
        self.encoding = requests.utils.get_encoding_from_headers(self.headers)


class _Content(bytes):
    """The body of an answer. zeep quotes one that it cannot read in the text of its error: this one tells what it is instead (L2)."""

    shown = ""

    @classmethod
    def of(cls, answer: WireAnswer) -> Self:
        content = cls(answer.body)
        content.shown = f"<{describe_body(answer.body, answer.content_type)}>"
        return content

    def __repr__(self) -> str:
        return self.shown

    __str__ = __repr__


def _wire(call: requests.Request) -> tuple[Endpoint, WireRequest]:
    """The request as requests would send it for zeep. Raises ConfigurationError."""
    try:
        prepared = call.prepare()
        parts = urlsplit(str(prepared.url))
    except (requests.RequestException, ValueError) as error:
        raise ConfigurationError(
            f"no request can be made of zeep's {call.method} ({type(error).__name__}): its address must be a URL that begins with http:// "
            "or https://, its headers must be strings"
        ) from None  # their words quote the address and the headers
    endpoint = Endpoint.parse(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    headers = {name: _text(value) for name, value in prepared.headers.items() if name.lower() not in _OURS}
    content: object = prepared.body
    body = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else None  # zeep sends nothing else
    operation = _operation(headers.get("SOAPAction"), headers.get("Content-Type"), parts.path)
    return endpoint, WireRequest(operation, prepared.path_url, headers, body, method=str(prepared.method))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _operation(*places: str | None) -> Operation | None:
    """The operation that the last word in one of these names."""
    words = (_LAST_NAME.search(place) for place in places if place)
    return next((BY_NAME[word[1]] for word in words if word and word[1] in BY_NAME), None)


def _overridden(own: Timeouts, given: Timeout) -> Timeouts:
    if given is None:
        return own
    if not isinstance(given, tuple):
        return Timeouts(connect=given, read=given, total=given)
    connect, read = (own.connect if given[0] is None else given[0]), (own.read if given[1] is None else given[1])
    return Timeouts(connect=connect, read=read, total=max(own.total, connect + read))


def _without_values(target: SplitResult) -> str:
    """``?wsdl`` says which document it is, ``?key=…`` may hold anything."""
    return target.path + (f"?{target.query}" if target.query and "=" not in target.query else "?…" if target.query else "")


def _not_loaded(shown: str, answer: WireAnswer) -> HttpStatusError:
    problem = "there is no document to be had"
    if answer.status in _REDIRECTS:
        problem = "the server redirects, which is not followed: name the address that this leads to"
    error = HttpStatusError(
        problem, operation=f"GET {shown}", status=answer.status, content_type=answer.content_type, body=answer.body,
        certainty=Certainty.NOT_SENT,
    )
    error.operation = None
    return error
