"""From a call to its result: who asks, whether the rules let it pass, and what is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from winnerlook import records, sms
from winnerlook.operations import Operation, Result
from winnerlook_mock.faults.board import Board
from winnerlook_mock.feed import Feed
from winnerlook_mock.gateway import money, reserved, rules
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.batch_numbers import BatchNumbers
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.gateway.credentials import authenticate
from winnerlook_mock.gateway.delivery import Delivery
from winnerlook_mock.gateway.message import Message, Step
from winnerlook_mock.gateway.notes import notes_on, notes_on_parameters, notes_on_user
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Parameters, Submission, notes_on_names, read_submission, strange_names


class Answering:
    """Wants the gateway's lock held."""

    def __init__(self, accounts: Mapping[str, Account], delivery: Delivery, board: Board, feed: Feed) -> None:
        self._accounts, self._delivery, self._board, self._feed = accounts, delivery, board, feed
        self._batch_numbers = BatchNumbers()
        self._last_message = 0

    def go_on_after(self, message_number: int, batch_number: int) -> None:
        """Number what comes next as if these had been the last."""
        self._last_message = message_number
        self._batch_numbers.go_on_after(batch_number)

    @property
    def last_numbers(self) -> tuple[int, int]:
        """The last message's number and the last batch number, 0 where there was none."""
        return self._last_message, self._batch_numbers.last

    def answer(self, call: Call, now: datetime) -> str:
        """The result string. `now` is by the account's clock. Raises Refusal for a failure code."""
        account = self._account(call)
        given = tuple(call.parameters)
        call.parameters = authenticate(account, call.operation, call.parameters, call.notes)
        rules.check_state(account, now)
        said = self._said_by_fault(call, now)
        if said is not None:
            return said
        if account.settings.replay:
            return call.operation.sample_result
        _check_names(call, given)
        rules.check_pace(account, call.operation, now.timestamp())
        if call.operation.sends:
            return self._send(account, call, now)
        if call.operation.polls:
            return _polled(account, call, now)
        return money.written(account.balance)

    def _said_by_fault(self, call: Call, now: datetime) -> str | None:
        armed = self._board.strike(
            call.user_code, call.operation.name, call.origin.door, now, says=True,
            numbers=lambda: numbers_of(call.operation, call.parameters),
        )
        if armed is None:
            return None
        call.fault = armed
        return armed.fault.result if armed.fault.result is not None else str(armed.fault.code)

    def _account(self, call: Call) -> Account:
        code = reserved.failing_user(call.user_code)
        if code is not None:
            raise Refusal(code)
        account = self._accounts.get(call.user_code)
        if account is None:
            call.notes.extend(notes_on_user(call.parameters, self._accounts, call.origin.raw))
            raise Refusal(-3)
        rules.check_address(account, call.origin.peer)
        return account

    def _send(self, account: Account, call: Call, now: datetime) -> str:
        call.notes.extend(notes_on_parameters(call.operation, call.parameters, call.origin.door))
        submission = read_submission(call.operation, call.parameters)
        call.notes.extend(notes_on(submission))
        rules.check_send(account, submission, now)
        seconds, month = now.timestamp(), rules.month_of(now)
        batch_number = self._batch_numbers.next(seconds)
        for pair in submission.pairs:
            self._last_message += 1
            message = _message(
                account, submission, pair, batch_number=batch_number, number=self._last_message, door=call.origin.door, now=now,
            )
            account.keep(message, month, seconds)
            self._feed.publish("message", account.user_code, message)
            self._delivery.accepted(account, message)
        return batch_number


def _check_names(call: Call, given: Iterable[str]) -> None:
    """What was given under names that the operation does not have, or twice, is -27."""
    strangers = strange_names(call.operation, given)
    if strangers:
        call.notes.extend(notes_on_names(call.operation, strangers))
        raise Refusal(-27)


def _message(
    account: Account, submission: Submission, pair: tuple[str, str], *, batch_number: str, number: int, door: str, now: datetime,
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
        number=number,
        timeline=[Step(now, "accepted", door)],
    )


def numbers_of(operation: Operation, parameters: Parameters) -> tuple[str, ...]:
    """The recipients of a call, none where it has none that can be read."""
    if not operation.sends:
        return ()
    try:
        return tuple(phone for phone, _ in read_submission(operation, parameters).pairs)
    except Refusal:
        return ()


def _polled(account: Account, call: Call, now: datetime) -> str:
    """Hand out what waits, and write down to whom."""
    asked = call.operation
    if asked.result in (Result.REPORTS, Result.TIMED_REPORTS):
        reports = account.reports.take(now.timestamp())
        for report in reports:
            account.note(report, Step(now, "polled", f"{asked.name} over {call.origin.door} from {call.origin.peer}"))
        return records.format_reports(reports, timed=asked.result is Result.TIMED_REPORTS)
    return records.format_replies(account.replies.take(now.timestamp()), with_sender=asked.result is Result.SENDER_REPLIES)
