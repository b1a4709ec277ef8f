"""The recorder as a server: in a thread of this process, ready when it is entered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from winnerlook_mock.background import Background
from winnerlook_mock.extra import needed
from winnerlook_mock.recording.recorder import Recorder
from winnerlook_mock.recording.upstream import SECONDS, Upstream
from winnerlook_mock.tls import Https


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
        self._running = Background(host, port, https, "winnerlook-mock-record")
        self._recorder: Recorder | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port. Empty until started."""
        return self._running.url

    @property
    def https_url(self) -> str:
        """The same for HTTPS. Empty until started, and without `https`."""
        return self._running.https_url

    @property
    def ca_file(self) -> str | None:
        """Path of the CA certificate that an HTTPS client has to trust. None without HTTPS, and with a given certificate."""
        return self._running.ca_file

    def start(self) -> Self:
        """Listen, and return once requests are passed on."""
        with needed():
            from winnerlook_mock.recording.app import RecordingApp  # noqa: PLC0415  # it needs spyne
        self._recorder = Recorder(self._directory, self._passwords)
        try:
            self._running.start(RecordingApp(self._upstream, self._recorder))
        except BaseException:
            self._recorder.close()
            raise
        return self

    def stop(self) -> None:
        """Stop, and free the port. Does nothing when not running."""
        self._running.stop()
        if self._recorder is not None:
            self._recorder.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
