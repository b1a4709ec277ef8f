"""Whole milliseconds since 1970, as the tables have them, and aware times, as programs do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from winnerlook.errors import InvalidRequestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def when(milliseconds: int) -> datetime:
    """A stored time."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def when_or_none(milliseconds: int | None) -> datetime | None:
    """A stored time that may be missing."""
    return None if milliseconds is None else when(milliseconds)


def stored(name: str, time: object) -> int:
    """A caller's time, as it is stored. Raises InvalidRequestError for a naive one, which names no moment."""
    if not isinstance(time, datetime) or time.utcoffset() is None:
        raise InvalidRequestError(f"{name} must be a datetime with its offset from UTC, such as datetime.now(UTC)", parameter=name)
    return (time - _EPOCH) // timedelta(milliseconds=1)
