"""Options of the command: every one has an environment variable."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from winnerlook_mock.cli.usage import UsageError

PREFIX = "WINNERLOOK_MOCK_"

_ON, _OFF = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}

Value = TypeVar("Value")


def variable(name: str) -> str:
    """The environment variable of an option."""
    return PREFIX + name.strip("-").upper().replace("-", "_")


def add_option(
    parser: argparse.ArgumentParser, name: str, kind: Callable[[str], Any], default: Any, meaning: str, *, shown: str = "", **more: Any,
) -> None:
    """An option with one value."""
    explained = f"{meaning} (default {shown or default}; environment: {variable(name)})"
    parser.add_argument(name, type=kind, default=os.environ.get(variable(name)) or default, help=explained, **more)


def add_several(parser: argparse.ArgumentParser, name: str, kind: Callable[[str], Any], meaning: str, *, shown: str, metavar: str) -> None:
    """An option that may be repeated; read it with `several`."""
    explained = f"{meaning}; may be repeated (default {shown}; environment: {variable(name)}, separated by blanks)"
    parser.add_argument(name, type=kind, action="append", help=explained, metavar=metavar)


def several(name: str, given: Sequence[Value] | None, kind: Callable[[str], Value]) -> Sequence[Value]:
    """The values of an option that may be repeated, from the command line or else from its variable."""
    try:
        return given or [kind(text) for text in os.environ.get(variable(name), "").split()]
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{variable(name)}: {error}") from None


def add_switch(parser: argparse.ArgumentParser, name: str, meaning: str) -> None:
    """An option that is on or off; read it with `switch`."""
    parser.add_argument(name, action=argparse.BooleanOptionalAction, help=f"{meaning} (environment: {variable(name)}, 1 or 0)")


def switch(name: str, *, given: bool | None) -> bool:
    """Whether it is on, by the command line or else by its variable."""
    text = os.environ.get(variable(name), "").strip().lower()
    if given is None and text not in _ON | _OFF:
        raise UsageError(f"{variable(name)} is 1 or 0, true or false, yes or no, on or off")
    return text in _ON if given is None else given
