"""A process that sends and polls until it is told to stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from winnerlook._client import Client
from winnerlook.errors import ConfigurationError, WinnerlookError
from winnerlook.masking import describe_error
from winnerlook.outbox._drain import Drained
from winnerlook.outbox._errors import NotInitialisedError
from winnerlook.outbox._packing import Packing, packing_of
from winnerlook.outbox._replies import OnReply
from winnerlook.outbox._wakeup import Alarm, listening

if TYPE_CHECKING:
    from winnerlook.outbox._outbox import Outbox

Outcome = TypeVar("Outcome")

_COUNT_SECONDS = 60.0
"""Between two looks for accounts that nobody may be working for."""
_LEAST_SENDING = 1.0
"""Seconds for which it sends before it polls again, however often it is to poll."""

_log = logging.getLogger("winnerlook.outbox")


class Worker:
    """Sends what is due, and polls, again and again.

    `idle`: seconds until it looks again when nothing was due; each time that nothing is doubles it, up to `longest_idle`. What is put, or
    becomes due, meanwhile is sent at once: on PostgreSQL whoever puts it, on SQLite where the same process does. `poll_interval`: seconds
    between two rounds of polls, None for a worker that only sends. `batch` and `packing` are those of `Outbox.drain`. `on_drained` is
    called after each pass. `on_reply` is called with each reply that nobody has taken, and the connection in whose transaction it is taken:
    see `Outbox.take_replies`. A reply that it fails with is left, for the next round.

    Accounts that have messages in the queue and no client here are named in a warning, once.
    """

    def __init__(
        self, outbox: Outbox, clients: Client | Sequence[Client], *, idle: float = 0.5, longest_idle: float = 5.0,
        poll_interval: float | None = 5.0, batch: int = 50, packing: Packing | str = Packing.INDIVIDUAL,
        on_drained: Callable[[Drained], None] | None = None, on_reply: OnReply | None = None,
    ) -> None:
        if not 0 < idle <= longest_idle:
            raise ConfigurationError("idle must be seconds above 0, and longest_idle not less")
        if poll_interval is not None and not poll_interval > 0:
            raise ConfigurationError("poll_interval must be seconds above 0, or None for no polls")
        if batch < 1:
            raise ConfigurationError("batch must be 1 or more")
        self._outbox, self._clients = outbox, [clients] if isinstance(clients, Client) else list(clients)
        self._idle, self._longest, self._poll_interval = idle, longest_idle, poll_interval
        self._batch, self._packing = batch, packing_of(packing)
        self._on_drained, self._on_reply = on_drained, on_reply
        self._alarm = Alarm()
        self._next_sweep = self._next_poll = self._next_replies = self._next_count = time.monotonic()
        self._send_until = 0.0
        self._named: set[str] = set()

    def stop(self) -> None:
        """End `run`, from any thread or signal handler; returns at once. The call under way is let finish and its outcome written down,
        what was taken and not begun is given back."""
        self._alarm.stop()

    def run(self) -> None:
        """Work until `stop`.

        An error ends neither the worker nor another account's part of it: a database that fails for longer than the outbox's patience, an
        `on_drained` or `on_reply` that raises, and what nobody foresaw are logged (the last by its kind and place alone, since its text may
        quote a message) and tried again after the longest pause at most. Raises ConfigurationError and NotInitialisedError, which time does
        not mend.
        """
        pause = self._idle
        store = self._outbox._store  # noqa: SLF001  # of the same package
        with listening(store, self._alarm):
            while not self._alarm.stopped:
                self._alarm.clear()
                self._name_unserved()
                self._poll()
                busy = self._send()
                self._hand_over()
                pause = self._idle if busy else min(2 * pause, self._longest)
                if not busy and self._alarm.sleep(self._until_due(pause)):
                    pause = self._idle

    def _send(self) -> bool:
        """Whether there was anything to do, so that there may be more."""
        drained = self._guarded("sending", self._drain)
        if drained is None:
            return False
        if self._on_drained is not None:
            handler = self._on_drained
            self._guarded("on_drained", lambda: handler(drained))
        return drained.accepted + drained.rejected > 0

    def _drain(self) -> Drained:
        now = time.monotonic()
        self._send_until = max(self._next_poll, now + _LEAST_SENDING)
        swept = now < self._next_sweep
        drained, failures = self._outbox._drain(  # noqa: SLF001
            self._clients, most=None, batch=self._batch, packing=self._packing, stopped=self._is_called_off, swept=swept,
        )
        if not swept:
            self._next_sweep = now + self._idle
        for failure in failures:
            _warn(f"sending for {failure.account}", failure.error)
        return drained

    def _poll(self) -> None:
        if self._poll_interval is None or time.monotonic() < self._next_poll:
            return
        for client in self._clients:
            self._guarded("polling", partial(self._outbox.poll, client, stopped=self._is_stopped))
        self._next_poll = time.monotonic() + self._poll_interval

    def _hand_over(self) -> None:
        if self._on_reply is None or time.monotonic() < self._next_replies:
            return
        work = partial(self._outbox._hand_over, self._clients, self._on_reply, self._is_stopped)  # noqa: SLF001
        failed = self._guarded("taking replies", work)
        if failed is not None:
            _warn("on_reply", failed)
            self._next_replies = time.monotonic() + self._longest

    def _name_unserved(self) -> None:
        if time.monotonic() < self._next_count:
            return
        self._next_count = time.monotonic() + _COUNT_SECONDS
        found = self._guarded("looking for other accounts", lambda: self._outbox._unserved(self._clients))  # noqa: SLF001
        for account in sorted(set(found or ()) - self._named):
            self._named.add(account)
            _log.warning("messages wait for %s, and this worker has no client for it: they are sent by a worker that has one", account)

    def _until_due(self, pause: float) -> float:
        """Seconds to sleep: so many, or less where something becomes due sooner."""
        if self._poll_interval is not None:
            pause = min(pause, max(0.0, self._next_poll - time.monotonic()))
        due = self._guarded("looking ahead", lambda: self._outbox._next_due(self._clients, pause))  # noqa: SLF001
        return pause if due is None else min(pause, due)

    def _guarded(self, what: str, work: Callable[[], Outcome]) -> Outcome | None:
        try:
            return work()
        except (ConfigurationError, NotInitialisedError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages are to be sent
            _warn(what, error)
            return None

    def _is_stopped(self) -> bool:
        return self._alarm.stopped

    def _is_called_off(self) -> bool:
        """Whether sending is to end for now: a long queue must not keep polls waiting, since the gateway forgets (R1)."""
        return self._alarm.stopped or (self._poll_interval is not None and time.monotonic() >= self._send_until)


def _warn(what: str, error: Exception) -> None:
    """Our own errors quote nothing personal; of others only the kind and the place are told (L2)."""
    if isinstance(error, WinnerlookError):
        _log.warning("%s: %s; the worker goes on", what, error)
        return
    _log.error("%s: %s; the worker goes on", what, describe_error(error))
