"""Which calls a fault is for, how often and how long it strikes, and which one goes before which."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller
from tests.mockserver.recording.calls import DOORS, send
from winnerlook.china_time import CHINA
from winnerlook.operations import BY_NAME
from winnerlook_mock import MockServer
from winnerlook_mock.delays import Fixed, Lognormal, Uniform
from winnerlook_mock.faults.board import Board
from winnerlook_mock.faults.fault import Fault, FaultKind, Stage, read_fault


def _arm(caller: Caller, **spec):
    return caller.gateway.arm(Fault(**{"kind": FaultKind.CODE, "code": -9, **spec}))


def _struck(caller: Caller, count: int) -> list[bool]:
    return [caller.send() == "-9" for _ in range(count)]


@pytest.mark.parametrize(("door", "struck"), [
    *((door, {door}) for door in DOORS), ("soap", {"soap11", "soap12"}), ("plain", {"get", "post"}), (None, set(DOORS)),
])
def test_doors(mock, door, struck):
    """The four, and their groups."""
    account = mock.account()
    account.fault("status", status=418, door=door)
    given = {"userCode": account.user_code, "userPass": account.user_pass}
    assert {one for one in DOORS if send(mock.url, one, "GetBalanceConnect", given)[0] == 418} == struck


def test_accounts_and_operations() -> None:
    caller = Caller()
    other = Caller(caller.gateway, user_code="other")
    _arm(caller, account="acct", operation="SendMsg")
    assert (caller.call("GetMoConnect"), other.send() == "-9", caller.send()) == ("", False, "-9")


def test_what_is_armed_for_others_is_not_looked_at(monkeypatch) -> None:
    """1 000 faults for other operations, accounts and moments cost a call nothing."""
    looked = []
    monkeypatch.setattr(Fault, "fits_door", lambda fault, _door: looked.append(fault))
    board = Board()
    for number in range(1000):
        board.arm(Fault(kind=FaultKind.HANG, operation="GetMoConnect"), START)
        board.arm(Fault(kind=FaultKind.HANG, account=f"other-{number}"), START)
        board.arm(Fault(kind=FaultKind.CODE, code=-1), START)
    mine = board.arm(Fault(kind=FaultKind.HANG), START)
    assert board.strike("acct", "SendMsg", "post", START, says=False) is None
    assert looked == [mine.fault]


def test_a_call_is_read_once_for_all_faults() -> None:
    """However many are armed for numbers: 1 000 of them take no longer than one."""
    board, asked = Board(), []
    for number in range(1000):
        board.arm(Fault(kind=FaultKind.HANG, to=f"13{number % 9}1"), START)

    def numbers() -> tuple[str, ...]:
        asked.append(1)
        return ("13990000000",)

    assert board.strike("acct", "SendMsg", "post", START, says=False, numbers=numbers) is None
    assert asked == [1]


def test_what_is_over_is_forgotten_though_nobody_calls() -> None:
    """An account that was used once and never again keeps nothing."""
    now = [0.0]
    board = Board(lambda: now[0])
    for number in range(1000):
        now[0] = float(number)
        board.arm(Fault(kind=FaultKind.HANG, account=f"acct{number}", lasts=1), START)
    assert sum(map(len, board._armed.values())) < 200
    assert len(list(board)) == 1
    assert board.count == 1000


@pytest.mark.parametrize(("name", "given"), [
    ("SendMsg", {"DesNo": "13911112222", "Msg": TEXT}), ("SendBatchMsg", {"DesNo": f"{PHONE},13911112222", "Msg": TEXT}),
    ("SendIndividualMsg", {"Msg": f"{PHONE}|~|a|-|13911112222|~|b"}), ("sendMsgByEncrypt", {"DesNo": "13911112222", "Msg": TEXT}),
    ("sendMsgExt", {"DesNo": "13911112222", "Msg": TEXT}),
])
def test_numbers(name, given) -> None:
    """E2: encrypted sends included; polls have no numbers."""
    caller = Caller()
    _arm(caller, to="1391")
    assert caller.call(name, **given) == "-9"
    assert caller.send() != "-9"
    assert caller.call("GetMoConnect") == ""


@pytest.mark.parametrize(("kind", "spec"), [("status", {}), ("code", {"code": -9})])
def test_numbers_of_encrypted_sends_on_the_wire(mock, kind, spec) -> None:
    from winnerlook import encryption

    account = mock.account()
    account.fault(kind, to="1391", **spec)
    for phone, struck in (("13911112222", True), ("13811112222", False)):
        submit_info = encryption.encrypt(encryption.send_plaintext(account.user_pass, phone, TEXT, 101), account.user_pass)
        status, _, body = send(mock.url, "post", "sendMsgByEncrypt", {"userCode": account.user_code, "submitInfo": submit_info})
        assert (status == 503 or b"-9" in body) is struck


def test_how_often() -> None:
    caller = Caller()
    armed = _arm(caller, times=2, every=3)
    assert _struck(caller, 9) == [False, False, True, False, False, True, False, False, False]
    assert (armed.is_over, armed.struck) == (True, 2)
    assert list(caller.gateway.faults) == []


def test_chance_is_repeated_by_its_seed() -> None:
    runs = []
    for seed in (1, 1, 2):
        caller = Caller()
        _arm(caller, probability=0.5, seed=seed)
        runs.append(_struck(caller, 40))
    assert runs[0] == runs[1] != runs[2]
    assert 8 < sum(runs[0]) < 32
    never = Caller()
    _arm(never, probability=0.0)
    assert not any(_struck(never, 20))


def test_from_moment_to_moment_of_the_clock() -> None:
    caller = Caller()
    _arm(caller, since=START + timedelta(minutes=1), until=START + timedelta(minutes=2))
    got = []
    for _ in range(4):
        got += _struck(caller, 1)
        caller.clock.advance(seconds=40)
    assert got == [False, False, True, False]


def test_it_ends_by_itself_in_real_time() -> None:
    """Whatever the gateway's clock says."""
    seconds = [100.0]
    board = Board(lambda: seconds[0])
    armed = board.arm(Fault(kind=FaultKind.CODE, code=-9, lasts=30), START)
    assert board.strike("a", "SendMsg", "post", START, says=True) is armed
    seconds[0] += 29.9
    assert armed.left == pytest.approx(0.1)
    assert board.strike("a", "SendMsg", "post", START, says=True) is armed
    seconds[0] += 0.2
    assert (armed.left, armed.is_over, list(board)) == (0.0, True, [])
    assert board.strike("a", "SendMsg", "post", START, says=True) is None


