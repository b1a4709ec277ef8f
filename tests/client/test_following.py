"""The rhythm of `follow`, without a gateway and without time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook import (
    Certainty,
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    CredentialsError,
    Evidence,
    GatewayError,
    InvalidRequestError,
    WinnerlookError,
)
from winnerlook._following import Rhythm
from winnerlook._wire import ClosedError

BOTH = ("GetReport2Connect", "GetMo2Connect")
THROTTLED = GatewayError.from_code(-16, "GetReport2Connect")
REFUSED = ConnectError("no connection", evidence=Evidence())
LOST = ConnectionLostError("lost", evidence=Evidence(connected=True, bytes_sent=1))
CLOSED = ConnectError("closed", evidence=Evidence())
CLOSED.__cause__ = ClosedError()


def rhythm(**changes: object) -> Rhythm:
    arguments = {"interval": 5.0, "max_interval": 60.0, "reports": True, "replies": True, "encrypted": False}
    return Rhythm.of(**{**arguments, **changes})


def quiet_round(beat: Rhythm) -> float:
    while beat.due:
        beat.polled(())
    return beat.pause()


def round_that_finds(beat: Rhythm, *page: object) -> float:
    beat.polled(page)
    return quiet_round(beat)


def test_the_wait_doubles_while_nothing_comes_and_something_sets_it_back():
    beat = rhythm()
    assert [quiet_round(beat) for _ in range(6)] == [5, 10, 20, 40, 60, 60]
    assert round_that_finds(beat, 1) == 5
    assert quiet_round(beat) == 10


@pytest.mark.parametrize(
    ("changes", "operations"),
    [
        ({}, BOTH), ({"replies": False}, BOTH[:1]), ({"reports": False}, BOTH[1:]),
        ({"encrypted": True}, ("GetReport2ByEncrypt", "GetMo2ByEncrypt")),
    ],
)
def test_what_is_followed(changes, operations):
    """O4, O6, O9, O10."""
    assert rhythm(**changes).operations == operations


def test_operations_take_turns_until_each_is_empty():
    """R1: many reports, 500 a poll, do not hold up a reply."""
    beat, polled = rhythm(), []
    pages = {"GetReport2Connect": [(1,), (2,), (3,), ()], "GetMo2Connect": [(4,), ()]}
    while beat.due:
        polled.append(beat.due)
        beat.polled(pages[beat.due].pop(0))
    assert polled == [*BOTH, *BOTH, "GetReport2Connect", "GetReport2Connect"]


def test_throttling_lengthens_the_wait_even_where_something_came():
    """C11: the other operation is polled all the same, its limit may be its own."""
    beat = rhythm()
    assert round_that_finds(beat, 1) == 5
    beat.polled((2,))
    assert beat.due == "GetMo2Connect"
    assert beat.failed(THROTTLED, stopped=False)
    assert beat.due == "GetReport2Connect"
    beat.polled(())
    assert beat.due is None
    assert beat.pause() == 10


def test_a_refused_connection_ends_the_round():
    beat = rhythm()
    assert beat.failed(REFUSED, stopped=False)
    assert beat.due is None
    assert [beat.pause(), quiet_round(beat)] == [5, 10]


@pytest.mark.parametrize(
    "error",
    [
        LOST, CLOSED, CertificateError("not trusted", evidence=Evidence()), ConfigurationError("wrong"),
        InvalidRequestError("wrong", parameter="userCode"), CredentialsError.from_code(-3, "GetMo2Connect"),
        GatewayError.from_code(-1, "GetMo2Connect"), WinnerlookError("anything else"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_other_failure_is_the_callers(error):
    """C1, C2: a poll that may have lost records above all; whoever goes on all the same does so after a wait."""
    beat = rhythm()
    assert not beat.failed(error, stopped=False)
    assert (beat.due, beat.pause(), beat.due) == (None, 5, BOTH[0])


def test_a_stopped_one_is_silent_on_what_lost_nothing():
    assert [rhythm().failed(error, stopped=True) for error in (REFUSED, THROTTLED, CLOSED, LOST)] == [True, True, True, False]
    assert LOST.certainty is Certainty.UNKNOWN


def test_a_gateway_that_repeats_itself_is_polled_ever_more_slowly(caplog):
    beat, waits, polls = rhythm(replies=False), [], 0
    for _ in range(4):
        while beat.due:
            beat.polled(("same",))
            polls += 1
        waits.append(beat.pause())
    assert (waits, polls) == ([5, 10, 20, 40], 5)
    assert len(caplog.messages) == 4


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        *(({name: value}, name) for name in ("interval", "max_interval") for value in (0, -1, math.nan, math.inf, 10**9, None, "5", True)),
        ({"interval": 61}, "max_interval"), ({"reports": False, "replies": False}, "reports"),
    ],
)
def test_arguments_that_make_no_sense(changes, parameter):
    with pytest.raises(InvalidRequestError) as caught:
        rhythm(**changes)
    assert (caught.value.parameter, caught.value.certainty) == (parameter, Certainty.NOT_SENT)


EVENTS = st.lists(st.lists(st.sampled_from(["page", "empty", "throttled", "refused"]), max_size=6), max_size=12)


@given(interval=st.floats(0.001, 100), factor=st.floats(1, 1000), rounds=EVENTS)
def test_every_wait(interval, factor, rounds):
    """Whatever happens: a calm round that found something is followed by the shortest wait, any other by twice the wait before within
    bounds; and each operation is polled in every round that no refused connection ends."""
    longest = min(interval * factor, 86_400)
    beat = rhythm(interval=interval, max_interval=longest)
    before, fresh = None, 0
    for events in rounds:
        seen, polled, todo = set(), set(), list(events)
        while beat.due:
            event = todo.pop(0) if todo else "empty"
            seen.add(event)
            polled.add(beat.due)
            if event in {"page", "empty"}:
                fresh += 1
                beat.polled((fresh,) if event == "page" else ())
            else:
                assert beat.failed(THROTTLED if event == "throttled" else REFUSED, stopped=False)
        assert "refused" in seen or polled == set(BOTH)
        calm = "page" in seen and not seen & {"throttled", "refused"}
        wait = beat.pause()
        assert wait == (interval if calm or before is None else min(2 * before, longest))
        before = wait
