"""The connection under a request, for whoever has to break it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from winnerlook_mock.http_body import Receive

CONNECTION = "winnerlook.connection"
"""Where the scope keeps the `Connection` that a request came by."""
_LONGEST = 5.0
"""Seconds that what was written may take to leave."""


class Connection:
    """Ends a connection in ways that HTTP does not know."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    async def end(self, receive: Receive, *, reset: bool) -> None:
        """Close it when what was written has left, or break it off at once: then the other side reads a reset (RST) where the platform can
        do that, else an end. Returns when the server knows that the connection is gone."""
        if reset:
            self._break_off()
        else:
            self._transport.close()
        await gone(receive, _LONGEST)

    def _break_off(self) -> None:
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


async def gone(receive: Receive, seconds: float) -> None:
    """Wait until the other side is gone, for so many seconds at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
