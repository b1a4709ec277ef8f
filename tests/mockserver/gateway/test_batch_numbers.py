"""Batch numbers as the document's samples look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook_mock.gateway.batch_numbers import BatchNumbers


def test_it_looks_like_the_documents_sample() -> None:
    """R12: the sample's moment gives the sample."""
    assert BatchNumbers().next(1476358475.197) == "2200001476358475197"


@given(st.integers(1_000_000_000_000, 4_102_444_800_000))
def test_it_carries_the_epoch_milliseconds(milliseconds: int) -> None:
    """R12: 19 digits, the last 13 of them the milliseconds, none lost to a float in this century."""
    number = BatchNumbers().next(milliseconds / 1000)
    assert len(number) == 19
    assert number[-13:] == str(milliseconds)


@given(st.lists(st.floats(1e9, 4e9), min_size=2, max_size=50))
def test_it_only_grows(timestamps: list[float]) -> None:
    """R12: strictly increasing within a millisecond, and when a moment comes twice or earlier."""
    numbers = BatchNumbers()
    given_out = [numbers.next(timestamp) for timestamp in [*timestamps, timestamps[-1], timestamps[0]]]
    assert all(len(number) == 19 for number in given_out)
    assert given_out == sorted(set(given_out))


@pytest.mark.parametrize("timestamp", [0, 1.5, 99_999_999_999.0])
def test_it_has_19_digits_whenever_it_is(timestamp: float) -> None:
    """R12: a clock set to another age changes no length."""
    assert len(BatchNumbers().next(timestamp)) == 19
