"""A process that sends and polls until it is told to stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from winnerlook._client import Client
from winnerlook._follow import Bell
from winnerlook.errors import ConfigurationError
from winnerlook.outbox._drain import Drained
from winnerlook.outbox._errors import StoreError

if TYPE_CHECKING:
    from winnerlook.outbox._outbox import Outbox

_log = logging.getLogger("winnerlook.outbox")


class Worker:
    """Sends what is due, and polls, again and again.

    `idle`: seconds until it looks again when nothing was due; each time that nothing is doubles it, up to `longest_idle`. `poll_interval`:
    seconds between two rounds of polls, None for a worker that only sends. `on_drained` is called after each pass.
    """

    def __init__(
        self, outbox: Outbox, clients: Client | Sequence[Client], *, idle: float = 0.5, longest_idle: float = 5.0,
        poll_interval: float | None = 5.0, batch: int = 20, on_drained: Callable[[Drained], None] | None = None,
    ) -> None:
        if not 0 < idle <= longest_idle:
            raise ConfigurationError("idle must be seconds above 0, and longest_idle not less")
        if poll_interval is not None and not poll_interval > 0:
            raise ConfigurationError("poll_interval must be seconds above 0, or None for no polls")
        self._outbox, self._clients = outbox, [clients] if isinstance(clients, Client) else list(clients)
        self._idle, self._longest, self._poll_interval, self._batch = idle, longest_idle, poll_interval, batch
        self._on_drained = on_drained
        self._bell = Bell()

    def stop(self) -> None:
        """End `run`, from any thread or signal handler; returns at once. The call under way is let finish and its outcome written down,
        what was taken and not begun is given back."""
        self._bell.ring()

    def run(self) -> None:
        """Work until `stop`. A database that fails for longer than the outbox's patience is warned about, and waited for."""
        pause, next_poll = self._idle, time.monotonic()
        while not self._bell.rung:
            try:
                busy = self._send()
                if self._poll_interval is not None and time.monotonic() >= next_poll:
                    self._outbox.poll(self._clients, stopped=self._is_stopped)
                    next_poll = time.monotonic() + self._poll_interval
            except StoreError as error:
                _log.warning("%s; the worker goes on", error)
                busy = False
            pause = self._idle if busy else min(2 * pause, self._longest)
            if not busy:
                self._bell.wait(pause)

    def _send(self) -> bool:
        drained = self._outbox.drain(self._clients, batch=self._batch, stopped=self._is_stopped)
        if self._on_drained is not None:
            self._on_drained(drained)
        return drained.accepted + drained.rejected > 0

    def _is_stopped(self) -> bool:
        return self._bell.rung
