"""The simulated gateway: one object behind every door."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from winnerlook.operations import Operation
from winnerlook.records import Reply, Report
from winnerlook_mock.faults.board import Armed, Board
from winnerlook_mock.faults.fault import Fault
from winnerlook_mock.feed import Feed
from winnerlook_mock.gateway import reserved
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.answering import Answering, numbers_of
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.credentials import authenticate
from winnerlook_mock.gateway.delivery import Delivery
from winnerlook_mock.gateway.kept import Kept
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.settings import Settings
from winnerlook_mock.gateway.submission import Parameters
from winnerlook_mock.gateway.ticker import Ticker
from winnerlook_mock.journal import ENTRIES, RAW_BYTES, Entry, Journal
from winnerlook_mock.push.courier import Allowance, Courier
from winnerlook_mock.push.lane import Job
from winnerlook_mock.push.pusher import Pusher

if TYPE_CHECKING:
    from winnerlook_mock.recording.playback import Playback

Done = TypeVar("Done")

_RAW_IN_EVENTS = 4096
"""Bytes of a body that an event holds: events outlive what the journal has room for."""


class Gateway:
    """Accounts, the rules they live under, and a journal. Safe for many threads: every public method holds `lock`, and `changed` is
    notified of each new message, report, push attempt and journal entry.

    With `replay`, every call of every caller is answered with the document's own sample, unchecked. `push_networks` are networks that
    may be pushed to besides loopback.
    """

    def __init__(
        self, clock: Clock | None = None, *, replay: bool = False, journal_limit: int = ENTRIES, journal_raw_bytes: int = RAW_BYTES,
        push_networks: Iterable[str] = (),
    ) -> None:
        self.clock: Clock = clock or Clock()
        self.replay: bool = replay
        self.playback: Playback | None = None
        """Where answers are taken from a recording: then nothing else is done."""
        self.journal: Journal = Journal(journal_limit, journal_raw_bytes)
        self.accounts: dict[str, Account] = {}
        self.lock: threading.RLock = threading.RLock()
        self.changed: threading.Condition = threading.Condition(self.lock)
        self._allowance = Allowance(push_networks)
        self.feed: Feed = Feed()
        self.faults: Board = Board()
        self._pusher = Pusher(Courier(self._allowance), self.changed, self.feed)
        self._delivery = Delivery(self._pusher, self.changed, self.feed)
        self._answering = Answering(self.accounts, self._delivery, self.faults, self.feed)
        self._ticker = Ticker()

    def add(self, account: Account) -> None:
        """Open an account. Raises ValueError where its user name is taken or reserved, or a push address of it is not allowed."""
        self._check_targets(account.settings)
        with self.lock:
            if account.user_code in self.accounts:
                raise ValueError(f"there is an account {account.user_code!r} already")
            if reserved.failing_user(account.user_code) is not None:
                raise ValueError(f"{account.user_code!r} is reserved: it makes every call fail with that code")
            account.live_by(self.clock)
            self.accounts[account.user_code] = account
            self.feed.publish("account", account.user_code, account)
        self._ticker.watch(account.clock)

    def remove(self, user_code: str, successor: Account | None = None) -> None:
        """Close an account, and open its successor in its place. Raises LookupError where there is none. What it had sent comes to
        nothing: neither reports nor pushes of it follow."""
        with self.changed:
            if user_code not in self.accounts:
                raise LookupError(f"there is no account {user_code!r}")
            account = self.accounts.pop(user_code)
            account.closed = True
            if successor is not None:
                successor.live_by(account.clock)
                self.accounts[user_code] = successor
            self.feed.publish("account", user_code, successor or account)
            self.changed.notify_all()
            if all(clock is not account.clock for clock in (self.clock, *(one.clock for one in self.accounts.values()))):
                self._ticker.forget(account.clock)

    @property
    def last_numbers(self) -> tuple[int, int]:
        """The last message's number and the last batch number, 0 where there was none."""
        return self._answering.last_numbers

    def restore(self, kept: Kept) -> None:
        """Put a state in place of all that there is."""
        with self.changed:
            for account in self.accounts.values():
                account.closed = True
            self.accounts.clear()
            self.replay = kept.replay
            self.clock.restore(kept.now, frozen=kept.frozen)
            self.journal.restore(kept.journal, kept.journal_dropped)
            self.faults.restore(kept.faults, kept.faults_armed)
            self._answering.go_on_after(kept.last_message, kept.last_batch)
            for one in kept.accounts:
                one.account.live_by(self.clock)
                self.accounts[one.account.user_code] = one.account
                self._delivery.restore(one.account)
                self._pusher.restore(one.account, flush_at=one.flush_at, release_at=one.release_at)
                self.feed.publish("account", one.account.user_code, one.account)
            self.changed.notify_all()
        for one in kept.accounts:
            self._ticker.watch(one.account.clock)

    def configure(self, account: Account, settings: Settings) -> None:
        """Let an account live by other settings. Raises ForbiddenTargetError for a push address that the mock may not push to."""
        self._check_targets(settings)
        with self.lock:
            account.configure(settings)

    def execute(self, operation: Operation, parameters: Parameters, origin: Origin) -> str:
        """Answer one call with the result string that goes back, a failure code included (S5). `parameters` holds what was there.

        Receipts that come in at once are pushed when the answer has left, or, if chaos says so, before it leaves.
        """
        with self.changed:
            call = Call(operation, parameters, origin)
            account = self.accounts.get(call.user_code)
            now = (account.clock if account else self.clock).now()
            accident = self._accident(call, account, now)
            answer = None if accident and not accident.fault.done else self._answer(call, now)
            self._note(call.user_code, self.journal.answered(now, call, answer))
            jobs = self._pusher.gather(account) if account else []
            early = bool(account and jobs and self._pusher.is_early(account))
            self.changed.notify_all()
        for job in jobs:
            _start(job, origin, early=early)
        return answer or ""

    def refused(self, origin: Origin, status: int, reason: str) -> None:
        """Write down a request that a door refused before it became a call."""
        with self.changed:
            self._note("", self.journal.refused(self.clock.now(), origin, status, reason))
            self.changed.notify_all()

    def breaks_off(self, origin: Origin, operation: str | None) -> bool:
        """Whether a fault wants the connection to be reset before the request is read, which is written down then."""
        if not self.faults.any_unread:
            return False
        with self.changed:
            armed = self.faults.strike_unread(operation, origin.door, self.clock.now())
            if armed is not None:
                self._note("", self.journal.refused(self.clock.now(), origin, 0, "reset before it was read", armed.title))
                self.changed.notify_all()
        return armed is not None

    def arm(self, fault: Fault) -> Armed:
        """Put a fault in force."""
        with self.changed:
            account = self.accounts.get(fault.account or "")
            armed = self.faults.arm(fault, (account.clock if account else self.clock).now())
            self.feed.publish("fault", fault.account or "", armed)
            self.changed.notify_all()
        return armed

    def disarm(self, number: int) -> bool:
        """Take a fault out of force; False where it was not in force any more."""
        with self.changed:
            armed = self.faults.disarm(number)
            if armed is not None:
                self.feed.publish("fault", armed.fault.account or "", armed)
                self.changed.notify_all()
        return armed is not None

    def clear_faults(self, account: str | None = None) -> None:
        """Take all faults out of force, or those of one account."""
        with self.lock:
            self.faults.clear(account)

    def reply(self, account: Account, phone: str, text: str) -> Reply:
        """A handset answers: the reply waits to be polled, or is pushed."""
        return self._from_network(account, lambda: self._delivery.reply(account, phone, text, account.clock.timestamp()))

    def report(self, account: Account, message: Message, status: str) -> Report:
        """Another report on a message comes in, whatever others there were."""
        return self._from_network(account, lambda: self._delivery.report(account, message, status, account.clock.timestamp()))

    def redeliver(self, account: Account, number: int) -> Job:
        """Make a further attempt of a push, whatever came of it before. Raises LookupError."""
        with self.changed:
            job = self._pusher.redeliver(account, number)
        job.start()
        return job

    def start(self) -> None:
        """From now on what falls due happens by itself while clocks run."""
        self._ticker.start()

    def stop(self) -> None:
        """From now on nothing happens by itself."""
        self._ticker.stop()

    def _answer(self, call: Call, now: datetime) -> str | None:
        if self.playback is not None:
            return self.playback.answer(call)
        try:
            return call.operation.sample_result if self.replay else self._answering.answer(call, now)
        except Refusal as refusal:
            return str(refusal.code)

    def _accident(self, call: Call, account: Account | None, now: datetime) -> Armed | None:
        """The fault on the wire that strikes a call."""
        origin = call.origin
        if origin.wire is None:
            return None
        armed = self.faults.strike(
            call.user_code, call.operation.name, origin.door, now, says=False, numbers=lambda: _numbers(call, account),
        )
        if armed is not None:
            call.fault = armed
            origin.wire.spoil(armed, origin.door, call.operation.name)
        return armed

    def _note(self, account: str, entry: Entry) -> None:
        self.feed.publish("journal", account, entry.beginning(_RAW_IN_EVENTS))

    def _from_network(self, account: Account, arrive: Callable[[], Done]) -> Done:
        with self.changed:
            arrived = arrive()
            jobs = self._pusher.gather(account)
            self.changed.notify_all()
        for job in jobs:
            job.start()
        return arrived

    def _check_targets(self, settings: Settings) -> None:
        for url in (settings.report_url, settings.reply_url):
            if url:
                self._allowance.check(url)


def _numbers(call: Call, account: Account | None) -> tuple[str, ...]:
    """The recipients of a call that nobody has looked into yet."""
    try:
        parameters = authenticate(account, call.operation, call.parameters) if account else call.parameters
    except Refusal:
        parameters = call.parameters
    return numbers_of(call.operation, parameters)


def _start(job: Job, origin: Origin, *, early: bool) -> None:
    if origin.wire is not None and not early:
        origin.wire.after(job.start)
        return
    if origin.wire is not None:
        origin.wire.hold(job.done)
    job.start()
