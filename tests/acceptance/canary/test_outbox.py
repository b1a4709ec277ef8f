"""The outbox: taken in, sent, lost, polled, quarantined, searched, exported, failing; with a key and without."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch
from tests.client.outbox.lossy import losing
from tests.client.test_telemetry import Observed
from winnerlook import Client, WinnerlookError
from winnerlook.outbox import Event, Message, Outbox, Worker, new_key
from winnerlook_mock import MockAccount, MockServer


@pytest.fixture
def sms(server: MockServer, account: MockAccount, tags: Tags) -> Iterator[Client]:
    with Client(account.user_code, tags.password, endpoint=server.url, binding="http") as client:
        yield client


@pytest.fixture(params=[False, True], ids=["plain", "encrypted"])
def outbox(request: pytest.FixtureRequest, watch: Watch, account: MockAccount, tmp_path: Path) -> Iterator[Outbox]:
    events: list[Event] = []
    key = new_key() if request.param else None
    with Outbox(f"sqlite:///{tmp_path}/o.sqlite", account=account.user_code, key=key, on_event=events.append, patience=0) as made:
        watch.see("outbox", made.init())
        yield made
        watch.see("event", *events)


def _look(watch: Watch, outbox: Outbox, tags: Tags) -> None:
    """Every way of looking, printed."""
    found = outbox.find(phone=tags.phone)
    assert found[0].text == tags.text
    for shown in (found, outbox.find(reference=tags.text), outbox.unknown(), outbox.replies(), outbox.unmatched(), [outbox.status()]):
        watch.see("look", shown, *shown)
    for message in found:
        watch.see("message", *message.attempts, *message.records, *message.log)
    watch.say("metrics", outbox.metrics().prometheus())
    watch.see("metrics", outbox.metrics())


def test_a_life(  # noqa: PLR0917
    watch: Watch, tags: Tags, outbox: Outbox, sms: Client, server: MockServer, account: MockAccount, tmp_path: Path,
) -> None:
    """L2, R1: what is in the tables is read back; what is printed of it is masked."""
    phone, text = tags.phone, tags.text
    observed = Observed()
    outbox.observe(observed.meters)
    watch.see("put", outbox.put(phone, text, reference=text, dedup_key=phone), Message(phone, text, reference=text, dedup_key=phone))
    watch.see("put", outbox.put_many([(phone, text), Message(phone, text, bulk=True)]))
    watch.see("drained", outbox.drain(sms))
    for code in (-20, -7, -3):
        account.fail_next("SendMsg", code)
        outbox.put(phone, text)
        watch.see("drained", outbox.drain(sms))
        outbox.resume(account.user_code)
    outbox.put(phone, text)
    with losing(server.url, lambda request: b"SendMsg" in request.split(b"\r\n")[0]) as lossy:
        with Client(account.user_code, tags.password, endpoint=lossy.url, binding="http") as lost:
            watch.see("drained", outbox.drain(lost))
    doubt = outbox.unknown()[0]
    watch.see("settled", doubt, outbox.mark(doubt.id, "not_sent", reason="so they say"), outbox.resend(doubt.id, reason="they called"))
    account.reply(phone, text)
    watch.see("polled", outbox.poll(sms))
    account.answer_next("GetMo2Connect", f"{phone}|,|{text}")
    account.answer_next("GetReport2Connect", f"12,{phone},{text}")
    watch.see("quarantined", outbox.poll(sms), outbox.replay())
    _look(watch, outbox, tags)
    watch.see("archive", outbox.export(tmp_path / "a.jsonl.gz"), outbox.verify_archive(tmp_path / "a.jsonl.gz"))
    assert observed.points("winnerlook.outbox.messages") or observed.everything()
    watch.say("metrics of OpenTelemetry", observed.everything())
    assert any(name.startswith("sqlalchemy.engine") for name in watch.names())
    assert "winnerlook.outbox" in watch.names()


def test_a_worker(watch: Watch, tags: Tags, outbox: Outbox, sms: Client, account: MockAccount) -> None:
    """L2: callbacks of all kinds that raise what they know."""
    def fail(*_arguments: Any) -> None:
        raise KeyError(f"{tags.phone} {tags.text}")

    def end(_drained: object) -> None:
        rounds.append(1)
        if len(rounds) == 2:
            worker.stop()

    rounds: list[int] = []
    outbox.put(tags.phone, tags.text)
    account.reply(tags.phone, tags.text)
    account.answer_next("GetReport2Connect", tags.text)
    told = functools.partial(fail, tags.phone)
    worker = Worker(outbox, sms, idle=0.01, longest_idle=0.01, poll_interval=0.01, on_reply=told, on_drained=end)
    watch.see("worker", worker)
    worker.run()
    assert rounds
    _look(watch, outbox, tags)


def test_a_callback_that_fails(watch: Watch, tags: Tags, account: MockAccount, tmp_path: Path) -> None:
    """L2"""
    def fail(phone: str, _event: Event) -> None:
        raise KeyError(phone)

    with Outbox(f"sqlite:///{tmp_path}/o.sqlite", account=account.user_code, on_event=functools.partial(fail, tags.phone)).init() as outbox:
        outbox.cancel(outbox.put(tags.phone, tags.text).id, reason="sent by mail")
    assert any("on_event callback partial failed: KeyError at test_outbox.py" in text for _, text in watch.heard)


def _broken(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


BREAKS: dict[str, str] = {
    "a table that is gone": "DROP TABLE wl_attempts",
    "a rule that refuses": "CREATE TRIGGER t BEFORE INSERT ON wl_messages BEGIN SELECT RAISE(FAIL, 'no'); END",
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_store_that_fails(broken: str, watch: Watch, tags: Tags, outbox: Outbox, sms: Client, tmp_path: Path) -> None:  # noqa: PLR0917
    """L2: SQLAlchemy's errors quote their parameters."""
    outbox.put(tags.phone, tags.text, dedup_key=tags.phone)
    _broken(tmp_path / "o.sqlite", BREAKS[broken])
    works: list[Callable[[], object]] = [
        lambda: outbox.put(tags.phone, tags.text, reference=tags.text), lambda: outbox.drain(sms), lambda: outbox.poll(sms),
        lambda: outbox.put_many([(tags.phone, tags.text)] * 2), lambda: outbox.find(phone=tags.phone)[0].attempts,
    ]
    failed = 0
    for work in works:
        try:
            watch.see("store", work())
        except WinnerlookError as error:
            watch.see("store", error)
            failed += 1
    assert failed


