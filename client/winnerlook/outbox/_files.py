"""A file that is there whole or not at all, for its owner alone."""

from __future__ import annotations

import gzip
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from winnerlook.outbox._errors import ArchiveError


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """What is written gets the name when the block ends without an error, and is on disk then. A file that is there is not overwritten.
    Raises ArchiveError."""
    if path.exists():
        raise _exists(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _new(part) as plain:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=plain, mode="wb", compresslevel=6) as packed:
                    yield packed  # type: ignore[misc]  # it writes as one does
            else:
                yield plain
            plain.flush()
            os.fsync(plain.fileno())
        _name(part, path)
    except OSError as error:
        raise ArchiveError(f"the archive cannot be written: {error.strerror or type(error).__name__}") from None
    finally:
        part.unlink(missing_ok=True)


def _new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _name(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # unlike a rename it overwrites nothing
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without links
        part.rename(path)
    with suppress(OSError):  # not every system can say so of a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _exists(path: Path) -> ArchiveError:
    return ArchiveError(f"{path.name} is there already, and an archive is never overwritten: choose another name")
