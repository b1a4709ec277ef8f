"""How a command fails. Wrong usage is told without what was typed: a slip may put a password anywhere (L2)."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

_QUOTED = re.compile(r"(invalid \w+ value|invalid choice|ignored explicit argument)\b.*?((?: \(choose from [^()]*\))?)$", re.DOTALL)
_FLAG = re.compile(r"--[a-z][a-z-]*")


class UsageError(Exception):
    """The command was called wrongly; the text says how, and where to read on."""


class CommandError(Exception):
    """The command was understood and could not be done; the text says why."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError, where argparse prints what it was given and leaves."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})  # a message about an abbreviation repeats its value

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, without the values in the message."""
        told = _QUOTED.sub(r"\1\2", message)
        raise UsageError(f"{told}; see {self.prog} --help")

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # overloads
        """Read the command line. Raises UsageError, and SystemExit for ``--help``."""
        arguments, rest = self.parse_known_args(args, namespace)
        if rest:
            flags = [match[0] for match in map(_FLAG.match, rest) if match]
            self.error(f"there is no {', '.join(flags)}" if flags else f"too many arguments ({len(rest)})")
        return arguments
