"""Amounts of money, read from whoever sets them and written as the gateway answers them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache


def amount(name: str, value: Decimal | float | str) -> Decimal:
    """An amount that is not negative. A float counts as what it shows, 0.1 as 0.1. Raises ValueError; `name` says in it what was set."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} is a decimal number, not {value!r}") from None
    if not number.is_finite() or number < 0:  # an answer of -5 would read as a failure code (F5)
        raise ValueError(f"{name} is a number from 0 on, not {value!r}")
    return number


def times(count: int, price: Decimal) -> Decimal:
    """What so many cost. Amounts of the same look are one object: there is one in every message that is kept."""
    return _times(count, str(price))


@lru_cache(maxsize=1024)
def _times(count: int, price: str) -> Decimal:  # 1.0 and 1 are one key as decimals, but not one amount to look at
    return count * Decimal(price)


def written(number: Decimal) -> str:
    """An amount to the last digit that says something, never with an exponent."""
    text = format(number, "f") if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text
