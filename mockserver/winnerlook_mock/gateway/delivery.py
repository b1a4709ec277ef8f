"""What becomes of accepted messages: their reports, the replies of their handsets, and the ways by which the customer hears of them."""

from __future__ import annotations

from datetime import datetime
from threading import Condition
from typing import Any

from winnerlook.masking import mask_phone
from winnerlook.pushes import PushType
from winnerlook.records import DELIVERED, Reply, Report
from winnerlook_mock.feed import Feed
from winnerlook_mock.gateway import reserved
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.happening import Happening, Kind
from winnerlook_mock.gateway.message import Message, Step
from winnerlook_mock.gateway.settings import NO_REPORT
from winnerlook_mock.gateway.waiting import MOST, Waiting
from winnerlook_mock.push.pusher import Pusher

_BULK = "SendBatchMsg"
"""What the code table calls 群发 (C14): its pushes are of type 2 and 4."""
_NOT_FAILED = (DELIVERED, "ACCEPTD")


class Delivery:
    """Every method wants the gateway's lock held, which `changed` is of."""

    def __init__(self, pusher: Pusher, changed: Condition, feed: Feed) -> None:
        self._pusher = pusher
        self._changed = changed
        self._feed = feed

    def accepted(self, account: Account, message: Message) -> None:
        """See to the report of a message."""
        status, delay = fate(account, message)
        if status == NO_REPORT:
            return
        at = message.accepted_at.timestamp()
        if delay:
            self._await_report(account, message, status, round(at + delay, 6))
        else:
            self.report(account, message, status, at)

    def report(self, account: Account, message: Message, status: str, at: float) -> Report:
        """A report comes in from the network."""
        moment = account.clock.at(at)
        message.timeline.append(Step(moment, "report", status))
        if status not in _NOT_FAILED and account.settings.refund_failures and not message.refunded:
            account.purse.refund(message.cost)
            message.timeline.append(Step(moment, "refunded", str(message.cost)))
        report = Report(message.batch_number, message.phone, status, message.customer_uuid, _whole_milliseconds(moment))
        kind = PushType.BATCH_REPORTS if message.operation == _BULK else PushType.TRIGGER_REPORTS
        self._hand_over(account, report, kind, account.reports, at)
        self._feed.publish("report", account.user_code, report)
        account.clock.happened(Happening(moment, Kind.REPORT, account.user_code, report))
        return report

    def reply(self, account: Account, phone: str, text: str, at: float) -> Reply:
        """A handset answers. The reply echoes the customerUuid and the sending number of the newest SMS to this phone."""
        latest = account.latest_to.get(phone)
        customer_uuid = latest.customer_uuid if latest else ""
        sent_from = latest.sent_from if latest else account.settings.sender_number
        reply = Reply(phone, text, _whole_milliseconds(account.clock.at(at)), customer_uuid, sent_from)
        if text.strip() in account.settings.unsubscribe_words:
            account.settings.user_blacklist |= {phone}
        kind = PushType.BATCH_REPLIES if latest and latest.operation == _BULK else PushType.TRIGGER_REPLIES
        self._hand_over(account, reply, kind, account.replies, at)
        self._feed.publish("reply", account.user_code, reply)
        return reply

    def restore(self, account: Account) -> None:
        """Set the timers of an account that was put back: for reports that are to come, and for the end of the three days."""
        for message, status, due in list(account.due.values()):
            self._await_report(account, message, status, due)
        self._watch(account, account.reports)
        self._watch(account, account.replies)

    def _await_report(self, account: Account, message: Message, status: str, due: float) -> None:
        account.due[message.number] = message, status, due
        what = f"{status} for {mask_phone(message.phone)} of {account.user_code}"
        account.clock.call_at(due, what, lambda due: self._report_later(account, message, status, due))

    def _report_later(self, account: Account, message: Message, status: str, due: float) -> None:
        with self._changed:
            account.due.pop(message.number, None)
            if account.closed:
                return
            self.report(account, message, status, due)
            jobs = self._pusher.gather(account)
            self._changed.notify_all()
        for job in jobs:
            job.start()

    def _hand_over(
        self, account: Account, record: Report | Reply, kind: PushType, waiting: Waiting[Report] | Waiting[Reply], at: float,
    ) -> None:
        pushed = bool(self._pusher.url(account, kind))
        if pushed:
            account.outgoing.add(kind, record)
        if not pushed or account.settings.poll_pushed:
            most = max(MOST, account.settings.messages_kept)
            waiting.put(record, at, most)  # type: ignore[arg-type]  # the queue that belongs to this kind of record
            self._watch(account, waiting)

    def _watch(self, account: Account, waiting: Waiting[Any]) -> None:
        """One timer a queue forgets what nobody polls for three days."""
        if waiting.ends_at is not None and not waiting.watched:
            waiting.watched = True
            what = f"end of the 3 days for unpolled records of {account.user_code}"
            account.clock.call_at(waiting.ends_at, what, lambda due: self._expire(account, waiting, due))

    def _expire(self, account: Account, waiting: Waiting[Report] | Waiting[Reply], due: float) -> None:
        with self._changed:
            waiting.watched = False
            for record in waiting.expire(due):
                account.clock.happened(Happening(account.clock.at(due), Kind.EXPIRED, account.user_code, record))
            self._watch(account, waiting)


def fate(account: Account, message: Message) -> tuple[str, float]:
    """The status that a message ends with, or NO_REPORT, and the seconds until it is known."""
    settings = account.settings
    kept = reserved.delivery_to(message.phone)
    status = settings.rule_for(message.phone)
    if status is None and kept is not None:
        status = kept.status or NO_REPORT
    if status is None:
        status = settings.status_at(account.random.random()) if settings.delivery_statuses else DELIVERED
    return status, max(settings.delay(account.random), kept.delay if kept else 0.0)


def _whole_milliseconds(moment: datetime) -> datetime:
    """As pushes give it (R13)."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
