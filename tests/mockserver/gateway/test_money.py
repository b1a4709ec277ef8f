"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook_mock.gateway import money


@given(st.decimals(min_value=0, max_value=10**15, places=6))
def test_what_is_written_is_the_amount_and_no_more(number: Decimal) -> None:
    """O1: digits and one point, no exponent, no idle zeros."""
    text = money.written(number)
    assert Decimal(text) == number
    assert set(text) <= set("0123456789.")
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+5", "100000"), ("1E-7", "0.0000001"), ("100.00", "100"), ("0E+3", "0"), ("0.00", "0"), ("-0", "0"),
        ("1234567890123456789012345678901.5", "1234567890123456789012345678901.5"),
    ],
)
def test_an_exponent_is_never_shown(number: str, text: str) -> None:
    """O1: the document's sample is 100, not 1E+2."""
    assert money.written(Decimal(number)) == text


@pytest.mark.parametrize(("value", "number"), [(0.1, "0.1"), ("0.05", "0.05"), (7, "7"), (Decimal("1.50"), "1.50")])
def test_an_amount_is_what_it_shows(value: float | str | Decimal, number: str) -> None:
    assert money.amount("price", value) == Decimal(number)


@pytest.mark.parametrize("value", ["abc", "", None, -1, "-0.01", "NaN", "Infinity", float("nan")])
def test_what_is_no_amount_is_refused_by_name(value: object) -> None:
    """F5: a balance below zero would read as a failure code."""
    with pytest.raises(ValueError, match="price"):
        money.amount("price", value)  # type: ignore[arg-type]


def test_a_price_times_a_count_is_one_object_for_each_look() -> None:
    """O2: thousands of messages cost the same; 0.50 and 0.5 do not look the same."""
    assert money.times(2, Decimal("0.05")) is money.times(2, Decimal("0.05"))
    assert [str(money.times(1, Decimal(price))) for price in ("0.50", "0.5")] == ["0.50", "0.5"]
