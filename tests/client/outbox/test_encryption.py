"""With a key, nothing personal is in the database in clear (L2), and everything works as it does without."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from tests.client.outbox.conftest import TEXT
from winnerlook import ConfigurationError
from winnerlook.outbox import Message, Outbox, State, StoreError, _opening, new_key
from winnerlook.outbox import _polling as polling
from winnerlook.outbox import _schema as schema
from winnerlook.pushes import Push, PushType
from winnerlook.records import Reply, Report

PHONE, ABROAD, OTHER = "13912345678", "+8613912345678", "13887654321"
ANSWER, SERVICE = "好的，我的密码是甲乙丙", "106575012345"
REFERENCE, DEDUP, THEIRS = "订单 order-7731", "dedup-7731-丁", "their-own-id-5521"
SECRETS = (PHONE, OTHER, TEXT, ANSWER, SERVICE, REFERENCE, DEDUP, THEIRS)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
WRONG_KEY = "A" * 43 + "="


@pytest.fixture
def key():
    return new_key()


@pytest.fixture
def locked(url, make, key):
    return make(url, key=key)


def forms(secret: str) -> set[bytes]:
    """As a text may lie in a file."""
    utf8 = secret.encode()
    encoded = {utf8, secret.encode("gbk"), secret.encode("utf-16-le"), secret.encode("utf-16-be"), utf8.hex().encode(), repr(utf8).encode()}
    encoded |= {json.dumps(secret)[1:-1].encode(), json.dumps(json.dumps(secret))[3:-3].encode()}
    # In base64 it looks different by where it begins; its first and last characters depend on what is beside it.
    return encoded | {base64.b64encode(b"-" * shift + utf8 + b"-" * 3)[4:-4] for shift in range(3)}


def stored(url: str) -> bytes:
    """All that is in the database, and for SQLite all that is in its files."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in sorted(path.parent.rglob("*")) if file.is_file())
    parts: list[bytes] = []
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'wl_%'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(parts)


def rows(url: str) -> list[str]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return list(connection.iterdump())


def found_in(data: bytes) -> list[str]:
    return [secret for secret in SECRETS if any(form in data for form in forms(secret))]


def drivers_own(outbox):
    if outbox._store.is_sqlite:
        return sqlite3.connect(outbox._store.engine.url.database)
    return psycopg.connect(outbox._store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def live(outbox, client, account, monkeypatch) -> str:
    """Take every path on which something personal gets into the store. Gives the id of a message that was delivered."""
    first = outbox.put(PHONE, TEXT, reference=REFERENCE, dedup_key=DEDUP).id
    assert outbox.put(PHONE, TEXT, dedup_key=DEDUP).id == first
    assert outbox.put_many([Message(OTHER, TEXT, reference=REFERENCE), Message(PHONE, TEXT, dedup_key=DEDUP)]).duplicates == 1
    with outbox._store.engine.begin() as connection:
        outbox.put(ABROAD, TEXT, reference=REFERENCE, connection=connection)
    with closing(drivers_own(outbox)) as connection:
        outbox.put(OTHER, TEXT, reference=REFERENCE, dedup_key=f"{DEDUP}-2", connection=connection)
        connection.commit()
    assert outbox.drain(client).accepted == 4
    account.reply(PHONE, ANSWER)
    account.answer_next("GetMo2Connect", f"{PHONE}|,|{ANSWER}|,|2026/11/23 12:00:00|,|{SERVICE}|,|{THEIRS}|;|{OTHER}|,|odd")
    outbox.poll(client)
    assert outbox.status().quarantined_polls == 1
    outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPLIES, (Reply(OTHER, ANSWER, NOW, sent_from=SERVICE),)))
    attempt = outbox.message(first).attempts[0]
    again = Report(attempt.batch_number, OTHER, "DELIVRD", THEIRS, NOW)
    outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, (again, again)))
    monkeypatch.setattr(polling, "read_answer", lambda *_: (Reply(PHONE, ANSWER, NOW, THEIRS, SERVICE),))
    assert outbox.replay() == (1, 1)
    return first


