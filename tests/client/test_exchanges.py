"""Retries, rate limit, the balance rule and what is told of each attempt. Plans are driven by hand here: no time passes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.raw_server import ENVELOPES
from winnerlook import (
    Attempt,
    CallTimeoutError,
    Certainty,
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ContentRefusedError,
    Evidence,
    RateLimit,
    Retry,
    ThrottledError,
    WinnerlookError,
    attempt_of,
)
from winnerlook._calls import Calls
from winnerlook._codecs import codec_for
from winnerlook._core import Core
from winnerlook._exchanges import Exchanges
from winnerlook._steps import Exchange, Wait
from winnerlook._timeouts import Timeouts
from winnerlook._wire import WireAnswer
from winnerlook.individual import DEFAULT_SEPARATORS

SENT = Evidence(connected=True, bytes_sent=500, request_complete=True)
OPTIONS: dict[str, Any] = {"extension": None, "encrypted": False, "options": {}}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Driver:
    """Runs a plan: `outcomes` are what the exchanges bring, in order; waits move the clock and are written down."""

    def __init__(self, **exchanges: Any) -> None:
        self.clock = Clock()
        self.attempts: list[Attempt] = []
        self.waits: list[float] = []
        defaults = {"timeouts": Timeouts(), "retry": Retry(), "hooks": (self.attempts.append,), "monotonic": self.clock}
        self.core = Core(
            Calls("user", "pass", DEFAULT_SEPARATORS), Exchanges(binding="soap11", codec=codec_for("soap11"), **{**defaults, **exchanges}),
        )

    def run(self, plan: Any, *outcomes: Any) -> Any:
        left = list(outcomes)
        try:
            step = next(plan)
            while True:
                if isinstance(step, Wait):
                    self.waits.append(step.seconds)
                    self.clock.now += step.seconds
                    step = plan.send(None)
                else:
                    step = self._exchange(plan, step, left.pop(0))
        except StopIteration as stop:
            assert not left, "the plan ended before its time"
            return stop.value

    @staticmethod
    def _exchange(plan: Any, step: Exchange, outcome: Any) -> Any:
        if isinstance(outcome, str):
            return plan.send(answer(step.request.operation.name, outcome))
        if isinstance(outcome, BaseException) and not isinstance(outcome, WinnerlookError):
            step.evidence.bytes_sent = 10
        return plan.throw(outcome)

    def send(self, *outcomes: Any) -> Any:
        return self.run(self.core.send("13900000000", "text", **OPTIONS), *outcomes)


def answer(operation: str, result: str) -> WireAnswer:
    body = (
        f'<s:Envelope xmlns:s="{ENVELOPES["soap11"]}"><s:Body><{operation}Response xmlns="http://tempuri.org/">'
        f"<{operation}Result>{result}</{operation}Result></{operation}Response></s:Body></s:Envelope>"
    )
    return WireAnswer(200, "text/xml", body.encode())


def refused() -> ConnectError:
    return ConnectError("SendMsg: no connection", evidence=Evidence(), operation="SendMsg")


def lost() -> ConnectionLostError:
    return ConnectionLostError("SendMsg: lost", evidence=SENT, operation="SendMsg")


@pytest.mark.parametrize("failure", [refused, lambda: "-16"])
def test_what_was_certainly_not_done_is_tried_again(failure: Callable[[], Any]):
    """C11; every attempt is on the receipt and was told to the hook."""
    driver = Driver()
    sent = driver.send(failure(), failure(), "22")
    assert sent.batch_number == "22"
    assert [attempt.number for attempt in sent.attempts] == [1, 2, 3]
    assert sent.attempts == tuple(driver.attempts)
    assert sent.attempts[-1].certainty is Certainty.ACCEPTED
    assert sent.attempts[0].certainty in {Certainty.NOT_SENT, Certainty.REJECTED}
    assert 0 <= driver.waits[0] <= 0.2
    assert 0 <= driver.waits[1] <= 0.4


@pytest.mark.parametrize(
    "failure",
    [
        lost(), CallTimeoutError("t", evidence=SENT), "-1", "-7", "-54", "-99", "no number",
        CertificateError("c", evidence=Evidence()),
    ],
)
def test_nothing_else_is_tried_again(failure):
    driver = Driver()
    with pytest.raises(WinnerlookError) as caught:
        driver.send(failure)
    assert driver.waits == []
    assert [attempt.error for attempt in caught.value.attempts] == [type(caught.value).__name__]


def test_retries_end():
    driver = Driver()
    with pytest.raises(ConnectError) as caught:
        driver.send(refused(), refused(), refused())
    assert len(caught.value.attempts) == 3


def test_retries_are_switched_off_by_one_argument():
    driver = Driver(retry=Retry(0))
    with pytest.raises(ThrottledError):
        driver.send("-16")
    assert driver.waits == []


def test_the_deadline_bounds_the_call_with_its_waits():
    driver = Driver(timeouts=Timeouts(total=10), retry=Retry(retries=9, base=8, cap=8))
    with pytest.raises(ConnectError):
        driver.send(*[refused() for _ in range(10)])
    assert sum(driver.waits) < 10


def test_every_attempt_of_a_call_has_the_same_deadline():
    driver = Driver()
    plan = driver.core.send("13900000000", "text", **OPTIONS)
    first = next(plan)
    driver.clock.now += 20
    plan.throw(refused())
    again = plan.send(None)
    assert again.deadline is first.deadline
    assert again.deadline.left == 40
    assert again.evidence is not first.evidence


def test_the_budget_bounds_retries_over_all_calls():
    """An outage of many calls is met with few retries."""
    driver = Driver(retry=Retry(retries=1, budget=3))
    made = 0
    for _ in range(10):
        with pytest.raises(ConnectError) as caught:
            driver.run(driver.core.send("13900000000", "text", **OPTIONS), *([refused()] * (2 if made < 3 else 1)))
        made += len(caught.value.attempts) - 1
    assert made == 3
    for _ in range(10):
        driver.send("22")
    assert len(driver.send(refused(), "22").attempts) == 2


@given(number=st.integers(1, 60), base=st.floats(0, 10), cap=st.floats(0, 60))
def test_waits_are_drawn_from_the_whole_range(number, base, cap):
    assert 0 <= Retry(base=base, cap=cap).delay(number) <= min(cap, base * 2 ** (number - 1))


@pytest.mark.parametrize("option", [{"retries": -1}, {"base": -1}, {"cap": -0.1}, {"budget": -1}])
def test_wrong_retries_are_refused(option):
    with pytest.raises(ConfigurationError):
        Retry(**option)


def test_the_balance_is_not_asked_sooner_than_it_may_be():
    """R2: from memory, or after the wait, as the caller chooses."""
    driver = Driver()
    assert driver.run(driver.core.balance(wait=False), "100") == Decimal(100)
    driver.clock.now += 4
    assert driver.run(driver.core.balance(wait=False)) == Decimal(100)
    assert driver.run(driver.core.balance(wait=True), "90") == Decimal(90)
    assert driver.waits == [1]
    driver.clock.now += 5
    assert driver.run(driver.core.balance(wait=False), "80") == Decimal(80)


def test_a_throttled_balance_is_asked_again_after_the_rules_time():
    """R2, C11: another program may have asked just before."""
    driver = Driver()
    assert driver.run(driver.core.balance(wait=False), "-16", "100") == Decimal(100)
    assert driver.waits == [5]


def test_a_failed_balance_is_not_remembered():
    driver = Driver(balance_interval=5)
    with pytest.raises(WinnerlookError):
        driver.run(driver.core.balance(wait=False), "-3")
    assert driver.run(driver.core.balance(wait=False), "100") == Decimal(100)


def test_the_rate_limit_spaces_calls():
    driver = Driver()
    driver.core._exchanges = Exchanges(
        binding="soap11", codec=codec_for("soap11"), timeouts=Timeouts(), retry=Retry(), rate_limit=RateLimit(4, monotonic=driver.clock),
        monotonic=driver.clock,
    )
    for _ in range(5):
        driver.send("22")
    assert driver.waits == [0.25] * 4


def test_a_call_that_finds_no_place_in_its_time_is_not_sent():
    clock = Clock()
    limit = RateLimit(0.01, monotonic=clock)
    driver = Driver(rate_limit=limit)
    driver.send("22")
    with pytest.raises(CallTimeoutError) as caught:
        driver.send()
    assert caught.value.certainty is Certainty.NOT_SENT
    assert "rate limit" in str(caught.value)


def test_a_retry_that_finds_no_place_leaves_the_error_before_it():
    """Every attempt stays visible."""
    clock = Clock()
    driver = Driver(rate_limit=RateLimit(0.01, monotonic=clock))
    with pytest.raises(ThrottledError) as caught:
        driver.send("-16")
    assert [attempt.code for attempt in caught.value.attempts] == [-16]


def test_callers_at_once_share_one_question_for_the_balance():
    """R2: the second finds the first one's answer."""
    driver = Driver()
    first = driver.core.balance(wait=False)
    exchange = next(first)
    second = driver.core.balance(wait=False)
    assert isinstance(next(second), Wait)
    with pytest.raises(StopIteration) as done:
        first.send(answer(exchange.request.operation.name, "100"))
    assert done.value.value == Decimal(100)
    with pytest.raises(StopIteration) as shared:
        second.send(None)
    assert shared.value.value == Decimal(100)


