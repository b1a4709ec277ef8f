"""Reading one HTTP answer from a connection.

Nearly every answer has a head that leaves nothing to interpret, and a length: `plain_head` reads it. Any other goes to http.client,
beginning with the bytes that have come so far. A property test holds the two to each other.
"""

from __future__ import annotations

import http.client
import io
import re
from dataclasses import dataclass
from typing import Any

import urllib3

from winnerlook._transport import mapping
from winnerlook._wire import NOT_FINAL, WireAnswer

_PIECE = 65536
_LONGEST_HEAD = 16384
_BEGINNING = b"HTTP/1.1 "
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9]) [ -~]*\r\n"
    rb"((?:[!#-'*+.^_`|~0-9A-Za-z-]+:[ \t]*(?:[!-~](?:[ \t]*[!-~])*)?\r\n)+)\r\n"
)
_TELLING = re.compile(rb"^(content-length|content-type|transfer-encoding|connection):[ \t]*([^\r]*)\r$", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"[0-9]{1,9}")


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


def read_answer(connection: Any, method: str) -> tuple[WireAnswer, bool]:
    """The answer on a connection, whole, and whether the connection may carry another call."""
    data = connection.receive(_PIECE)
    while b"\r\n\r\n" not in data and data.startswith(_BEGINNING) and len(data) < _LONGEST_HEAD and (more := connection.receive(_PIECE)):
        data += more
    head = plain_head(data)
    if head is None or head.length > mapping.LONGEST_ANSWER:
        return _read_any(connection, method, data)
    if len(data) < head.end + head.length:
        data = _completed(connection, data, head.end + head.length)
        if len(data) < head.end + head.length:
            return _read_any(connection, method, data)
    answer = WireAnswer(head.status, head.content_type, data[head.end : head.end + head.length])
    return answer, len(data) == head.end + head.length  # more would be taken for the next call's answer


def _completed(connection: Any, data: bytes, size: int) -> bytes:
    whole = bytearray(data)
    while len(whole) < size and (piece := connection.receive(min(_PIECE, size - len(whole)))):
        whole += piece
    return bytes(whole)


class Response(http.client.HTTPResponse):
    """One that a signal may find half made: Python closes it then, and would complain on standard error that there is no `fp`."""

    fp: Any = None


class _Reader(io.RawIOBase):
    """What has come already, then the rest of a connection, under the call's deadline and counted."""

    def __init__(self, connection: Any, begun: bytes, raw: io.RawIOBase) -> None:
        self._connection, self._begun, self._raw = connection, begun, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._begun[: len(buffer)] or self._connection.receive(len(buffer))
        self._begun = self._begun[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _read_any(connection: Any, method: str, begun: bytes) -> tuple[WireAnswer, bool]:
    response = Response(connection.sock, method=method)
    raw = response.fp.detach()  # a BufferedReader, as makefile("rb") gives
    response.fp = io.BufferedReader(_Reader(connection, begun, raw))
    connection.watch.response = response
    response.begin()
    return read_response(response, method), not response.will_close and response.status not in NOT_FINAL


def read_response(response: http.client.HTTPResponse, method: str) -> WireAnswer:
    """The rest of an answer whose head http.client has read. urllib3 notices where it was cut short, and lengths that contradict."""
    headers = urllib3.HTTPHeaderDict(response.msg.items())
    reading = urllib3.HTTPResponse(
        body=response, headers=headers, status=response.status, original_response=response, preload_content=False, decode_content=False,
        enforce_content_length=True, request_method=method,
    )
    body = bytearray()
    try:
        # Piece by piece to the end: only a read that finds nothing more notices that the answer was cut short.
        while response.status not in NOT_FINAL and (piece := reading.read(_PIECE)):
            body += piece
            if len(body) > mapping.LONGEST_ANSWER:
                raise mapping.TooLongError
    finally:
        response.close()
    return WireAnswer(response.status, headers.get("Content-Type"), bytes(body))
