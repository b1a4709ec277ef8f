"""One SOAP call on its way through spyne, where it travels as the context's ``udc``."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass, field
from typing import Protocol

from winnerlook.operations import Operation
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.soap.envelope import Envelope

_log = logging.getLogger(__name__)


class Gateway(Protocol):
    """What the door needs of the simulated gateway."""

    def execute(self, operation: Operation, parameters: dict[str, str | int | None], origin: Origin) -> str:
        """Answer one call with its result string."""
        ...

    def refused(self, origin: Origin, status: int, reason: str) -> None:
        """Take note of a request that was answered with a fault or an HTTP error."""


@dataclass(slots=True)
class Call:
    """A request that was read, and what spyne's protocol and service find out about it.

    `present` names the parameters that were there; `notes` grow as the request is read.
    """

    gateway: Gateway
    envelope: Envelope
    came: Origin
    action: str | None = ""
    notes: list[str] = field(default_factory=list)
    present: tuple[str, ...] = ()

    def origin(self) -> Origin:
        """Where the call came from, with the notes so far."""
        came = self.came
        return Origin(self.envelope.version.door, came.peer, came.raw, tuple(self.notes), came.wire)

    def execute(self, operation: Operation, arguments: dict[str, str | int | None]) -> str:
        """Ask the gateway, with only the parameters that were present."""
        parameters = {name: value for name, value in arguments.items() if name in self.present}
        return self.gateway.execute(operation, parameters, self.origin())


def log_failure(what: str, error: BaseException) -> None:
    """Log an exception by its class and the places it passed. Its text may quote what the caller sent, so it stays out (L2)."""
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s: %s, raised at\n%s", what, type(error).__qualname__, places)
