"""The gateway's times: China Standard Time in polls, epoch milliseconds in pushes (R13)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

CHINA = timezone(timedelta(hours=8), "CST")
"""UTC+8, without daylight saving."""

TIME_SHAPE = r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}[ ]+[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
"""What a poll's time looks like, as a regular expression."""

_TIME = re.compile(rf"\s*{TIME_SHAPE}\s*", re.ASCII)
_NUMBER = re.compile(r"[0-9]+")


@lru_cache(maxsize=1024)  # reports come in crowds, many a second
def parse_time(text: str) -> datetime:
    """``2016/10/13 13:51:08`` as an aware datetime in China time. Raises ValueError for what is no such time."""
    if _TIME.fullmatch(text) is None:
        raise ValueError("not a time as YYYY/MM/DD HH:MM:SS")
    year, month, day, hour, minute, second = map(int, _NUMBER.findall(text))
    return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)


def format_time(moment: datetime) -> str:
    """An aware datetime as the polls write it, in China time, whole seconds. Raises ValueError for a naive one, which names no moment."""
    if moment.utcoffset() is None:
        raise ValueError("a time without its offset from UTC names no moment")
    m = moment.astimezone(CHINA)
    return f"{m.year:04}/{m.month:02}/{m.day:02} {m.hour:02}:{m.minute:02}:{m.second:02}"
