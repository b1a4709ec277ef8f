"""Taking messages in: what is checked, what is joined, what is recognised."""

from __future__ import annotations

import inspect
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from weakref import WeakSet

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook import ConfigurationError, InvalidRequestError
from winnerlook.outbox import Message, NotInitialisedError, Outbox, PutMany, ResendAfter, State

PHONE = "13900000000"
SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize(("wrong", "parameter"), [
    ({"phone": "1390000"}, "DesNo"), ({"phone": "1390000000x"}, "DesNo"), ({"text": " "}, "Msg"), ({"text": "a\0"}, "Msg"),
    ({"text": "\ud800"}, "Msg"), ({"text": 5}, "Msg"), ({"extension": "x"}, "ExeNo"), ({"sms_type": "101"}, "sms_type"),
    ({"account": ""}, "account"), ({"account": "a\nb"}, "account"), ({"reference": "x\0"}, "reference"), ({"dedup_key": ""}, "dedup_key"),
    ({"priority": 0.5}, "priority"), ({"priority": True}, "priority"), ({"not_before": datetime(2026, 1, 1)}, "not_before"),  # noqa: DTZ001
    ({"expires_at": "soon"}, "expires_at"), ({"not_before": SOON, "expires_at": SOON}, "expires_at"),
    ({"policy": "resend"}, "policy"), ({"policy": ResendAfter(timedelta(-1))}, "policy"),
    ({"policy": ResendAfter(timedelta(1), 0)}, "policy"),
])
def test_what_is_wrong_is_refused_before_anything_is_written(outbox, wrong, parameter):
    """R4, R8, and what XML and a database cannot hold; no word of the error quotes it (L2)."""
    with pytest.raises(InvalidRequestError) as refused:
        outbox.put_many([Message(PHONE, TEXT), Message(**{"phone": PHONE, "text": TEXT, **wrong})])
    assert refused.value.parameter == parameter
    assert "message 1 " in str(refused.value)
    assert TEXT not in str(refused.value)
    assert PHONE not in str(refused.value)
    assert outbox.status().states == {}


def test_an_account_must_be_named(sqlite_url):
    with Outbox(sqlite_url) as outbox, pytest.raises(InvalidRequestError) as refused:
        outbox.init().put(PHONE, TEXT)
    assert refused.value.parameter == "account"


def test_what_is_no_message_is_refused(outbox):
    with pytest.raises(InvalidRequestError, match=r"message 1 .* neither"):
        outbox.put_many([(PHONE, TEXT), (PHONE, 5)])


def test_a_key_counts_once_for_an_account(url, make):
    outbox = make(url)
    first = outbox.put(PHONE, TEXT, dedup_key="order-42")
    again = outbox.put("13900000001", "别的【测试】", dedup_key="order-42")
    assert (again.id, again.duplicate) == (first.id, True)
    assert not outbox.put(PHONE, TEXT, dedup_key="order-42", account="another").duplicate
    more = [Message(PHONE, TEXT, dedup_key=key) for key in ("order-42", "order-43", "order-43")] + [Message(PHONE, TEXT)]
    assert outbox.put_many(more) == PutMany(put=2, duplicates=2)


@pytest.mark.parametrize("committed", [True, False])
def test_a_message_joins_the_callers_transaction(url, make, committed):
    outbox = make(url)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE orders (id INTEGER)"))
        connection.commit()
        connection.execute(sa.text("INSERT INTO orders VALUES (42)"))
        outbox.put(PHONE, TEXT, connection=connection)
        outbox.put_many([(PHONE, TEXT)], connection=connection)
        connection.commit() if committed else connection.rollback()
        orders = connection.execute(sa.text("SELECT count(*) FROM orders")).scalar()
    engine.dispose()
    assert orders == committed
    assert outbox.status().states == ({State.QUEUED: 2} if committed else {})


def test_all_or_nothing_and_in_parts(outbox):
    def messages():
        yield from [(PHONE, TEXT)] * 1500
        raise RuntimeError("the file ended early")

    with pytest.raises(RuntimeError):
        outbox.put_many(messages())
    assert outbox.status().states == {}
    with pytest.raises(RuntimeError):
        outbox.put_many(messages(), atomic=False)
    assert outbox.status().states == {State.QUEUED: 1000}


class Counted(str):  # noqa: SLOT000  # weak references need a __dict__, or nearly one
    """A text that is seen to live."""

    alive: ClassVar[WeakSet[Counted]] = WeakSet()

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


