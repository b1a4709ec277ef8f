"""R1: what the gateway handed out is on disk before it is read, even where the database does not take it."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.client.outbox import process
from tests.client.outbox.conftest import TEXT
from tests.client.outbox.lossy import losing
from winnerlook.outbox import State, StoreError
from winnerlook.outbox import _polling as polling
from winnerlook.outbox import _schema as schema
from winnerlook.outbox import _spill as spill

PHONE = "13900000000"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spill"


@pytest.fixture
def outbox(make, sqlite_url, folder):
    return make(sqlite_url, spill=folder)


@pytest.fixture
def sent(outbox, client):
    """A message whose report waits at the gateway, among so many others that the answer does not fit into a full file."""
    message_id = outbox.put(PHONE, TEXT).id
    outbox.drain(client)
    return message_id


@pytest.fixture
def full(outbox, monkeypatch):
    """From the beginning of the next poll on, the disk has no room for the outbox's file: SQLITE_FULL. Gives what makes room again."""
    engine = outbox._store.engine

    def no_room(connection):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        assert connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar() == pages

    def checkpoint(point):
        if point == "poll started":
            sa.event.listen(engine, "begin", no_room)

    def room():
        sa.event.remove(engine, "begin", no_room)
        outbox._checkpoint = lambda point: None
        outbox.close()  # the bound is a connection's

    outbox._checkpoint = checkpoint
    return room


def a_long_answer(outbox, sent, account):
    (attempt,) = outbox.message(sent).attempts
    foreign = "".join(f"2200001476358475197,139{number:08},2026/11/23 12:00:00,DELIVRD,theirs|" for number in range(400))
    ours = f"{attempt.batch_number},{PHONE},2026/11/23 12:00:00,DELIVRD,{attempt.customer_uuid}|"
    account.answer_next("GetReport2Connect", foreign + ours)


def files(folder):
    return sorted(folder.iterdir()) if folder.exists() else []


def states(outbox):
    return outbox._store.look(lambda unit: list(unit.connection.execute(sa.select(schema.polls.c.state)).scalars()))


@pytest.fixture
def spilt(outbox, sent, client, account, *, folder, full):
    """The file of an answer that found the disk full."""
    a_long_answer(outbox, sent, account)
    with pytest.raises(StoreError) as failed:
        outbox.poll(client)
    assert failed.value.sqlstate == "SQLITE_FULL"
    full()
    (file,) = files(folder)
    return file


def test_an_answer_that_finds_the_disk_full_is_in_a_file_and_taken_in_by_the_next_poll(outbox, spilt, sent, client, account, *, folder):
    assert spilt.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert states(outbox) == ["STARTED"]
    polled = outbox.poll(client)[account.user_code]
    assert (polled.records.new, polled.records.matched) == (402, 2)  # the mock's own report of the message comes too
    assert outbox.message(sent).state is State.DELIVERED
    assert outbox.status().possibly_lost == ()
    assert files(folder) == []


def test_a_poller_elsewhere_takes_in_what_belongs_to_another_account(make, sqlite_url, spilt, *, mock, folder):
    """And what was thought to be lost is found."""
    from winnerlook import Client

    other = mock.account()
    elsewhere = make(sqlite_url, spill=folder)
    row = json.loads(spilt.read_bytes())
    polling.recover(elsewhere._store, row["account"], row["fence"] + 1, lambda _entered: None)
    assert len(elsewhere.status().possibly_lost) == 1
    with Client(other.user_code, other.user_pass, endpoint=mock.url, binding="http") as client:
        elsewhere.poll(client)
    assert files(folder) == []
    assert elsewhere.status().possibly_lost == ()
    assert "ANSWERED" in states(elsewhere)


def test_a_file_that_comes_again_changes_nothing(outbox, spilt, client, account):
    data = spilt.read_bytes()
    outbox.poll(client)
    spilt.write_bytes(data)
    assert outbox.poll(client)[account.user_code].records.new == 0
    assert not spilt.exists()


def test_a_store_put_back_from_its_backup_takes_it_in_too(outbox, spilt, client, sent):
    with outbox._store.engine.begin() as connection:
        connection.execute(schema.polls.delete())
    outbox.poll(client)
    assert outbox.message(sent).state is State.DELIVERED


def test_the_file_of_another_store_is_left_alone(make, tmp_path, spilt, client, folder):
    make(f"sqlite:///{tmp_path / 'other.sqlite'}", spill=folder).poll(client)
    assert files(folder) == [spilt]


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'{"raw": 5}'])
def test_a_file_that_cannot_be_read_is_left_and_keeps_nobody_from_polling(outbox, spilt, client, account, *, torn, caplog):
    spilt.write_bytes(torn)
    assert outbox.poll(client)[account.user_code].failed == 0
    assert spilt.exists()
    assert spilt.name in caplog.text


def test_where_neither_takes_it_the_window_is_shown(outbox, sent, client, account, *, folder, full):
    folder.write_text("no folder")
    a_long_answer(outbox, sent, account)
    with pytest.raises(StoreError):
        outbox.poll(client)
    full()
    assert states(outbox) == ["LOST"]
    assert outbox.message(sent).possibly_lost


def test_a_poller_killed_while_the_database_is_locked(outbox, sqlite_url, sent, client, account, *, mock, folder, clock):
    """The answer is in a file long before the database's patience ends."""
    path = sqlite_url.removeprefix("sqlite:///")
    locked: list[sqlite3.Connection] = []

    def lock(request):
        if b"GetReport2Connect" in request and not locked:
            locked.append(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
            locked[0].execute("BEGIN IMMEDIATE")
        return False

    with losing(mock.url, lock) as way:
        poller = process.start(
            url=sqlite_url, account=account.user_code, password=account.user_pass, endpoint=way.url, action="poll", spill=str(folder),
        )
        end = time.monotonic() + 30
        while not [file for file in files(folder) if file.suffix == ".json"]:
            assert time.monotonic() < end
            time.sleep(0.01)
        poller.kill()
        poller.communicate(timeout=30)
    assert poller.returncode == -signal.SIGKILL
    with closing(locked[0]):
        locked[0].execute("ROLLBACK")
    clock.advance(1000)
    outbox.poll(client)
    assert outbox.message(sent).state is State.DELIVERED
    assert outbox.status().possibly_lost == ()
    assert files(folder) == []


def test_where_the_files_are(make, sqlite_url, tmp_path, monkeypatch):
    postgres = spill.default_folder(spill.URL.create("postgresql"))
    assert postgres == Path("~/.local/state/winnerlook/outbox-spill").expanduser()
    assert make(sqlite_url)._spill == tmp_path / "outbox.sqlite-spill"
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert spill.default_folder(spill.URL.create("postgresql")) == Path("/state/winnerlook/outbox-spill")
    monkeypatch.setenv("WINNERLOOK_OUTBOX_SPILL", str(tmp_path / "named"))
    assert make(sqlite_url)._spill == tmp_path / "named"
