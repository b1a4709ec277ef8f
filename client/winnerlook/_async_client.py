"""The awaitable client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

from winnerlook._async_follow import AsyncFollowing
from winnerlook._client import send_options, warn_of_kept
from winnerlook._core import next_of
from winnerlook._following import Followings, Rhythm
from winnerlook._results import TypedResult
from winnerlook._setup import set_up
from winnerlook._steps import Exchange, Plan, Step
from winnerlook._transport.aio import AsyncTransport
from winnerlook._wire import WireAnswer
from winnerlook.attempts import OnAttempt
from winnerlook.errors import UnreadableResultError
from winnerlook.individual import DEFAULT_SEPARATORS, Separators
from winnerlook.operations import BY_NAME, Operation
from winnerlook.rate_limit import RateLimit
from winnerlook.records import Reply, Report
from winnerlook.results import Sent
from winnerlook.retry import Retry

Outcome = TypeVar("Outcome")


class AsyncClient:
    """`Client` for asyncio: the same settings, verbs, results and errors, awaited. Needs ``winnerlook[async]``.

    Cancelling is safe. A CancelledError that cut a call short carries what is known of it: `attempt_of` gives the attempt, its certainty
    and its evidence, from the CancelledError or from the TimeoutError that `asyncio.timeout` makes of it. A poll that was cancelled goes
    on, since the gateway may have handed out records already; what it brings waits for the next `reports` or `replies`.
    """

    def __init__(
        self, user_code: str | None = None, user_pass: str | None = None, *, endpoint: str | None = None, binding: str | None = None,
        connect_timeout: float | None = None, read_timeout: float | None = None, total_timeout: float | None = None,
        retries: int | Retry | None = None, rate_limit: float | RateLimit | None = None, balance_interval: float | None = None,
        ca_file: str | None = None, pin_sha256: str | Sequence[str] | None = None, verify: bool | None = None,
        on_attempt: OnAttempt | None = None, separators: Separators = DEFAULT_SEPARATORS, pool_size: int = 100,
        config_file: str | None = None, profile: str | None = None,
    ) -> None:
        arguments = {
            "user_code": user_code, "user_pass": user_pass, "endpoint": endpoint, "binding": binding, "connect_timeout": connect_timeout,
            "read_timeout": read_timeout, "total_timeout": total_timeout, "retries": retries, "rate_limit": rate_limit,
            "balance_interval": balance_interval, "ca_file": ca_file, "pin_sha256": pin_sha256, "verify": verify,
        }
        setup = set_up(arguments, config_file=config_file, profile=profile, separators=separators, on_attempt=on_attempt)
        self._configuration, self._core = setup.configuration, setup.core
        self._transport = AsyncTransport(setup.endpoint, setup.security, pool_size=pool_size)
        self._followings = Followings()
        self._polls: dict[str, asyncio.Task[tuple[Any, ...]]] = {}
        self._abandoned: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None

    async def balance(self, *, wait: bool = False) -> Decimal:
        """As `Client.balance`."""
        return await self._run(self._core.balance(wait=wait))

    async def send(
        self, phone: str, text: str, *, customer_uuid: str | None = None, extension: str | None = None, sms_type: int | None = None,
        autograph: str | None = None, encrypted: bool = False,
    ) -> Sent:
        """As `Client.send`."""
        options = send_options(customer_uuid=customer_uuid, sms_type=sms_type, autograph=autograph)
        return await self._run(self._core.send(phone, text, extension=extension, encrypted=encrypted, options=options))

    async def send_many(
        self, phones: Iterable[str], text: str, *, sms_type: int | None = None, autograph: str | None = None,
    ) -> tuple[Sent, ...]:
        """As `Client.send_many`."""
        return await self._run(self._core.send_many(phones, text, send_options(sms_type=sms_type, autograph=autograph)))

    async def send_each(
        self, pairs: Iterable[tuple[str, str]], *, customer_uuid: str | None = None, sms_type: int | None = None,
    ) -> tuple[Sent, ...]:
        """As `Client.send_each`."""
        return await self._run(self._core.send_each(pairs, send_options(customer_uuid=customer_uuid, sms_type=sms_type)))

    def reports(self, *, encrypted: bool = False) -> AsyncIterator[Report]:
        """As `Client.reports`, for ``async for``."""
        return self._drain("GetReport2ByEncrypt" if encrypted else "GetReport2Connect")

    def replies(self, *, encrypted: bool = False) -> AsyncIterator[Reply]:
        """As `Client.replies`, for ``async for``."""
        return self._drain("GetMo2ByEncrypt" if encrypted else "GetMo2Connect")

    def follow(
        self, *, interval: float = 5.0, max_interval: float = 60.0, reports: bool = True, replies: bool = True, encrypted: bool = False,
    ) -> AsyncFollowing:
        """As `Client.follow`, for ``async for``."""
        rhythm = Rhythm.of(interval=interval, max_interval=max_interval, reports=reports, replies=replies, encrypted=encrypted)
        backlogs = [self._core.backlog(BY_NAME[operation]) for operation in rhythm.operations]
        return self._followings.add(AsyncFollowing(self._poll, backlogs, rhythm))

    async def call(self, operation: str, /, **parameters: object) -> TypedResult:
        """As `Client.call`. Where a poll called like this is cancelled, its records wait for the next `reports` or `replies`."""
        plan = self._core.call(operation, parameters)
        known = BY_NAME.get(operation)
        if known is None or not known.polls:
            return await self._run(plan)
        task = asyncio.ensure_future(self._run(plan))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._abandoned.add(task)
            task.add_done_callback(lambda done: self._salvage(known, done))
            raise

    async def aclose(self) -> None:
        """Stop every `AsyncFollowing`, refuse new calls, let those under way and polls that were cancelled end, and close all connections.
        Goes on by itself when it is cancelled. Records that were polled and not taken by then are warned about."""
        self._followings.stop()
        self._transport.refuse()
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        polls = {*self._polls.values(), *self._abandoned}
        if polls:
            await asyncio.wait(polls)
        await self._transport.close()
        warn_of_kept(self._core.reports, self._core.replies)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    @property
    def user_code(self) -> str:
        """The login name: the `account` of pushes and of the outbox."""
        return str(self._configuration["user_code"].value)

    def __repr__(self) -> str:
        return f"AsyncClient({self._configuration})"

    async def _run(self, plan: Plan[Outcome]) -> Outcome:
        try:
            step = next(plan)
            while True:
                try:
                    answer = await self._perform(step)
                except BaseException as error:  # noqa: BLE001  # a cancellation too is the plan's to know of
                    step = plan.throw(error)
                else:
                    step = plan.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a plan's return value

    async def _perform(self, step: Step) -> WireAnswer | None:
        if isinstance(step, Exchange):
            return await self._transport.exchange(step)
        await asyncio.sleep(step.seconds)
        return None

    def _salvage(self, operation: Operation, task: asyncio.Task[Any]) -> None:
        """Keep what an abandoned poll brought."""
        self._abandoned.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, UnreadableResultError):
            self._core.keep(operation, error.records)
        elif error is None and not task.cancelled():
            self._core.keep(operation, task.result())

    async def _drain(self, operation: str) -> AsyncIterator[Any]:
        backlog = self._core.backlog(BY_NAME[operation])
        page: tuple[Any, ...] = ()
        last = False
        while True:
            while (record := next_of(backlog)) is not None:
                yield record
            if last:
                return
            previous, page = page, await self._poll(operation)
            last = self._core.is_last(page, previous)

    async def _poll(self, operation: str) -> tuple[Any, ...]:
        """Poll, or wait for the poll that somebody gave up on: the gateway may have handed out its records already."""
        task = self._polls.get(operation)
        if task is None:
            task = self._polls[operation] = asyncio.ensure_future(self._run(self._core.poll(operation)))
            task.add_done_callback(lambda _: self._polls.pop(operation, None))
        return await asyncio.shield(task)