def test_what_the_search_would_find(url, make, client, account, monkeypatch):
    """Without a key: else the next test could not fail."""
    live(make(url), client, account, monkeypatch)
    assert found_in(stored(url)) == list(SECRETS)


def test_nothing_personal_is_in_the_database(url, locked, client, account, monkeypatch):
    message_id = live(locked, client, account, monkeypatch)
    assert found_in(stored(url)) == []
    view = locked.message(message_id)
    assert (view.phone, view.text, view.reference, view.state) == (PHONE, TEXT, REFERENCE, State.DELIVERED)
    assert {message.text for message in account.messages} == {TEXT}
    records = locked._store.look(lambda unit: unit.connection.execute(schema.records.select()).all())
    assert {row.sent_from for row in records if row.kind == "reply"} >= {SERVICE}
    assert any(json.loads(row.raw)["customer_uuid"] == THEIRS for row in records)
    assert locked.verify()


def test_the_same_text_never_looks_the_same(url, locked):
    locked.put_many([(PHONE, TEXT)] * 2)
    query = sa.text("SELECT phone, text, phone_key FROM wl_messages")
    one, other = locked._store.look(lambda unit: unit.connection.execute(query).all())
    assert one.phone != other.phone
    assert one.text != other.text
    assert one.phone_key == other.phone_key


def test_what_was_moved_or_changed_does_not_open(url, locked):
    locked.put(PHONE, TEXT)
    changed = ("substr(phone, 1, 20) || 'AAAA' || substr(phone, 25)", "substr(phone, 1, 11)", "text", "phone || 'A'", "substr(phone, 1, 9)")
    for statement in (f"UPDATE wl_messages SET phone = {value}" for value in changed):
        locked._store.run(lambda unit, statement=statement: unit.connection.execute(sa.text(statement)))
        with pytest.raises(StoreError) as failed:
            locked.find(PHONE)
        assert failed.value.kind == "InvalidTag"


@pytest.mark.parametrize("wrong", [None, WRONG_KEY], ids=["none", "another"])
@pytest.mark.parametrize("act", [
    lambda outbox, _client: outbox.put(PHONE, TEXT), lambda outbox, _client: outbox.put_many([(PHONE, TEXT)]),
    lambda outbox, client: outbox.drain(client), lambda outbox, client: outbox.poll(client), lambda outbox, _client: outbox.status(),
    lambda outbox, _client: outbox.init(),
    lambda outbox, _client: outbox.receiver_handler(Push("x", PushType.TRIGGER_REPLIES, (Reply(OTHER, ANSWER, NOW),))),
], ids=["put", "put_many", "drain", "poll", "status", "init", "push"])
def test_a_wrong_key_or_none_is_told_before_anything_is_done(sqlite_url, make, account, client, *, wrong, act):
    make(sqlite_url, key=new_key()).put(PHONE, TEXT)
    before = rows(sqlite_url)
    with Outbox(sqlite_url, account=account.user_code, key=wrong) as other, pytest.raises(ConfigurationError, match="key"):
        act(other, client)
    assert not account.messages
    assert rows(sqlite_url) == before


def test_a_callers_transaction_is_refused_too(url, locked):
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    locked.put(PHONE, TEXT)
    for options in ({}, {"key": new_key()}):
        with Outbox(url, account="shop", **options) as other, engine.begin() as connection:
            with pytest.raises(ConfigurationError):
                other.put(OTHER, TEXT, connection=connection)
    engine.dispose()
    assert sum(locked.status().states.values()) == 1


def test_a_callers_transaction_that_comes_to_nothing_leaves_no_key(url, make, key):
    """Its vault is gone with it; what comes later must not go by that."""
    make(url).close()
    outbox = Outbox(url, account="shop", key=key)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        outbox.put(PHONE, TEXT, connection=connection)
        connection.rollback()
    with engine.begin() as connection:
        assert not outbox.put(PHONE, TEXT, dedup_key=DEDUP, connection=connection).duplicate
    engine.dispose()
    outbox.close()
    with Outbox(url, account="shop", key=key) as later:
        assert later.put(PHONE, TEXT, dedup_key=DEDUP).duplicate
        assert len(later.find(PHONE)) == 1


