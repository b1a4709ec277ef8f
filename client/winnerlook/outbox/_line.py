"""An account's way to the gateway, as the outbox uses it: each call one attempt, and answers kept before they are read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol, cast

from winnerlook._client import Client
from winnerlook._codecs import codec_for
from winnerlook._results import typed_result
from winnerlook._wire import WireAnswer
from winnerlook.errors import ConfigurationError
from winnerlook.individual import DEFAULT_SEPARATORS, Separators
from winnerlook.operations import BY_NAME
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

OnAnswer = Callable[[WireAnswer], None]


class Line(Protocol):
    """What the outbox needs of a client. Every method raises WinnerlookError as the client does."""

    account: str
    binding: str
    call_seconds: float
    """How long a call takes at the longest."""
    separators: Separators
    """What O12's pairs are joined by."""

    def send(self, operation: str, parameters: dict[str, object]) -> Sent:
        """One attempt of one send."""
        ...

    def poll(self, operation: str, on_answer: OnAnswer) -> None:
        """One attempt of one poll; `on_answer` is called with what came, before it is read, and its error ends the call."""

    def balance(self) -> Decimal:
        """What is left on the account."""
        ...


class ClientLine:
    """A `Client`, its own retries left out: each attempt is to have its row."""

    def __init__(self, client: Client) -> None:
        if not isinstance(client, Client):
            raise ConfigurationError("the outbox works with winnerlook.Client; an AsyncClient cannot be given")
        settings = client._configuration.complete()  # noqa: SLF001  # of the same package
        self._client = client
        self.account, self.binding, self.call_seconds = settings.user_code, settings.binding, settings.timeouts.total
        self.separators = client._core.separators  # noqa: SLF001  # of the same package

    def send(self, operation: str, parameters: dict[str, object]) -> Sent:
        """See `Line.send`."""
        return cast("Sent", self._client._once(operation, parameters))  # noqa: SLF001

    def poll(self, operation: str, on_answer: OnAnswer) -> None:
        """See `Line.poll`."""
        self._client._once(operation, {}, on_answer)  # noqa: SLF001

    def balance(self) -> Decimal:
        """See `Line.balance`."""
        return self._client.balance()


def read_answer(binding: str, operation: str, answer: WireAnswer) -> tuple[Report, ...] | tuple[Reply, ...]:
    """What a poll's answer holds. Raises AnswerError and GatewayError."""
    known = BY_NAME[operation]
    result: Any = typed_result(known, {}, DEFAULT_SEPARATORS, codec_for(binding).decode(known, answer), answer)
    return result  # type: ignore[no-any-return]  # a poll's result is records
