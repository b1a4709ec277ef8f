"""The connection under a request, for whoever has to break it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

from winnerlook_mock.http_body import Receive, Send

CONNECTION = "winnerlook.connection"
"""Where the scope keeps the `Connection` that a request came by."""
_LONGEST, _LONGEST_AT_THE_END = 5.0, 0.2
"""Seconds that what was written may take to leave, and in TLS the other side to say that it closes too; and when the server stops."""
_AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""C's struct linger: on, and for no second. On Windows its numbers are shorter."""


class OneWrite:
    """A transport that can gather what is written: each write of its own is a packet, and a third of what an answer costs."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._gathered: list[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def gather(self) -> None:
        """Hold back what is written from now on, until `let_go`, or the end."""
        self._gathered = []

    def let_go(self) -> None:
        """Write what was gathered."""
        gathered, self._gathered = self._gathered, None
        if gathered:
            self._transport.write(b"".join(gathered))

    def write(self, data: bytes) -> None:
        """Write, now or later."""
        if self._gathered is None:
            self._transport.write(data)
        else:
            self._gathered.append(data)

    def close(self) -> None:
        """Close when all is written."""
        self.let_go()
        self._transport.close()


class Connection:
    """One request's connection, for whoever ends it in ways that HTTP does not know. `has_whole_request` says that nothing of the request
    is still to come; `stopping` is set when the server is to stop: then nobody is kept waiting on purpose any longer."""

    def __init__(self, transport: OneWrite, stopping: asyncio.Event) -> None:
        self._transport, self._stopping = transport, stopping
        self.has_whole_request = False

    async def send_together(self, send: Send, messages: Iterable[Any]) -> None:
        """Let messages leave in one piece."""
        self._transport.gather()
        try:
            for message in messages:
                await send(message)
        finally:
            self._transport.let_go()

    async def pause(self, seconds: float) -> bool:
        """Let time pass. True where the server is to stop, which ends it."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    async def hold(self, receive: Receive, seconds: float) -> None:
        """Keep the other side waiting, until it is gone, the server is to stop, or the time has passed."""
        waits = [asyncio.ensure_future(gone(receive, seconds)), asyncio.ensure_future(self._stopping.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def end(self, receive: Receive, *, reset: bool) -> None:
        """Close it when what was written has left, or break it off at once: then the other side reads a reset (RST) where the platform can
        do that, else an end. Returns when the server knows that the connection is gone."""
        if reset:
            self._break_off()
        else:
            self._transport.close()
            if not await gone(receive, _LONGEST_AT_THE_END if self._stopping.is_set() else _LONGEST):
                self._transport.abort()
        await gone(receive, _LONGEST)

    def _break_off(self) -> None:
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._transport.abort()


async def gone(receive: Receive, seconds: float) -> bool:
    """Wait until the other side is gone, for so many seconds at most. False where it is still there then."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
