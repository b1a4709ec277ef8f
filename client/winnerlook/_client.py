"""The blocking client."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

from winnerlook._core import next_of
from winnerlook._follow import Following
from winnerlook._following import Followings, Rhythm
from winnerlook._results import TypedResult
from winnerlook._setup import set_up
from winnerlook._steps import Exchange, Plan, Step
from winnerlook._wire import WireAnswer
from winnerlook.attempts import OnAttempt
from winnerlook.individual import DEFAULT_SEPARATORS, Separators
from winnerlook.operations import BY_NAME
from winnerlook.rate_limit import RateLimit
from winnerlook.records import Reply, Report
from winnerlook.results import Sent
from winnerlook.retry import Retry

Outcome = TypeVar("Outcome")

_log = logging.getLogger("winnerlook")


class Client:
    """Calls the gateway over SOAP 1.1, SOAP 1.2 or plain HTTP, and blocks until the answer is there.

    Safe for many threads; a context manager. Whatever is not given is taken from ``WINNERLOOK_*`` in the environment, then from the
    configuration file (see `winnerlook.config`).

    :param endpoint: scheme, host and port, ``http://127.0.0.1:8118``.
    :param binding: ``soap11`` (the default), ``soap12``, ``http`` (plain, by POST) or ``http-get``.
    :param connect_timeout: seconds for making a connection; `read_timeout` for each wait for more bytes, `total_timeout` for a call with
        its retries and waits.
    :param retries: further attempts of a call that certainly was not done, 0 for none; or a `Retry`.
    :param rate_limit: calls a second at most; or a `RateLimit`, which other clients of the account may share.
    :param balance_interval: seconds between two questions for the balance (R2); 0 for a mock without that rule.
    :param ca_file: certificates to trust instead of the system's. `pin_sha256` trusts the certificates with these fingerprints only,
        whatever else is wrong with them; `verify` False trusts any.
    :param on_attempt: called with an `Attempt` after every try of every call.
    :param separators: what stands between the pairs of `send_each` (F4).
    :param pool_size: connections kept open; more are made when more threads call at once.
    :param config_file: a configuration file; `profile` names a table in it.
    :raises ConfigurationError: a setting is missing or wrong.

    Every method raises `WinnerlookError`: `GatewayError` for a failure code, `TransportError` and `AnswerError` for what went wrong on the
    way, `InvalidRequestError` before anything is sent. Its `certainty` tells whether the call may have been done, its `attempts` what was
    tried.
    """

    def __init__(
        self, user_code: str | None = None, user_pass: str | None = None, *, endpoint: str | None = None, binding: str | None = None,
        connect_timeout: float | None = None, read_timeout: float | None = None, total_timeout: float | None = None,
        retries: int | Retry | None = None, rate_limit: float | RateLimit | None = None, balance_interval: float | None = None,
        ca_file: str | None = None, pin_sha256: str | Sequence[str] | None = None, verify: bool | None = None,
        on_attempt: OnAttempt | None = None, separators: Separators = DEFAULT_SEPARATORS, pool_size: int = 32,
        config_file: str | None = None, profile: str | None = None,
    ) -> None:
        arguments = {
            "user_code": user_code, "user_pass": user_pass, "endpoint": endpoint, "binding": binding, "connect_timeout": connect_timeout,
            "read_timeout": read_timeout, "total_timeout": total_timeout, "retries": retries, "rate_limit": rate_limit,
            "balance_interval": balance_interval, "ca_file": ca_file, "pin_sha256": pin_sha256, "verify": verify,
        }
        from winnerlook._transport.sync import SyncTransport  # noqa: PLC0415  # urllib3 takes long to import: only whoever calls pays

        setup = set_up(arguments, config_file=config_file, profile=profile, separators=separators, on_attempt=on_attempt)
        self._configuration, self._core = setup.configuration, setup.core
        self._transport = SyncTransport(setup.endpoint, setup.security, pool_size=pool_size)
        self._followings = Followings()

    def balance(self, *, wait: bool = False) -> Decimal:
        """What is left on the account (GetBalanceConnect).

        The gateway answers once in 5 s (R2). Sooner after the last answer this gives that answer again, or with `wait` waits until it
        may ask, on top of the call's own time.
        """
        return self._run(self._core.balance(wait=wait))

    def send(
        self, phone: str, text: str, *, customer_uuid: str | None = None, extension: str | None = None, sms_type: int | None = None,
        autograph: str | None = None, encrypted: bool = False,
    ) -> Sent:
        """Send one SMS (SendMsg; sendMsgExt with an `extension` of 1-16 digits; sendMsgByEncrypt when `encrypted`).

        `customer_uuid`, at most 60 characters, comes back in reports and replies. `encrypted` hides the text from onlookers badly; prefer
        an https endpoint.
        """
        options = send_options(customer_uuid=customer_uuid, sms_type=sms_type, autograph=autograph)
        return self._run(self._core.send(phone, text, extension=extension, encrypted=encrypted, options=options))

    def send_many(
        self, phones: Iterable[str], text: str, *, sms_type: int | None = None, autograph: str | None = None,
    ) -> tuple[Sent, ...]:
        """Send one text to many numbers (SendBatchMsg), 50 a call. Everything is checked before the first call.

        Raises BulkSendError when a call fails, which says what was accepted and what was not tried.
        """
        return self._run(self._core.send_many(phones, text, send_options(sms_type=sms_type, autograph=autograph)))

    def send_each(
        self, pairs: Iterable[tuple[str, str]], *, customer_uuid: str | None = None, sms_type: int | None = None,
    ) -> tuple[Sent, ...]:
        """Send a text of its own to each number (SendIndividualMsg), 50 a call. As `send_many` otherwise."""
        return self._run(self._core.send_each(pairs, send_options(customer_uuid=customer_uuid, sms_type=sms_type)))

    def reports(self, *, encrypted: bool = False) -> Iterator[Report]:
        """Delivery reports that were not fetched before (GetReport2Connect, GetReport2ByEncrypt), polled until there are no more.

        The gateway hands a report out once. Those that were polled and not yet taken from the iterator are kept by the client, for the
        next call of this method.
        """
        return self._drain("GetReport2ByEncrypt" if encrypted else "GetReport2Connect")

    def replies(self, *, encrypted: bool = False) -> Iterator[Reply]:
        """Replies that were not fetched before (GetMo2Connect, GetMo2ByEncrypt); as `reports` otherwise. Encrypted, they lack
        `sent_from`."""
        return self._drain("GetMo2ByEncrypt" if encrypted else "GetMo2Connect")

    def follow(
        self, *, interval: float = 5.0, max_interval: float = 60.0, reports: bool = True, replies: bool = True, encrypted: bool = False,
    ) -> Following:
        """Reports and replies as they come, without an end: polled until there are no more, then again after `interval` seconds.

        Each round of polls that brought nothing doubles the wait, up to `max_interval` (at most a day; the gateway keeps records for 3,
        R1); something found sets it back. -16 (C11), after the client's own retries, lengthens the wait too, and so does a failure that
        certainly did nothing, such as a refused connection, which is warned about. Anything else is raised, a poll that may have lost
        records above all. The iterator has `stop`, which closing the client calls too; see `Following`.

        :raises InvalidRequestError: at once, for intervals that make no sense or where both kinds are switched off.
        """
        rhythm = Rhythm.of(interval=interval, max_interval=max_interval, reports=reports, replies=replies, encrypted=encrypted)
        backlogs = [self._core.backlog(BY_NAME[operation]) for operation in rhythm.operations]
        return self._followings.add(Following(self._poll, backlogs, rhythm))

    def call(self, operation: str, /, **parameters: object) -> TypedResult:
        """Any of the twelve operations by its documented name, with its documented parameters; userCode and userPass are put in.

        The encrypted operations take the fields of submitInfo, or a ready submitInfo. Gives a Decimal, a `Sent`, or a tuple of `Report`
        or `Reply`. A poll called like this hands its records out once, and keeps none.
        """
        return self._run(self._core.call(operation, parameters))

    def close(self) -> None:
        """Stop every `Following`, and close idle connections. Calls under way go on, later ones are refused; records that were polled and
        not taken by now are warned of."""
        self._followings.stop()
        self._transport.close()
        warn_of_kept(self._core.reports, self._core.replies)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def user_code(self) -> str:
        """The login name: the `account` of pushes and of the outbox."""
        return str(self._configuration["user_code"].value)

    def __repr__(self) -> str:
        return f"Client({self._configuration})"

    def _run(self, plan: Plan[Outcome]) -> Outcome:
        try:
            step = next(plan)
            while True:
                try:
                    answer = self._perform(step)
                except BaseException as error:  # noqa: BLE001  # an interruption too is the plan's to know of
                    step = plan.throw(error)
                else:
                    step = plan.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a plan's return value

    def _perform(self, step: Step) -> WireAnswer | None:
        if isinstance(step, Exchange):
            return self._transport.exchange(step)
        time.sleep(step.seconds)
        return None

    def _drain(self, operation: str) -> Iterator[Any]:
        backlog = self._core.backlog(BY_NAME[operation])
        page: tuple[Any, ...] = ()
        last = False
        while True:
            while (record := next_of(backlog)) is not None:
                yield record
            if last:
                return
            previous, page = page, self._poll(operation)
            last = self._core.is_last(page, previous)

    def _once(
        self, operation: str, parameters: Mapping[str, object], on_answer: Callable[[WireAnswer], None] | None = None,
    ) -> TypedResult:
        """For `winnerlook.outbox`: see `Core.once`."""
        return self._run(self._core.once(operation, parameters, on_answer))

    def _poll(self, operation: str) -> tuple[Any, ...]:
        return self._run(self._core.poll(operation))


def warn_of_kept(*backlogs: deque[Any]) -> None:
    """The gateway will not hand these out again."""
    left = sum(len(backlog) for backlog in backlogs)
    if left:
        _log.warning("the client is closed with %d records that were polled and never taken from their iterator", left)


def send_options(**options: Any) -> Mapping[str, object]:
    """Options of a send under their documented names."""
    names = {"customer_uuid": "customerUuid", "sms_type": "smsType", "autograph": "autograph"}
    return {names[name]: value for name, value in options.items()}