def test_what_is_refused(watch: Watch, tags: Tags, outbox: Outbox) -> None:
    """L2"""
    phone, text = tags.phone, tags.text
    for work in (
        lambda: outbox.put(text, phone), lambda: outbox.put(phone, text + "\0"), lambda: outbox.put(phone, text, extension=phone * 2),
        lambda: outbox.put(phone, text, policy=text), lambda: outbox.put_many([(phone, text), (text, phone)]),
        lambda: outbox.find(phone=text),
        lambda: outbox.put(phone, text, expires_at=text), lambda: outbox.put_many([(phone, text, text)]),
        lambda: outbox.mark(phone, text, reason="a"),
        lambda: outbox.message(phone).text, lambda: outbox.put(phone, text, nowhere=text), lambda: outbox.put(phone, text, connection=text),
        lambda: outbox.hold(text, reason=text),
    ):
        with pytest.raises((WinnerlookError, TypeError, AttributeError)) as failed:
            work()
        watch.see("refused", failed.value)
    with pytest.raises(WinnerlookError) as failed:
        Outbox(f"postgresql://shop:{tags.token}@127.0.0.1:1/shop", patience=0).status()
    watch.see("address", failed.value)


def test_tables_and_archives_hold_what_they_are_for(
    request: pytest.FixtureRequest, watch: Watch, tags: Tags, outbox: Outbox, tmp_path: Path,
) -> None:
    """Shown on purpose: the tables without a key and whatever `reveal`s. Encrypted, neither file has any of it (L2)."""
    outbox.put(tags.phone, tags.text, reference=tags.text)
    outbox.export(tmp_path / "a.jsonl")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/o.sqlite")
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    held = (tmp_path / "o.sqlite").read_bytes().decode("latin-1") + (tmp_path / "a.jsonl").read_text("utf-8")
    assert bool(tags.found_in(held)) is (request.node.callspec.params["outbox"] is False)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("o.sqlite", "a.jsonl")} == {0o600}
