"""What reports and replies prove: early ones, contradictory ones, several at once, and those that others made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook import Reply, Report
from winnerlook.outbox import Entered, NotInitialisedError, ResendAfter, State
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._settling import enter, rematch
from winnerlook.pushes import Push, PushType

PHONE = "13900000000"
TIME = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def outbox(url, make):
    return make(url)


def entered(outbox, account, *records, source="push"):
    return outbox._store.run(lambda unit: enter(outbox._store, unit, account.user_code, records, source=source))


def attempts(outbox, message_id):
    return outbox.message(message_id).attempts


def sent(outbox, client, phone=PHONE, **options):
    message_id = outbox.put(phone, TEXT, **options).id
    outbox.drain(client)
    return message_id


def kinds(outbox, message_id):
    return [entry.kind for entry in outbox.message(message_id).log]


def test_a_report_without_an_echo_that_comes_before_the_answer_is_matched_when_the_answer_comes(outbox, client, account):
    """O7 has no customerUuid: all that is known then is the batch."""
    message_id = outbox.put(PHONE, TEXT).id
    seen = []

    def early(point):
        if point == "sent":
            (message,) = account.messages
            seen.append(entered(outbox, account, Report(message.batch_number, PHONE, "DELIVRD", "", TIME)))

    outbox._checkpoint = early
    assert outbox.drain(client).accepted == 1
    assert seen == [Entered(new=1)]
    assert outbox.message(message_id).state is State.DELIVERED
    assert attempts(outbox, message_id)[0].echoed
    matched = sa.select(schema.records.c.state, schema.records.c.message_id)
    assert outbox._store.look(lambda unit: unit.connection.execute(matched).all()) == [("MATCHED", message_id)]


def test_a_batch_is_matched_again_by_number_and_account_alone(outbox, client, account, mock):
    message_id = sent(outbox, client)
    (attempt,) = attempts(outbox, message_id)
    other = mock.account()
    for whose, phone in ((account, "13900000001"), (other, PHONE), (account, PHONE)):
        entered(outbox, whose, Report(attempt.batch_number, phone, "UNDELIV", "", TIME))
    unmatched = sa.update(schema.records).values(state="UNMATCHED", message_id=None, attempt=None)
    outbox._store.run(lambda unit: unit.connection.execute(unmatched))
    assert outbox._store.run(lambda unit: rematch(unit, other.user_code, attempt.batch_number)) == 0
    assert outbox._store.run(lambda unit: rematch(unit, account.user_code, attempt.batch_number)) == 1
    assert outbox._store.run(lambda unit: rematch(unit, account.user_code, attempt.batch_number)) == 0


def test_what_was_written_at_the_same_moment_is_matched_by_the_next_sweep(postgres_url, make, client, account):
    """PostgreSQL: each of two transactions sees what was before it, and neither the other."""
    outbox = make(postgres_url)
    message_id = outbox.put(PHONE, TEXT).id
    records = outbox._store.engine.connect()

    def meanwhile(point):
        if point == "sent":  # the record's transaction is open until the answer's has ended
            from winnerlook.outbox._confidential import using
            from winnerlook.outbox._unit import Unit

            (message,) = account.messages
            report = Report(message.batch_number, PHONE, "DELIVRD", "", TIME)
            seals = outbox._store.access.ready(outbox._store._reader, outbox._store.engine, outbox._store.insert_new)
            with using(seals):
                enter(outbox._store, Unit(records, int(outbox._store.wall() * 1000), 0), account.user_code, [report], source="push")
        elif point == "outcome committed":
            records.commit()

    outbox._checkpoint = meanwhile
    outbox.drain(client)
    records.close()
    assert outbox.message(message_id).state is State.ACCEPTED
    outbox.sweep()
    assert outbox.message(message_id).state is State.DELIVERED


@pytest.mark.parametrize("statuses", [("UNDELIV", "DELIVRD"), ("DELIVRD", "UNDELIV"), ("EXPIRED", "DELIVRD", "ACCEPTD")])
@pytest.mark.parametrize("together", [True, False])
def test_of_reports_that_contradict_one_another_a_delivery_is_what_is_left(outbox, client, account, *, statuses, together):
    message_id = sent(outbox, client)
    (attempt,) = attempts(outbox, message_id)
    reports = [Report(attempt.batch_number, PHONE, status, attempt.customer_uuid, TIME) for status in statuses]
    for some in [reports] if together else [[report] for report in reports]:
        entered(outbox, account, *some)
    assert outbox.message(message_id).state is State.DELIVERED
    outbox.verify()


def test_a_report_that_says_nothing_ends_nothing(outbox, client, account):
    message_id = sent(outbox, client)
    (attempt,) = attempts(outbox, message_id)
    assert entered(outbox, account, Report(attempt.batch_number, PHONE, "", attempt.customer_uuid, TIME)).matched == 1
    assert outbox.message(message_id).state is State.ACCEPTED


def test_both_attempts_of_a_message_in_one_answer_prove_a_duplicate(outbox, client, account, clock):
    message_id = outbox.put(PHONE, TEXT, policy=ResendAfter(timedelta(0))).id
    for _ in range(2):
        account.fail_next("SendMsg", -1)
        outbox.drain(client)
        clock.advance(1)
    first, second = attempts(outbox, message_id)
    reports = [Report("", PHONE, "DELIVRD", each.customer_uuid, TIME) for each in (second, first)]
    assert entered(outbox, account, *reports, *reports) == Entered(new=2, duplicates=2, matched=2)
    view = outbox.message(message_id)
    assert (view.state, view.proven_duplicate, [each.echoed for each in view.attempts]) == (State.DELIVERED, True, [True, True])
    assert kinds(outbox, message_id).count("PROVEN_DUPLICATE") == 1


def test_a_reply_that_echoes_proves_that_its_message_was_accepted(outbox, client, account):
    message_id = outbox.put(PHONE, TEXT).id
    account.fail_next("SendMsg", -1)
    outbox.drain(client)
    assert outbox.message(message_id).state is State.UNKNOWN
    (attempt,) = attempts(outbox, message_id)
    assert entered(outbox, account, Reply(PHONE, "收到", TIME, attempt.customer_uuid)).matched == 1
    assert outbox.message(message_id).state is State.ACCEPTED


def test_an_id_of_this_store_in_another_accounts_report_settles_nothing(outbox, client, account, mock):
    message_id = sent(outbox, client)
    (attempt,) = attempts(outbox, message_id)
    report = Report(attempt.batch_number, PHONE, "DELIVRD", attempt.customer_uuid, TIME)
    other = mock.account()
    assert entered(outbox, other, report).quarantined == 1
    shouting = type("Account", (), {"user_code": account.user_code.upper()})
    assert entered(outbox, shouting, report).quarantined == 1
    assert outbox.message(message_id).state is State.ACCEPTED


@pytest.mark.parametrize("hostile", [
    "x" * 100_000, "\0\x1b[31m", "\ud800",
    "w1-" + "0" * 26 + "-1-" + "A" * 16, "w1-" + "٣" * 26 + "-1-" + "A" * 16, "' OR 1=1 --", "\u202e", " ",
])
def test_whatever_stands_for_an_id_or_a_batch_or_a_number_it_is_kept_and_settles_nothing(outbox, client, account, hostile):
    message_id = sent(outbox, client)
    reports = [
        Report("1", PHONE, "DELIVRD", hostile, TIME), Report(hostile, PHONE, "DELIVRD", "", TIME), Report("1", hostile, hostile, "x", TIME),
        Report("1" * 50_000, PHONE, "DELIVRD", "", TIME),
    ]
    result = entered(outbox, account, *reports, Reply(PHONE, hostile, TIME, hostile, hostile))
    assert (result.new, result.matched) == (5, 0)
    assert outbox.message(message_id).state is State.ACCEPTED
    assert entered(outbox, account, *reports).new == 0


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 500, ""])
def test_a_push_of_an_account_that_cannot_be_is_kept_all_the_same(outbox, name):
    """A receiver without `account` takes whatever comes; a 500 would only make it come again."""
    report = Report("1", PHONE, "DELIVRD", "w1-" + "0" * 26 + "-1-" + "A" * 16, TIME)
    push = Push(name, PushType.TRIGGER_REPORTS, (report,))
    outbox.receiver_handler(push)
    outbox.receiver_handler(push)
    rows = outbox._store.look(lambda unit: unit.connection.execute(sa.select(schema.records.c.state)).scalars().all())
    assert rows == ["QUARANTINED"]


def test_a_file_that_was_deleted_takes_in_nothing(sqlite_url, make):
    """SQLite itself would go on writing to it, and all would be gone when the last one closes it."""
    outbox = make(sqlite_url, patience=0)
    outbox.put(PHONE, TEXT)
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    with pytest.raises(NotInitialisedError):
        outbox.put(PHONE, TEXT)


def test_one_answer_takes_few_statements_however_many_records_it_has(outbox, client, account):
    """500 records of an answer (R1) are settled in one transaction, which holds up others as long as it lasts."""
    phones = [str(13_900_000_000 + number) for number in range(40)]
    outbox.put_many([(phone, TEXT) for phone in phones])
    outbox.drain(client)
    ids = outbox._store.look(lambda unit: unit.connection.execute(sa.select(schema.messages.c.id)).scalars().all())
    reports = [
        Report(attempt.batch_number, phone, "DELIVRD", attempt.customer_uuid if number % 2 else "", TIME)
        for number, message_id in enumerate(ids) for attempt in attempts(outbox, message_id) for phone in [outbox.message(message_id).phone]
    ]
    statements = []
    sa.event.listen(outbox._store.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert entered(outbox, account, *reports).matched == len(phones)
    assert len(statements) < 20
    assert outbox.status().states == {State.DELIVERED: len(phones)}
