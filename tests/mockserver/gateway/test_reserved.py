"""Numbers and user names that make the gateway misbehave on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import START, Caller
from winnerlook_mock.gateway import reserved


@pytest.mark.parametrize("ending", reserved.DELIVERIES)
def test_a_delivery_number_ends_as_the_table_says(ending: str) -> None:
    """R15, O6, F1: accepted and charged like any other; the report's status is the table's, and one number never reports."""
    caller, delivery = Caller(), reserved.DELIVERIES[ending]
    batch = caller.accepted(caller.send(f"198000000{ending}"))
    assert caller.account.balance == 99
    if delivery.delay:
        assert caller.reports() == ()
        caller.clock.advance(seconds=delivery.delay - 0.000001)
        assert caller.reports() == ()
        caller.clock.advance(seconds=0.000001)
    reports = caller.reports()
    if delivery.status is None:
        caller.clock.advance(days=2)
        assert reports == caller.reports() == ()
    else:
        assert [(report.batch_number, report.status) for report in reports] == [(batch, delivery.status)]


def test_the_table_has_a_status_of_every_kind() -> None:
    """R15: delivered, not delivered, and exactly one that never reports."""
    statuses = [delivery.status for delivery in reserved.DELIVERIES.values()]
    assert {"DELIVRD", "UNDELIVRD", "UNDELIV", "EXPIRED", "REJECTD"} <= set(statuses)
    assert statuses.count(None) == 1
    assert all(len(ending) == 2 and ending.isdigit() for ending in reserved.DELIVERIES)


@pytest.mark.parametrize(("phone", "code"), [("19900000007", -7), ("19900000099", -99), ("19900000001", -1)])
def test_a_reserved_number_names_its_code(phone: str, code: int) -> None:
    """C1-C28: the last two digits, those of no documented code included."""
    assert reserved.failing_number(phone) == code


@pytest.mark.parametrize("phone", ["19900000000", "1990000007", "199000000070", "+19900000007", "199000000²²", "199000000٣٤", ""])
def test_other_numbers_are_not_reserved(phone: str) -> None:
    assert reserved.failing_number(phone) is None


@given(st.text(max_size=15))
def test_reading_a_number_or_name_never_fails(text: str) -> None:
    for value in (text, reserved.FAILING_NUMBER + text, reserved.DELIVERY_NUMBER + text, reserved.FAILING_USER + text):
        assert reserved.failing_number(value) != 0
        assert reserved.failing_user(value) != 0
        assert (reserved.delivery_to(value) is None) == (len(value) != 11 or not value.startswith(reserved.DELIVERY_NUMBER))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("code-7", -7), ("code-07", -7), ("code-123", -123), ("code-0", None), ("code-", None), ("code-x", None), ("xcode-7", None),
        ("code-7x", None), ("code-12345", None), ("code-٣", None),
    ],
)
def test_a_user_name_names_its_code(name: str, code: int | None) -> None:
    assert reserved.failing_user(name) == code


def test_a_report_tells_when_it_came() -> None:
    """O6, R13: the time is that of the delivery in China, not that of the poll."""
    caller = Caller()
    caller.send("19800000010")
    caller.clock.advance(hours=5)
    (report,) = caller.reports()
    assert report.time is not None
    assert (report.time - START).total_seconds() == 3600
