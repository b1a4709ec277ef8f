"""What an account is to be pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnerlook.pushes import PushType
from winnerlook.records import Reply, Report
from winnerlook_mock.push.lane import Lane
from winnerlook_mock.push.ledger import Ledger, PushEntry

if TYPE_CHECKING:
    from winnerlook_mock.gateway.timers import Timer


class Outgoing:
    """`pending` records are not in a push yet, `fresh` says that there are new ones among them; `flush` is the timer that puts them into
    one, where they are gathered first. Pushes that are `held` back wait for others to overtake them, until `release`. `retries` are timers
    by the numbers of their pushes."""

    def __init__(self) -> None:
        self.pending: dict[PushType, list[Report | Reply]] = {}
        self.fresh: bool = False
        self.flush: Timer | None = None
        self.held: list[PushEntry] = []
        self.release: Timer | None = None
        self.retries: dict[int, Timer] = {}
        self.ledger: Ledger = Ledger()
        self.lane: Lane = Lane()

    def add(self, kind: PushType, record: Report | Reply) -> None:
        """Let a record be pushed."""
        self.fresh = True
        self.pending.setdefault(kind, []).append(record)
