"""A poller that stands still for longer than its lease, between the commit that it begins and its first byte."""

from __future__ import annotations

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import State


def test_a_poll_that_overslept_is_not_made(url, make, clock, client, account):
    """R1: another poller has ended it meanwhile. What it took now would be lost outside every window that is shown."""
    outbox, late = make(url), []

    def freeze(point: str) -> None:
        if point == "poll started" and not late:
            clock.advance(1000)
            outbox.poll(client)
            late.append(outbox.put("13900000000", TEXT).id)
            outbox.drain(client)

    polled = make(url, checkpoint=freeze).poll(client)[account.user_code]
    assert (polled.polls, polled.error) == (0, "Overslept")
    assert len(account.waiting_reports) == 1
    outbox.poll(client)
    assert outbox.message(late[0]).state is State.DELIVERED
