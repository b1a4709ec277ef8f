"""Makes pushes of records, and sees to it that they arrive or are given up where everybody can see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from threading import Condition
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from winnerlook.pushes import Push, PushType, format_push
from winnerlook_mock.feed import Feed
from winnerlook_mock.gateway.happening import Happening, Kind
from winnerlook_mock.gateway.message import Step
from winnerlook_mock.gateway.settings import PushChaos
from winnerlook_mock.gateway.timers import Timer
from winnerlook_mock.push.courier import Courier, Outcome
from winnerlook_mock.push.lane import Job
from winnerlook_mock.push.ledger import PushAttempt, PushEntry, PushState

if TYPE_CHECKING:
    from winnerlook_mock.gateway.account import Account

JSON, FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded"
_HOLD_SECONDS = 30.0
"""How long chaos holds something back when nothing else comes."""
_LOST = Outcome(0.0, problem="lost on its way (push_chaos)")

Act = Callable[[], Iterable[Job]]


class Pusher:
    """Every method wants the gateway's lock held, which `changed` is of. Network traffic is done without it: what is given back are jobs to
    be started."""

    def __init__(self, courier: Courier, changed: Condition, feed: Feed) -> None:
        self._courier = courier
        self._changed = changed
        self._feed = feed

    @staticmethod
    def url(account: Account, kind: PushType) -> str:
        """Where pushes of this kind go; empty for nowhere."""
        return account.settings.report_url if kind.of_reports else account.settings.reply_url

    def gather(self, account: Account) -> list[Job]:
        """Put pending records into pushes, now or after the time for which they are gathered."""
        outgoing, interval = account.outgoing, account.settings.push_interval
        fresh, outgoing.fresh = outgoing.fresh, False
        if not fresh or (outgoing.flush is not None and interval):  # a call that brought nothing ends no hold
            return []
        if outgoing.flush is None:
            wait = interval or (_HOLD_SECONDS if _happens(account, "merge") else 0.0)
            if wait:
                outgoing.flush = self._later(account, wait, f"push of {account.user_code}", lambda: self._flush(account))
                return []
        return self._flush(account)

    @staticmethod
    def is_early(account: Account) -> bool:
        """Whether receipts are to arrive before the answer of the send that they are about."""
        return _happens(account, "early")

    def redeliver(self, account: Account, number: int) -> Job:
        """Try a push once more, whatever came of it before. Raises LookupError."""
        return self._attempt(account, account.outgoing.ledger.find(number), by_hand=True)

    def restore(self, account: Account, *, flush_at: float | None, release_at: float | None) -> None:
        """Set the timers of an account that was put back. An attempt that was under way is made again."""
        outgoing, now = account.outgoing, account.clock.timestamp()
        for entry in outgoing.ledger:
            if entry.state is PushState.WAITING and entry not in outgoing.held:
                self._try_in(account, entry, max(0.0, entry.next_try.timestamp() - now) if entry.next_try else 0.0)
        if release_at is not None:  # first: what is held back was so before what is gathered now, and one moment's timers fire in order
            outgoing.release = self._later(
                account, max(0.0, release_at - now), f"push of {account.user_code} that was held back", lambda: self._release(account),
            )
        if flush_at is not None:
            wait = max(0.0, flush_at - now)
            outgoing.flush = self._later(account, wait, f"push of {account.user_code}", lambda: self._flush(account))

    def _flush(self, account: Account) -> list[Job]:
        outgoing = account.outgoing
        if outgoing.flush is not None:
            outgoing.flush.cancel()
            outgoing.flush = None
        pending, outgoing.pending = outgoing.pending, {}
        entries = [self._entered(account, kind, part) for kind, records in pending.items() for part in _parts(account, records)]
        kept_back = [entry for entry in entries if _happens(account, "reorder")]
        going = [entry for entry in entries if entry not in kept_back]
        jobs = self._go(account, going)
        if going:
            jobs += self._release(account)
        outgoing.held += kept_back
        if outgoing.held and outgoing.release is None:
            outgoing.release = self._later(
                account, _HOLD_SECONDS, f"push of {account.user_code} that was held back", lambda: self._release(account),
            )
        return jobs

    def _release(self, account: Account) -> list[Job]:
        outgoing = account.outgoing
        if outgoing.release is not None:
            outgoing.release.cancel()
            outgoing.release = None
        held, outgoing.held = outgoing.held, []
        return self._go(account, held)

    def _entered(self, account: Account, kind: PushType, records: list[Any]) -> PushEntry:
        settings, ledger = account.settings, account.outgoing.ledger
        push = Push(account.user_code, kind, tuple(records))
        text = format_push(push)
        entry = PushEntry(
            number=ledger.next_number(),
            url=self.url(account, kind),
            push=push,
            body=(urlencode({"json_str": text}) if settings.push_form else text).encode(),
            content_type=FORM if settings.push_form else JSON,
            created_at=account.clock.now(),
            tries_left=settings.push_backoff,
        )
        ledger.enter(entry, settings.pushes_kept)
        self._feed.publish("push", account.user_code, entry)
        return entry

    def _go(self, account: Account, entries: Iterable[PushEntry]) -> list[Job]:
        jobs = []
        for entry in entries:
            if entry.state is PushState.DELIVERED:  # by hand, while it was held back
                continue
            delay = _chaos(account).pause(account.push_random)
            if delay:
                self._try_in(account, entry, delay)
            else:
                jobs.append(self._attempt(account, entry))
        return jobs

    def _try_in(self, account: Account, entry: PushEntry, seconds: float) -> None:
        retries = account.outgoing.retries
        what = f"push {entry.number} of {account.user_code}, attempt {len(entry.attempts) + 1}"

        def again() -> Iterator[Job]:
            retries.pop(entry.number, None)
            entry.next_try = None
            yield self._attempt(account, entry)

        timer = self._later(account, seconds, what, again)
        retries[entry.number] = timer
        entry.next_try = account.clock.at(timer.due)

    def _later(self, account: Account, seconds: float, what: str, act: Act) -> Timer:
        def fire(_due: float) -> None:
            with self._changed:
                jobs = [] if account.closed else list(act())
            for job in jobs:
                job.start()

        return account.clock.call_at(round(account.clock.timestamp() + seconds, 6), what, fire)

    def _attempt(self, account: Account, entry: PushEntry, *, by_hand: bool = False) -> Job:
        url = entry.url = self.url(account, entry.push.type) or entry.url
        settings, lost = account.settings, _happens(account, "drop")

        def work() -> None:
            outcome = _LOST if lost else self._courier.post(
                url, entry.body, entry.content_type, timeout=settings.push_timeout, verify=settings.push_verify,
            )
            with self._changed:
                jobs = self._came_of(account, entry, url, outcome, by_hand=by_hand)
                self._changed.notify_all()
            for job in jobs:
                job.start()

        job = account.outgoing.lane.prepare(work)
        account.clock.wait_for(job.done)
        return job

    def _came_of(self, account: Account, entry: PushEntry, url: str, outcome: Outcome, *, by_hand: bool) -> list[Job]:
        at = account.clock.now()
        attempt = PushAttempt(
            at, url, outcome.seconds, outcome.status, outcome.answer.decode("utf-8", "backslashreplace"), outcome.problem,
        )
        first = entry.state is not PushState.DELIVERED
        entry.attempts = (*entry.attempts, attempt)
        jobs = self._taken(account, entry) if attempt.taken and first else []
        if not attempt.taken and first and not by_hand:
            self._failed(account, entry)
        for report in entry.push.reports:
            account.note(report, Step(at, "pushed", f"push {entry.number}: {attempt.status or attempt.problem}"))
        self._feed.publish("push", account.user_code, entry)
        _tell(account, entry, Kind.PUSHED if attempt.taken else Kind.PUSH_FAILED)
        if entry.state is PushState.GIVEN_UP and not by_hand:
            _tell(account, entry, Kind.GAVE_UP)
        return jobs

    def _taken(self, account: Account, entry: PushEntry) -> list[Job]:
        entry.state, entry.next_try = PushState.DELIVERED, None
        retry = account.outgoing.retries.pop(entry.number, None)
        if retry is not None:
            retry.cancel()
        return [self._attempt(account, entry)] if _happens(account, "duplicate") else []

    def _failed(self, account: Account, entry: PushEntry) -> None:
        if entry.tries_left:
            wait, *rest = entry.tries_left
            entry.tries_left = tuple(rest)
            self._try_in(account, entry, wait)
        else:
            entry.state = PushState.GIVEN_UP


def _tell(account: Account, entry: PushEntry, kind: Kind) -> None:
    account.clock.happened(Happening(account.clock.now(), kind, account.user_code, entry.copy()))


def _chaos(account: Account) -> PushChaos:
    chaos = account.settings.push_chaos
    assert isinstance(chaos, PushChaos)  # settings make one of a mapping
    return chaos


def _happens(account: Account, what: str) -> bool:
    """Whether chaos strikes. Where it cannot, chance is not asked: other outcomes stay what they were."""
    probability: float = getattr(_chaos(account), what)
    return probability > 0 and account.push_random.random() < probability


def _parts(account: Account, records: list[Any]) -> Iterator[list[Any]]:
    """The records of each push."""
    if _happens(account, "reorder"):
        account.push_random.shuffle(records)
    most = account.settings.push_batch
    for start in range(0, len(records), most):
        batch = records[start : start + most]
        if _happens(account, "split"):
            yield from _cut(account.push_random, batch)
        else:
            yield batch


def _cut(random: Random, records: list[Any]) -> Iterator[list[Any]]:
    while records:
        size = random.randint(1, max(1, len(records) - 1))
        yield records[:size]
        records = records[size:]
