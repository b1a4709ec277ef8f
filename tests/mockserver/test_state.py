"""The whole state, out and in again."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller, pairs
from winnerlook_mock import Clock, MockServer
from winnerlook_mock.faults.fault import Fault, FaultKind
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.state import StateError, export_state, import_state

NOBODY = "http://127.0.0.1:9/push"


class Holder:
    """What a state is taken from and put into: a gateway without a socket."""

    def __init__(self, gateway: Gateway | None = None) -> None:
        self.gateway = gateway or Gateway(Clock(START, frozen=True))


def through_json(state: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from a file."""
    return json.loads(json.dumps(state, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass"))


def comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Without what goes by real time."""
    state = copy.deepcopy(state)
    for fault in state["faults"]:
        assert fault.pop("left") >= 0
    for attempt in (one for account in state["accounts"] for push in account["pushes"]["ledger"] for one in push["attempts"]):
        assert attempt.pop("seconds") >= 0
    return state


def again(holder: Holder) -> Holder:
    """Another gateway with the same state; that it is the same is proved."""
    state = export_state(holder)
    other = Holder()
    import_state(other, through_json(state))
    assert comparable(export_state(other)) == comparable(state)
    return other


def of(holder: Holder, name: str = "acct") -> Caller:
    """The customer of an account that is there already."""
    caller = object.__new__(Caller)
    caller.gateway, caller.account, caller.peer = holder.gateway, holder.gateway.accounts[name], "127.0.0.1"
    return caller


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "price": st.decimals(0, 10, places=3), "delivery_delay": st.sampled_from([0, 30, "uniform:1,9", "lognormal:3,0.5"]),
        "delivery_statuses": st.just({"UNDELIV": 0.5}), "refund_failures": st.booleans(), "report_url": st.just(NOBODY),
        "reply_url": st.just(NOBODY), "push_interval": st.sampled_from([0, 20]), "push_chaos": st.just({"reorder": 0.5, "merge": 0.3}),
        "number_limit": st.just((3, 60)), "monthly_limit": st.just(20), "blacklist": st.just(["13900000009"]), "seed": st.integers(0, 9),
        "unsubscribe_words": st.just(["TD"]), "messages_kept": st.integers(0, 4), "pushes_kept": st.integers(20, 30),
        "expires_at": st.just(START + timedelta(days=9)), "poll_pushed": st.booleans(), "push_backoff": st.just([5, 60]),
    },
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from([PHONE, "13900000009", "19800000010", "19900000007"]), TEXTS),
        st.tuples(st.just("each"), st.integers(1, 5)),
        st.tuples(st.just("reply"), st.sampled_from([PHONE, "137"]), TEXTS | st.just("TD")),
        st.tuples(st.just("poll"), st.sampled_from(["GetReport2Connect", "GetMo2Connect", "GetBalanceConnect"])),
        st.tuples(st.just("advance"), st.sampled_from([1, 6, 100, 4000, 300_000])),
        st.tuples(st.just("fault"), st.sampled_from([0.0, 0.5, 1.0])),
        st.tuples(st.just("balance"), st.integers(0, 50)),
    ),
    max_size=12,
)


def done(caller: Caller, *step: Any) -> object:
    """A step to its end: pushes are made on threads of their own."""
    came_of_it = do(caller, *step)
    caller.account.clock.settle()
    return came_of_it


def do(caller: Caller, what: str, *how: Any) -> object:
    match what:
        case "send":
            return caller.send(*how)
        case "each":
            return caller.call("SendIndividualMsg", Msg=pairs(*how))
        case "reply":
            return caller.reply(*how)
        case "poll":
            return caller.call(*how)
        case "advance":
            return [(happening.at, happening.kind) for happening in caller.account.clock.advance(seconds=how[0])]
        case "fault":
            caller.gateway.arm(Fault(kind=FaultKind.CODE, code=-1, account="acct", times=2, probability=how[0], seed=3))
        case "balance":
            caller.account.balance = how[0]
    return None


@settings(deadline=None, max_examples=40)
@given(SETTINGS, STEPS, STEPS)
@example({"report_url": NOBODY, "push_chaos": {"reorder": 0.5, "merge": 0.3}}, [("send", PHONE, "0")] * 2, [("advance", 100)])
def test_a_gateway_that_was_put_back_goes_on_like_the_one_it_was_taken_from(
    kept: dict[str, Any], before: list[Any], after: list[Any],
) -> None:
    """R1, R12: whatever happened, exporting, importing and exporting gives the same, and so does every answer from then on."""
    holder = Holder()
    caller = Caller(holder.gateway, **kept)
    for step in before:
        done(caller, *step)
    other = of(again(holder))
    assert [done(caller, *step) for step in after] == [done(other, *step) for step in after]
    assert comparable(export_state(other))["accounts"] == comparable(export_state(holder))["accounts"]


def test_chance_of_pushes_goes_on() -> None:
    """What is lost, doubled or held back next is what would have been."""
    holder = Holder()
    caller = Caller(holder.gateway, report_url=NOBODY, push_chaos={"reorder": 0.5}, push_backoff=[])
    done(caller, "each", 5)
    other = again(holder).gateway.accounts["acct"]
    assert other.push_random.getstate() == caller.account.push_random.getstate() != Random(0).getstate()


def test_everything_waits_on() -> None:
    """R1, P1: reports to come, records to be polled, pushes to be tried again, each at its own moment."""
    holder = Holder()
    caller = Caller(holder.gateway, delivery_delay=30, report_url=NOBODY, push_backoff=[60])
    caller.send(customerUuid="order-7")
    caller.reply(text="收到|,|\n")
    other = of(again(holder))
    assert other.account.messages[0].text == TEXT
    assert other.replies()[0].text == "收到|,|\n"
    kinds = [str(happening.kind) for happening in other.clock.advance(seconds=30)]
    assert kinds == ["report", "push-failed"]
    assert other.account.messages[0].status == "DELIVRD"
    third = of(again(Holder(other.gateway)))
    assert [str(happening.kind) for happening in third.clock.advance(seconds=60)] == ["push-failed", "gave-up"]
    assert third.send() > caller.account.messages[0].batch_number


def test_clocks_of_their_own_and_what_is_due_on_them() -> None:
    server = MockServer(clock=Clock(START, frozen=True))
    own = server.account("own", clock=Clock(START + timedelta(days=1), frozen=True))
    server.account("common")
    other = Holder()
    import_state(other, export_state(server))
    assert other.gateway.accounts["own"].clock.now() == own.clock.now()
    assert other.gateway.accounts["common"].clock is other.gateway.clock


def test_raw_bodies_and_drops_of_the_journal() -> None:
    """Numbers go on; bytes that are no text come back as they were."""
    holder = Holder(Gateway(Clock(START, frozen=True), journal_limit=2))
    caller = Caller(holder.gateway)
    from winnerlook_mock.gateway import Origin

    for raw in (b"a", b"\xff\x00", "é".encode()):
        holder.gateway.refused(Origin("post", "127.0.0.1", raw), 415, "no form")
    other = again(holder)
    assert [(entry.number, entry.raw) for entry in other.gateway.journal] == [(2, b"\xff\x00"), (3, "é".encode())]
    assert other.gateway.journal.dropped == 1
    of(other).send()
    assert [entry.number for entry in other.gateway.journal][-1] == 4
    assert caller.account.user_code == "acct"


def test_some_accounts_only() -> None:
    holder = Holder()
    for name in ("one", "two"):
        Caller(holder.gateway, user_code=name).send()
    state = export_state(holder, accounts=["two"])
    assert [account["user_code"] for account in state["accounts"]] == ["two"]
    assert [entry["account"] for entry in state["journal"]] == ["two"]
    with pytest.raises(LookupError, match="three"):
        export_state(holder, accounts=["three"])


def test_what_was_there_is_gone() -> None:
    """Nothing becomes of it any more, and whoever calls under its name is a stranger (C2)."""
    holder = Holder()
    old = Caller(holder.gateway, user_code="old", delivery_delay=60)
    old.send()
    import_state(holder, export_state(Holder()))
    assert old.send() == "-3"
    assert holder.gateway.clock.advance(hours=1) == ()


def _broken(state: dict[str, Any], path: str) -> dict[str, Any]:
    """The state with one place of it spoilt."""
    *way, last = path.split("/")
    at: Any = state
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[int(last) if last.isdigit() else last] = {"no": "such thing"} if not isinstance(at[last], dict) else 7
    return state


WRONG = {
    "clock": "clock: is no JSON object",
    "clock/now": "clock.now: is not a moment",
    "accounts/0/user_code": "accounts[0].user_code: is not a string",
    "accounts/0/statement/charged": "accounts[0].statement.charged: is not an amount",
    "accounts/0/settings/price": "accounts[0].settings: price",
    "accounts/0/random": "accounts[0].random: is not what Random.getstate gives",
    "accounts/0/messages/0/phone": "accounts[0].messages[0].phone: is not a string",
    "accounts/0/messages/0/timeline/0/at": "accounts[0].messages[0].timeline[0].at: is not a moment",
    "accounts/0/waiting/replies/0/since": "accounts[0].waiting.replies[0].since: is not a moment",
    "accounts/0/pushes/held": "accounts[0].pushes.held: is not a list of numbers in the ledger",
    "accounts/0/pushes/ledger/0/state": "accounts[0].pushes.ledger[0].state: is not one of",
    "accounts/0/pushes/ledger/0/body": "accounts[0].pushes.ledger[0].body: is not a string",
    "faults/0/fault/kind": "faults[0].fault: kind is one of",
    "journal/0/raw": "journal[0].raw: is not a string",
    "journal/0/notes": "journal[0].notes: is not a list of strings",
    "journal_dropped": "journal_dropped: is not a whole number",
    "version": "version: is not 1",
    "format": "the state: is no winnerlook-mock-state",
}


@pytest.fixture(scope="module")
def full() -> str:
    holder = Holder()
    caller = Caller(holder.gateway, report_url=NOBODY, push_backoff=[])
    caller.send()
    caller.reply()
    caller.account.clock.settle()
    caller.say("-7")
    return json.dumps(export_state(holder))


@pytest.mark.parametrize("place", WRONG)
def test_a_wrong_state_is_refused_as_a_whole(full: str, place: str) -> None:
    """L2: the error says where and what, and no value but of a setting or a fault."""
    holder = Holder()
    caller = Caller(holder.gateway, user_code="there")
    with pytest.raises(StateError) as error:
        import_state(holder, _broken(json.loads(full), place))
    assert str(error.value).startswith(WRONG[place])
    assert ("such thing" in str(error.value)) == (place in {"accounts/0/settings/price", "faults/0/fault/kind"})
    caller.accepted(caller.send())


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_no_state_at_all(value: Any) -> None:
    with pytest.raises(StateError):
        import_state(Holder(), value)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_state_without_something_says_what(full: str, data: st.DataObject) -> None:
    """Whatever is taken out of it: a StateError with the place, or a state all the same where it is a setting."""
    state = json.loads(full)
    at: Any = state
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not at[key] or not isinstance(at[key], dict | list) or data.draw(st.booleans()):
            break
        at = at[key]
    del at[key]
    try:
        import_state(Holder(), state)
    except StateError as error:
        assert error.problem


def test_two_accounts_of_one_name(full: str) -> None:
    state = json.loads(full)
    state["accounts"] *= 2
    with pytest.raises(StateError, match=r"accounts\[1\].user_code"):
        import_state(Holder(), state)
