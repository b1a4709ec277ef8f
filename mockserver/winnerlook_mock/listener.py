"""Listening sockets, and uvicorn made to start and stop at once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from winnerlook_mock.http_protocol import HEAD_SECONDS, HttpProtocol

_KEEP_ALIVE_SECONDS = 300
"""Longer than any client keeps a pooled connection: a server that closes first makes clients lose calls they had just sent."""
_GRACE_SECONDS = 2.0
_TURNS = 10
_HIGHEST_PORT = 65_535


class AddressError(OSError):
    """The address cannot be listened on; the text says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises AddressError."""
    if not 0 <= port <= _HIGHEST_PORT:  # the system would take it modulo 65536
        raise AddressError(f"port {port} does not exist: ports are 0 to {_HIGHEST_PORT}")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # The protocol must be named: asyncio sets TCP_NODELAY only on sockets that say they are TCP.
        sock = socket.socket(family, kind, socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:  # the latter for a name that no resolver is even asked for
        raise AddressError(f"cannot listen on {host!r}: {getattr(error, 'strerror', None) or error}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, _own(), 1)
        sock.bind(address)
        sock.listen(1024)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressError(f"port {port} on {host} is taken by another program: choose another, or 0 for a free one") from error
        raise AddressError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    return sock


def _own() -> int:
    """The option that takes a port which has just been let go, and no other. On Windows SO_REUSEADDR would take one that is listened on."""
    return int(getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR))


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(sock: socket.socket, scheme: str = "http") -> str:
    """Scheme, host and port that a listening socket answers on; a wildcard address is shown as loopback."""
    host, port = sock.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004  # IPv4
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class _Quiet(uvicorn.Config):
    """uvicorn without its log of requests: a query holds passwords, numbers and texts (L2).

    Its own settings do not rule that out: it logs every scope at its level TRACE, and accesses where somebody gives ``uvicorn.access`` a
    handler, as an application under test on another uvicorn of this process does. That application's loggers are left as they are.
    """

    def configure_logging(self) -> None:
        """Leave logging alone."""

    def load(self) -> None:
        """Without the wrapper that logs scopes."""
        super().load()
        self.loaded_app = self.app


class PromptServer(uvicorn.Server):
    """uvicorn without its polling: it tells when it is up, stops as soon as it is asked to, and waits for calls under way only.

    `secure` is a listening socket that the same application answers on in TLS, and the context to do it with.
    """

    def __init__(
        self, app: Any, on_started: Callable[[], None], secure: tuple[socket.socket, ssl.SSLContext] | None = None, *,
        head_seconds: float = HEAD_SECONDS,
    ) -> None:
        protocol: Any = partial(HttpProtocol, head_seconds=head_seconds)
        super().__init__(
            _Quiet(
                app, http=protocol, ws="none", lifespan="off", interface="asgi3", log_config=None, access_log=False, proxy_headers=False,
                server_header=False, timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._on_started = on_started
        self._secure = secure
        self._stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self._secure is not None:
            await self._listen_securely(*self._secure)
        await self.on_tick(0)  # sets the Date header for the first requests
        self._on_started()

    async def _listen_securely(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        """uvicorn has one TLS setting for all of its sockets, so it starts twice: with connections, calls and shutdown in common."""
        plain, self.config.ssl = self.servers, context
        await super().startup([sock])
        self.servers[:0] = plain

    async def main_loop(self) -> None:
        """Serve until `stop`; the tick keeps the Date header right."""
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), 1.0)
            except TimeoutError:
                await self.on_tick(0)

    def stop(self) -> None:
        """Ask to stop; call it on the server's own loop."""
        self._stop.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002  # uvicorn's signature
        """Close idle connections now, give calls under way a moment, then drop what is left."""
        await self._stop_accepting()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await _turns()  # a connection that outlives its loop complains

    async def _stop_accepting(self) -> None:
        """A connection accepted just now must be made before its listener is closed: asyncio loses it otherwise, and its socket is open
        until the garbage collector comes."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for sock in server.sockets:
                with contextlib.suppress(NotImplementedError):  # Windows, where the listener has to do without
                    loop.remove_reader(sock)
        await _turns()
        for server in self.servers:
            server.close()


async def _turns() -> None:
    """Let the loop turn as often as a connection takes to be made, or to be gone once aborted; TLS needs five turns for that."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
