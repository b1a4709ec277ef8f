"""Answers of polls that the database does not take at once: a file has each of them until it does (R1)."""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from winnerlook.errors import WinnerlookError
from winnerlook.outbox._vault import Seals

ENVIRONMENT = "WINNERLOOK_OUTBOX_SPILL"
_log = logging.getLogger("winnerlook.outbox")
_PLACE = b"wl_polls.raw"
_AT_ONCE = 0.5
"""Seconds that the database may take for a commit until a file has the answer too."""


def default_folder(database: URL) -> Path:
    """The environment's, else beside the SQLite file, else in the user's folder for what programs keep."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    if database.get_backend_name() == "sqlite":
        return Path(f"{database.database}-spill")
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111  # Path's raises where nobody has a home
    return Path(state) / "winnerlook" / "outbox-spill"


class Spill:
    """Files of one store in a folder that others may share. A file holds the columns of a poll's row, its answer among them: sealed, where
    the store is."""

    def __init__(self, folder: Path, store_name: str, seals: Seals) -> None:
        self._folder, self._store_name, self._seals = folder, store_name, seals

    @contextmanager
    def meanwhile(self, row: dict[str, Any]) -> Iterator[None]:
        """Have a file of `row` while the block stores it: from the moment on that this takes long, and for good where it fails."""
        timer = threading.Timer(_AT_ONCE, self._write, (row,))
        timer.daemon = True
        timer.start()
        try:
            yield
        except BaseException:
            _end(timer)
            self._write(row)
            raise
        _end(timer)
        self.remove(row["id"])

    def holds(self, poll_id: str) -> bool:
        """Whether there is a file of this poll."""
        return self._path(poll_id).exists()

    def remove(self, poll_id: str) -> None:
        """Once the database has it. One that cannot be deleted is taken in again, which changes nothing."""
        with suppress(OSError):
            self._path(poll_id).unlink()

    def rows(self) -> Iterator[dict[str, Any]]:
        """What a poller before, or another process of this machine, left behind."""
        for path in sorted(self._folder.glob(f"{self._store_name}-*.json")):
            try:
                row = json.loads(path.read_bytes())
                row["raw"] = self._seals.open_bytes(_PLACE, base64.b64decode(row["raw"]))
                yield row
            except FileNotFoundError:  # another has just taken it in
                continue
            except (OSError, ValueError, KeyError, TypeError, RecursionError, WinnerlookError) as error:
                name = type(error).__name__
                _log.warning("%s holds an answer of the gateway and cannot be read (%s): it is left where it is", path, name)

    def _write(self, row: dict[str, Any]) -> None:
        """On disk as a whole or not at all."""
        path = self._path(row["id"])
        part = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            raw = base64.b64encode(self._seals.seal_bytes(_PLACE, row["raw"])).decode("ascii")
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123  # with a mode
                file.write(json.dumps({**row, "raw": raw}).encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync(self._folder)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            _log.warning("an answer that the database does not take could not be kept in %s either: %s", self._folder, error.strerror)
        else:
            _log.warning("the database does not take an answer: it is kept in %s, and taken in by the next poll", path)

    def _path(self, poll_id: str) -> Path:
        return self._folder / f"{self._store_name}-{poll_id}.json"


def _end(timer: threading.Timer) -> None:
    timer.cancel()
    timer.join()


def _sync(folder: Path) -> None:
    """A new file is on disk when its name is, too; not every system can say so of a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
