"""aiohttp's connections, which write down what they see of the call in hand. Its trace signals could, at a quarter of a call's time."""

from __future__ import annotations

import functools
from asyncio import AbstractEventLoop, BaseTransport, Transport
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from winnerlook._steps import Exchange
from winnerlook._timeouts import LONGEST_IDLE
from winnerlook.evidence import Evidence

call_in_hand: ContextVar[Exchange] = ContextVar("winnerlook_call_in_hand")


class _RepeatedError(aiohttp.ClientError):
    """aiohttp was about to send a request a second time."""


class _Writing:
    """A transport that counts what is written to it, for the connection's call. The count rises first, so that it never claims less than
    what may have left."""

    def __init__(self, transport: BaseTransport) -> None:
        self._transport: Any = transport
        self._whole = 0
        self.evidence = Evidence()
        self.body_bytes = 0
        self.is_closing = self._transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        evidence = self.evidence
        if not evidence.bytes_sent:  # aiohttp's first piece holds the whole head
            self._whole = bytes(data).find(b"\r\n\r\n") + 4 + self.body_bytes
        evidence.bytes_sent += len(data)
        self._transport.write(data)
        evidence.request_complete = evidence.bytes_sent >= self._whole

    def writelines(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))


class Handler(ResponseHandler):
    """A connection. One on which something came unasked is not used again: that would be the next call's answer."""

    writing: _Writing | None = None
    _used = False

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.writing = _Writing(transport)
        self.transport: Transport | None = self.writing  # type: ignore[assignment]  # all that a transport is, by delegation

    def data_received(self, data: bytes, *rest: Any) -> None:
        if self.writing is not None:
            self.writing.evidence.bytes_received += len(data)
        super().data_received(data, *rest)

    def begin(self, call: Exchange) -> None:
        """Write down what is seen from now on in the evidence of this call."""
        evidence = call.evidence
        if evidence.bytes_sent:
            # aiohttp repeats a GET whose connection broke; nobody here may repeat what may have been done.
            raise _RepeatedError("the connection broke")
        evidence.connected, evidence.reused, self._used = True, self._used, True
        if self.writing is not None:
            self.writing.evidence, self.writing.body_bytes = evidence, len(call.request.body or b"")


class Connector(aiohttp.TCPConnector):
    """Makes such connections, and tells each of its call."""

    def __init__(self, *, limit: int, ssl: Any, loop: AbstractEventLoop) -> None:
        super().__init__(limit=limit, ssl=ssl, keepalive_timeout=LONGEST_IDLE)
        self._factory: Any = functools.partial(Handler, loop=loop)  # no public way

    async def connect(self, *args: Any, **options: Any) -> Any:
        """A connection for the call in hand."""
        connection = await super().connect(*args, **options)
        handler: Any = connection.protocol
        try:
            handler.begin(call_in_hand.get())
        except BaseException:
            connection.close()
            raise
        return connection
