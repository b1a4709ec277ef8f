"""Times as a scenario writes them."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from winnerlook.china_time import CHINA

_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PART = re.compile(r"([0-9]+)([dhms])")


def moment(text: str) -> datetime:
    """A moment with a time zone. Raises ValueError for a day that the month does not have."""
    return datetime.fromisoformat(text.upper())


def seconds(duration: float | str) -> float:
    """How long ``1h30m`` is; a number is seconds already."""
    if not isinstance(duration, str):
        return float(duration)
    return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(duration))


def is_time_of_day(text: str) -> bool:
    """Whether it is a time of day, and no moment."""
    return "-" not in text


def due(entry_at: str | None, after: float | str | None, begin: float) -> float:
    """When something happens, in seconds since the epoch, on a clock that begins at `begin`: at a moment, at the first such time of day in
    China, or so long after the beginning."""
    if entry_at is None:
        assert after is not None
        return round(begin + seconds(after), 6)
    if not is_time_of_day(entry_at):
        return moment(entry_at).timestamp()
    start = datetime.fromtimestamp(begin, CHINA)
    first = datetime.combine(start.date(), time.fromisoformat(entry_at), CHINA)
    return (first if first >= start else first + timedelta(days=1)).timestamp()
