"""What is put into the outbox, and how it is checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from winnerlook._validation import NOT_XML, checked
from winnerlook.config import PREFIX
from winnerlook.errors import InvalidRequestError
from winnerlook.individual import DEFAULT_SEPARATORS
from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.operations import BY_NAME
from winnerlook.outbox._ids import new_id
from winnerlook.outbox._states import State

_LONGEST_ACCOUNT, _LONGEST_KEY, _LONGEST_REFERENCE = 100, 200, 1000
_MOST_PRIORITY, _MOST_RESENDS = 1_000_000, 10
_BREAK = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Hold:
    """A message in doubt stays so until evidence settles it. The default."""


HOLD = Hold()


@dataclass(frozen=True, slots=True)
class ResendAfter:
    """A message in doubt is sent again after so long a time, `times` at most, and flagged as a possible duplicate."""

    wait: timedelta
    times: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Message(MaskedRepr):
    """One SMS to be sent.

    `account`: the login name to send with, the outbox's own where None. `extension`, `sms_type` and `autograph` are those of
    `Client.send`. `reference`: anything of the caller's, kept beside the message. `priority`: higher goes first. `not_before` and
    `expires_at` are aware times: it is not sent sooner than the one, nor begun to be sent from the other on. `dedup_key`: a second message
    of an account with the same key is not taken in. `policy`: what becomes of it when nobody knows whether it was sent.
    `bulk`: it may share a call with others, see `Packing`; it then shares their fate too where the call's is in doubt.
    """

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text, "reference": mask_text, "dedup_key": mask_text}
    phone: str
    text: str
    account: str | None = None
    extension: str | None = None
    sms_type: int | None = None
    autograph: str | None = None
    reference: str | None = None
    priority: int = 0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    dedup_key: str | None = None
    policy: Hold | ResendAfter = HOLD
    bulk: bool = False


def operation_of(extension: str | None) -> str:
    """The operation that sends a single message."""
    return "sendMsgExt" if extension else "SendMsg"


def send_parameters(message: Any) -> dict[str, object]:
    """Its parameters by their documented names, from a `Message` or a row."""
    return {
        "DesNo": message.phone, "Msg": message.text, "autograph": message.autograph, "ExeNo": message.extension or None,
        "smsType": message.sms_type,
    }


def check(message: Message, account: str | None) -> None:
    """Raises InvalidRequestError for what is wrong with it, whenever it is put; the error's text holds nothing of it."""
    _check(message)
    _sender(message, account)
    _times(message)
    _policy(message.policy)


def new_row(message: Message, account: str | None, now: int) -> dict[str, Any]:
    """The row of a message. Raises InvalidRequestError as `check` does."""
    _check(message)
    sender = _sender(message, account)
    not_before, expires_at = _times(message)
    not_before = now if not_before is None else not_before
    resend_after, resends = _policy(message.policy)
    return {
        "id": new_id(now), "account": sender, "phone": message.phone, "phone_key": message.phone, "text": message.text,
        "extension": message.extension or None,
        "sms_type": message.sms_type, "autograph": message.autograph, "reference": message.reference,
        "reference_key": message.reference, "rank": -message.priority,
        "bulk": message.bulk, "not_before": not_before, "expires_at": expires_at, "dedup_key": message.dedup_key,
        "resend_after": resend_after, "resends_left": resends, "state": State.QUEUED.value, "fence": 0, "attempts": 0,
        "possible_duplicate": False, "proven_duplicate": False, "created_at": now, "changed_at": now,
    }


def late(row: Mapping[str, Any], now: int) -> InvalidRequestError | None:
    """What is wrong with a row whose message would never be sent."""
    if row["expires_at"] is None or row["expires_at"] > now:
        return None
    return _wrong("expires_at", "is over: the message would never be sent. Put it sooner, or give it a later time")


def _sender(message: Message, account: str | None) -> str:
    sender = message.account if message.account is not None else account
    if not isinstance(sender, str) or not sender or len(sender) > _LONGEST_ACCOUNT or _BREAK.search(sender):
        raise _wrong(
            "account", f"must be a login name of 1 to {_LONGEST_ACCOUNT} characters: give it to put or to the Outbox, or set "
            f"{PREFIX}USER_CODE",
        )
    return sender


def _times(message: Message) -> tuple[int | None, int | None]:
    not_before = None if message.not_before is None else _milliseconds("not_before", message.not_before)
    expires_at = None if message.expires_at is None else _milliseconds("expires_at", message.expires_at)
    if expires_at is not None and not_before is not None and expires_at <= not_before:
        raise _wrong("expires_at", "must be later than not_before, or the message is never sent")
    return not_before, expires_at


def _check(message: Message) -> None:
    checked(BY_NAME[operation_of(message.extension)], send_parameters(message), DEFAULT_SEPARATORS)
    if message.sms_type is not None and (not isinstance(message.sms_type, int) or isinstance(message.sms_type, bool)):
        raise _wrong("sms_type", "must be a whole number")
    for name, longest in (("dedup_key", _LONGEST_KEY), ("reference", _LONGEST_REFERENCE), ("autograph", _LONGEST_ACCOUNT)):
        value = getattr(message, name)
        if value is not None and (not isinstance(value, str) or not value or len(value) > longest or NOT_XML.search(value)):
            raise _wrong(name, f"must be a string of 1 to {longest} characters without control characters")
    if not isinstance(message.bulk, bool):
        raise _wrong("bulk", "must be True or False")
    priority = message.priority
    if not isinstance(priority, int) or isinstance(priority, bool) or abs(priority) > _MOST_PRIORITY:
        raise _wrong("priority", f"must be a whole number from -{_MOST_PRIORITY} to {_MOST_PRIORITY}")


def _policy(policy: object) -> tuple[int | None, int]:
    if isinstance(policy, Hold):
        return None, 0
    if not isinstance(policy, ResendAfter):
        raise _wrong("policy", "must be Hold() or ResendAfter(timedelta)")
    if not isinstance(policy.wait, timedelta) or policy.wait < timedelta(0):
        raise _wrong("policy", "ResendAfter takes a timedelta from 0 on")
    if not isinstance(policy.times, int) or not 1 <= policy.times <= _MOST_RESENDS:
        raise _wrong("policy", f"ResendAfter's times must be a whole number from 1 to {_MOST_RESENDS}")
    return policy.wait // timedelta(milliseconds=1), policy.times


def _milliseconds(name: str, time: object) -> int:
    if not isinstance(time, datetime) or time.utcoffset() is None:
        raise _wrong(name, "must be a datetime with its offset from UTC, such as datetime.now(UTC) + timedelta(minutes=5)")
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _wrong(name: str, problem: str) -> InvalidRequestError:
    return InvalidRequestError(f"{name} {problem}", parameter=name)
