"""Where a command's words go."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from winnerlook.cli.text import printable


class OutputClosedError(Exception):
    """Nobody reads standard output any more, or it is full."""


class Output:
    """Standard output, as lines for people or as JSON for programs, and standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:  # what was done must be told, even where the terminal lacks a character
                reconfigure(errors="backslashreplace")

    def line(self, text: str = "") -> None:
        """One line on standard output, at once. Raises OutputClosedError."""
        try:
            print(text, flush=True)
        except OSError as error:
            self._give_up()
            raise OutputClosedError from error

    def flush(self) -> None:
        """Bring out what was printed past this object."""
        try:
            sys.stdout.flush()
        except OSError:
            self._give_up()

    def document(self, value: Any) -> None:
        """One JSON document on a line. Raises OutputClosedError."""
        self.line(json_line(value))

    def note(self, text: str) -> None:
        """One line on standard error; nobody has to read it."""
        try:
            print(f"winnerlook: {printable(text)}", file=sys.stderr, flush=True)
        except OSError:
            return

    @staticmethod
    def _give_up() -> None:
        """Python flushes standard output once more at its end, and would complain again."""
        try:
            descriptor = sys.stdout.fileno()
        except (OSError, ValueError):  # no real file, so nothing is flushed
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def json_line(value: Any) -> str:
    """A JSON document on one line; pure ASCII where standard output cannot hold more."""
    unicode_fits = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not unicode_fits)


def keep(kind: str, data: bytes) -> str | None:
    """Write what must not be lost to a new file that only its owner may read: in the current directory, else among the temporary files.

    Gives its path, None where neither could be written.
    """
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        try:
            descriptor, path = tempfile.mkstemp(prefix=f"winnerlook-{kind}-", suffix=".txt", dir=folder)
            with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor, made with mode 600
                file.write(data)
        except OSError:
            continue
        return path
    return None
