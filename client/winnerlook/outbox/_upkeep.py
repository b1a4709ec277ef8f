"""What people do with an outbox: look, settle what is in doubt, keep archives, and see that the log is whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Literal

from winnerlook.errors import InvalidRequestError
from winnerlook.outbox import _doubts, _export, _joining, _log, _manual, _prune, _status, _views
from winnerlook.outbox._archive import Archive
from winnerlook.outbox._doubts import Doubt
from winnerlook.outbox._manual import Settled, Why
from winnerlook.outbox._prune import Pruned
from winnerlook.outbox._status import Status
from winnerlook.outbox._store import Store
from winnerlook.outbox._views import MessageView


class Upkeep:
    """A part of `Outbox`.

    Whatever a person settles is in the log with `by` (None: the user of this process) and `reason`, which are refused when they hold a part
    of the message's number or text. A message that a worker has taken, or that has moved on, is left as it is: SettlementError says where
    it stands.
    """

    _store: Store
    _checkpoint: Callable[[str], None]

    def status(self) -> Status:
        """How the store stands."""
        return self._store.look(_status.status)

    def message(self, message_id: str) -> MessageView | None:
        """A message, its attempts, its records and its log; None where there is none."""
        return self._store.look(lambda unit: _views.message(unit, message_id))

    def unknown(self, account: str | None = None, *, most: int = 100) -> list[Doubt]:
        """Messages in doubt, the oldest doubt first, with their evidence; `status().states` says how many there are."""
        return self._store.look(lambda unit: _doubts.doubts(unit, account, most))

    def hold(self, message_id: str, *, reason: str, by: str | None = None) -> Settled:
        """Stop the resend of a message in doubt, which is planned or waits in the queue: it stays UNKNOWN until evidence or a person
        settles it. Raises SettlementError, InvalidRequestError."""
        why = Why.of(by, reason)
        return self._store.run(lambda unit: _manual.hold(unit, message_id, why))

    def resend(self, message_id: str, *, reason: str, by: str | None = None, expires_at: datetime | None = None) -> Settled:
        """Send a message again, flagged as a possible duplicate where any attempt of it is in doubt; one that was REJECTED, EXPIRED or
        CANCELLED without a doubt is no duplicate. What the gateway took on is refused: put a new message. `expires_at` instead of the
        message's own is needed where that is over. Raises SettlementError, InvalidRequestError."""
        why = Why.of(by, reason)
        return self._store.run(lambda unit: _manual.resend(unit, message_id, why, expires_at))

    def mark(self, message_id: str, outcome: Literal["sent", "not_sent"], *, reason: str, by: str | None = None) -> Settled:
        """Settle a message in doubt by a person's word: ACCEPTED or REJECTED. It is no evidence: a report that comes later goes before
        it, and a resend is flagged all the same. Raises SettlementError, InvalidRequestError."""
        if outcome not in ("sent", "not_sent"):
            raise InvalidRequestError("outcome is sent or not_sent", parameter="outcome")
        why = Why.of(by, reason)
        return self._store.run(lambda unit: _manual.mark(unit, message_id, outcome, why))

    def cancel(self, message_id: str, *, reason: str, by: str | None = None) -> Settled:
        """Take a message out of the queue; certainly not sent, and not going to be. Raises SettlementError, also for one that a worker has,
        and for one that waits to be sent again, which can be held; InvalidRequestError."""
        why = Why.of(by, reason)
        return self._store.run(lambda unit: _manual.cancel(unit, message_id, why))

    def export(
        self, to: str | os.PathLike[str] | IO[bytes], *, since: datetime | None = None, until: datetime | None = None,
        contents: Literal["stored", "masked", "plain"] = "stored",
    ) -> Archive:
        """Write an archive: messages put from `since` on and before `until` (None: all, up to now) with their attempts and records, what
        else was polled and pushed in that time, and the log of that time. A snapshot, as JSON lines, a few hundred in memory.

        A file is there under its name when it is whole and on disk, for its owner alone, compressed where the name ends in ``.gz``, and
        never overwritten. `contents`: ``stored`` is as the store has it, so what is encrypted there needs the same keys, and the only one
        that `prune` takes; ``plain`` is decrypted, ``masked`` holds no numbers and texts. Raises ArchiveError where it cannot be written.
        """
        return _export.export(self._store, to, since=since, until=until, contents=contents)

    def prune(self, archive: str | os.PathLike[str], *, older_than: datetime | timedelta | None = None) -> Pruned:
        """Delete what is older than six calendar months in China (L1), or than `older_than`, and is in this archive to the letter: messages
        in their final states, polls and records of that time, and the log's beginning. Interrupted, it can be called again.

        Raises RetentionError for what is younger, ArchiveError for an archive that is not whole or not this store's.
        """
        return _prune.prune(self._store, Path(archive), older_than, self._checkpoint)

    def verify(self) -> dict[int, tuple[int, str]]:
        """Check the log's chains, for entries changed or missing (L1). Gives each chain's length and last hash: noted elsewhere, they show
        later whether the end was cut off. Raises LogError."""
        return self._store.snapshot(_log.verify)

    def verify_archive(self, archive: str | os.PathLike[str]) -> tuple[Archive, bool]:
        """Check that an archive is whole and unchanged, and that its part of the log is this store's. Gives what it holds, and whether the
        store's log names its export: one that was made anew by whoever changed it is not named. Raises ArchiveError."""
        return _joining.verified(self._store, Path(archive))
