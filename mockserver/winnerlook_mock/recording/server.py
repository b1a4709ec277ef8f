"""The recorder as a server: in a thread of this process, ready when it is entered."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from winnerlook_mock.extra import needed
from winnerlook_mock.listener import PromptServer, bind, url_of
from winnerlook_mock.recording.recorder import Recorder
from winnerlook_mock.recording.upstream import SECONDS, Upstream
from winnerlook_mock.tls import Https, Identity, identity


class RecordingServer:
    """Passes requests on to a gateway, and keeps the exchanges in a directory, everything private replaced by stand-ins.

    :param upstream: scheme, host and port of the gateway.
    :param directory: where the files go; what is there already stays, and stand-ins go on meaning the same.
    :param passwords: passwords by user names, to look into encrypted calls with. Without its account's, a submitInfo is not kept.
    :param seconds: how long the gateway may take to connect, and between two pieces of its answer.
    :param https: what to serve HTTPS with, besides HTTP; `upstream_ca_file` is the CA to trust at the other side.

    Raises RecordingError for what does not do, and AddressError for an address that cannot be listened on.
    """

    def __init__(
        self, upstream: str, directory: str | os.PathLike[str], host: str = "127.0.0.1", port: int = 0, *,
        passwords: Mapping[str, str] | None = None, upstream_ca_file: str | None = None, seconds: float = SECONDS,
        https: Https | None = None,
    ) -> None:
        self._upstream = Upstream(upstream, ca_file=upstream_ca_file, seconds=seconds)
        self._directory, self._passwords = Path(directory), dict(passwords or {})
        self._host, self._port, self._https = host, port, https
        self._recorder: Recorder | None = None
        self._identity: Identity | None = None
        self._socket: socket.socket | None = None
        self._secure_socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: PromptServer | None = None
        self._thread: threading.Thread | None = None
        self.url = self.https_url = ""

    @property
    def ca_file(self) -> str | None:
        """Path of the CA certificate that an HTTPS client has to trust. None without HTTPS, and with a given certificate."""
        return self._identity.ca_file if self._identity else None

    def start(self) -> Self:
        """Listen, and return once requests are passed on."""
        with needed():
            from winnerlook_mock.recording.app import RecordingApp  # noqa: PLC0415  # it needs spyne
        self._recorder = Recorder(self._directory, self._passwords)
        app = RecordingApp(self._upstream, self._recorder)
        try:
            self._listen()
        except BaseException:
            self._release()
            raise
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(app, started), name="winnerlook-mock-record", daemon=True)
        self._thread.start()
        started.wait()
        return self

    def stop(self) -> None:
        """Stop, and free the port. Does nothing when not running."""
        if self._thread is None or self._loop is None or self._server is None:
            return
        with contextlib.suppress(RuntimeError):  # its loop is closed already
            self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _listen(self) -> None:
        if self._https is not None:
            self._identity = identity(self._https, self._host)
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
        if self._recorder is not None:
            self._recorder.close()

    def _run(self, app: object, started: threading.Event) -> None:
        async def serve() -> None:
            assert self._socket is not None
            self._loop = asyncio.get_running_loop()
            secure = (self._secure_socket, self._identity.context) if self._secure_socket and self._identity else None
            self._server = PromptServer(app, started.set, secure)
            await self._server.serve([self._socket])

        try:
            asyncio.run(serve())
        finally:
            self._release()
            started.set()
