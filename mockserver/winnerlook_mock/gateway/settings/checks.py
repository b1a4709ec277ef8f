"""What the settings of all kinds have in common: how their values are checked."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

Settings = TypeVar("Settings")
Rule = tuple[str, Callable[[Settings], bool]]
"""What a setting has to be, in words, and whether it is."""


def hold(settings: Settings, rules: Sequence[Rule[Settings]]) -> None:
    """Raise ValueError with the words of the first rule that is broken."""
    for rule, holds in rules:
        if not holds(settings):
            raise ValueError(rule)


def several(name: str, value: object) -> list[Any]:
    """Any iterable where a collection is meant. Raises ValueError."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):  # a string would be taken letter by letter
        raise ValueError(f"{name} takes several values, not one {type(value).__name__}")  # noqa: TRY004  # what callers of settings catch
    return list(value)


def texts(values: Iterable[object]) -> bool:
    """Whether all are strings that are not empty."""
    return all(isinstance(value, str) and value for value in values)


def counts(*values: object) -> bool:
    """Whether all are integers from 0 on."""
    return all(type(value) is int and value >= 0 for value in values)


def switches(*values: object) -> bool:
    """Whether all are True or False."""
    return all(isinstance(value, bool) for value in values)


def seconds(*values: object) -> bool:
    """Whether all are numbers of seconds from 0 on."""
    return all(isinstance(value, int | float) and math.isfinite(value) and value >= 0 for value in values)


def two(value: object, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether a setting is not set, or two values that go together."""
    return value is None or (isinstance(value, tuple | list) and len(value) == 2 and holds(*value))  # noqa: PLR2004


def probabilities(*values: object) -> bool:
    """Whether all are numbers from 0 to 1."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1 for value in values)


def is_network(address: object) -> bool:
    """Whether it is an address or a network, 192.0.2.7 or 10.0.0.0/8."""
    try:
        return isinstance(address, str) and bool(ipaddress.ip_network(address))
    except ValueError:
        return False
