"""A whole state of a gateway, ready to be put in place of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnerlook_mock.faults.board import Armed
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.journal import Entry


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account with all that it holds, and when its pending and its held pushes go, in seconds since the epoch."""

    account: Account
    flush_at: float | None
    release_at: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """`now` is in seconds since the epoch; `faults_armed`, `last_message` and `last_batch` are the last numbers that were given."""

    now: float
    frozen: bool
    replay: bool
    accounts: Sequence[KeptAccount]
    faults: Sequence[Armed]
    faults_armed: int
    last_message: int
    last_batch: int
    journal: Sequence[Entry]
    journal_dropped: int
