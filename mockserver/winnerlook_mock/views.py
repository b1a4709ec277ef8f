"""What the mock holds, as JSON has it: for the control API, for capsules, for whoever writes it down.

Moments are ISO 8601 in China time, amounts and phone numbers strings. Passwords of the mock's accounts are shown: they are made up, and
whoever sees them here could set them.
"""

from __future__ import annotations

import base64
from typing import Any

from winnerlook.records import Reply, Report
from winnerlook_mock.faults.armed import ArmedFault
from winnerlook_mock.faults.board import Armed
from winnerlook_mock.feed import Event
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.happening import Happening
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.settings import plain
from winnerlook_mock.journal import Entry
from winnerlook_mock.push.ledger import PushAttempt, PushEntry

View = dict[str, Any]


def account_view(account: Account) -> View:
    """An account with its money and settings."""
    statement = account.purse.statement()
    return {
        "user_code": account.user_code,
        "user_pass": account.user_pass,
        "balance": str(account.balance),
        "statement": {name: str(getattr(statement, name)) for name in ("opening", "charged", "refunded", "closing")},
        "messages": len(account.messages),
        "messages_dropped": account.messages_dropped,
        "waiting": {
            "reports": len(account.reports), "replies": len(account.replies), "dropped": account.reports.dropped + account.replies.dropped,
        },
        "settings": plain.plain(account.settings),
    }


def message_view(account: str, message: Message) -> View:
    """A message, its text as it is stored, and what has happened to it."""
    return {
        "number": message.number,
        "account": account,
        "batch_number": message.batch_number,
        "phone": message.phone,
        "text": message.text,
        "operation": message.operation,
        "door": message.door,
        "accepted_at": message.accepted_at.isoformat(),
        "segments": message.segments,
        "cost": str(message.cost),
        "sms_type": message.sms_type,
        "sent_from": message.sent_from,
        "customer_uuid": message.customer_uuid,
        "autograph": message.autograph,
        "extension": message.extension,
        "status": message.status,
        "otp": message.otp,
        "timeline": [{"at": step.at.isoformat(), "what": step.what, "detail": step.detail} for step in message.timeline],
    }


def entry_view(entry: Entry) -> View:
    """An exchange. `raw` is the request's body, in base64 where `raw_is_base64`."""
    raw, is_base64 = _text_of(entry.raw)
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "door": entry.door,
        "peer": entry.peer,
        "operation": entry.operation,
        "account": entry.account,
        "parameters": dict(entry.parameters),
        "answer": entry.answer,
        "status": entry.status,
        "reason": entry.reason,
        "notes": list(entry.notes),
        "fault": entry.fault,
        "seconds": entry.seconds,
        "raw": raw,
        "raw_is_base64": is_base64,
        "raw_dropped": entry.raw_dropped,
    }


def report_view(report: Report) -> View:
    """A delivery report."""
    return {
        "batch_number": report.batch_number,
        "phone": report.phone,
        "status": report.status,
        "customer_uuid": report.customer_uuid,
        "time": report.time.isoformat() if report.time else None,
    }


def reply_view(reply: Reply) -> View:
    """What a handset answered."""
    return {
        "phone": reply.phone,
        "text": reply.text,
        "time": reply.time.isoformat(),
        "customer_uuid": reply.customer_uuid,
        "sent_from": reply.sent_from,
    }


def push_view(account: str, push: PushEntry) -> View:
    """A push with its attempts; `body` is what is sent."""
    return {
        "number": push.number,
        "account": account,
        "type": int(push.push.type),
        "records": len(push.push.records),
        "url": push.url,
        "state": str(push.state),
        "created_at": push.created_at.isoformat(),
        "next_try": push.next_try.isoformat() if push.next_try else None,
        "content_type": push.content_type,
        "body": push.body.decode("utf-8", "backslashreplace"),
        "attempts": [_attempt_view(attempt) for attempt in push.attempts],
    }


def _attempt_view(attempt: PushAttempt) -> View:
    return {
        "at": attempt.at.isoformat(),
        "url": attempt.url,
        "seconds": attempt.seconds,
        "status": attempt.status,
        "answer": attempt.answer,
        "problem": attempt.problem,
    }


def fault_view(armed: Armed | ArmedFault) -> View:
    """A fault in force; `left` is real seconds until it is over by itself."""
    return {
        "number": armed.number,
        "fault": armed.fault.plain(),
        "armed_at": armed.armed_at.isoformat(),
        "left": round(armed.left, 3),
        "seen": armed.seen,
        "struck": armed.struck,
        "over": armed.is_over,
    }


def clock_view(clock: Clock) -> View:
    """The time, and what is to happen."""
    return {
        "now": clock.now().isoformat(),
        "frozen": clock.frozen,
        "pending": [{"at": at.isoformat(), "what": what} for at, what in clock.pending],
    }


def happening_view(happening: Happening) -> View:
    """What happened while the clock was moved."""
    subject = happening.subject
    about = push_view(happening.account, subject) if isinstance(subject, PushEntry) else record_view(subject)
    return {"at": happening.at.isoformat(), "kind": str(happening.kind), "account": happening.account, "subject": about}


def record_view(record: Report | Reply) -> View:
    """A report or a reply."""
    return report_view(record) if isinstance(record, Report) else reply_view(record)


def event_view(event: Event) -> View:
    """Something new."""
    return {"number": event.number, "kind": event.kind, "account": event.account, "data": _subject_view(event)}


def _subject_view(event: Event) -> View:
    match event.subject:
        case Message():
            return message_view(event.account, event.subject)
        case Entry():
            return entry_view(event.subject)
        case PushEntry():
            return push_view(event.account, event.subject)
        case Armed():
            return fault_view(event.subject)
        case Account():
            return account_view(event.subject)
        case Report() | Reply():
            return record_view(event.subject)
    raise TypeError(f"there is no view of a {type(event.subject).__name__}")


def _text_of(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii"), True
