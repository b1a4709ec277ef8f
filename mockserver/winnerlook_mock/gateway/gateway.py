"""The simulated gateway: one object behind every door."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from winnerlook import records, sms
from winnerlook.operations import Operation, Result
from winnerlook.records import Reply, Report
from winnerlook_mock.gateway import money, reserved, rules
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.batch_numbers import BatchNumbers
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.credentials import authenticate
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.notes import notes_on
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Parameters, Submission, notes_on_names, read_submission, strange_names
from winnerlook_mock.journal import ENTRIES, RAW_BYTES, Journal

ANY_OPERATION = "*"
"""Scripted answers under this name go to whatever operation comes next."""


class Gateway:
    """Accounts, the rules they live under, and a journal. Safe for many threads: every public method holds `lock`, and `changed` is
    notified of each new message and journal entry.

    With `replay`, every call of every caller is answered with the document's own sample, unchecked.
    """

    def __init__(
        self, clock: Clock | None = None, *, replay: bool = False, journal_limit: int = ENTRIES, journal_raw_bytes: int = RAW_BYTES,
    ) -> None:
        self.clock = clock or Clock()
        self.replay = replay
        self.journal = Journal(journal_limit, journal_raw_bytes)
        self.accounts: dict[str, Account] = {}
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._batch_numbers = BatchNumbers()

    def add(self, account: Account) -> None:
        """Open an account. Raises ValueError where its user name is taken or reserved."""
        with self.lock:
            if account.user_code in self.accounts:
                raise ValueError(f"there is an account {account.user_code!r} already")
            if reserved.failing_user(account.user_code) is not None:
                raise ValueError(f"{account.user_code!r} is reserved: it makes every call fail with that code")
            self.accounts[account.user_code] = account

    def execute(self, operation: Operation, parameters: Parameters, origin: Origin) -> str:
        """Answer one call with the result string that goes back, a failure code included (S5). `parameters` holds what was there."""
        with self.changed:
            call = Call(operation, parameters, origin)
            try:
                answer = operation.sample_result if self.replay else self._answer(call)
            except Refusal as refusal:
                answer = str(refusal.code)
            self.journal.answered(self.clock.now(), call, answer)
            self.changed.notify_all()
            return answer

    def refused(self, origin: Origin, status: int, reason: str) -> None:
        """Write down a request that a door refused before it became a call."""
        with self.changed:
            self.journal.refused(self.clock.now(), origin, status, reason)
            self.changed.notify_all()

    def reply(self, account: Account, phone: str, text: str) -> Reply:
        """A handset answers: the reply waits to be polled. It echoes the customerUuid and the sending number of the newest SMS that
        the account sent to this phone."""
        with self.changed:
            now = self.clock.now()
            latest = account.latest_to.get(phone)
            customer_uuid = latest.customer_uuid if latest else ""
            sent_from = latest.sent_from if latest else account.settings.sender_number
            reply = Reply(phone, text, now.replace(microsecond=0), customer_uuid, sent_from)
            account.replies.put(reply, now.timestamp(), now.timestamp())
            self.changed.notify_all()
            return reply

    def _answer(self, call: Call) -> str:
        account = self._account(call)
        given = tuple(call.parameters)
        call.parameters = authenticate(account, call.operation, call.parameters)
        rules.check_state(account, self.clock.now())
        scripted = account.scripted.get(call.operation.name) or account.scripted.get(ANY_OPERATION)
        if scripted:
            return scripted.popleft()
        if account.settings.replay:
            return call.operation.sample_result
        self._check_names(call, given)
        rules.check_pace(account, call.operation, self.clock.timestamp())
        if call.operation.sends:
            return self._send(account, call)
        return _ANSWERS[call.operation.result](account, self.clock.timestamp())

    def _account(self, call: Call) -> Account:
        code = reserved.failing_user(call.user_code)
        if code is not None:
            raise Refusal(code)
        account = self.accounts.get(call.user_code)
        if account is None:
            raise Refusal(-3)
        rules.check_address(account, call.origin.peer)
        return account

    @staticmethod
    def _check_names(call: Call, given: Iterable[str]) -> None:
        """What was given under names that the operation does not have, or twice, is -27."""
        strangers = strange_names(call.operation, given)
        if strangers:
            call.notes.extend(notes_on_names(call.operation, strangers))
            raise Refusal(-27)

    def _send(self, account: Account, call: Call) -> str:
        submission = read_submission(call.operation, call.parameters)
        call.notes.extend(notes_on(submission))
        now = self.clock.now()
        rules.check_send(account, submission, now)
        batch_number = self._batch_numbers.next(now.timestamp())
        for pair in submission.pairs:
            message = self._message(account, submission, pair, batch_number=batch_number, door=call.origin.door, now=now)
            account.keep(message, rules.month_of(now), now.timestamp())
            self._deliver(account, message)
        return batch_number

    @staticmethod
    def _message(
        account: Account, submission: Submission, pair: tuple[str, str], *, batch_number: str, door: str, now: datetime,
    ) -> Message:
        phone, text = pair
        segments = sms.segment_count(text)
        return Message(
            batch_number=batch_number,
            phone=phone,
            text=text,
            operation=submission.operation.name,
            door=door,
            accepted_at=now,
            segments=segments,
            cost=money.times(segments, account.settings.price),
            sms_type=submission.sms_type,
            sent_from=account.settings.sender_number + submission.extension,
            customer_uuid=submission.customer_uuid,
            autograph=submission.autograph,
            extension=submission.extension,
        )

    def _deliver(self, account: Account, message: Message) -> None:
        delivery = reserved.delivery_to(message.phone)
        if delivery.status is None:
            return
        accepted = message.accepted_at.timestamp()
        due = round(accepted + max(delivery.delay, account.settings.delivery_delay), 6)
        time = self.clock.at(due).replace(microsecond=0)
        account.reports.put(Report(message.batch_number, message.phone, delivery.status, message.customer_uuid, time), due, accepted)


def _balance(account: Account, _now: float) -> str:
    return money.written(account.balance)


def _reports(*, timed: bool) -> Callable[[Account, float], str]:
    return lambda account, now: records.format_reports(account.reports.take(now), timed=timed)


def _replies(*, with_sender: bool) -> Callable[[Account, float], str]:
    return lambda account, now: records.format_replies(account.replies.take(now), with_sender=with_sender)


_ANSWERS: dict[Result, Callable[[Account, float], str]] = {
    Result.BALANCE: _balance,
    Result.REPORTS: _reports(timed=False),
    Result.TIMED_REPORTS: _reports(timed=True),
    Result.REPLIES: _replies(with_sender=False),
    Result.SENDER_REPLIES: _replies(with_sender=True),
}
