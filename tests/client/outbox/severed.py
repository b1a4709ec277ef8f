"""A way to PostgreSQL on which commits are made and their answers lost."""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_COMMIT = b"COMMIT\x00"
_PORT = 5432


class Way:
    """Hands on what it gets, but for the answer of the commit that is to be `lose`d: then it closes the connection."""

    def __init__(self, url: str, folder: Path) -> None:
        (host,) = parse_qs(urlsplit(url).query)["host"]
        self.url = re.sub(r"\?.*", f"?host={folder}&port={_PORT}", url)
        self.lost = False
        self._left = 0
        self._server = str(next(Path(host).glob(".s.PGSQL.*[0-9]")))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / f".s.PGSQL.{_PORT}"))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def lose(self, number: int) -> None:
        """The answer of so many commits from now; `lost` says whether it came to that."""
        self._left, self.lost = number, False

    def close(self) -> None:
        """Once nobody is connected any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as onward, suppress(OSError):
            onward.connect(self._server)
            other = {client: onward, onward: client}
            severed = False
            while True:
                for each in select.select(other, [], [])[0]:
                    data = each.recv(65536)
                    if not data or (severed and each is onward):
                        return
                    severed |= each is client and self._is_lost(data)
                    other[each].sendall(data)

    def _is_lost(self, data: bytes) -> bool:
        if not self._left or _COMMIT not in data:  # the whole of a simple query, or a part of an extended one
            return False
        self._left -= 1
        self.lost = not self._left
        return self.lost


@contextmanager
def way_to(url: str, folder: Path) -> Iterator[Way]:
    """A way to what a URL names. `folder` is short: the name of a socket has few characters."""
    way = Way(url, folder)
    try:
        yield way
    finally:
        way.close()
