"""An answer that belongs to another call proves nothing of this one."""

from __future__ import annotations

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import State


def test_a_balance_is_no_batch_number(outbox, client, account):
    """R12: a gateway that mixes up its connections refuses a send, and answers with another caller's balance."""
    message_id = outbox.put("13900000000", TEXT).id
    with account.fault("code", operation="SendMsg", code=-9), account.fault("other-operation", operation="SendMsg"):
        drained = outbox.drain(client)
    assert not account.messages
    assert (drained.accepted, drained.unknown) == (0, 1)
    view = outbox.message(message_id)
    assert view.state is State.UNKNOWN
    assert [attempt.batch_number for attempt in view.attempts] == [None]


def test_a_send_that_was_answered_so_is_proved_by_its_report(outbox, client, account):
    message_id = outbox.put("13900000000", TEXT).id
    with account.fault("other-operation", operation="SendMsg"):
        outbox.drain(client)
    assert outbox.message(message_id).state is State.UNKNOWN
    outbox.poll(client)
    assert outbox.message(message_id).state is State.DELIVERED
    assert len(account.messages) == 1
