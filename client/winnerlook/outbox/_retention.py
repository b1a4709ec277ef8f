"""How long what was sent must be kept (L1): six calendar months, by the calendar of China."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from winnerlook.china_time import CHINA
from winnerlook.errors import InvalidRequestError
from winnerlook.outbox._errors import RetentionError
from winnerlook.outbox._times import stored, when

_MONTHS = 6
_MONTHS_A_YEAR = 12


def earliest(now: int) -> datetime:
    """The midnight in China that began the day six calendar months ago: what is older may be pruned. 31 August gives the last of
    February."""
    today = when(now).astimezone(CHINA)
    year, month = divmod(today.year * _MONTHS_A_YEAR + today.month - 1 - _MONTHS, _MONTHS_A_YEAR)
    day = min(today.day, monthrange(year, month + 1)[1])
    return datetime(year, month + 1, day, tzinfo=CHINA)


def cutoff(now: int, older_than: datetime | timedelta | None) -> int:
    """Milliseconds before which everything may go. Raises RetentionError for what is younger than six months."""
    limit = earliest(now)
    if older_than is None:
        return stored("older_than", limit)
    if not isinstance(older_than, datetime | timedelta):
        raise InvalidRequestError("older_than must be a datetime with its offset from UTC, or a timedelta", parameter="older_than")
    asked = now - older_than // timedelta(milliseconds=1) if isinstance(older_than, timedelta) else stored("older_than", older_than)
    if asked > stored("older_than", limit):
        raise RetentionError(
            f"send logs are kept for six months: today only what is older than {limit:%Y-%m-%d} 00:00 China time may be pruned, not up to "
            f"{when(asked).astimezone(CHINA):%Y-%m-%d %H:%M}",
            earliest=limit,
        )
    return asked