def test_whoever_was_started_without_a_key_stops_storing_in_clear(url, make, key, monkeypatch):
    monkeypatch.setattr(_opening, "_GOOD_SECONDS", 0.0)  # it would have a few
    old = make(url)
    old.put(PHONE, TEXT)
    make(url, key=key)
    with pytest.raises(ConfigurationError):
        old.put(PHONE, TEXT)


def test_nothing_is_stored_outside_of_a_store(url, locked):
    """A transaction that nobody told of the key must not store in clear."""
    with locked._store.engine.connect() as connection:
        with pytest.raises(sa.exc.StatementError, match=r"Store\.run"):
            connection.execute(schema.messages.update().values(phone=PHONE))


def test_a_key_that_comes_later(url, make, client, account):
    """What was stored in clear is read, found and not doubled, before it is encrypted and after."""
    clear = make(url)
    message_id = clear.put(PHONE, TEXT, reference=REFERENCE, dedup_key=DEDUP).id
    report = Report("2200001476358475197", OTHER, "DELIVRD", THEIRS, NOW)
    clear.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, (report,)))
    account.answer_next("GetReport2Connect", f"nothing of {PHONE}")
    clear.poll(client)
    outbox = make(url, key=new_key())

    def holds():
        assert outbox.message(message_id).text == TEXT
        assert [view.id for view in outbox.find(PHONE)] == [message_id]
        assert outbox.put(PHONE, TEXT, dedup_key=DEDUP).id == message_id
        assert outbox.put_many([Message(PHONE, TEXT, dedup_key=DEDUP)]).put == 0
        outbox.receiver_handler(Push(account.user_code, PushType.TRIGGER_REPORTS, (report,)))
        assert len(outbox._store.look(lambda unit: unit.connection.execute(schema.records.select()).all())) == 1

    holds()
    assert found_in(stored(url))
    assert outbox.encrypt() == 3
    assert found_in(stored(url)) == []
    holds()
    assert outbox.replay() == (1, 0)  # it is read as it was
    assert outbox.encrypt() == 0
    assert outbox.drain(client).accepted == 1


def test_keys_are_rotated(url, make, client):
    old, new = new_key(), new_key()
    first = make(url, key=old)
    message_id = first.put(PHONE, TEXT, dedup_key=DEDUP).id
    both = make(url, key=[new, old])
    both.put(OTHER, TEXT)
    assert [view.text for view in both.find(PHONE) + both.find(OTHER)] == [TEXT, TEXT]
    with pytest.raises(ConfigurationError, match="old"):
        make(url, key=new)
    assert both.encrypt() == 1
    renewed = make(url, key=new)
    assert renewed.put(PHONE, TEXT, dedup_key=DEDUP).id == message_id
    assert renewed.drain(client).accepted == 2
    with pytest.raises(ConfigurationError):
        make(url, key=old)


def test_encrypting_beside_workers_and_begun_again(url, make, client, monkeypatch):
    """Interrupted after some rows, then finished while another outbox sends."""
    from winnerlook.outbox import _encrypt

    monkeypatch.setattr(_encrypt, "_AT_ONCE", 7)
    clear = make(url)
    clear.put_many((f"139{number:08}", TEXT) for number in range(60))
    key = new_key()
    outbox, worker = make(url, key=key), make(url, key=key)
    steps = iter(range(3))
    renew = _encrypt._renew
    monkeypatch.setattr(_encrypt, "_renew", lambda *given: renew(*given) if next(steps, None) is not None else pytest.fail("interrupted"))
    with pytest.raises(pytest.fail.Exception):
        outbox.encrypt()
    monkeypatch.setattr(_encrypt, "_renew", renew)
    sending = threading.Thread(target=worker.drain, args=(client,))
    sending.start()
    assert outbox.encrypt() == 60 - 21
    sending.join()
    worker.drain(client)
    assert worker.metrics().messages[State.ACCEPTED] == 60
    assert TEXT.encode() not in stored(url)
    assert worker.verify()


