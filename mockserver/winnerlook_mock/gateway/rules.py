"""The rules that refuse a call, each a failure code's natural cause (R2-R10, C1-C28).

Order follows the document where it gives one: who calls comes before anything else (R10). The rest goes from what costs least to find
out to what touches the account's limits, the balance last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from winnerlook import sms
from winnerlook.operations import MAX_CUSTOMER_UUID, MAX_EXTENSION_DIGITS, Operation, Result
from winnerlook_mock.gateway import reserved
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.refusal import Refusal
from winnerlook_mock.gateway.submission import Submission

_NUMBER = re.compile(r"\+?[0-9]{8,17}", re.ASCII)
_EXTENSION = re.compile(rf"[0-9]{{1,{MAX_EXTENSION_DIGITS}}}", re.ASCII)


def check_address(account: Account, peer: str) -> None:
    """The account may be used from here: -17."""
    if not account.settings.allows_ip(peer):
        raise Refusal(-17)


def check_state(account: Account, now: datetime) -> None:
    """The account may be used now: -25, -11."""
    settings = account.settings
    if settings.frozen:
        raise Refusal(-25)
    if settings.expires_at is not None and now >= settings.expires_at:
        raise Refusal(-11)


def check_pace(account: Account, operation: Operation, now: float) -> None:
    """Calls are far enough apart: -16 (R2). A refused call does not start the time anew."""
    settings = account.settings
    interval = settings.balance_interval if operation.result is Result.BALANCE else settings.call_interval
    last = account.last_call.get(operation.name)
    if interval > 0 and last is not None and now < round(last + interval, 6):
        raise Refusal(-16)
    account.last_call[operation.name] = now


def check_send(account: Account, submission: Submission, now: datetime) -> None:
    """Every rule that a send must pass, in order."""
    for rule in _SEND_RULES:
        rule(account, submission, now)


def _reserved_numbers(_account: Account, submission: Submission, _now: datetime) -> None:
    for phone, _ in submission.pairs:
        code = reserved.failing_number(phone)
        if code is not None:
            raise Refusal(code)


def _parameters(_account: Account, submission: Submission, _now: datetime) -> None:
    if len(submission.customer_uuid) > MAX_CUSTOMER_UUID:
        raise Refusal(-27)
    if submission.extension and not _EXTENSION.fullmatch(submission.extension):
        raise Refusal(-44)


def _count(account: Account, submission: Submission, _now: datetime) -> None:
    operation = submission.operation
    strict = account.settings.strict_limits
    bound = operation.max_recipients if strict else operation.code_19_bound
    if not 1 <= len(submission.pairs) <= bound:
        raise Refusal(-19)


def _sms_type(account: Account, submission: Submission, _now: datetime) -> None:
    if submission.sms_type not in account.settings.sms_types:
        raise Refusal(-41)


def _numbers(account: Account, submission: Submission, _now: datetime) -> None:
    lists = ((-12, account.settings.blacklist), (-46, account.settings.user_blacklist), (-47, account.settings.system_blacklist))
    several = submission.operation.max_recipients > 1
    for phone, _ in submission.pairs:
        if not _NUMBER.fullmatch(phone):
            raise Refusal(-20 if several else -9)
        for code, numbers in lists:
            if phone in numbers:
                raise Refusal(-20 if several else code)


def _channel(account: Account, _submission: Submission, now: datetime) -> None:
    if not account.settings.channel_open or not account.settings.in_channel_hours(now.time()):
        raise Refusal(-8)


def _signature(account: Account, submission: Submission, _now: datetime) -> None:
    settings = account.settings
    if settings.signature_length is None and not settings.signatures:
        return
    for text in dict.fromkeys(text for _, text in submission.pairs):
        signature = sms.signature(text)
        if settings.signature_length is not None:
            shortest, longest = settings.signature_length
            if not shortest <= len(signature or "") <= longest:
                raise Refusal(-10)
        if settings.signatures:
            wanted = [settings.signatures.get(submission.autograph)] if submission.autograph else list(settings.signatures.values())
            if signature is None or signature not in wanted:
                raise Refusal(-5)


def _words(account: Account, submission: Submission, _now: datetime) -> None:
    settings = account.settings
    if not (settings.templates or settings.user_words or settings.system_words):
        return
    for text in dict.fromkeys(text for _, text in submission.pairs):
        if not settings.fits_a_template(text):
            raise Refusal(-4)
        if any(word in text for word in settings.user_words):
            raise Refusal(-24)
        if any(word in text for word in settings.system_words):
            raise Refusal(-54)


def _frequency(account: Account, submission: Submission, now: datetime) -> None:
    if account.settings.number_limit is None:
        return
    most, seconds = account.settings.number_limit
    fresh: dict[str, int] = {}
    for phone, _ in submission.pairs:
        recent = sum(time > now.timestamp() - seconds for time in account.sent_to.get(phone, ()))
        fresh[phone] = fresh.get(phone, 0) + 1
        if recent + fresh[phone] > most:
            raise Refusal(-48)


def _month(account: Account, submission: Submission, now: datetime) -> None:
    limit = account.settings.monthly_limit
    if limit is not None and account.segments_in(month_of(now)) + segments(submission) > limit:
        raise Refusal(-51)


def _balance(account: Account, submission: Submission, _now: datetime) -> None:
    if cost(account, submission) > account.balance:
        raise Refusal(-7)


def month_of(moment: datetime) -> str:
    """The calendar month that a limit counts in, ``2026-11``."""
    return f"{moment.year}-{moment.month:02}"  # strftime takes twenty times as long


def segments(submission: Submission) -> int:
    """SMS segments that a send takes in all."""
    return sum(sms.segment_count(text) for _, text in submission.pairs)


def cost(account: Account, submission: Submission) -> Decimal:
    """What a send is charged."""
    return segments(submission) * account.settings.price


_SEND_RULES: tuple[Callable[[Account, Submission, datetime], None], ...] = (
    _reserved_numbers, _parameters, _count, _sms_type, _numbers, _channel, _signature, _words, _frequency, _month, _balance,
)
