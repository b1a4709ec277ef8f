"""Reading the body of an ASGI request within limits, and refusing one so that the client can read why.

Every door that takes POST reads through `read`. Nothing that a client does with its body, be it endless, stalled, cut short or badly
compressed, holds the server or fills its memory.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]

NOTES = "winnerlook.notes"
"""Key of a scope under which notes on the request travel to the door, for `Origin.notes`."""
WIRE = "winnerlook.wire"
"""Where the scope keeps the `Wire` that the answer goes by."""

BAD_REQUEST, REQUEST_TIMEOUT, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE = 400, 408, 413, 415

_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_MAX_MEMBERS = 16
"""Of gzip in one body. Clients send one; each more costs a copy of what follows it."""
_LINGER_SECONDS = 10.0
_LINGER_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How much of a body is taken and how long it may take.

    `max_bytes` bounds the body as sent and as inflated. `stall_seconds` is the longest pause between two pieces; ten times that is the
    longest for the whole body, so that one byte at a time does not hold a connection for ever.
    """

    max_bytes: int = 4 * 1024 * 1024
    stall_seconds: float = 30.0


class BodyRefused(Exception):  # noqa: N818  # an outcome, which `refuse` answers
    """A body that is answered with an HTTP error: its status, what to tell the client, and headers to say it with.

    `close` says that the rest of the body is not read, so that the connection cannot be used again.
    """

    def __init__(self, status: int, reason: str, headers: Headers = (), *, close: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers
        self.close = close


class ClientGone(Exception):  # noqa: N818  # an outcome: there is no one to answer
    """The client closed the connection before its body was complete."""


def header(scope: Scope, name: str) -> str | None:
    """The value of a request header by its lower-case name, None without it; several values are joined by commas."""
    wanted, found = name.encode(), None
    for key, value in scope["headers"]:
        if key == wanted:
            text = value.decode("latin-1").strip()
            found = text if found is None else f"{found}, {text}"
    return found


def is_bare(scope: Scope, body: bytes, limits: BodyLimits) -> bool:
    """Whether a body that is all there is what was meant: in no coding, and within the limits."""
    return header(scope, "content-encoding") is None and len(body) <= limits.max_bytes


async def answer(
    send: Send, status: int, media_type: str | None, text: bytes, headers: Headers = (), *, head: bool = False,
) -> None:
    """Answer with a whole body, or, where there is no media type, without one: a 204 has no length either."""
    told = () if media_type is None else fields(media_type, text)
    await send({"type": "http.response.start", "status": status, "headers": [*encoded(headers), *told]})
    await send({"type": "http.response.body", "body": b"" if head else text})


def fields(media_type: str, text: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of a body, as ASGI wants them."""
    return (b"content-type", media_type.encode("ascii")), (b"content-length", b"%d" % len(text))


def encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Response headers as ASGI wants them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def read(scope: Scope, receive: Receive, limits: BodyLimits) -> bytes:
    """The whole body, content-decoded. Raises BodyRefused and ClientGone."""
    coding = _coding(header(scope, "content-encoding"))
    declared = header(scope, "content-length")
    if declared is not None and declared.isdecimal() and int(declared[:20]) > limits.max_bytes:
        raise _too_large(limits, unread=True)
    wire = scope.get(WIRE)
    body = await _collect(receive, limits, is_here=wire is not None and wire.has_whole_request)
    return body if coding is None else _inflate(body, coding, limits)


async def _collect(receive: Receive, limits: BodyLimits, *, is_here: bool) -> bytes:
    clock = asyncio.get_running_loop().time
    deadline = clock() + 10 * limits.stall_seconds
    pieces: list[bytes] = []
    size = 0
    while True:
        left = deadline - clock()
        if left <= 0:
            raise _timed_out(size, limits)
        try:
            if is_here:
                message = await receive()
            else:
                async with asyncio.timeout(min(limits.stall_seconds, left)):
                    message = await receive()
        except TimeoutError:
            raise _timed_out(size, limits) from None
        if message["type"] == "http.disconnect":
            raise ClientGone(f"the client closed the connection after {size} bytes of its body")
        piece = message.get("body", b"")
        size += len(piece)
        more = message.get("more_body", False)
        if size > limits.max_bytes:
            raise _too_large(limits, unread=more)
        pieces.append(piece)
        if not more:
            return b"".join(pieces)


def _coding(value: str | None) -> str | None:
    coding = (value or "identity").strip().lower().removeprefix("x-")
    if coding == "identity":
        return None
    if coding in ("gzip", "deflate"):
        return coding
    raise BodyRefused(
        UNSUPPORTED_MEDIA_TYPE, "This Content-Encoding is not supported: send the body as it is, or in gzip or deflate.",
        (("accept-encoding", "gzip, deflate"),), close=True,
    )


def _inflate(body: bytes, coding: str, limits: BodyLimits) -> bytes:
    try:
        if coding == "gzip":
            return _inflate_members(body, limits)
        # HTTP's deflate is zlib's format; some clients send the bare stream.
        is_zlib = len(body) > 1 and body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
        text, rest = _inflate_one(body, _ZLIB if is_zlib else _RAW_DEFLATE, limits.max_bytes, limits)
    except zlib.error:
        raise _badly_compressed(coding) from None
    if rest:
        raise _badly_compressed(coding)
    return text


def _inflate_members(body: bytes, limits: BodyLimits) -> bytes:
    """gzip may hold several members, one after the other."""
    parts: list[bytes] = []
    room = limits.max_bytes
    while body or not parts:
        if len(parts) == _MAX_MEMBERS:
            raise BodyRefused(BAD_REQUEST, f"The body is gzip in more than {_MAX_MEMBERS} members, or has something behind them: send one.")
        part, body = _inflate_one(body, _GZIP, room, limits)
        parts.append(part)
        room -= len(part)
    return b"".join(parts)


def _inflate_one(body: bytes, window: int, room: int, limits: BodyLimits) -> tuple[bytes, bytes]:
    inflater = zlib.decompressobj(window)
    text = inflater.decompress(body, room + 1)
    if len(text) > room:
        raise _too_large(limits, unread=False)
    if not inflater.eof:
        raise zlib.error("cut short")
    return text, inflater.unused_data


def _badly_compressed(coding: str) -> BodyRefused:
    return BodyRefused(BAD_REQUEST, f"The body is not {coding}, though its Content-Encoding says so, or it is cut short.")


def _too_large(limits: BodyLimits, *, unread: bool) -> BodyRefused:
    return BodyRefused(TOO_LARGE, f"The body is larger than {limits.max_bytes} bytes, which is more than any call needs.", close=unread)


def _timed_out(size: int, limits: BodyLimits) -> BodyRefused:
    patience = f"{limits.stall_seconds:g} s may pass between two pieces, ten times that in all"
    return BodyRefused(REQUEST_TIMEOUT, f"The body did not come to its end in time: {size} bytes came; {patience}.", close=True)


async def refuse(
    scope: Scope, receive: Receive, send: Send, refused: BodyRefused, *, body: bytes | None = None,
    media_type: str = "text/plain; charset=utf-8",
) -> None:
    """Answer with the error in plain text, or with this body. Where the connection is to be closed, linger first (see `_linger`)."""
    text = f"{refused.status} {refused.reason}\n".encode() if body is None else body
    closing = (("connection", "close"),) if refused.close else ()
    headers = (("content-type", media_type), ("content-length", str(len(text))), *refused.headers, *closing)
    await send({"type": "http.response.start", "status": refused.status, "headers": encoded(headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else text, "more_body": refused.close})
    if refused.close:
        await _linger(receive, refused)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _linger(receive: Receive, refused: BodyRefused) -> None:
    """Throw away what the client still sends, for a while.

    A socket closed with unread data sends a reset, and the client's system then throws away the answer that it had not read yet. The
    answer is out in full; a client that reads while it sends stops now, one that sends everything first can do so within these bounds.
    """
    if refused.status == REQUEST_TIMEOUT:
        return
    dropped = 0
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            while dropped < _LINGER_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                dropped += len(message.get("body", b""))
    except TimeoutError:
        return
