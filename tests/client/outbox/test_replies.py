"""What people write back: looked at, taken once by whoever comes, and never lost; and reports of no message here."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.test_borrowed_connections import driver_connection
from tests.client.outbox.test_metrics import explained
from winnerlook import InvalidRequestError, Reply, Report
from winnerlook.outbox import State, Worker, _replies, new_key
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._confidential import using
from winnerlook.pushes import Push, PushType

PHONE, OTHER = "13912345678", "13887654321"


def push(outbox, account, *records):
    kind = PushType.TRIGGER_REPORTS if isinstance(records[0], Report) else PushType.TRIGGER_REPLIES
    outbox.receiver_handler(Push(account.user_code, kind, records))


def reply(text, phone=PHONE, uuid=""):
    return Reply(phone, text, datetime(2026, 11, 23, 12, tzinfo=UTC), uuid, "10690000")


@pytest.fixture(params=["in clear", "encrypted"])
def some(request, url, make, account, clock):
    """An outbox with three replies that came in one answer, and one later from another number."""
    outbox = make(url, **({} if request.param == "in clear" else {"key": new_key()}))
    push(outbox, account, reply("甲"), reply("乙"), reply("丙"))
    clock.advance(seconds=60)
    push(outbox, account, reply("丁", f"+86{OTHER}"))
    return outbox


def texts(found):
    return "".join(each.text for each in found)


def test_looking_changes_nothing(some, account):
    """In the order in which they came, also within one answer."""
    assert texts(some.replies()) == "丁丙乙甲"
    assert texts(some.replies(oldest_first=True, most=3)) == "甲乙丙"
    assert texts(some.replies(phone=OTHER)) == "丁"
    assert texts(some.replies(since=some.status().at - timedelta(seconds=30))) == "丁"
    assert texts(some.replies(account=account.user_code, taken=False)) == "丁丙乙甲"
    assert some.replies(account="another") == []
    assert some.replies(taken=True) == []


def test_a_reply_says_which_message_it_answers(outbox, client, account):
    """By poll and by push; nothing of it is shown unmasked (L2)."""
    message_id = outbox.put(PHONE, TEXT, reference="order-42").id
    outbox.drain(client)
    account.reply(PHONE, "退订")
    outbox.poll(client)
    (found,) = outbox.replies()
    assert (found.message_id, found.reference, found.phone, found.text, found.source) == (message_id, "order-42", PHONE, "退订", "poll")
    assert found.taken_at is None
    assert not any(word in repr(found) for word in (PHONE, "退订", "order-42"))


def test_what_is_taken_is_taken_once(some, clock):
    with some.take_replies(2) as first:
        assert texts(first) == "甲乙"
        assert len(first) == 2
    with some.take_replies() as rest:
        assert texts(rest) == "丙丁"
    with some.take_replies() as none:
        assert not none
    assert texts(some.replies(taken=True, oldest_first=True)) == "甲乙丙丁"
    assert some.replies()[0].taken_at == some.status().at


def test_what_was_pushed_again_is_not_there_again(outbox, account):
    push(outbox, account, reply("甲"))
    with outbox.take_replies():
        pass
    push(outbox, account, reply("甲"))
    assert outbox.replies(taken=False) == []


def test_a_block_that_fails_takes_nothing_and_its_own_error_comes_out(some):
    """The store masks its own errors; those of whoever handles a reply are not its own."""
    own = sa.exc.IntegrityError("INSERT", {}, Exception("theirs"))
    with pytest.raises(sa.exc.IntegrityError) as raised, some.take_replies():
        raise own
    assert raised.value is own
    assert texts(some.replies(taken=False)) == "丁丙乙甲"


def test_an_answer_is_put_in_the_same_transaction(some):
    """A block that fails after it put leaves neither."""
    with suppress(ZeroDivisionError), some.take_replies(1) as replies:
        some.put(replies[0].phone, TEXT, connection=replies.connection)
        raise ZeroDivisionError
    assert some.status().states == {}
    with some.take_replies(1) as replies:
        some.put(replies[0].phone, TEXT, connection=replies.connection)
    assert some.status().states == {State.QUEUED: 1}
    assert len(some.replies(taken=False)) == 3


@pytest.mark.parametrize("committed", [True, False])
def test_it_joins_the_callers_own_transaction(some, url, committed):
    with driver_connection(url) as connection:
        with some.take_replies(1, connection=connection) as replies:
            assert texts(replies) == "甲"
        connection.commit() if committed else connection.rollback()
    assert len(some.replies(taken=False)) == (3 if committed else 4)


def test_a_caller_who_commits_after_an_error_of_the_block_takes_nothing(some, url):
    with driver_connection(url) as connection:
        with pytest.raises(ZeroDivisionError), some.take_replies(connection=connection):
            raise ZeroDivisionError
        connection.commit()
    assert len(some.replies(taken=False)) == 4


def test_two_at_once_get_different_ones(make, postgres_url, account):
    """While one is at its reply, nobody waits for it."""
    outbox, elsewhere = make(postgres_url), make(postgres_url)
    push(outbox, account, reply("甲"), reply("乙"))
    with outbox.take_replies(1) as mine, elsewhere.take_replies() as theirs:
        assert (texts(mine), texts(theirs)) == ("甲", "乙")


def test_many_at_once_double_none(url, make, account):
    outbox, got = make(url, patience=60), list[str]()
    push(outbox, account, *(reply(f"{number}号") for number in range(60)))

    def taker(own):
        more = True
        while more:
            with own.take_replies(7) as some:
                taken = [each.text for each in some]
                more = bool(taken)
            got.extend(taken)

    threads = [threading.Thread(target=taker, args=(make(url, patience=60),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got) == sorted(f"{number}号" for number in range(60))


@pytest.mark.parametrize("most", [0, -1, True, "5", 1.5])
def test_a_bound_is_a_number(outbox, most):
    with pytest.raises(InvalidRequestError) as refused, outbox.take_replies(most):
        pass
    assert refused.value.parameter == "most"
    with pytest.raises(InvalidRequestError):
        outbox.replies(most=most)


def test_a_worker_hands_them_over_and_one_that_fails_keeps_no_other(outbox, client, account, caplog):
    push(outbox, account, reply("甲"), reply("乙"))
    push(outbox, account, reply("丙"))
    got = []

    def on_reply(each, connection):
        got.append(each.text)
        outbox.put(each.phone, TEXT, dedup_key=each.id, connection=connection)
        if each.text == "甲":
            raise ValueError(each.text)
        if each.text == "丙":
            worker.stop()

    rounds = iter(range(20))
    worker = Worker(
        outbox, client, idle=0.01, longest_idle=0.01, poll_interval=None, on_reply=on_reply,
        on_drained=lambda _: None if next(rounds, None) is not None else worker.stop(),
    )
    worker.run()
    assert got == ["甲", "乙", "丙"]
    assert texts(outbox.replies(taken=False)) == "甲"
    assert outbox.status().states == {State.QUEUED: 2}
    assert "on_reply: ValueError" in caplog.text
    assert "甲" not in caplog.text


def test_reports_of_no_message_here(some, account, clock):
    known = f"w1-{'0' * 26}-1-{'A' * 16}"
    push(some, account, Report("2200001476358475197", PHONE, "DELIVRD", "theirs", None))
    clock.advance(seconds=60)
    push(some, account, Report("", PHONE, "UNDELIVRD", known, None))
    forged, theirs = some.unmatched()
    assert (theirs.phone, theirs.status, theirs.batch_number, theirs.customer_uuid) == (PHONE, "DELIVRD", "2200001476358475197", "theirs")
    assert (theirs.forged, forged.forged) == (False, True)
    assert PHONE not in repr(theirs)
    assert [each.id for each in some.unmatched(since=some.status().at - timedelta(seconds=30))] == [forged.id]
    assert some.unmatched(account="another") == []


def test_each_question_goes_by_its_index(url, make):
    outbox = make(url)
    records = schema.records
    questions = {
        "wl_records_replies": sa.select(records.c.id).where(schema.REPLIES).order_by(records.c.id.desc()).limit(9),
        "wl_records_strays": sa.select(records.c.id).where(schema.STRAYS).order_by(records.c.id.desc()).limit(9),
        "wl_records_untaken": _replies.untaken(outbox._store, 9, None, "").values(taken_at=1),
    }
    with using(outbox._store.seals):
        for index, question in questions.items():
            assert index in explained(outbox, question), index


def test_logs_hold_nothing_of_them(some, caplog):
    caplog.set_level(logging.DEBUG)
    with some.take_replies():
        pass
    assert not any(word in caplog.text for word in (PHONE, OTHER, "甲"))
