"""A state as it is written: the views of what there is, and what else it takes to go on from there."""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import Any

from winnerlook_mock import views
from winnerlook_mock.faults.board import Armed
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.gateway.account import Account
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.gateway.timers import Timer
from winnerlook_mock.push.ledger import PushEntry
from winnerlook_mock.push.outgoing import Outgoing

FORMAT, VERSION = "winnerlook-mock-state", 1


def state(gateway: Gateway, wanted: Collection[str] | None) -> dict[str, Any]:
    """All of it, or what belongs to these accounts."""
    with gateway.lock:
        for name in wanted or ():
            if name not in gateway.accounts:
                raise LookupError(f"there is no account {name!r}")
        accounts = [account for name, account in gateway.accounts.items() if wanted is None or name in wanted]
        faults = [armed for armed in gateway.faults if wanted is None or armed.fault.account in (None, *wanted)]
        journal = [entry for entry in gateway.journal if wanted is None or entry.account in wanted]
        last_message, last_batch = gateway.last_numbers
        return {
            "format": FORMAT,
            "version": VERSION,
            "clock": _clock(gateway.clock),
            "replay": gateway.replay,
            "last_message": last_message,
            "last_batch": str(last_batch),
            "accounts": [_account(account, gateway.clock) for account in accounts],
            "faults": [_fault(armed) for armed in faults],
            "faults_armed": gateway.faults.count,
            "journal": [views.entry_view(entry) for entry in journal],
            "journal_dropped": gateway.journal.dropped,
        }


def _clock(clock: Clock) -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "frozen": clock.frozen}


def _account(account: Account, clock: Clock) -> dict[str, Any]:
    outgoing = account.outgoing
    view = views.account_view(account)
    return {
        **{name: view[name] for name in ("user_code", "user_pass", "statement", "settings", "messages_dropped")},
        "clock": None if account.clock is clock else _clock(account.clock),
        "random": _random(account.random, account.settings.seed),
        "messages": [views.message_view(account.user_code, message) for message in account.messages],
        "due": [
            {"message": views.message_view(account.user_code, message), "status": status, "at": _at(due)}
            for message, status, due in account.due.values()
        ],
        "waiting": {
            "reports": [{"since": _at(since), **views.report_view(report)} for since, report in account.reports.dated],
            "replies": [{"since": _at(since), **views.reply_view(reply)} for since, reply in account.replies.dated],
        },
        "pushes": {"random": _random(account.push_random, account.settings.seed), **_pushes(account.user_code, outgoing)},
        "limits": {
            "last_call": {name: _at(moment) for name, moment in account.last_call.items()},
            "sent_to": {phone: [_at(moment) for moment in moments] for phone, moments in account.sent_to.items()},
            "month": account.month,
            "sent_this_month": account.sent_this_month,
        },
    }


def _pushes(user_code: str, outgoing: Outgoing) -> dict[str, Any]:
    return {
        "ledger": [_push(user_code, entry) for entry in outgoing.ledger],
        "dropped": outgoing.ledger.dropped,
        "held": sorted({entry.number for entry in outgoing.held} & {entry.number for entry in outgoing.ledger}),
        "release_at": _due(outgoing.release),
        "pending": [
            {"type": int(kind), "records": [views.record_view(record) for record in records]} for kind, records in outgoing.pending.items()
        ],
        "flush_at": _due(outgoing.flush),
    }


def _push(user_code: str, entry: PushEntry) -> dict[str, Any]:
    return {
        **views.push_view(user_code, entry),
        "records": [views.record_view(record) for record in entry.push.records],
        "tries_left": list(entry.tries_left),
    }


def _fault(armed: Armed) -> dict[str, Any]:
    return {**views.fault_view(armed), "random": _random(armed.random, armed.fault.seed)}


def _random(random: Random, seed: int) -> list[Any] | None:
    """Where chance stands; None where nothing has been left to it since it began with its seed."""
    version, internal, gauss = random.getstate()
    if (version, internal, gauss) == Random(seed).getstate():  # noqa: S311
        return None
    return [version, list(internal), gauss]


def _due(timer: Timer | None) -> str | None:
    return None if timer is None else _at(timer.due)


def _at(timestamp: float) -> str:
    return Clock.at(timestamp).isoformat()
