"""What was pushed, every attempt of it, and what came of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import START
from winnerlook.pushes import Push, PushType
from winnerlook.records import Reply, Report
from winnerlook_mock import PushAttempt, PushEntry, PushState
from winnerlook_mock.push.ledger import Ledger, shown_url

SECRET = "http://127.0.0.1:8000/s3cret?k=s3cret#s3cret"


def _entry(number: int = 1) -> PushEntry:
    report = Report("2200001476358475197", "13912345678", "DELIVRD", "order-7", START)
    push = Push("acct", PushType.TRIGGER_REPORTS, (report,))
    return PushEntry(number, SECRET, push, b'{"phone":"13912345678"}', "application/json", START, tries_left=(1.0, 2.0))


@given(st.lists(st.integers(0, 5), max_size=30))
def test_it_keeps_the_newest_and_counts_the_rest(bounds: list[int]) -> None:
    """P4: bounded by what the setting says at the time."""
    ledger = Ledger()
    kept: list[int] = []
    for most in bounds:
        number = ledger.next_number()
        ledger.enter(_entry(number), most)
        kept = [*kept, number][-most:] if most else []
    assert [entry.number for entry in ledger] == kept
    assert (len(ledger), ledger.dropped, ledger.next_number()) == (len(kept), len(bounds) - len(kept), len(bounds) + 1)


def test_an_entry_is_found_by_its_number_while_it_is_there() -> None:
    """P4: and the error says which are."""
    ledger = Ledger()
    with pytest.raises(LookupError, match="no push 1: the ledger has none"):
        ledger.find(1)
    entries = [_entry(ledger.next_number()) for _ in range(1)]
    ledger.enter(entries[0], 2)
    assert ledger.find(1) is entries[0]
    for _ in range(2):
        ledger.enter(_entry(ledger.next_number()), 2)
    for number in (1, 0, -1, 4):
        with pytest.raises(LookupError, match=rf"no push {number}: the ledger has 2, 3"):
            ledger.find(number)


def test_a_copy_stays_as_it_was() -> None:
    """P4: what a test was given does not change under its hands."""
    entry = _entry()
    copy = entry.copy()
    entry.state, entry.attempts = PushState.DELIVERED, (PushAttempt(START, SECRET, 0.1, 200),)
    assert (copy.state, copy.attempts, copy.number) == (PushState.WAITING, (), 1)


@pytest.mark.parametrize(
    ("status", "taken"),
    [(None, False), (100, False), (199, False), (200, True), (204, True), (299, True), (300, False), (500, False)],
)
def test_only_2xx_is_taken(status: int | None, taken: bool) -> None:
    """P4."""
    assert PushAttempt(START, SECRET, 0.1, status).taken is taken


def test_a_repr_shows_no_number_no_text_and_no_secret() -> None:
    """L2: neither of the records, nor of the body, nor of the address, nor of the answer, which may quote all of them."""
    entry = _entry()
    entry.attempts = (PushAttempt(START, SECRET, 0.25, 500, "cannot handle 13912345678 秘密"),)
    reply = Push("acct", PushType.TRIGGER_REPLIES, (Reply("13912345678", "秘密", START, "", "1069"),))
    shown = repr(entry) + repr(entry.copy()) + repr(reply)
    for hidden in ("13912345678", "s3cret", "秘密"):
        assert hidden not in shown
    for told in ("http://127.0.0.1:8000/…", "<23 bytes>", "status=500", "state=<PushState.WAITING"):
        assert told in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""), ("http://127.0.0.1", "http://127.0.0.1/…"), (SECRET, "http://127.0.0.1:8000/…"), ("https://[::1]:8443/a", "https://[::1]:8443/…"),
        ("http://user:s3cret@127.0.0.1/", "http://127.0.0.1/…"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_secret(url: str, shown: str) -> None:
    """L2."""
    assert shown_url(url) == shown