def test_an_unread_fault_that_ended_holds_nothing_up() -> None:
    seconds = [0.0]
    board = Board(lambda: seconds[0])
    board.arm(Fault(kind=FaultKind.RESET, stage=Stage.BEFORE_READING, lasts=1), START)
    assert board.any_unread
    seconds[0] = 2
    assert board.strike_unread("SendMsg", "post", START) is None
    assert not board.any_unread


def test_who_goes_before_whom() -> None:
    """The account's own, then those for the operation, then the older."""
    caller = Caller()
    order = [({}, -1), ({"operation": "SendMsg"}, -2), ({"account": "acct"}, -3), ({"account": "acct", "operation": "SendMsg"}, -4),
    ({}, -5)]
    for scope, code in order:
        _arm(caller, code=code, times=1, **scope)
    assert [caller.send() for _ in order] == ["-4", "-3", "-2", "-1", "-5"]


def test_the_operation_goes_before_any_for_unread_faults() -> None:
    board = Board()
    anything = board.arm(Fault(kind=FaultKind.RESET, stage=Stage.BEFORE_READING), START)
    named = board.arm(Fault(kind=FaultKind.RESET, stage=Stage.BEFORE_READING, operation="SendMsg"), START)
    assert board.strike_unread("SendMsg", "post", START) is named
    assert board.strike_unread("GetMoConnect", "post", START) is anything
    assert (anything.seen, named.seen) == (1, 1)


def test_disarmed_cleared_or_left() -> None:
    with MockServer() as server:
        one, two = server.account(), server.account()
        general = server.fault("status")
        with one.fault("status") as within:
            assert [armed.number for armed in server.faults] == [general.number, within.number]
        assert not within.disarm()
        one.fault("hang")
        kept = two.fault("hang")
        one.clear_faults()
        assert [armed.number for armed in server.faults] == [general.number, kept.number]
        assert one.faults == ()
        assert two.faults[0].number == kept.number
        assert general.disarm()
        assert not general.disarm()
        server.gateway.clear_faults()
        assert server.faults == ()
        assert "hang" in repr(kept)


