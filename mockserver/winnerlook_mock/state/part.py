"""A part of a state that is read: what is wrong with it is told with its place."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from winnerlook.china_time import CHINA
from winnerlook_mock.gateway import money

Value = TypeVar("Value")


class StateError(ValueError):
    """A state that cannot be imported. `place` is where the trouble is, such as ``accounts[0].messages[2].phone``, empty for the whole;
    `problem` is what."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(problem, place)
        self.problem: str = problem
        self.place: str = place

    def __str__(self) -> str:
        return f"{self.place or 'the state'}: {self.problem}"


class Part:
    """A JSON object of a state. All methods raise StateError where a field is missing or is something else."""

    def __init__(self, value: Any, place: str = "") -> None:
        self._place = place
        if not isinstance(value, dict):
            raise StateError("is no JSON object", place)
        self._fields = value

    def place(self, name: str) -> str:
        """Where a field is."""
        return f"{self._place}.{name}" if self._place else name

    def wrong(self, problem: str, name: str = "") -> StateError:
        """An error with the place of this part, or of a field of it."""
        return StateError(problem, self.place(name) if name else self._place)

    def read(self, name: str, what: str, read: Callable[[Any], Value]) -> Value:
        """A field through a function that raises one of the errors that values of the wrong kind lead to."""
        if name not in self._fields:
            raise self.wrong("is missing", name)
        try:
            return read(self._fields[name])
        except StateError:
            raise
        except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
            raise self.wrong(f"is not {what}", name) from error

    def text(self, name: str) -> str:
        """A string."""
        return self._of(name, "a string", str)

    def flag(self, name: str) -> bool:
        """True or false."""
        return self._of(name, "true or false", bool)

    def count(self, name: str) -> int:
        """A whole number from 0 on."""
        return self.read(name, "a whole number from 0 on", _count)

    def number(self, name: str) -> float:
        """A number."""
        return self.read(name, "a number", _number)

    def amount(self, name: str) -> Decimal:
        """An amount of money."""
        return self.read(name, "an amount from 0 on", lambda value: money.amount(name, value))

    def moment(self, name: str) -> datetime:
        """A moment."""
        return self.read(name, "a moment as 2026-11-22T12:00:00+08:00", moment)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        return self.read(name, "a list of strings", lambda value: tuple(_is(str, one) for one in _is(list, value)))

    def values(self, name: str) -> dict[str, Any]:
        """An object as it is."""
        return dict(self._of(name, "a JSON object", dict))

    def part(self, name: str) -> Part:
        """An object."""
        return self.read(name, "a JSON object", lambda value: Part(value, self.place(name)))

    def parts(self, name: str) -> list[Part]:
        """A list of objects."""
        found = self._of(name, "a list", list)
        return [Part(one, f"{self.place(name)}[{at}]") for at, one in enumerate(found)]

    def maybe(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """What one of these methods reads, None where it is null."""
        if name not in self._fields:
            raise self.wrong("is missing", name)
        return None if self._fields[name] is None else read(name)

    def _of(self, name: str, what: str, kind: type[Value]) -> Value:
        return self.read(name, what, lambda value: _is(kind, value))


def moment(value: Any) -> datetime:
    """An ISO 8601 moment with a time zone, in China time. Raises ValueError or TypeError."""
    found = datetime.fromisoformat(_is(str, value))
    if found.utcoffset() is None:
        raise ValueError("no time zone")
    return found.astimezone(CHINA)


def timestamp(at: datetime) -> float:
    """Seconds since the epoch, in whole microseconds."""
    return round(at.timestamp(), 6)


def _is(kind: type[Value], value: Any) -> Value:
    if not isinstance(value, kind):
        raise TypeError(kind.__name__)
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("no count")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)
