"""No log and no error holds a number or a text (L2)."""

from __future__ import annotations

import logging
import traceback

import pytest
import sqlalchemy as sa

from tests.client.outbox.conftest import TEXT
from winnerlook.outbox import Message, Outbox, StoreError, new_key
from winnerlook.outbox import _schema as schema

PHONE = "13900000000"


def test_nothing_is_logged_at_any_level(url, make, client, account, caplog):
    with caplog.at_level(logging.DEBUG):
        for name in ("sqlalchemy.engine", "sqlalchemy.pool", "winnerlook", "alembic"):
            caplog.set_level(logging.DEBUG, name)
        outbox = make(url)
        outbox.put(PHONE, TEXT, reference=f"for {PHONE}")
        outbox.drain(client)
        account.reply(PHONE, "收到，我的验证码是2345")
        outbox.poll(client)
        assert outbox.message("x") is None
        outbox.status()
    assert "INSERT INTO wl_messages" in caplog.text
    assert PHONE not in caplog.text
    assert "验证码" not in caplog.text


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_the_callers_own_engine_logs(url, make, caplog, encrypted):
    """It shows parameters by their repr."""
    outbox = make(url, key=new_key() if encrypted else None)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), echo=True)
    with caplog.at_level(logging.INFO), engine.begin() as connection:
        for _ in range(2):
            outbox.put(PHONE, TEXT, reference=f"for {PHONE}", dedup_key=f"once {PHONE}", connection=connection)
        outbox.put_many([Message(PHONE, TEXT, dedup_key=f"once {PHONE}")] * 2, connection=connection)
    engine.dispose()
    assert "INSERT INTO wl_messages" in caplog.text
    assert (f"<{len(TEXT)} characters>" in caplog.text) is not encrypted
    assert PHONE not in caplog.text
    assert "验证码" not in caplog.text


def test_a_database_that_refuses_a_row_is_not_quoted(url, make):
    """PostgreSQL's own words would be: Failing row contains (…)."""
    outbox = make(url)
    with outbox._store.engine.begin() as connection:
        connection.execute(sa.text("CREATE UNIQUE INDEX odd ON wl_messages (state)"))
    outbox.put(PHONE, TEXT, dedup_key="a")
    update = schema.messages.update().values(phone=PHONE, text=TEXT, state=None)
    with pytest.raises(StoreError) as failed:
        outbox._store.run(lambda unit: unit.connection.execute(update))
    told = "".join(traceback.format_exception(failed.value)) + repr(failed.value)
    assert PHONE not in told
    assert "验证码" not in told
    assert failed.value.kind
    assert failed.value.sqlstate


def test_views_and_messages_mask_themselves(outbox):
    message_id = outbox.put(PHONE, TEXT, reference=f"for {PHONE}").id
    for shown in (repr(outbox.message(message_id)), repr(Message(PHONE, TEXT, reference=PHONE, dedup_key=PHONE))):
        assert PHONE not in shown
        assert "验证码" not in shown
    assert outbox.message(message_id).text == TEXT


def test_an_address_hides_its_password():
    with Outbox("postgresql://user:secret@127.0.0.1:9/db", patience=0) as outbox:
        assert "secret" not in repr(outbox)
        with pytest.raises(StoreError) as failed:
            outbox.status()
    assert "secret" not in "".join(traceback.format_exception(failed.value))