def test_callers_that_wait_ask_one_after_another():
    driver = Driver()
    driver.run(driver.core.balance(wait=False), "100")
    assert [next(driver.core.balance(wait=True)).seconds for _ in range(3)] == [5, 10, 15]


def test_what_was_being_handled_is_not_this_calls_attempt():
    driver = Driver()
    with pytest.raises(KeyboardInterrupt) as first:
        driver.send(KeyboardInterrupt())
    try:
        try:
            raise first.value
        except KeyboardInterrupt:
            raise TimeoutError  # noqa: B904  # raised while another was handled, not because of it
    except TimeoutError as later:
        assert attempt_of(later) is None


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "many"])
def test_wrong_rate_limits_are_refused(value):
    with pytest.raises(ConfigurationError):
        RateLimit(value)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_carries_what_is_known(interruption):
    driver = Driver()
    with pytest.raises(interruption) as caught:
        driver.send(interruption())
    attempt = attempt_of(caught.value)
    assert attempt is not None
    assert (attempt.certainty, attempt.evidence.bytes_sent, attempt.operation) == (Certainty.UNKNOWN, 10, "SendMsg")
    assert attempt_of(ValueError()) is None


def test_a_broken_hook_breaks_nothing(caplog):
    def broken(_attempt: Attempt) -> None:
        raise RuntimeError("no such counter")

    driver = Driver(hooks=(broken,))
    assert driver.send("22").batch_number == "22"
    assert "broken failed: RuntimeError at test_exchanges.py:" in caplog.text
    assert "no such counter" not in caplog.text, "its words may hold anything (L2)"


def test_attempts_are_logged_without_anything_personal(caplog):
    """L2; quiet unless DEBUG is asked for."""
    with caplog.at_level(logging.INFO):
        Driver().send("22")
    assert caplog.text == ""
    with caplog.at_level(logging.DEBUG, logger="winnerlook"):
        Driver().send("22")
    assert "SendMsg over soap11: attempt 1 accepted" in caplog.text
    assert "13900000000" not in caplog.text


def test_one_attempt_tells_all_that_a_counter_needs():
    driver = Driver()
    with pytest.raises(ContentRefusedError):
        driver.send("-54")
    (attempt,) = driver.attempts
    assert (attempt.number, attempt.operation, attempt.binding, attempt.code) == (1, "SendMsg", "soap11", -54)
    assert (attempt.certainty, attempt.error) == (Certainty.REJECTED, "ContentRefusedError")
    assert attempt.started_at.tzinfo is not None
