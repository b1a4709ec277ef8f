"""An account's money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """``opening - charged + refunded == closing``, always."""

    opening: Decimal
    charged: Decimal
    refunded: Decimal
    closing: Decimal


class Purse:
    """What was there at first, what was charged and what was given back."""

    def __init__(self, opening: Decimal) -> None:
        self.balance: Decimal = opening
        self._opening = opening
        self._charged = self._refunded = Decimal(0)

    def charge(self, amount: Decimal) -> None:
        """Take the price of an SMS."""
        self.balance -= amount
        self._charged += amount

    def refund(self, amount: Decimal) -> None:
        """Give it back."""
        self.balance += amount
        self._refunded += amount

    def set(self, balance: Decimal) -> None:
        """Top up, or take away: the account is as if it had been opened with so much more or less."""
        self._opening += balance - self.balance
        self.balance = balance

    def statement(self) -> Statement:
        """All of it."""
        return Statement(self._opening, self._charged, self._refunded, self.balance)
