"""An account's money: what is charged, given back and topped up adds up."""

from __future__ import annotations

from decimal import Decimal

from winnerlook_mock import Statement
from winnerlook_mock.gateway.purse import Purse


def test_a_statement_adds_up_whatever_happened() -> None:
    purse = Purse(Decimal(100))
    purse.charge(Decimal("0.5"))
    purse.charge(Decimal(2))
    purse.refund(Decimal("0.5"))
    assert purse.statement() == Statement(Decimal(100), charged=Decimal("2.5"), refunded=Decimal("0.5"), closing=Decimal(98))


def test_what_is_set_is_as_if_the_account_had_been_opened_with_more_or_less() -> None:
    purse = Purse(Decimal(100))
    purse.charge(Decimal(30))
    purse.set(Decimal(90))
    assert purse.statement() == Statement(Decimal(120), charged=Decimal(30), refunded=Decimal(0), closing=Decimal(90))
    purse.set(Decimal(0))
    assert purse.statement() == Statement(Decimal(30), charged=Decimal(30), refunded=Decimal(0), closing=Decimal(0))