def test_an_answer_that_begins_as_what_is_sealed_does(url, make, key):
    odd = [b"\x00wl1" + b"AAAAAAAA" + b"x" * 40, b"\x00wl0x", b"\x00wl", b""]
    for options in ({}, {"key": key}):
        outbox = make(url, **options)
        rows = [{"id": f"{len(options)}{place}", "account": "a", "operation": "o", "binding": "b", "owner": "o", "fence": 1, "state": "S",
                 "possibly_lost": False, "started_at": 1, "raw": raw} for place, raw in enumerate(odd)]
        outbox._store.run(lambda unit, rows=rows: unit.connection.execute(schema.polls.insert(), rows))
        query = sa.select(schema.polls.c.raw).where(schema.polls.c.id.like(f"{len(options)}%")).order_by(schema.polls.c.id)
        assert outbox._store.look(lambda unit, query=query: unit.connection.execute(query).scalars().all()) == odd


def test_where_keys_come_from(url, make, monkeypatch, tmp_path):
    key, file = new_key(), tmp_path / "key"
    file.write_text(f"{new_key()}\n{key}\n", "ascii")
    file.chmod(0o600)
    make(url, key=key).put(PHONE, TEXT)
    monkeypatch.setenv("WINNERLOOK_OUTBOX_KEY_FILE", str(file))
    assert make(url).find(PHONE)
    monkeypatch.setenv("WINNERLOOK_OUTBOX_KEY", f"{new_key()},{key}")
    file.unlink()  # it is not asked for
    assert make(url).find(PHONE)
    monkeypatch.setenv("WINNERLOOK_OUTBOX_KEY", new_key())
    assert make(url, key=key.encode()).find(PHONE)
    with pytest.raises(ConfigurationError):
        make(url)


def test_a_key_of_fernet_will_do(outbox, make, sqlite_url):
    assert make(sqlite_url, key=Fernet.generate_key()).put(PHONE, TEXT)


@pytest.mark.parametrize("wrong", ["", "short", WRONG_KEY[:-2], [WRONG_KEY, "x" * 44], [], "键" * 44, WRONG_KEY.encode() + b"AAAA"])
def test_what_is_no_key(sqlite_url, wrong):
    with pytest.raises(ConfigurationError) as failed:
        Outbox(sqlite_url, key=wrong)
    assert "new_key" in str(failed.value)
    assert not isinstance(wrong, str) or not wrong or wrong not in str(failed.value)


def test_key_files_that_cannot_be_read(sqlite_url, monkeypatch, tmp_path):
    monkeypatch.setenv("WINNERLOOK_OUTBOX_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="none"):
        Outbox(sqlite_url)
    (tmp_path / "none").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError):
        Outbox(sqlite_url)


def test_a_key_file_that_all_may_read(sqlite_url, monkeypatch, tmp_path):
    from winnerlook.config import InsecureFileWarning

    (tmp_path / "key").write_text(new_key(), "ascii")
    (tmp_path / "key").chmod(0o644)
    monkeypatch.setenv("WINNERLOOK_OUTBOX_KEY_FILE", str(tmp_path / "key"))
    with pytest.warns(InsecureFileWarning, match="a key"):
        Outbox(sqlite_url).close()


def test_encrypting_without_a_key(outbox):
    with pytest.raises(ConfigurationError, match="WINNERLOOK_OUTBOX_KEY"):
        outbox.encrypt()


def test_no_column_with_a_secret_was_forgotten():
    """A column of text is confidential, keyed, or known to hold nothing personal."""
    known = {
        "wl_messages": {"id", "account", "extension", "autograph", "state", "owner"},
        "wl_attempts": {"message_id", "customer_uuid", "operation", "owner", "certainty", "evidence", "batch_number", "error"},
        "wl_polls": {"id", "account", "operation", "binding", "owner", "state", "content_type", "error"},
        "wl_records": {"id", "account", "kind", "source", "poll_id", "state", "message_id", "batch_number"},
    }
    for table, names in known.items():
        plain = {column.name for column in schema.metadata.tables[table].columns if isinstance(column.type, sa.String | sa.LargeBinary)}
        assert plain == names
