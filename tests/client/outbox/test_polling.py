"""Polls and pushes: on disk before they are read, read once, matched by what they echo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from tests.client.raw_server import RawServer, answering, http
from winnerlook import Client, Reply, Report
from winnerlook.outbox import Entered, State
from winnerlook.outbox import _polling as polling
from winnerlook.outbox import _schema as schema
from winnerlook.pushes import Push, PushType, format_push
from winnerlook.receiver import Receiver

PHONE = "13900000000"


@pytest.fixture
def sent(outbox, client, account):
    """A message that was accepted, whose report waits at the gateway."""
    message_id = outbox.put(PHONE, TEXT).id
    outbox.drain(client)
    return message_id


def polled(outbox, client):
    (result,) = outbox.poll(client).values()
    return result


def raw(outbox):
    return outbox._store.look(lambda unit: unit.connection.execute(schema.polls.select().order_by(schema.polls.c.id)).all())


def report_of(outbox, message_id, **changes):
    (attempt,) = outbox.message(message_id).attempts
    time = datetime(2026, 11, 23, 12, 0, 0, 678_000, tzinfo=UTC)
    report = Report(attempt.batch_number, PHONE, "DELIVRD", attempt.customer_uuid, time)
    return replace(report, **changes)


def test_reports_and_replies_are_kept_and_matched(outbox, sent, client, account):
    account.reply(PHONE, "收到")
    result = polled(outbox, client)
    assert (result.polls, result.failed, result.records.new, result.records.matched) == (4, 0, 2, 2)
    assert outbox.message(sent).state is State.DELIVERED
    assert [row.state for row in raw(outbox)] == ["PARSED"] * 4
    assert [row.raw is None for row in raw(outbox)] == [False, True, False, True]


@pytest.mark.parametrize("binding", ["soap11", "http"])
def test_the_answer_is_on_disk_before_it_is_read(binding, make, sqlite_url, *, sent, account, mock, monkeypatch):
    """R1: whatever the reader does, what the gateway handed out is there, to the byte."""
    outbox = make(sqlite_url)
    seen = []

    def reader(*arguments):
        seen.extend(row.raw for row in raw(outbox) if row.state == "ANSWERED")
        raise MemoryError

    monkeypatch.setattr("winnerlook._exchanges.typed_result", reader)
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as client, pytest.raises(MemoryError):
        polled(outbox, client)
    assert len(seen) == 1
    assert PHONE.encode() in seen[0]
    monkeypatch.undo()
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as client:
        assert polled(outbox, client).records.matched == 1
    assert outbox.message(sent).state is State.DELIVERED


def test_what_cannot_be_read_is_quarantined_whole_and_replayed(outbox, sent, client, account, monkeypatch):
    report = report_of(outbox, sent)
    good = f"{report.batch_number},{PHONE},2026/11/23 12:00:00,DELIVRD,{report.customer_uuid}|"
    account.answer_next("GetReport2Connect", good + "2200001476358475199,13900000001,later,DELIVRD,x|")
    result = polled(outbox, client)
    assert (result.polls, result.records.matched) == (4, 2)  # what could be read is entered, and polling goes on
    assert outbox.message(sent).state is State.DELIVERED
    assert outbox.status().quarantined_polls == 1
    assert outbox.replay() == (1, 0)
    assert b"later" in next(row.raw for row in raw(outbox) if row.state == "QUARANTINED")
    monkeypatch.setattr(polling, "read_answer", lambda *_: (report, replace(report, status="LATER", customer_uuid="theirs")))
    assert outbox.replay(account.user_code) == (1, 1)
    assert outbox.status().quarantined_polls == 0


def test_a_page_that_is_no_answer_is_kept_and_its_window_shown(outbox, sent, account):
    page = http(b"<html>" + PHONE.encode() + b"</html>", status="502 Bad Gateway")
    with RawServer(answering(page)) as server, Client(account.user_code, account.user_pass, endpoint=server.url, binding="http") as odd:
        result = polled(outbox, odd)
    assert (result.polls, result.failed, result.error) == (2, 2, "HttpStatusError")
    assert [row.http_status for row in raw(outbox)] == [502, 502]
    assert len(outbox.message(sent).possibly_lost) == 2


def test_an_answer_that_is_lost_leaves_a_window(outbox, sent, client, account, mock):
    lost = losing(mock.url, lambda request: b"GetReport2Connect" in request)
    with lost as way, Client(account.user_code, account.user_pass, endpoint=way.url, binding="http") as lossy:
        assert polled(outbox, lossy).error == "ConnectionLostError"
    (window,) = outbox.message(sent).possibly_lost
    assert (window.operation, window.error) == ("GetReport2Connect", "ConnectionLostError")
    assert window.started_at <= window.ended_at
    polled(outbox, client)
    assert outbox.message(sent).state is State.ACCEPTED
    assert len(outbox.status().possibly_lost) == 1


def test_what_certainly_did_nothing_leaves_none(outbox, sent, client, account):
    """C11, and a refused connection."""
    account.fail_next("GetReport2Connect", -16)
    assert polled(outbox, client).failed == 1
    with Client(account.user_code, account.user_pass, endpoint="http://127.0.0.1:9", binding="http") as nobody:
        assert polled(outbox, nobody).failed == 2
    assert outbox.status().possibly_lost == ()
    assert [row.state for row in raw(outbox)] == ["REFUSED", "PARSED", "NOT_SENT", "NOT_SENT"]
    account.fail_next("GetReport2Connect", -1)  # C1 proves nothing
    polled(outbox, client)
    assert len(outbox.status().possibly_lost) == 1


def test_one_poller_at_a_time(url, make, account, client):
    outbox, elsewhere = make(url), make(url)
    inside = []
    outbox._checkpoint = lambda point: inside.append(polled(elsewhere, client)) if point == "poll started" else None
    assert not polled(outbox, client).busy
    assert all(result.busy for result in inside)
    assert not polled(elsewhere, client).busy


def test_a_poller_that_lost_its_lease_keeps_its_answer_and_polls_no_more(url, make, account, client):
    first, second = make(url), make(url)
    message_id = first.put(PHONE, TEXT).id
    first.drain(client)

    def overtaken(point):
        if point == "poll started":
            first._checkpoint = lambda point: None
            # Not by the clock: the first would see that it overslept, and not poll.
            first._store.run(lambda unit: unit.connection.execute(schema.leases.update().values(until=0)))
            second._store.run(lambda unit: polling.leases.take(second._store, unit, f"poll:{account.user_code}", "second", 10**6))
            polling.recover(second._store, account.user_code, 10, lambda entered: None)
            assert len(second.status().possibly_lost) == 1

    first._checkpoint = overtaken
    result = polled(first, client)
    assert result.polls == 1
    assert first.message(message_id).state is State.DELIVERED
    assert first.status().possibly_lost == ()


def test_pushes_enter_beside_polls_and_count_once(url, make, account, client):
    """P1, P2: a poll tells whole seconds, a push milliseconds."""
    outbox = make(url)
    message_id = outbox.put(PHONE, TEXT).id
    outbox.drain(client)
    receiver = Receiver(outbox.receiver_handler, account=account.user_code)
    report = report_of(outbox, message_id)
    body = format_push(Push(account.user_code, PushType.TRIGGER_REPORTS, (report,))).encode()
    for _ in range(2):
        assert receiver.receive("POST", "/", body, "application/json").status == 200
    assert outbox.message(message_id).state is State.DELIVERED
    same = f"{report.batch_number},{PHONE},2026/11/23 20:00:00,DELIVRD,{report.customer_uuid}|"
    account.answer_next("GetReport2Connect", same)
    assert polled(outbox, client).records == Entered(new=0, duplicates=1)
    reply = Reply(PHONE, "收\0到\ud800", datetime(2026, 11, 23, tzinfo=UTC))
    body = format_push(Push(account.user_code, PushType.TRIGGER_REPLIES, (reply,))).encode()
    assert receiver.receive("POST", "/", body, "application/json").status == 200


def test_a_push_that_comes_before_the_answer_is_no_trouble(outbox, account, client):
    message_id = outbox.put(PHONE, TEXT).id

    def early(point):
        if point == "sent":
            report = report_of(outbox, message_id, batch_number="2200001476358475197")
            outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, (report,)))

    outbox._checkpoint = early
    assert outbox.drain(client).accepted == 1
    view = outbox.message(message_id)
    assert (view.state, view.attempts[0].batch_number is not None, view.proven_duplicate) == (State.DELIVERED, True, False)


@pytest.mark.parametrize(("changes", "state", "entered"), [
    ({}, State.DELIVERED, (1, 0)),
    ({"customer_uuid": ""}, State.DELIVERED, (1, 0)),
    ({"customer_uuid": "", "phone": "8613900000000"}, State.DELIVERED, (1, 0)),
    ({"customer_uuid": "", "phone": "13900000001"}, State.ACCEPTED, (0, 0)),
    ({"customer_uuid": "", "batch_number": "1"}, State.ACCEPTED, (0, 0)),
    ({"customer_uuid": "theirs", "batch_number": "1"}, State.ACCEPTED, (0, 0)),
    ({"status": "UNDELIV"}, State.FAILED, (1, 0)),
    ({"status": "ACCEPTD"}, State.ACCEPTED, (1, 0)),
])
def test_what_a_report_is_matched_by(outbox, sent, account, *, changes, state, entered):
    """R15: by the id that it echoes, else by batch and number."""
    result = enter(outbox, account, report_of(outbox, sent, **changes))
    assert (result.matched, result.quarantined) == entered
    assert outbox.message(sent).state is state


def test_an_id_that_nobody_gave_is_quarantined(outbox, sent, account):
    """Its code does not fit, or it is of another account: it settles nothing, not even by its batch."""
    (attempt,) = outbox.message(sent).attempts
    last = "A" if attempt.customer_uuid[-1] != "A" else "B"
    assert enter(outbox, account, report_of(outbox, sent, customer_uuid=attempt.customer_uuid[:-1] + last)).quarantined == 1
    assert outbox.message(sent).state is State.ACCEPTED


def test_a_failure_may_still_turn_into_a_delivery_but_not_back(outbox, sent, account):
    for status, state in (("UNDELIV", State.FAILED), ("DELIVRD", State.DELIVERED), ("EXPIRED", State.DELIVERED)):
        enter(outbox, account, report_of(outbox, sent, status=status))
        assert outbox.message(sent).state is state


def enter(outbox, account, report):
    from winnerlook.outbox._settling import enter as enter_

    return outbox._store.run(lambda unit: enter_(outbox._store, unit, account.user_code, [report], source="push"))
