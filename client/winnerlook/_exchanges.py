"""One call from start to end: its attempts, the waits between them, and what is told of each."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from winnerlook._calls import PreparedCall
from winnerlook._results import TypedResult, typed_result
from winnerlook._steps import Exchange, Plan, Wait
from winnerlook._timeouts import Deadline, Timeouts
from winnerlook._wire import Codec, WireAnswer, WireRequest
from winnerlook.attempts import Attempt, OnAttempt, mark
from winnerlook.certainty import Certainty
from winnerlook.errors import CallTimeoutError, ThrottledError, WinnerlookError
from winnerlook.evidence import Evidence
from winnerlook.masking import describe_callback, describe_error
from winnerlook.operations import Result
from winnerlook.rate_limit import RateLimit
from winnerlook.results import Sent
from winnerlook.retry import Retry

_log = logging.getLogger("winnerlook")


@dataclass(frozen=True, slots=True)
class Exchanges:
    """How a client makes its calls. `balance_interval` is how long -16 lasts for the balance (R2)."""

    binding: str
    codec: Codec
    timeouts: Timeouts
    retry: Retry
    rate_limit: RateLimit | None = None
    balance_interval: float = 5.0
    hooks: tuple[OnAttempt, ...] = ()
    monotonic: Callable[[], float] = field(default=time.monotonic, repr=False)
    on_answer: Callable[[WireAnswer], None] | None = field(default=None, repr=False)
    """Called with each whole answer before it is read. What it raises ends the call: the answer may be all there is of records."""

    def once(self, on_answer: Callable[[WireAnswer], None] | None) -> Exchanges:
        """The same, for calls of one attempt each."""
        return replace(self, retry=Retry(0), on_answer=on_answer)

    def run(self, call: PreparedCall) -> Plan[TypedResult]:
        """Make a call, again where that is safe and promises something. Every attempt is on the receipt, or on the error."""
        deadline = Deadline(self.timeouts, monotonic=self.monotonic)
        request = self.codec.encode(call.operation, call.sent)
        attempts: list[Attempt] = []
        self.retry.earn()
        last: WinnerlookError | None = None
        while True:
            if not (yield from self._pace(deadline)):
                raise last or self._no_place(call)
            try:
                result = yield from self._attempt(call, request, deadline, attempts)
            except WinnerlookError as error:
                error.attempts = tuple(attempts)
                last = error
                delay = self._delay(error, call, len(attempts), deadline)
                if delay is None:
                    raise
                yield Wait(delay)
            else:
                return replace(result, attempts=tuple(attempts)) if isinstance(result, Sent) else result

    def _pace(self, deadline: Deadline) -> Plan[bool]:
        """Wait for the rate limit's next place; False where there is none in time."""
        wait = self.rate_limit.reserve(deadline.left) if self.rate_limit else 0.0
        if wait:
            yield Wait(wait)
        return wait is not None

    def _no_place(self, call: PreparedCall) -> CallTimeoutError:
        return CallTimeoutError(
            f"{call.operation.name}: the client's own rate limit leaves no place within {self.timeouts.total} s; nothing was sent",
            evidence=Evidence(), operation=call.operation.name,
        )

    def _delay(self, error: WinnerlookError, call: PreparedCall, made: int, deadline: Deadline) -> float | None:
        """Seconds until the next attempt, None where there is to be none."""
        if made > self.retry.retries or not self.retry.allows(error):
            return None
        delay = self.retry.delay(made)
        if isinstance(error, ThrottledError) and call.operation.result is Result.BALANCE:
            delay = max(delay, self.balance_interval)
        return delay if delay < deadline.left and self.retry.spend() else None

    def _attempt(self, call: PreparedCall, request: WireRequest, deadline: Deadline, attempts: list[Attempt]) -> Plan[TypedResult]:
        evidence = Evidence()
        begun, started_at = self.monotonic(), datetime.now(UTC)

        def ended(certainty: Certainty, error: BaseException | None = None) -> Attempt:
            attempt = Attempt(
                number=len(attempts) + 1, operation=call.operation.name, binding=self.binding, started_at=started_at,
                seconds=self.monotonic() - begun, certainty=certainty, evidence=replace(evidence),
                code=getattr(error, "code", None), error=type(error).__name__ if error else None,
            )
            attempts.append(attempt)
            self._tell(attempt)
            return attempt

        try:
            answer = yield Exchange(request, deadline, evidence)
            assert answer is not None  # what an exchange gives
            if self.on_answer is not None:
                self.on_answer(answer)
            result = self.codec.decode(call.operation, answer)
            typed = typed_result(call.operation, call.parameters, call.separators, result, answer)
        except WinnerlookError as error:
            ended(error.certainty, error)
            raise
        except BaseException as interruption:
            certainty = Certainty.NOT_SENT if evidence.nothing_left else Certainty.UNKNOWN
            mark(interruption, ended(certainty, interruption))
            raise
        ended(Certainty.ACCEPTED)
        return typed

    def _tell(self, attempt: Attempt) -> None:
        _log.debug(
            "%s over %s: attempt %d %s in %.3f s%s", attempt.operation, attempt.binding, attempt.number, attempt.certainty,
            attempt.seconds, f" ({attempt.error})" if attempt.error else "",
        )
        for hook in self.hooks:
            try:
                hook(attempt)
            except Exception as error:  # noqa: BLE001  # a send that was accepted must not look failed because somebody's counter is broken
                _log.error("the on_attempt hook %s failed: %s", describe_callback(hook), describe_error(error))