def test_twenty_thousand_pass_through_little_memory(outbox):
    most = 0

    def messages():
        nonlocal most
        for number in range(20_000):
            if number % 500 == 0:
                most = max(most, len(Counted.alive))
            text = Counted(f"验证码{number}【测试】")
            Counted.alive.add(text)
            yield Message(PHONE, text)

    assert outbox.put_many(messages()) == PutMany(put=20_000, duplicates=0)
    assert most <= 3000
    assert outbox.status().states == {State.QUEUED: 20_000}


def test_without_init_the_error_says_so(url):
    with Outbox(url, account="a", patience=0) as outbox:
        for use in (lambda: outbox.put(PHONE, TEXT), outbox.status, outbox.sweep):
            with pytest.raises(NotInitialisedError, match="init"):
                use()


def test_the_file_is_its_owners_alone(outbox, sqlite_url):
    from pathlib import Path

    outbox.put(PHONE, TEXT)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert {each.stat().st_mode & 0o777 for each in path.parent.glob("outbox.sqlite*")} == {0o600}
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert outbox._store.look(lambda unit: unit.connection.execute(sa.text("PRAGMA synchronous")).scalar()) == 2


def test_what_comes_too_late_is_refused_before_anything_is_written(url, make, clock):
    outbox = make(url)
    over = datetime.fromtimestamp(clock(), UTC) - timedelta(seconds=1)
    with pytest.raises(InvalidRequestError) as refused:
        outbox.put(PHONE, TEXT, expires_at=over)
    assert refused.value.parameter == "expires_at"
    for atomic in (True, False):
        with pytest.raises(InvalidRequestError, match=r"message 1 .*is over"):
            outbox.put_many([Message(PHONE, TEXT), Message(PHONE, TEXT, dedup_key="new", expires_at=over)], atomic=atomic)
    assert outbox.status().states == {}


def test_what_comes_again_is_not_too_late(outbox, clock):
    """An event that is handled a second time, after its message's time."""
    soon = datetime.fromtimestamp(clock(), UTC) + timedelta(minutes=5)
    first = outbox.put(PHONE, TEXT, dedup_key="order-42", expires_at=soon)
    clock.advance(seconds=600)
    assert outbox.put(PHONE, TEXT, dedup_key="order-42", expires_at=soon).id == first.id
    assert outbox.put_many([Message(PHONE, TEXT, dedup_key="order-42", expires_at=soon)]) == PutMany(put=0, duplicates=1)


def test_the_account_is_that_of_the_settings(sqlite_url, tmp_path, monkeypatch):
    """The variable before the file, the argument before both; a password file is not opened for it."""
    config = tmp_path / "config.toml"
    config.write_text("user_code = 'of-file'\nuser_pass_file = 'not-there'\n")
    monkeypatch.setenv("WINNERLOOK_CONFIG", str(config))
    with Outbox(sqlite_url).init() as outbox:
        assert outbox.message(outbox.put(PHONE, TEXT).id).account == "of-file"
    monkeypatch.setenv("WINNERLOOK_USER_CODE", "of-variable")
    with Outbox(sqlite_url) as outbox, Outbox(sqlite_url, account="given") as other:
        assert outbox.message(outbox.put(PHONE, TEXT).id).account == "of-variable"
        assert outbox.message(outbox.put(PHONE, TEXT, account="own").id).account == "own"
        assert other.message(other.put(PHONE, TEXT).id).account == "given"


def test_put_has_every_field_of_a_message():
    parameters = inspect.signature(Outbox.put).parameters
    of_message = inspect.signature(Message).parameters
    assert list(parameters)[1:-2] == list(of_message)
    assert all(parameters[name].default == of_message[name].default for name in of_message)


@pytest.mark.parametrize(("name", "word"), [("customer_uuid", "reference"), ("encrypted", "https"), ("prioritty", "priority")])
def test_an_option_that_there_is_not_is_told_with_what_to_take_instead(outbox, name, word):
    with pytest.raises(InvalidRequestError, match=word) as refused:
        outbox.put(PHONE, TEXT, **{name: "x"})
    assert refused.value.parameter == name


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        Outbox(f"sqlite:///{tmp_path}/no-such/outbox.sqlite")
    assert f"there is no folder {tmp_path}/no-such; make it" in str(refused.value)
