"""HTTP/1.1 for every client: offers of other protocols are passed over, and a request head has to come to its end in time.

An `Upgrade` header offers to go on in another protocol: Java's HttpClient and ``curl --http2`` offer HTTP/2 with the first request of every
connection. A server is free to answer as if it were not there. The HTTP parser takes such a request for the last one of its connection and
skips its body, so what it read is given to it again without the offer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httptools

from winnerlook_mock.faults.connection import CONNECTION, Connection, OneWrite
from winnerlook_mock.http_body import NOTES
from winnerlook_mock.plain.request_line import TolerantProtocol

HEAD_SECONDS = 30.0
"""How long a request line and its headers may take."""

_TEXT = b"408 The request line and its headers did not come to their end in time.\n"
_TIMED_OUT = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
    % (len(_TEXT), _TEXT)
)


class HttpProtocol(TolerantProtocol):
    """One connection. `head_seconds` count from its beginning, later from the first byte that follows a request; a connection that is
    idle between two requests is left to uvicorn's keep-alive limit."""

    def __init__(self, *arguments: Any, head_seconds: float = HEAD_SECONDS, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.access_log = False  # uvicorn asks the logger, not its own setting
        self.parser: Any = _Parser(self, self.parser, self._without_offer)
        self._is_offer = False
        self._head_seconds = head_seconds
        self._head_begun = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._connection: Connection | None = None
        self._stopping = asyncio.Event()
        self._earlier: list[Any] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's signature
        """Wait for the first head."""
        super().connection_made(transport)
        self.transport: Any = OneWrite(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more. uvicorn tells only the last request of a connection that it is gone, not those before it in a pipeline."""
        self._stop_timer()
        super().connection_lost(exc)
        for cycle in self._earlier:
            cycle.disconnected = not cycle.response_complete
            cycle.message_event.set()

    def shutdown(self) -> None:
        """The server is to stop: requests that a fault holds are let go."""
        self._stopping.set()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Bytes came; line ends after a body, which old clients send, begin nothing. Most heads are whole at once and need no timer."""
        if self._expects_line and data.strip(b"\r\n"):
            self._head_begun = True
        super().data_received(data)
        if self._head_begun and self._head_timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        """The first byte of a request, which may have come together with the one before."""
        notes = self.scope.get(NOTES) if self._is_offer else None
        self._head_begun = True
        super().on_message_begin()
        self._connection = Connection(self.transport, self._stopping)
        self.scope[CONNECTION] = self._connection  # type: ignore[literal-required]  # keys of the mock's own
        if notes:
            self.scope[NOTES] = notes  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        """Start answering, unless the head is going to be taken again."""
        self._is_offer = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._is_offer:
            self._stop_timer()
            if self.cycle is not None and not self.cycle.response_complete:
                self._earlier = [*(cycle for cycle in self._earlier if not cycle.response_complete), self.cycle]
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request's end; after an offer, the parser only thinks so."""
        if not self._is_offer:
            if self._connection is not None:
                self._connection.has_whole_request = True
            super().on_message_complete()

    def _without_offer(self) -> bytes | None:
        """The head that was read last, to be taken again; None where it made no offer."""
        if not self._is_offer:
            return None
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self._head_seconds, self._give_up)

    def _stop_timer(self) -> None:
        self._head_begun = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._start_timer()  # a request is being answered, and the next one's head not read meanwhile
        elif not self.transport.is_closing():
            if self._head_begun:  # an answer to nothing would be taken for the answer to what is sent next
                self.transport.write(_TIMED_OUT)
            self.transport.close()


class _Parser:
    """The parser, which takes a head again that offered something, and goes on with what follows."""

    def __init__(self, protocol: HttpProtocol, parser: Any, without_offer: Callable[[], bytes | None]) -> None:
        self._protocol = protocol
        self._parser = parser
        self._without_offer = without_offer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> None:
        """Parse. Raises HttpParserError."""
        rest = memoryview(data)
        while True:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as offer:
                rest = rest[offer.args[0]:]
            else:
                return
            head = self._without_offer()
            if head is None:  # CONNECT: what follows is not HTTP
                return
            self._parser = _fresh(self._protocol)
            self._parser.feed_data(head)


def _fresh(protocol: HttpProtocol) -> Any:
    """A parser as uvicorn makes it: the one that read the offer is past its last request where that said "close"."""
    parser = httptools.HttpRequestParser(protocol)
    if hasattr(parser, "set_dangerous_leniencies"):  # httptools from 0.6.3
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser
