"""The polls' times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.strategies import moments
from winnerlook.china_time import CHINA, TIME_SHAPE, format_time, parse_time


def test_the_documents_sample_is_china_standard_time() -> None:
    """R13: 13:51:08 in the document is 05:51:08 UTC."""
    assert parse_time("2016/10/13 13:51:08") == datetime(2016, 10, 13, 5, 51, 8, tzinfo=UTC)
    assert parse_time("2016/10/13 13:51:08").utcoffset() == timedelta(hours=8)


@given(moments())
def test_what_is_written_is_read(moment: datetime) -> None:
    """R13"""
    written = format_time(moment)
    assert parse_time(written) == moment
    assert re.fullmatch(TIME_SHAPE, written)
    assert len(written) == len("YYYY/MM/DD HH:MM:SS")


@given(moments(), st.integers(min_value=-12, max_value=14))
def test_any_offset_is_written_in_china_time(moment: datetime, hours: int) -> None:
    """R13: the moment counts, not the clock it was read from."""
    assert format_time(moment.astimezone(timezone(timedelta(hours=hours)))) == format_time(moment)


def test_fractions_of_a_second_are_dropped() -> None:
    """R13: the format has whole seconds; rounding up would date a report in the future."""
    assert format_time(datetime(2016, 10, 13, 13, 51, 8, 999_999, tzinfo=CHINA)) == "2016/10/13 13:51:08"


@pytest.mark.parametrize("text", ["2016/1/3 1:02:03", "  2016/01/03 01:02:03\n", "2016/01/03   01:02:03"])
def test_blanks_and_missing_zeros_are_read(text: str) -> None:
    """R13: other systems behind the gateway write the same time more loosely."""
    assert parse_time(text) == datetime(2016, 1, 3, 1, 2, 3, tzinfo=CHINA)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "2016/10/13", "13:51:08", "2016-10-13 13:51:08", "2016/10/13T13:51:08", "2016/10/13 13:51", "2016/10/13 13:51:08 x",
        "2016/10/13 13:51:08.5", "2016/10/13 24:00:00", "2016/13/01 00:00:00", "2016/02/30 00:00:00", "2015/02/29 00:00:00",
        "0000/01/01 00:00:00", "16/10/13 13:51:08", "2016/1_0/13 13:51:08", "+2016/10/13 13:51:08", "2016/10/13 -1:51:08",
        "２０１６/10/13 13:51:08", "2016/10/13 13:51:60", "1529466210680",
    ],
)
def test_what_is_no_such_time_is_refused(text: str) -> None:
    """R13"""
    with pytest.raises(ValueError):
        parse_time(text)


@given(st.text(max_size=30))
def test_refusing_takes_no_other_form(text: str) -> None:
    """R13: a reader of records relies on ValueError alone."""
    try:
        moment = parse_time(text)
    except ValueError:
        return
    assert moment.tzinfo is CHINA


def test_a_naive_time_is_not_written() -> None:
    """R13: it would be taken for this machine's own time zone."""
    with pytest.raises(ValueError):
        format_time(datetime(2016, 10, 13, 13, 51, 8))  # noqa: DTZ001  # naive is the point
