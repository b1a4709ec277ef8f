"""What goes wrong with pushes, and that a receiver that does its part has every record in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller, numbers
from tests.mockserver.push.receiver import DROP, Receiver
from winnerlook.records import Report
from winnerlook_mock import MockAccount, PushState

KINDS: dict[str, Any] = {"duplicate": 0.5, "reorder": 0.5, "drop": 0.5, "split": 0.5, "merge": 0.5, "early": 0.5, "delay": "uniform:0,60"}
PATIENT = (1.0,) * 60
"""More attempts than chance can lose all of."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def _caller(receiver: Receiver, chaos: dict[str, Any], **options: Any) -> Caller:
    options = {"balance": 5000, "report_url": receiver.url, "reply_url": receiver.url, "push_backoff": PATIENT, **options}
    return Caller(push_chaos=chaos, **options)


def _live(caller: Caller, rounds: int = 12) -> set[tuple[str, str]]:
    """Sends, in bulk and one by one, replies, and time that goes by; to the end of it. What the receiver has to have."""
    wanted: set[tuple[str, str]] = set()
    for at in range(rounds):
        batch = caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(5)), Msg=TEXT) if at % 3 else caller.send(PHONE))
        wanted |= {(batch, phone) for phone in (numbers(5) if at % 3 else [PHONE])}
        text = f"reply {at}"
        caller.reply(PHONE, text)
        wanted.add((text, PHONE))
        caller.clock.advance(seconds=at % 4)
    caller.clock.advance(hours=2)
    return wanted


def _has(receiver: Receiver) -> list[tuple[str, str]]:
    return [(record.batch_number if isinstance(record, Report) else record.text, record.phone) for record in receiver.records]


def _assert_over(caller: Caller) -> None:
    """Nothing is left to come, and the ledger says that all has arrived."""
    outgoing = caller.account.outgoing
    assert {entry.state for entry in outgoing.ledger} <= {PushState.DELIVERED}
    assert (outgoing.pending, outgoing.held, outgoing.retries, outgoing.flush, outgoing.release) == ({}, [], {}, None, None)
    assert caller.clock.pending == ()
    assert (caller.reports(), caller.replies()) == ((), ())


@pytest.mark.parametrize("probability", [0.5, 1.0])
@pytest.mark.parametrize("kind", [*KINDS])
def test_the_receiver_has_every_record_in_the_end_and_nothing_else(receiver: Receiver, kind: str, probability: float) -> None:
    """P1, P2, P4: whatever one kind of chaos does, but for a gateway that loses every single attempt."""
    value = KINDS[kind] if kind == "delay" else min(probability, 0.9) if kind == "drop" else probability
    caller = _caller(receiver, {kind: value}, seed=4)
    wanted = _live(caller)
    has = _has(receiver)
    assert set(has) == wanted
    if kind != "duplicate":
        assert len(has) == len(wanted)
    _assert_over(caller)


@settings(max_examples=25, deadline=None)
@given(
    chaos=st.fixed_dictionaries({kind: st.sampled_from([0.0, 0.3, 0.8, 1.0]) for kind in KINDS if kind not in ("delay", "drop")}),
    drop=st.sampled_from([0.0, 0.3, 0.7]), delay=st.sampled_from([0, "uniform:0,60", "lognormal:5,1"]), seed=st.integers(0, 10_000),
    options=st.fixed_dictionaries({
        "push_batch": st.sampled_from([1, 2, 100]), "push_interval": st.sampled_from([0, 7]), "push_form": st.booleans(),
        "delivery_delay": st.sampled_from([0, "uniform:0,20"]),
    }),
    failing=st.integers(2, 9),
)
def test_all_kinds_together_lose_nothing(
    *, chaos: dict[str, Any], drop: float, delay: object, seed: int, options: dict[str, Any], failing: int,
) -> None:
    """P1, P2, P4: and the receiver itself fails now and then."""
    with Receiver(respond=lambda count: (500, DROP)[count % 2] if count % failing == 0 else 200) as receiver:
        caller = _caller(receiver, {**chaos, "drop": drop, "delay": delay}, seed=seed, **options)
        wanted = _live(caller, rounds=7)
        assert set(_has(receiver)) == wanted
        _assert_over(caller)


# That each kind is what it says.


