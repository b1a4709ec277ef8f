"""kill -9 at every point between two commits: nothing is lost, and nothing goes out twice unless it is flagged."""

from __future__ import annotations

import signal

import pytest

from tests.client.outbox import process
from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import Message, ResendAfter, State
from winnerlook_mock import MockAccount, MockServer

SENDING = {
    "claimed": 0, "before attempt": 0, "attempt committed": 0, "sent": 1, "outcome committed": 1,
}
"""Points, and how many of two messages the gateway has taken on when the process dies there."""
POLLING = ("poll started", "raw stored", "parsed")


def killed(mock: MockServer, account: MockAccount, url: str, point: str, action: str, **options: object) -> None:
    process_ = process.start(
        url=url, account=account.user_code, password=account.user_pass, endpoint=mock.url, action=action, kill_at=point,
        options=options,
    )
    _, errors = process_.communicate(timeout=60)
    assert process_.returncode == -signal.SIGKILL, errors


@pytest.mark.parametrize("point", SENDING)
def test_a_sender_killed(point, url, make, *, clock, client, account, mock):
    outbox = make(url)
    ids = [outbox.put(f"1390000000{number}", TEXT).id for number in range(2)]
    killed(mock, account, url, point, "drain")
    assert len(account.messages) == SENDING[point]
    outbox.drain(client)
    assert len(account.messages) == SENDING[point]  # its lease still runs
    clock.advance(1000)
    outbox.drain(client)
    outbox.poll(client)
    views = [outbox.message(message_id) for message_id in ids]
    sent = [message.phone for message in account.messages]
    assert len(sent) == len(set(sent))
    for view in views:
        assert not view.possible_duplicate
        # Whoever was sent is proved so by his report; who was not is in doubt only where the process died over him.
        expected = State.DELIVERED if view.phone in sent else State.UNKNOWN
        assert view.state is expected
    assert [view.state for view in views].count(State.UNKNOWN) == (point == "attempt committed")
    outbox.verify()


@pytest.mark.parametrize("point", ["attempt committed", "sent"])
def test_a_sender_killed_whose_message_is_sent_again(point, url, make, *, clock, client, account, mock):
    """The second send is flagged, and proven to be a duplicate exactly where the gateway has both."""
    from datetime import timedelta

    outbox = make(url)
    message_id = outbox.put("13900000000", TEXT, policy=ResendAfter(timedelta(minutes=5))).id
    killed(mock, account, url, point, "drain")
    clock.advance(1000)
    outbox.drain(client)
    assert outbox.message(message_id).state is State.UNKNOWN
    clock.advance(301)
    outbox.drain(client)
    outbox.poll(client)
    view = outbox.message(message_id)
    assert view.state is State.DELIVERED
    assert view.possible_duplicate
    assert view.proven_duplicate is (len(account.messages) == 2)
    assert len(account.messages) == (2 if point == "sent" else 1)


@pytest.mark.parametrize("packing", ["individual", "batch"])
@pytest.mark.parametrize("point", SENDING)
def test_a_sender_of_many_at_once_killed(point, packing, make, sqlite_url, *, clock, client, account, mock):
    """All messages of a call share what becomes of it. What O7 has sent and nobody wrote down stays in doubt; O12's reports prove it."""
    outbox = make(sqlite_url)
    outbox.put_many(Message(f"1390000000{number}", TEXT, bulk=True) for number in range(4))
    killed(mock, account, sqlite_url, point, "drain", packing=packing)
    assert len(account.messages) == 4 * SENDING[point]
    clock.advance(1000)
    outbox.drain(client, packing=packing)
    outbox.poll(client)
    sent = [message.phone for message in account.messages]
    assert len(sent) == len(set(sent))
    in_doubt = point == "attempt committed" or (point == "sent" and packing == "batch")
    assert outbox.status().states == {State.UNKNOWN if in_doubt else State.DELIVERED: 4}
    assert outbox.status().possible_duplicates == 0
    outbox.verify()


@pytest.mark.parametrize("point", POLLING)
def test_a_poller_killed(point, url, make, *, clock, client, account, mock):
    outbox = make(url)
    message_id = outbox.put("13900000000", TEXT).id
    outbox.drain(client)
    killed(mock, account, url, point, "poll")
    assert outbox.poll(client)[account.user_code].busy
    clock.advance(1000)
    outbox.poll(client)
    assert outbox.message(message_id).state is State.DELIVERED
    lost = outbox.status().possibly_lost
    assert [window.operation for window in lost] == (["GetReport2Connect"] if point == "poll started" else [])
