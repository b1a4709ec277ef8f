"""What an operator sets for one account."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from winnerlook_mock.gateway import Settings

WRONG = [
    ("price", "abc"), ("price", -1), ("price", None), ("price", "NaN"),
    ("frozen", "yes"), ("channel_open", 1), ("strict_limits", None), ("replay", "no"),
    ("expires_at", datetime(2026, 1, 1)), ("expires_at", "2026-01-01"),  # noqa: DTZ001  # the point of the test
    ("allowed_ips", ["localhost"]), ("allowed_ips", ["10.0.0.1/8"]), ("allowed_ips", [7]),
    ("blacklist", [13900000000]), ("user_blacklist", [""]), ("system_blacklist", [None]),
    ("user_words", [""]), ("system_words", [1]), ("templates", [""]), ("templates", [b"x"]),
    ("signatures", ["1"]), ("signatures", {"1": ""}), ("signatures", {1: "x"}),
    ("signature_length", (8, 3)), ("signature_length", (3,)), ("signature_length", 3), ("signature_length", (-1, 3)),
    ("sms_types", ["101"]), ("sms_types", [True]),
    ("monthly_limit", -1), ("monthly_limit", "5"), ("monthly_limit", 1.5),
    ("number_limit", 3), ("number_limit", (1, -1)), ("number_limit", (1, float("nan"))), ("number_limit", ("1", 60)),
    ("channel_hours", ("08:00", "20:00")), ("channel_hours", (time(8),)), ("channel_hours", (time(8, tzinfo=UTC), time(9))),
    ("balance_interval", -1), ("call_interval", "1"), ("delivery_delay", float("inf")), ("balance_interval", None),
    ("messages_kept", -1), ("messages_kept", 1.5), ("messages_kept", None), ("sender_number", 106900), ("sender_number", "1069|,|"),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}={value!r}" for name, value in WRONG])
def test_a_wrong_value_is_refused_and_its_setting_named(name: str, value: Any) -> None:
    """An error says which setting it is, and what belongs there."""
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})


@pytest.mark.parametrize(
    "name",
    ["allowed_ips", "blacklist", "user_blacklist", "system_blacklist", "sms_types", "user_words", "system_words", "templates"],
)
@pytest.mark.parametrize("value", ["13900000000", b"13900000000", 101, None])
def test_one_value_where_several_are_meant_is_refused(name: str, value: Any) -> None:
    """A string would be taken letter by letter, and then refuse nothing or everything."""
    with pytest.raises(ValueError, match=f"{name} takes several values"):
        Settings(**{name: value})


def test_any_iterable_will_do_for_several_values() -> None:
    settings = Settings(
        blacklist=iter(["13900000000"]), user_words={"甲": 1}, templates=["甲{x}"], sms_types=range(101, 103), allowed_ips=("::/0",),
    )
    assert settings.blacklist == {"13900000000"}
    assert settings.user_words == ("甲",)
    assert settings.sms_types == {101, 102}
    assert settings.allows_ip("2001:db8::1")


def test_what_may_be_set_is_accepted() -> None:
    settings = Settings(
        price=0.1, expires_at=datetime(2026, 1, 1, tzinfo=UTC), signature_length=(0, 0), number_limit=(0, 0.5), monthly_limit=0,
        channel_hours=[time(8), time(20)], balance_interval=0, delivery_delay=0.5, sender_number="", sms_types=[],
    )
    assert settings.price == Decimal("0.1")


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        Settings(colour="red")


def test_nothing_is_shared_with_whoever_set_it() -> None:
    signatures = {"1": "测试"}
    settings = Settings(signatures=signatures)
    signatures.clear()
    assert settings.signatures == {"1": "测试"}
    assert Settings().signatures is not Settings().signatures


def test_the_repr_hides_the_numbers_in_the_lists() -> None:
    """L2: phone numbers never reach a repr unmasked."""
    shown = repr(Settings(blacklist=["13912345678"], user_blacklist=["13912345678"], system_blacklist=["13912345678"], frozen=True))
    assert "13912345678" not in shown
    assert "frozen=True" in shown


def test_everything_is_allowed_by_default() -> None:
    """R9: smsType 101 is the only known one."""
    settings = Settings()
    assert settings.allows_ip("")
    assert settings.fits_a_template("anything")
    assert settings.in_channel_hours(time(3))
    assert settings.sms_types == {101}
