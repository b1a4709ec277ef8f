"""The blocking client."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

from winnerlook import config
from winnerlook._codecs import codec_for
from winnerlook._core import Core, Plan
from winnerlook._results import TypedResult
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.sync import SyncTransport
from winnerlook.individual import DEFAULT_SEPARATORS, Separators
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

Outcome = TypeVar("Outcome")
Record = TypeVar("Record")


class Client:
    """Calls the gateway over SOAP 1.1, SOAP 1.2 or plain HTTP, and blocks until the answer is there.

    Safe for many threads; a context manager. Whatever is not given is taken from ``WINNERLOOK_*`` in the environment, then from the
    configuration file (see `winnerlook.config`).

    :param endpoint: scheme, host and port, ``http://127.0.0.1:8118``.
    :param binding: ``soap11`` (the default), ``soap12`` or ``http``.
    :param connect_timeout: seconds for making a connection; `read_timeout` for each wait for more bytes, `total_timeout` for a call.
    :param separators: what stands between the pairs of `send_each` (F4).
    :param pool_size: connections kept open; more are made when more threads call at once.
    :param config_file: a configuration file; `profile` names a table in it.
    :raises ConfigurationError: a setting is missing or wrong.

    Every method raises `WinnerlookError`: `GatewayError` for a failure code, `TransportError` and `AnswerError` for what went wrong on the
    way, `InvalidRequestError` before anything is sent. Its `certainty` tells whether the call may have been done.
    """

    def __init__(
        self, user_code: str | None = None, user_pass: str | None = None, *, endpoint: str | None = None, binding: str | None = None,
        connect_timeout: float | None = None, read_timeout: float | None = None, total_timeout: float | None = None,
        separators: Separators = DEFAULT_SEPARATORS, pool_size: int = 32, config_file: str | None = None, profile: str | None = None,
    ) -> None:
        self._configuration = config.load(
            {
                "user_code": user_code, "user_pass": user_pass, "endpoint": endpoint, "binding": binding,
                "connect_timeout": connect_timeout, "read_timeout": read_timeout, "total_timeout": total_timeout,
            },
            file=config_file, profile=profile,
        )
        settings = self._configuration.complete()
        self._core = Core(settings.user_code, settings.user_pass, codec_for(settings.binding), separators)
        self._transport = SyncTransport(Endpoint.parse(settings.endpoint), settings.timeouts, pool_size=pool_size)

    def balance(self) -> Decimal:
        """What is left on the account (GetBalanceConnect). The gateway answers once in 5 s (R2)."""
        return self._run(self._core.balance())

    def send(
        self, phone: str, text: str, *, customer_uuid: str | None = None, extension: str | None = None, sms_type: int | None = None,
        autograph: str | None = None, encrypted: bool = False,
    ) -> Sent:
        """Send one SMS (SendMsg; sendMsgExt with an `extension` of 1-16 digits; sendMsgByEncrypt when `encrypted`).

        `customer_uuid`, at most 60 characters, comes back in reports and replies. `encrypted` hides the text from onlookers badly; prefer
        an https endpoint.
        """
        options = _options(customer_uuid=customer_uuid, sms_type=sms_type, autograph=autograph)
        return self._run(self._core.send(phone, text, extension=extension, encrypted=encrypted, options=options))

    def send_many(
        self, phones: Iterable[str], text: str, *, sms_type: int | None = None, autograph: str | None = None,
    ) -> tuple[Sent, ...]:
        """Send one text to many numbers (SendBatchMsg), 50 a call. Everything is checked before the first call.

        Raises BulkSendError when a call fails, which says what was accepted and what was not tried.
        """
        return self._run(self._core.send_many(phones, text, _options(sms_type=sms_type, autograph=autograph)))

    def send_each(
        self, pairs: Iterable[tuple[str, str]], *, customer_uuid: str | None = None, sms_type: int | None = None,
    ) -> tuple[Sent, ...]:
        """Send a text of its own to each number (SendIndividualMsg), 50 a call. As `send_many` otherwise."""
        return self._run(self._core.send_each(pairs, _options(customer_uuid=customer_uuid, sms_type=sms_type)))

    def reports(self, *, encrypted: bool = False) -> Iterator[Report]:
        """Delivery reports that were not fetched before (GetReport2Connect, GetReport2ByEncrypt), polled until there are no more.

        The gateway hands a report out once. Those that were polled and not yet taken from the iterator are kept by the client, for the
        next call of this method.
        """
        return self._drain("GetReport2ByEncrypt" if encrypted else "GetReport2Connect", self._core.reports)

    def replies(self, *, encrypted: bool = False) -> Iterator[Reply]:
        """Replies that were not fetched before (GetMo2Connect, GetMo2ByEncrypt); as `reports` otherwise. Encrypted, they lack
        `sent_from`."""
        return self._drain("GetMo2ByEncrypt" if encrypted else "GetMo2Connect", self._core.replies)

    def call(self, operation: str, /, **parameters: object) -> TypedResult:
        """Any of the twelve operations by its documented name, with its documented parameters; userCode and userPass are put in.

        The encrypted operations take the fields of submitInfo, or a ready submitInfo. Gives a Decimal, a `Sent`, or a tuple of `Report`
        or `Reply`. A poll called like this hands its records out once, and keeps none.
        """
        return self._run(self._core.call(operation, parameters))

    def close(self) -> None:
        """Close all connections; calls under way end with an error."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._configuration})"

    def _run(self, plan: Plan[Outcome]) -> Outcome:
        try:
            request = next(plan)
            while True:
                try:
                    answer = self._transport.exchange(request)
                except BaseException as error:  # noqa: BLE001  # an interruption too is the plan's to know of
                    request = plan.throw(error)
                else:
                    request = plan.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a plan's return value

    def _drain(self, operation: str, backlog: deque[Record]) -> Iterator[Record]:
        page: tuple[Record, ...] = ()
        while True:
            while (record := _next(backlog)) is not None:
                yield record
            page = self._run(self._core.poll(operation, backlog, page))
            if not page:
                return


def _next(backlog: deque[Record]) -> Record | None:
    try:
        return backlog.popleft()
    except IndexError:  # another thread was faster
        return None


def _options(**options: Any) -> Mapping[str, object]:
    names = {"customer_uuid": "customerUuid", "sms_type": "smsType", "autograph": "autograph"}
    return {names[name]: value for name, value in options.items()}
