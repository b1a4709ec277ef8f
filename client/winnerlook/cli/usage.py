"""Wrong usage, told without the values: they may be a password, a number or a text (L2)."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from winnerlook.masking import mask_digits

_OPTION = re.compile(r"--[a-z][a-z-]*")


class UsageError(Exception):
    """The command line is wrong. Nothing was sent."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of leaving, and never repeats what it was given."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError; argparse puts the offending value in quotes, or nowhere."""
        choices = re.match(r"(argument [^:]+: invalid choice)", message)
        if choices:
            message = f"{choices[1]}: see {self.prog} --help"
        message = re.sub(r": (invalid \w+ value|ignored explicit argument).*", r": \1", message, flags=re.DOTALL)
        raise UsageError(f"{mask_digits(message)} (see {self.prog} --help)" if not choices else message)


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command line. Raises UsageError, and SystemExit for --help and --version."""
    args, extras = parser.parse_known_args(argv)
    if extras:
        command = " ".join(filter(None, (parser.prog, args.command, getattr(args, "subcommand", None))))
        options = [match[0] for match in map(_OPTION.match, extras) if match]
        if options:
            raise UsageError(f"there is no option {', '.join(options)} (see {command} --help)")
        raise UsageError(f"{len(extras)} words too many: put a text with blanks in quotes (see {command} --help)")
    return args
