"""How long something takes: a fixed time, or one drawn from a distribution."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from random import Random

LONGEST = 366 * 86_400.0
"""Seconds. A tail of a distribution beyond it is cut off: there are moments that a datetime cannot name."""
_LARGEST_EXPONENT = 700.0
"""Of what a float holds."""
_SPELT = re.compile(r"(?P<name>[a-z]+):(?P<first>[^,]+),(?P<second>[^,]+)")


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same number of seconds."""

    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds!r}"

    def draw(self, _random: Random) -> float:
        """Seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Between `low` and `high` seconds, each as likely as any other."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"uniform:{self.low!r},{self.high!r}"

    def draw(self, random: Random) -> float:
        """Seconds."""
        return random.uniform(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Mostly near the `median`, in seconds, now and then much longer: how networks behave. `sigma` is the standard deviation of the
    logarithm; with 0.5 one in twenty takes more than 2.3 times the median, with 1 more than 5.2 times."""

    median: float
    sigma: float

    def __str__(self) -> str:
        return f"lognormal:{self.median!r},{self.sigma!r}"

    def draw(self, random: Random) -> float:
        """Seconds, a year at most."""
        exponent = min(self.sigma * random.gauss(0.0, 1.0), _LARGEST_EXPONENT)
        return min(self.median * math.exp(exponent), LONGEST)


Delay = Fixed | Uniform | Lognormal
AT_ONCE = Fixed(0.0)
_BY_NAME: dict[str, type[Uniform | Lognormal]] = {"uniform": Uniform, "lognormal": Lognormal}


def delay_of(name: str, value: object) -> Delay:
    """A delay, or what stands for one: seconds as a number or in words, ``uniform:LOW,HIGH``, ``lognormal:MEDIAN,SIGMA``.

    Raises ValueError; `name` says in it what was set.
    """
    delay = _read(value)
    if delay is None or not _holds(delay):
        raise ValueError(f"{name} is seconds from 0 on, uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA, not {value!r}")
    return delay


def drawn(delay: Delay | float | str, random: Random) -> float:
    """Seconds, in whole microseconds, of a delay that was read before."""
    assert isinstance(delay, Fixed | Uniform | Lognormal)
    return round(delay.draw(random), 6)


def _read(value: object) -> Delay | None:
    if isinstance(value, Fixed | Uniform | Lognormal):
        return value
    if isinstance(value, int | float):
        return Fixed(float(value)) if _is_span(value) else None
    if not isinstance(value, str):
        return None
    try:
        if (match := _SPELT.fullmatch(value.replace(" ", ""))) is None:
            return Fixed(float(value))
        kind = _BY_NAME.get(match["name"])
        return kind(float(match["first"]), float(match["second"])) if kind else None
    except ValueError:
        return None


def _holds(delay: Delay) -> bool:
    match delay:
        case Fixed(seconds):
            return _is_span(seconds)
        case Uniform(low, high):
            return _is_span(low) and _is_span(high) and low <= high
        case Lognormal(median, sigma):
            return _is_span(median) and _is_span(sigma)


def _is_span(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST
