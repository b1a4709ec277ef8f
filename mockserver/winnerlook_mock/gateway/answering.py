"""From a call to its result: who asks, whether the rules let it pass, and what is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from winnerlook import records, sms
from winnerlook.operations import Result
from winnerlook_mock.gateway import money, reserved, rules
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.batch_numbers import BatchNumbers
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.credentials import authenticate
from winnerlook_mock.gateway.delivery import Delivery
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.notes import notes_on
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Submission, notes_on_names, read_submission, strange_names

ANY_OPERATION = "*"
"""Scripted answers under this name go to whatever operation comes next."""


class Answering:
    """Wants the gateway's lock held."""

    def __init__(self, accounts: Mapping[str, Account], delivery: Delivery) -> None:
        self._accounts, self._delivery = accounts, delivery
        self._batch_numbers = BatchNumbers()

    def answer(self, call: Call) -> str:
        """The result string. Raises Refusal for a failure code."""
        account = self._account(call)
        clock = account.clock
        given = tuple(call.parameters)
        call.parameters = authenticate(account, call.operation, call.parameters)
        rules.check_state(account, clock.now())
        scripted = account.scripted.get(call.operation.name) or account.scripted.get(ANY_OPERATION)
        if scripted:
            return scripted.popleft()
        if account.settings.replay:
            return call.operation.sample_result
        _check_names(call, given)
        rules.check_pace(account, call.operation, clock.timestamp())
        if call.operation.sends:
            return self._send(account, call, clock.now())
        return _ANSWERS[call.operation.result](account, clock.timestamp())

    def _account(self, call: Call) -> Account:
        code = reserved.failing_user(call.user_code)
        if code is not None:
            raise Refusal(code)
        account = self._accounts.get(call.user_code)
        if account is None:
            raise Refusal(-3)
        rules.check_address(account, call.origin.peer)
        return account

    def _send(self, account: Account, call: Call, now: datetime) -> str:
        submission = read_submission(call.operation, call.parameters)
        call.notes.extend(notes_on(submission))
        rules.check_send(account, submission, now)
        batch_number = self._batch_numbers.next(now.timestamp())
        for pair in submission.pairs:
            message = _message(account, submission, pair, batch_number=batch_number, door=call.origin.door, now=now)
            account.keep(message, rules.month_of(now), now.timestamp())
            self._delivery.accepted(account, message)
        return batch_number


def _check_names(call: Call, given: Iterable[str]) -> None:
    """What was given under names that the operation does not have, or twice, is -27."""
    strangers = strange_names(call.operation, given)
    if strangers:
        call.notes.extend(notes_on_names(call.operation, strangers))
        raise Refusal(-27)


def _message(account: Account, submission: Submission, pair: tuple[str, str], *, batch_number: str, door: str, now: datetime) -> Message:
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
