"""Where ``winnerlook receive`` puts what is pushed: a file of JSON lines, another server."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing, suppress
from urllib.parse import urlsplit

from winnerlook._steps import Exchange
from winnerlook._timeouts import Deadline, Timeouts
from winnerlook._transport import mapping
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.sync import SyncTransport
from winnerlook._transport.tls import Tls
from winnerlook._wire import WireRequest
from winnerlook.cli.rendering import Record, record_value
from winnerlook.errors import CertificateError, TransportError
from winnerlook.evidence import Evidence
from winnerlook.pushes import Push, format_push
from winnerlook.receiver._answers import NotTakenOnError
from winnerlook.receiver._identity import key_of, only

try:
    import fcntl
except ImportError:  # Windows, where one process alone should write a file
    fcntl = None  # type: ignore[assignment]

_TIMEOUTS = Timeouts(connect=5, read=20, total=20)
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"Content-Type": "application/json; charset=utf-8", "Accept": "*/*"}
_MOST_REMEMBERED = 100_000

Sink = Callable[[Push], None]


def lines(push: Push) -> bytes:
    """A push as JSON lines, one a record, in UTF-8; a lone surrogate as its JSON escape."""
    records: tuple[Record, ...] = (*push.reports, *push.replies)
    kind = "report" if push.type.of_reports else "reply"
    values = ({"kind": kind, "account": push.account, "type": int(push.type), **record_value(record)} for record in records)
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode("utf-8", "backslashreplace")


class JsonLines:
    """A file that is only ever appended to (L1), for its owner alone (mode 600). When it is moved away, the next push makes a new one.

    A push is on disk when it returns, or, where that fails, none of it is in the file. Raises OSError.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        descriptor = self._open()  # a file that cannot be appended to is told at the start
        try:
            os.lseek(descriptor, 0, os.SEEK_END)
        finally:
            os.close(descriptor)

    def __call__(self, push: Push) -> None:
        self.append(lines(push))

    def append(self, data: bytes) -> None:
        """The same of lines that are made already."""
        with self._lock:
            descriptor = self._open()
            try:
                if not _append(descriptor, data):
                    self._sync_folder()
            finally:
                os.close(descriptor)

    def _sync_folder(self) -> None:
        """A new file is on disk when its name is, too; not every system can say so of a folder."""
        with suppress(OSError):
            folder = os.open(os.path.dirname(self._path) or ".", os.O_RDONLY)  # noqa: PTH120  # as the name is given
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)


def _append(descriptor: int, data: bytes) -> int:
    """Write all of it to disk or nothing. Gives the size that the file had. Raises OSError."""
    if fcntl:  # another process may write to the same file: its turn comes when the descriptor is closed
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # pyright: ignore[reportAttributeAccessIssue]
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size and _last_byte(descriptor) != b"\n":  # what a crash left half written stays, on a line of its own
        data = b"\n" + data
    try:
        _write(descriptor, data)
        os.fsync(descriptor)
    except BaseException:
        os.ftruncate(descriptor, size)
        raise
    return size


def _last_byte(descriptor: int) -> bytes:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


class StandardOutput:
    """JSON lines on standard output, flushed, and on disk where it is a file. Raises OSError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, push: Push) -> None:
        self.append(lines(push))

    def append(self, data: bytes) -> None:
        """The same of lines that are made already."""
        with self._lock:
            sys.stdout.flush()
            descriptor = sys.stdout.fileno()
            _write(descriptor, data)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe and a terminal have no disk
                os.fsync(descriptor)


class Forward:
    """Another server, which gets the same JSON by POST. Follows no redirect and repeats nothing. Raises NotTakenOnError unless it has
    answered with 2xx, to the end, in 20 s."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._endpoint = Endpoint(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def __call__(self, push: Push) -> None:
        request = WireRequest(None, self._target, _HEADERS, format_push(push).encode("utf-8"))
        # A connection of its own: a kept one that the server closes meanwhile would be a failure for nothing.
        with closing(SyncTransport(self._endpoint, Tls(), pool_size=1)) as transport:
            try:
                status = transport.exchange(Exchange(request, Deadline(_TIMEOUTS), Evidence())).status
            except TransportError as error:
                raise NotTakenOnError(_kind(error)) from None  # the error names the address, which may hold a secret
        if not 200 <= status < 300:  # noqa: PLR2004  # 2xx
            raise NotTakenOnError(f"it answered {status}")


def _kind(error: TransportError) -> str:
    """What went wrong, without the address: OpenSSL's words may hold it."""
    if error.__cause__ is None or isinstance(error, CertificateError):
        return type(error).__name__
    return mapping.reason(error.__cause__).lower()


class InTurn:
    """Writes to `first`, then to `second`. A record that only the second refused is not written to the first again when it is pushed
    again, in whatever company it comes."""

    def __init__(self, first: Sink, second: Sink) -> None:
        self._first, self._second = first, second
        self._written: OrderedDict[str, None] = OrderedDict()

    def __call__(self, push: Push) -> None:
        keys = [key_of(push.account, record) for record in push.records]
        if new := {key for key in keys if key not in self._written}:
            self._first(only(push, keys, new))
            self._written.update(dict.fromkeys(new))
        while len(self._written) > _MOST_REMEMBERED:
            self._written.popitem(last=False)
        self._second(push)
        for key in keys:
            self._written.pop(key, None)
