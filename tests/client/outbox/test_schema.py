"""The tables and their steps."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from winnerlook import ConfigurationError
from winnerlook.outbox import Message, NotInitialisedError, Outbox, State, _migrate
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._message import new_row
from winnerlook.outbox._migrate import VERSION_TABLE


def test_the_steps_make_the_tables_that_the_program_uses(url, make):
    outbox = make(url)
    with outbox._store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_what_an_older_version_stored_is_sent_after_the_upgrade(url, clock, client, account):
    outbox = Outbox(url, account=account.user_code, clock=clock)
    _migrate.upgrade(outbox._store, "0001")
    row = new_row(Message("13900000000", "内容【测试】"), account.user_code, int(clock() * 1000))
    older = {name: value for name, value in row.items() if name not in {"bulk", "phone_key", "reference_key"}}
    with outbox._store.engine.begin() as connection:
        columns = ", ".join(f'"{name}"' for name in older)
        marks = ", ".join(f":{name}" for name in older)
        connection.execute(sa.text(f"INSERT INTO wl_messages ({columns}) VALUES ({marks})"), older)
    assert outbox.init().drain(client).accepted == 1
    assert [view.state for view in outbox.find("13900000000")] == [State.ACCEPTED]
    assert outbox.metrics().events["ACCEPT"] == 1
    assert outbox.verify()
    outbox.close()


def test_init_twice_keeps_what_is_there(url, make):
    outbox = make(url)
    key = outbox._store.signer._key
    outbox.put("13900000000", "内容【测试】")
    assert make(url)._store.signer._key == key
    assert sum(outbox.init().status().states.values()) == 1


def test_init_from_many_threads(url):
    outboxes = [Outbox(url) for _ in range(4)]
    failures = []

    def init(outbox):
        try:
            outbox.init().close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=init, args=(outbox,)) for outbox in outboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_tables_of_a_newer_version_are_left_alone(url, make):
    outbox = make(url)
    with outbox._store.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(NotInitialisedError, match="newer"):
        outbox.init()


@pytest.mark.parametrize("database", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "no url", "sqlite:////no/such/folder/x.sqlite"])
def test_databases_that_it_cannot_work_on(database):
    with pytest.raises(ConfigurationError):
        Outbox(database)


def test_an_engine_will_do(url, make, sqlite_url):
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    outbox = make(engine)
    assert outbox.put("13900000000", "内容【测试】")
    assert "13900000000" not in repr(outbox)
    engine.dispose()