@pytest.mark.parametrize("spec", [
    {"kind": "nonsense"}, {"account": ""}, {"account": 3}, {"operation": "sendmsg"}, {"door": "side"}, {"to": "abc"}, {"to": ""},
    {"times": 0},
    {"times": True}, {"every": 0}, {"every": 1.5}, {"probability": 1.1}, {"probability": float("nan")}, {"seed": "x"},
    {"since": datetime(2026, 1, 1)},  # noqa: DTZ001
    {"until": "later"}, {"lasts": 0}, {"lasts": 86_401}, {"lasts": float("inf")}, {"code": 1}, {"code": None}, {"result": "x"},
    {"stage": "after-reading"},
    {"kind": "result"}, {"kind": "result", "result": 3}, {"kind": "status", "status": 100}, {"kind": "status", "status": 600},
    {"kind": "status", "body": 3},
    {"kind": "status", "media_type": "text"}, {"kind": "status", "media_type": "a/b\r\nx: y"}, {"kind": "soap-fault", "reason": 3},
    {"kind": "cut", "fraction": 1},
    {"kind": "cut", "fraction": -0.1}, {"kind": "cut", "delay": 1}, {"kind": "delay", "delay": -1}, {"kind": "delay", "delay": "soon"},
    {"kind": "delay", "delay": True}, {"kind": "trickle", "delay": "uniform:2,1"}, {"kind": "reset", "stage": "never"},
    {"kind": "reset", "done": True},
    {"kind": "hang", "done": "yes"}, {"kind": "hang", "fraction": 0.1}, {"kind": "reset", "stage": "before-reading", "account": "a"},
    {"kind": "reset", "stage": "before-reading", "to": "1"},
], ids=str)
def test_what_is_no_fault_is_told(spec) -> None:
    spec = {"kind": "code", **({"code": -9} if spec.get("kind", "code") == "code" else {}), **spec}
    with pytest.raises(ValueError, match=r".{10}"):
        Fault(**spec)


def test_plain_values_that_are_no_fault() -> None:
    cases = {"tmies": {"kind": "hang", "tmies": 1}, "needs a kind": {}, "since is a moment": {"kind": "hang", "since": "soon"}}
    for words, values in cases.items():
        with pytest.raises(ValueError, match=words):
            read_fault(values)


_MOMENTS = st.none() | st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, CHINA))
_SPANS = st.floats(0, 1000).map(lambda seconds: round(seconds, 6))
_UNIFORM = st.builds(lambda low, more: Uniform(low, round(low + more, 6)), _SPANS, _SPANS.map(int))
_DELAYS = st.builds(Fixed, _SPANS) | st.builds(Lognormal, _SPANS, _SPANS) | _UNIFORM
_OF_KIND = {
    "code": {"code": st.integers(-99, -1)}, "result": {"result": st.text()}, "soap-fault": {"reason": st.text()},
    "cut": {"fraction": st.floats(0, 0.99)},
    "status": {"status": st.integers(200, 599), "body": st.text(), "media_type": st.none() | st.just("a/b")}, "delay": {"delay": _DELAYS},
    "trickle": {"delay": _DELAYS}, "content-type": {"media_type": st.just("x/y; z=1")},
    "reset": {"stage": st.sampled_from(["after-reading", "after-accepting"])},
}


@st.composite
def _faults(draw) -> Fault:
    kind = draw(st.sampled_from(list(FaultKind)))
    spec = {name: draw(values) for name, values in _OF_KIND.get(kind, {}).items()}
    spec |= draw(st.fixed_dictionaries({}, optional={
        "account": st.text(min_size=1), "operation": st.sampled_from(list(BY_NAME)), "door": st.sampled_from([*DOORS, "soap", "plain"]),
        "to": st.from_regex(r"\+?[0-9]{1,17}", fullmatch=True), "times": st.integers(1, 9), "every": st.integers(1, 9),
        "seed": st.integers(),
        "probability": st.floats(0, 1), "since": _MOMENTS, "until": _MOMENTS, "lasts": st.floats(0.001, 86_400),
    }))
    if kind not in ("code", "result", "reset"):
        spec["done"] = draw(st.booleans())
    return Fault(kind=kind, **spec)


@given(_faults())
def test_a_fault_is_read_from_what_it_is_written_as(fault) -> None:
    assert read_fault(fault.plain()) == fault
