"""Requests that came in one piece, answered while they are being read: without a task, ASGI's messages and turns of the loop, which take
as long as the answer itself.

The application says which it can answer so; all others, and whatever has to wait, go uvicorn's way. Tests hold both ways to the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from winnerlook_mock.wire import READY, Ready

_PLAIN_URL = re.compile(rb"(/[\w./-]*)(?:\?([\x21\x22\x24-\x7e]*))?")


class AtOnceProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which asks the application's `at_once` first, where it is all there."""

    _pieces: list[bytes] | None = None
    """Of the body of a request that nobody was told of yet."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._at_once: Callable[[Any, bytes], Ready | None] = getattr(self.app, "at_once", _never)

    def data_received(self, data: bytes) -> None:
        """Parse; a request of which more is to come goes uvicorn's way."""
        super().data_received(data)
        if self._pieces is not None and not self.transport.is_closing():  # what cannot be parsed is answered, and the end
            self._go_on()

    def on_headers_complete(self) -> None:
        """Wait for the body, if it may be answered at once."""
        if self._may_be_answered():
            self._pieces = []
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of it."""
        if self._pieces is None:
            super().on_body(body)
        else:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Answer, or go uvicorn's way."""
        if self._pieces is not None:
            ready = self._at_once(self.scope, b"".join(self._pieces))
            if ready is not None and ready.wire.is_free:
                self._pieces = None
                self._leave(ready)
                return
            self.scope[READY] = ready  # type: ignore[literal-required]  # a key of the mock's own
            self._go_on()
        super().on_message_complete()

    def _may_be_answered(self) -> bool:
        url = _PLAIN_URL.fullmatch(self.url)
        if url is None or self.expect_100_continue or (self.cycle is not None and not self.cycle.response_complete):
            return False
        parser: Any = self.parser  # None once the connection is gone
        scope = self.scope
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive() or self.flow.write_paused or self.transport.is_closing():
            return False
        scope["method"], scope["path"], scope["query_string"] = parser.get_method().decode("ascii"), url[1].decode(), url[2] or b""
        return True

    def _leave(self, ready: Ready) -> None:
        head = [STATUS_LINE[ready.status]]
        for name, value in (*self.server_state.default_headers, *ready.headers):
            head += (name, b": ", value, b"\r\n")
        self.transport.write(b"".join((*head, b"\r\n", ready.body)))
        self.on_response_complete()
        ready.wire.left()

    def _go_on(self) -> None:
        pieces, self._pieces = self._pieces or (), None
        super().on_headers_complete()
        for piece in pieces:
            super().on_body(piece)


def _never(_scope: Any, _body: bytes) -> None:
    """What an application that knows nothing of this answers at once."""
