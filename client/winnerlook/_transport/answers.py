"""Reading one HTTP answer, wherever its bytes come from.

Nearly every answer has a head that leaves nothing to interpret, and a length: `plain_head` reads it. Any other goes to h11, beginning
with the bytes that have come so far. A property test holds the two to each other.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

import h11

from winnerlook._transport import mapping
from winnerlook._transport.mapping import BadAnswerError
from winnerlook._wire import NOT_FINAL, WireAnswer

_LONGEST_HEAD = 16384
_BEGINNING = b"HTTP/1.1 "
_TLS_ALERT = b"\x15\x03"
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9]) [ -~]*\r\n"
    rb"((?:[!#-'*+.^_`|~0-9A-Za-z-]+:[ \t]*(?:[!-~](?:[ \t]*[!-~])*)?\r\n)+)\r\n"
)
_TELLING = re.compile(rb"^(content-length|content-type|transfer-encoding|connection):[ \t]*([^\r]*)\r$", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"[0-9]{1,9}")

Reading = Generator[None, bytes, tuple[WireAnswer, bool]]
"""Takes the bytes that come next each time it yields, b"" where they end. Returns the answer, whole, and whether the connection may carry
another call. Raises BadAnswerError."""


@dataclass(frozen=True, slots=True)
class Head:
    """What of an answer's head matters; `length` of the body, `end` where it begins."""

    status: int
    content_type: str | None
    length: int
    end: int


def plain_head(data: bytes) -> Head | None:
    """The head of an answer that begins with these bytes, if it is whole and plain: HTTP/1.1, final, ASCII, one length, no transfer coding,
    and a connection that stays."""
    head = _HEAD.match(data)
    if head is None or (status := int(head[1])) in NOT_FINAL:
        return None
    length = content_type = None
    for name, value in _TELLING.findall(head[2]):
        kind = name.lower()
        if kind == b"content-length" and length is None and _LENGTH.fullmatch(value):
            length = int(value)
        elif kind == b"content-type" and content_type is None:
            content_type = value.decode("ascii")
        elif kind != b"connection" or value.lower() != b"keep-alive":
            return None
    return None if length is None else Head(status, content_type, length, head.end())


def read_answer() -> Reading:
    """Read the answer to one request."""
    data = yield
    while b"\r\n\r\n" not in data and data.startswith(_BEGINNING) and len(data) < _LONGEST_HEAD and (more := (yield)):
        data += more
    head = plain_head(data)
    if head is None:
        return (yield from read_any(data))
    if head.length > mapping.LONGEST_ANSWER:
        raise mapping.too_long()
    size = head.end + head.length
    if len(data) < size:
        data = yield from _completed(data, size)
    # What came beyond the answer would be taken for the next call's.
    return WireAnswer(head.status, head.content_type, data[head.end : size]), len(data) == size


def _completed(data: bytes, size: int) -> Generator[None, bytes, bytes]:
    whole = bytearray(data)
    while len(whole) < size:
        more = yield
        if not more:
            raise BadAnswerError(_CUT_SHORT)
        whole += more
    return bytes(whole)


def read_any(begun: bytes) -> Reading:
    """Read an answer of any form that HTTP/1 knows, of which these bytes have come."""
    if begun.startswith(_TLS_ALERT):
        raise BadAnswerError(_TLS_TO_PLAIN)
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
    protocol.send(h11.Request(method="POST", target="/", headers=[("Host", "any"), ("Content-Length", "0")]))
    protocol.send(h11.EndOfMessage())
    ended = not begun
    head, body = None, bytearray()
    try:
        protocol.receive_data(begun)
        while not isinstance(event := protocol.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                more = yield
                ended = not more
                protocol.receive_data(more)
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > mapping.LONGEST_ANSWER:
                    raise mapping.too_long()
    except h11.RemoteProtocolError:
        raise BadAnswerError(_CUT_SHORT if ended else _NO_HTTP) from None
    assert head is not None  # h11 ends no message that did not begin
    return _answer(head, bytes(body)), _stays(protocol, head)


def _answer(head: h11.Response, body: bytes) -> WireAnswer:
    content_type = next((value.decode("latin-1") for name, value in head.headers if name == b"content-type"), None)
    return WireAnswer(head.status_code, content_type, body)


def _stays(protocol: h11.Connection, head: h11.Response) -> bool:
    """Whether what comes next on the connection can only be another answer. One that says its length twice is not trusted that far."""
    names = {name for name, _ in head.headers}
    sure = head.status_code not in NOT_FINAL and not names >= {b"content-length", b"transfer-encoding"}
    return sure and protocol.their_state is h11.DONE and protocol.trailing_data == (b"", False)


_CUT_SHORT = "the connection ended before the whole answer had come"
_NO_HTTP = "what came is no HTTP answer"
_TLS_TO_PLAIN = "the other end speaks TLS: begin the endpoint with https://, or name the port for plain HTTP"