def test_a_duplicate_is_the_same_push_once_more(receiver: Receiver) -> None:
    """P1: the second answer changes nothing."""
    receiver.statuses.extend([200, 500])
    caller = _caller(receiver, {"duplicate": 1.0})
    caller.accepted(caller.send())
    caller.clock.advance(hours=2)
    assert len(receiver.requests) == 2
    assert receiver.requests[0].body == receiver.requests[1].body
    (entry,) = caller.account.outgoing.ledger
    assert (entry.state, [attempt.status for attempt in entry.attempts]) == (PushState.DELIVERED, [200, 500])


def test_a_reordered_push_comes_after_the_one_that_was_made_after_it(receiver: Receiver) -> None:
    """P1: and its records are shuffled."""
    caller = _caller(receiver, {"reorder": 0.5}, seed=1)
    sent = [caller.accepted(caller.send(phone)) for phone in numbers(20)]
    caller.clock.advance(seconds=30)
    came = [record.batch_number for record in receiver.records if isinstance(record, Report)]
    assert sorted(came) == sent
    assert came != sent
    caller = _caller(receiver, {"reorder": 1.0}, seed=1, user_code="other")
    caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(20)), Msg=TEXT))
    caller.clock.advance(seconds=29.999)
    assert len(receiver.records) == 20
    caller.clock.advance(seconds=0.001)
    phones = [record.phone for record in receiver.records[20:]]
    assert sorted(phones) == numbers(20)
    assert phones != numbers(20)


def test_a_push_delivered_by_hand_while_it_was_held_back_is_not_delivered_again(receiver: Receiver) -> None:
    """P4."""
    caller = _caller(receiver, {"reorder": 1.0})
    caller.accepted(caller.send())
    assert MockAccount(caller.gateway, caller.account).redeliver(1).state is PushState.DELIVERED
    caller.clock.advance(seconds=60)
    assert len(receiver.requests) == 1


def test_a_dropped_attempt_does_not_come_and_is_made_again(receiver: Receiver) -> None:
    """P4: like any that failed."""
    caller = _caller(receiver, {"drop": 1.0}, push_backoff=(5, 5))
    caller.accepted(caller.send())
    caller.clock.advance(seconds=60)
    (entry,) = caller.account.outgoing.ledger
    assert (receiver.requests, entry.state, len(entry.attempts)) == ([], PushState.GIVEN_UP, 3)
    assert {attempt.problem for attempt in entry.attempts} == {"lost on its way (push_chaos)"}


def test_a_split_push_comes_in_several(receiver: Receiver) -> None:
    """P1: in order, none of them empty."""
    caller = _caller(receiver, {"split": 1.0}, seed=2)
    caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(20)), Msg=TEXT))
    caller.clock.settle()
    assert len(receiver.pushes) > 1
    assert all(push.records for push in receiver.pushes)
    assert [record.phone for record in receiver.records] == numbers(20)


def test_merged_records_wait_for_the_next_and_come_with_them(receiver: Receiver) -> None:
    """P1, R2: or for 30 s; a call that brings no record ends the wait no sooner, nor does one by somebody with a wrong password."""
    caller = _caller(receiver, {"merge": 1.0})
    caller.accepted(caller.send(numbers(2)[0]))
    caller.call("GetBalanceConnect")
    caller.call("GetReportConnect", userPass="wrong")
    caller.clock.settle()
    assert receiver.requests == []
    caller.clock.advance(seconds=3)
    caller.accepted(caller.send(numbers(2)[1]))
    caller.clock.settle()
    assert [[record.phone for record in push.records] for push in receiver.pushes] == [numbers(2)]
    caller.accepted(caller.send())
    caller.clock.advance(seconds=29.999)
    assert len(receiver.requests) == 1
    caller.clock.advance(seconds=0.001)
    assert len(receiver.requests) == 2


def test_a_delayed_push_comes_later(receiver: Receiver) -> None:
    """P1: its first attempt, at its moment; the ledger says when."""
    caller = _caller(receiver, {"delay": 42})
    caller.accepted(caller.send())
    (entry,) = caller.account.outgoing.ledger
    assert (entry.next_try, entry.attempts) == (START + timedelta(seconds=42), ())
    caller.clock.advance(seconds=41.999)
    assert receiver.requests == []
    caller.clock.advance(seconds=0.001)
    assert len(receiver.requests) == 1
    assert entry.attempts[0].at == START + timedelta(seconds=42)


def test_without_chaos_every_record_comes_once_in_order(receiver: Receiver) -> None:
    """P1."""
    caller = _caller(receiver, {})
    sent = [caller.accepted(caller.send(phone)) for phone in numbers(20)]
    caller.clock.settle()
    assert [record.batch_number for record in receiver.records if isinstance(record, Report)] == sent
    assert len(receiver.requests) == 20
