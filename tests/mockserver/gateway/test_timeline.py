"""What a message remembers of itself."""

from __future__ import annotations

import pytest

from tests.mockserver.gateway.caller import PHONE, REPORT_DOORS, START, Caller
from winnerlook_mock.gateway.message import Step


@pytest.mark.parametrize("operation", REPORT_DOORS)
def test_who_fetched_its_report_and_how(operation: str) -> None:
    """R1: a report is handed out once, so whoever misses one wants to know who had it."""
    caller = Caller()
    caller.send()
    caller.peer = "127.0.0.7"
    caller.reports(operation)
    (message,) = caller.account.messages
    assert message.phone == PHONE
    assert message.timeline[0] == Step(START, "accepted", "soap11")
    assert message.timeline[-1] == Step(START, "polled", f"{operation} over soap11 from 127.0.0.7")
    before = list(message.timeline)
    caller.reports(operation)
    assert message.timeline == before
