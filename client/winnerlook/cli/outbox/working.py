"""``winnerlook outbox work``, ``drain`` and ``poll``: sending and polling."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import clients, notes, opened
from winnerlook.cli.outbox.options import Given, Option
from winnerlook.cli.outbox.rendering import iso
from winnerlook.cli.outbox.watching import breaker_line
from winnerlook.cli.stopping import stopped_by_signals
from winnerlook.cli.usage import UsageError

if TYPE_CHECKING:
    from winnerlook.outbox import Drained, Polled

SENDING = (
    Option("batch", "N", "messages that are taken at once", default="50"),
    Option("packing", "HOW", "how bulk messages share calls: off, individual or batch", default="individual"),
)
DRAINING = (*SENDING, Option("most", "N", "messages that are sent at most", shown="all that are due"))
WORKING = (
    *SENDING,
    Option("no-poll", "", "only send, and leave reports and replies to another worker"),
    Option("poll-interval", "SECONDS", "time between two rounds of polls", default="5"),
)
NOTES = """
Any number may run, on several machines where the store is PostgreSQL. Ctrl-C, SIGTERM or a hangup stops it: the call
under way is let finish, and what was taken and not begun is given back; a second one ends it at once, which leaves
the message of that call in doubt. Several accounts: --profiles shop,otp takes each one's user_code and user_pass
from [profiles.shop] and [profiles.otp] of the configuration file.
"""
_PACKINGS = ("off", "individual", "batch")


def work(run: Invocation) -> int:
    """Send and poll until a signal ends it."""
    from winnerlook.outbox import Worker  # noqa: PLC0415  # an extra

    given, counts = Given(run, WORKING), Counter[str]()
    interval = None if given.switch("no-poll") else given.seconds("poll-interval")
    with opened(run) as outbox, clients(run) as senders:
        worker = Worker(
            outbox, senders, poll_interval=interval, on_drained=lambda drained: counts.update(_counts(drained)), **_sending(given),
        )
        outbox.message("")  # tables that are not there are told at the start
        told = f"working for {', '.join(_accounts(senders))}, {f'polls every {interval:g} s' if interval else 'no polls'}; Ctrl-C stops it"
        run.output.document({"working": True, "accounts": _accounts(senders)}) if run.output.as_json else run.output.line(told)
        with notes(run), stopped_by_signals(worker.stop):
            worker.run()
    _tell(run, dict.fromkeys(("accepted", "rejected", "unknown", "put_back"), 0) | dict(counts), "stopped; ")
    return DONE


def drain(run: Invocation) -> int:
    """Send what is due, once."""
    given = Given(run, DRAINING)
    stop: list[bool] = []
    with opened(run) as outbox, clients(run) as senders, notes(run), stopped_by_signals(lambda: stop.append(True)):
        drained = outbox.drain(senders, most=given.number("most", 1), stopped=lambda: bool(stop), **_sending(given))
    held = {name: {"kind": each.kind, "code": each.code, "until": iso(each.until)} for name, each in drained.held.items()}
    _tell(run, _counts(drained), "", swept=asdict(drained.swept), held=held)
    if not run.output.as_json:
        for each in drained.held.values():
            run.output.note(breaker_line(each))
    return DONE


def poll(run: Invocation) -> int:
    """Fetch reports and replies, once."""
    stop: list[bool] = []
    with opened(run) as outbox, clients(run) as senders, notes(run), stopped_by_signals(lambda: stop.append(True)):
        polled = outbox.poll(senders, stopped=lambda: bool(stop))
    if run.output.as_json:
        run.output.document({account: asdict(each) for account, each in polled.items()})
    else:
        for account, each in polled.items():
            run.output.line(f"{account}: {_polled(each)}")
    return DONE


def _sending(given: Given) -> dict[str, Any]:
    packing = given.text("packing")
    if packing not in _PACKINGS:
        raise UsageError(f"--packing is one of {', '.join(_PACKINGS)}")
    return {"batch": given.number("batch", 1, 10_000), "packing": packing}


def _accounts(senders: list[Any]) -> list[str]:
    return [sender.user_code for sender in senders]


def _counts(drained: Drained) -> dict[str, int]:
    return {"accepted": drained.accepted, "rejected": drained.rejected, "unknown": drained.unknown, "put_back": drained.put_back}


def _tell(run: Invocation, counts: dict[str, int], before: str, **more: Any) -> None:
    if run.output.as_json:
        run.output.document({**counts, **more})
        return
    run.output.line(before + ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counts.items()))
    if counts["unknown"]:
        run.output.note("what is unknown may have been sent: see winnerlook outbox unknown")


def _polled(polled: Polled) -> str:
    if polled.busy:
        return "another poller is there"
    records = polled.records
    words = f"{polled.polls} polls, {records.new} new records, {records.matched} of them of this outbox, {records.duplicates} known before"
    return words + (f"; {polled.failed} polls failed, the last with {polled.error}" if polled.failed or polled.error else "")
