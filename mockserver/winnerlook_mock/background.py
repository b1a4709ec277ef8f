"""An ASGI application on real sockets, in a thread of this process: what the mock and the recorder both are."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from winnerlook_mock.listener import PromptServer, bind, url_of
from winnerlook_mock.tls import Https, Identity, identity

_START_SECONDS = 30.0
# Not the loop that the program's policy makes: on uvloop, which applications under test install, connections in TLS outlive the server.
_OWN_LOOP: Callable[[], asyncio.AbstractEventLoop]
if sys.platform == "win32":
    _OWN_LOOP = asyncio.ProactorEventLoop
else:
    _OWN_LOOP = asyncio.SelectorEventLoop


class Background:
    """Runs once: `start` returns when requests are answered, `stop` when the ports are free again. `url` and `https_url` are empty until
    started, the latter without `https`, too."""

    def __init__(self, host: str, port: int, https: Https | None, name: str) -> None:
        self._host, self._port, self._https, self._name = host, port, https, name
        self._identity: Identity | None = None
        self._socket: socket.socket | None = None
        self._secure_socket: socket.socket | None = None
        self._server: PromptServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self.thread: threading.Thread | None = None
        self.url: str = ""
        self.https_url: str = ""

    @property
    def ca_file(self) -> str | None:
        """Path of the CA certificate, in PEM, that a client has to trust. None until started, without HTTPS, and with one given."""
        return self._identity.ca_file if self._identity else None

    def start(self, app: Any) -> None:
        """Listen and answer. Raises AddressError where an address cannot be had, or HTTPS not be served with the certificate given."""
        try:
            self._listen()
        except BaseException:
            self._release()
            raise
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(app, started), name=self._name, daemon=True)
        self.thread.start()
        if not started.wait(_START_SECONDS):
            raise RuntimeError(f"the server did not start within {_START_SECONDS:g} s")
        if self._failure is not None:
            raise RuntimeError("the server could not start") from self._failure

    def stop(self, before: Callable[[], None] = lambda: None) -> None:
        """Stop answering and free the ports; `before` is done on the server's own loop first. Does nothing when not running."""
        if self.thread is None or self._loop is None or self._server is None:
            return
        if self.thread.is_alive():
            with contextlib.suppress(RuntimeError):  # its loop has just closed: another thread stopped it too
                self._loop.call_soon_threadsafe(self._end, before)
            self.thread.join()

    def _end(self, before: Callable[[], None]) -> None:
        assert self._server is not None
        try:
            before()
        finally:  # whoever stops it waits for its thread
            self._server.stop()

    def _listen(self) -> None:
        """Take the ports, after whatever else can go wrong."""
        if self._https is not None:
            self._identity = identity(self._https, self._host)
            weakref.finalize(self, self._identity.discard)  # for programs that end without stop()
        self._socket = bind(self._host, self._port)
        self.url = url_of(self._socket)
        if self._https is not None:
            self._secure_socket = bind(self._host, self._https.port)
            self.https_url = url_of(self._secure_socket, "https")

    def _release(self) -> None:
        for sock in (self._socket, self._secure_socket):
            if sock is not None:
                sock.close()
        if self._identity is not None:
            self._identity.discard()

    def _run(self, app: Any, started: threading.Event) -> None:
        async def serve() -> None:
            assert self._socket is not None
            self._loop = asyncio.get_running_loop()
            secure = (self._secure_socket, self._identity.context) if self._secure_socket and self._identity else None
            self._server = PromptServer(app, started.set, secure)
            await self._server.serve([self._socket])

        try:
            with asyncio.Runner(loop_factory=_OWN_LOOP) as runner:
                runner.run(serve())
        except BaseException as error:  # noqa: BLE001  # handed to whoever waits in start()
            self._failure = error
        finally:
            self._release()
            started.set()
