"""A state as it is read: all of it, before anything is done."""

from __future__ import annotations

from collections import deque
from typing import Any

from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.kept import Kept, KeptAccount
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.purse import Purse
from winnerlook_mock.gateway.settings import Settings, plain
from winnerlook_mock.push.ledger import PushEntry
from winnerlook_mock.push.outgoing import Outgoing
from winnerlook_mock.state import records
from winnerlook_mock.state.part import Part, StateError, moment, timestamp
from winnerlook_mock.state.writing import FORMAT, VERSION


def kept(state: Any) -> Kept:
    """What a state holds. Raises StateError."""
    part = Part(state)
    _check_format(state)
    clock = part.part("clock")
    accounts = [_account(one) for one in part.parts("accounts")]
    _check_once(part, accounts)
    messages = [message for one in accounts for message in _known(one.account)]
    faults = [records.fault(one) for one in part.parts("faults")]
    return Kept(
        now=timestamp(clock.moment("now")),
        frozen=clock.flag("frozen"),
        replay=part.flag("replay"),
        accounts=accounts,
        faults=faults,
        faults_armed=max([part.count("faults_armed"), *(armed.number for armed in faults)]),
        last_message=max([part.count("last_message"), *(message.number for message in messages)]),
        last_batch=max([part.read("last_batch", "made of digits", int), *(int(message.batch_number) for message in messages)]),
        journal=[records.entry(one) for one in part.parts("journal")],
        journal_dropped=part.count("journal_dropped"),
    )


def _check_format(state: dict[str, Any]) -> None:
    if state.get("format") != FORMAT:
        raise StateError(f"is no {FORMAT}: export one with export_state, or take a capsule of a test that failed")
    if state.get("version") != VERSION:
        raise StateError(f"is not {VERSION}, the version that this release reads: use the release that wrote it", "version")


def _check_once(part: Part, accounts: list[KeptAccount]) -> None:
    names = [one.account.user_code for one in accounts]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise part.wrong("is the name of an account before it", f"accounts[{at}].user_code")


def _known(account: Account) -> list[Message]:
    return [*account.messages, *(message for message, _, _ in account.due.values())]


def _account(part: Part) -> KeptAccount:
    settings = records.rule("settings", part, lambda: Settings(**plain.read(part.values("settings"))))
    clock = part.maybe("clock", lambda name: _clock(part.part(name)))
    account = Account(part.text("user_code"), part.text("user_pass"), part.part("statement").amount("opening"), settings, clock)
    account.purse = _purse(part.part("statement"))
    account.random = records.random(part, settings.seed)
    _fill_messages(account, part)
    waiting = part.part("waiting")
    for one in waiting.parts("reports"):
        account.reports.put(records.report(one), timestamp(one.moment("since")))
    for one in waiting.parts("replies"):
        account.replies.put(records.reply(one), timestamp(one.moment("since")))
    _fill_limits(account, part.part("limits"))
    pushes = part.part("pushes")
    account.push_random = records.random(pushes, settings.seed)
    _fill_pushes(account.outgoing, pushes, account.user_code)
    return KeptAccount(account, _moment(pushes, "flush_at"), _moment(pushes, "release_at"))


def _clock(part: Part) -> Clock:
    return Clock(part.moment("now"), frozen=part.flag("frozen"))


def _purse(part: Part) -> Purse:
    purse = Purse(part.amount("opening"))
    purse.charge(part.amount("charged"))
    purse.refund(part.amount("refunded"))
    closing = part.amount("closing")
    if purse.balance != closing:
        raise part.wrong("is not opening - charged + refunded", "closing")
    purse.balance = closing  # to the look of it
    return purse


def _fill_messages(account: Account, part: Part) -> None:
    for one in part.parts("messages"):
        account.remember(records.message(one))
    account.messages_dropped = part.count("messages_dropped")
    by_number = {message.number: message for message in account.messages}
    for one in part.parts("due"):
        message = records.message(one.part("message"))
        message = by_number.get(message.number, message)  # the one whose timeline people look at
        account.due[message.number] = message, one.text("status"), timestamp(one.moment("at"))


def _fill_limits(account: Account, part: Part) -> None:
    last_call, sent_to = part.part("last_call"), part.part("sent_to")
    account.last_call = {name: timestamp(last_call.moment(name)) for name in part.values("last_call")}
    for phone in part.values("sent_to"):
        account.sent_to[phone] = sent_to.read(phone, "a list of moments", _moments)
    account.month, account.sent_this_month = part.text("month"), part.count("sent_this_month")


def _moments(values: list[Any]) -> deque[float]:
    return deque(timestamp(moment(value)) for value in values)


def _fill_pushes(outgoing: Outgoing, part: Part, user_code: str) -> None:
    ledger = [records.push(one, user_code) for one in part.parts("ledger")]
    outgoing.ledger.restore(ledger, part.count("dropped"))
    by_number = {entry.number: entry for entry in ledger}
    outgoing.held = part.read("held", "a list of numbers in the ledger", lambda value: _entries(by_number, value))
    for one in part.parts("pending"):
        kind = records.push_type(one)
        outgoing.pending[kind] = list(records.records(one, kind))


def _entries(by_number: dict[int, PushEntry], numbers: Any) -> list[PushEntry]:
    return [by_number[number] for number in numbers]


def _moment(part: Part, name: str) -> float | None:
    found = part.maybe(name, part.moment)
    return None if found is None else timestamp(found)
