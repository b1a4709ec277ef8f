"""What a receiver logs and answers holds no number, no text and no secret."""

from __future__ import annotations

import json
import logging

import pytest

from tests.client.receiver.bodies import PATH, PHONE, SECRET, Kept, push, reply, report
from winnerlook import ConfigurationError
from winnerlook.receiver import Answer, BusyError, MemoryStore, Receiver
from winnerlook.receiver._answers import NotTakenOnError

HIDDEN = (PHONE, "机密", SECRET, "zhangsan", "order-1")
PRIVATE = push(report(1, note="机密"), reply("机密"), account="zhangsan")


def refusals(receiver: Receiver) -> list[Answer]:
    wrong = push(report(receive_time=f"{PHONE}机密"), account="zhangsan")
    return [
        receiver.receive("POST", PATH, push(), None, "127.0.0.9"), receiver.receive("POST", f"/{PHONE}/机密", push(), None, "127.0.0.1"),
        receiver.receive("PHONE" + PHONE, PATH, push(), None, "127.0.0.1"), receiver.receive("POST", PATH, PRIVATE * 9, None, "127.0.0.1"),
        receiver.receive("POST", PATH, wrong, f"text/{PHONE}", "127.0.0.1"), receiver.receive("POST", PATH, PRIVATE, None, "127.0.0.1"),
        receiver.receive("POST", PATH, push(account="lisi" + PHONE), None, "127.0.0.1"),
    ]


def test_refusals(caplog: pytest.LogCaptureFixture) -> None:
    """L2: each is logged once, as a warning, with its status and where it came from."""
    caplog.set_level(logging.DEBUG, "winnerlook.receiver")
    receiver = Receiver(Kept(), secret=SECRET, account="zhangsan", allowed_ips=["127.0.0.1"], max_bytes=1500)
    answers = refusals(receiver)
    assert [answer.status for answer in answers] == [403, 404, 405, 413, 400, 400, 403]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 7
    for answer, record in zip(answers, caplog.records, strict=True):
        assert str(answer.status) in record.getMessage()
        assert "127.0.0." in record.getMessage()
        assert len(answer.text) > 30
        for hidden in HIDDEN:
            assert hidden not in record.getMessage()
            assert hidden not in answer.text
            assert hidden not in repr(answer)


def test_an_address_that_is_none_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    """L2: a proxy may have been told to pass on anything."""
    Receiver(Kept(), allowed_ips=["::1"]).receive("POST", PATH, push(), None, f"{PHONE}\n机密")
    assert "an unknown address" in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.parametrize("store", [None, MemoryStore()])
def test_failures(caplog: pytest.LogCaptureFixture, store: MemoryStore | None) -> None:
    """L2, P4: the type and the place of what a handler raises; its words may hold anything."""
    kept = Kept()
    kept.failure = LookupError(f"no customer {PHONE}: 机密")
    answer = Receiver(kept, store=store).receive("POST", PATH, push(report(1)), None)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "LookupError at bodies.py:" in record.getMessage()
    assert record.exc_info is None
    for hidden in HIDDEN:
        assert hidden not in caplog.text
        assert hidden not in answer.text


@pytest.mark.parametrize(("failure", "status"), [(BusyError(), 503), (NotTakenOnError(), 502)])
def test_what_is_for_later_is_a_warning(caplog: pytest.LogCaptureFixture, failure: Exception, status: int) -> None:
    """P4"""
    kept = Kept()
    kept.failure = failure
    assert Receiver(kept).receive("POST", PATH, push(), None).status == status
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_why_a_push_could_not_be_handed_on_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """P4: for the operator; the gateway learns nothing of it."""
    kept = Kept()
    kept.failure = NotTakenOnError("timed out")
    answer = Receiver(kept).receive("POST", PATH, push(), None, "127.0.0.1")
    assert "answered 502 to 127.0.0.1" in caplog.text
    assert "timed out" in caplog.text
    assert "timed out" not in answer.text


def test_what_goes_well_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert Receiver(Kept(), store=MemoryStore()).receive("POST", PATH, push(), None).status == 200
    assert not caplog.records


def test_a_secret_that_is_wrong_is_not_repeated() -> None:
    """L2"""
    with pytest.raises(ConfigurationError) as error:
        Receiver(Kept(), secret=f"{SECRET}/{SECRET}")
    assert SECRET not in str(error.value)
    receiver = Receiver(Kept(), secret=SECRET)
    assert SECRET not in json.dumps([repr(receiver), repr(receiver.wsgi), repr(receiver.asgi)])
