"""What came in and what went out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mockserver.gateway.caller import PHONE, START, TEXT, Caller, still_clock
from winnerlook.operations import BY_NAME
from winnerlook_mock import Entry
from winnerlook_mock.gateway import Gateway, Origin


def test_it_keeps_the_newest_and_counts_the_rest() -> None:
    """Bounded: the oldest entries make room, and `dropped` says how many did."""
    caller = Caller(Gateway(still_clock(), journal_limit=3))
    for number in range(2):
        caller.send(str(13_900_000_000 + number))
    assert (len(caller.gateway.journal), caller.gateway.journal.dropped) == (2, 0)
    for number in range(2, 5):
        caller.send(str(13_900_000_000 + number))
    journal = caller.gateway.journal
    assert (len(journal), journal.dropped) == (3, 2)
    assert [entry.number for entry in journal] == [3, 4, 5]
    assert [entry.parameters["DesNo"][-1] for entry in journal] == ["2", "3", "4"]


def test_an_entry_says_who_asked_what_how_and_what_was_answered() -> None:
    """S5: a failure is an answer like any other; the clock is the gateway's."""
    caller = Caller(frozen=True)
    caller.clock.advance(seconds=1)
    operation = BY_NAME["SendMsg"]
    origin = Origin("soap12", "127.0.0.9", b"<raw/>", ("the door's note",))
    parameters = {"userCode": "acct", "userPass": "pass&1", "DesNo": f"{PHONE},{PHONE}", "Msg": TEXT}
    assert caller.gateway.execute(operation, parameters, origin) == "-25"
    caller.configure()
    assert caller.gateway.execute(operation, parameters, origin) == "-9"
    frozen, wrong = caller.gateway.journal
    assert frozen.notes == ("the door's note",)
    assert len(wrong.notes) == 2
    assert (wrong.number, wrong.at) == (2, START + timedelta(seconds=1))
    assert (wrong.door, wrong.peer, wrong.raw) == ("soap12", "127.0.0.9", b"<raw/>")
    assert (wrong.operation, wrong.account, wrong.answer, wrong.status, wrong.reason) == ("SendMsg", "acct", "-9", 200, "")
    assert dict(wrong.parameters) == {"userCode": "acct", "DesNo": f"{PHONE},{PHONE}", "Msg": TEXT}


@pytest.mark.parametrize("answer", ["accepted", "-3", "-25"])
@pytest.mark.parametrize("name", ["SendMsg", "sendMsgByEncrypt", "GetReportConnect", "GetReport2ByEncrypt"])
def test_the_password_is_in_no_parameter(name: str, answer: str) -> None:
    """L2: neither the right one nor a wrong one, in the clear or decrypted."""
    caller = Caller(frozen=answer == "-25")
    user_pass = "wr0ng-Pa55" if answer == "-3" else caller.account.user_pass
    sends = {"DesNo": PHONE, "Msg": TEXT} if BY_NAME[name].sends else {}
    caller.call(name, userPass=user_pass, **sends)
    (entry,) = caller.gateway.journal
    assert "userPass" not in entry.parameters
    assert user_pass not in repr(entry)
    assert not any(user_pass in str(value) for value in entry.parameters.values())


def test_a_refused_request_is_written_down() -> None:
    """S5: what a door refused has no operation and no answer, but a status and a reason."""
    gateway = Gateway(still_clock())
    gateway.refused(Origin("soap11", "127.0.0.1", b"<junk", ("a note",)), 500, "not well-formed")
    (entry,) = gateway.journal
    assert (entry.status, entry.reason, entry.raw, entry.notes) == (500, "not well-formed", b"<junk", ("a note",))
    assert (entry.operation, entry.account, entry.answer, dict(entry.parameters)) == (None, None, None, {})


def test_the_repr_shows_lengths_and_names_only() -> None:
    """L2: numbers, texts, bodies and answers stay out of a failed assertion's output."""
    caller = Caller()
    caller.send()
    caller.reply(PHONE, "我的密码是1234")
    caller.call("GetMoConnect")
    for entry in caller.gateway.journal:
        shown = repr(entry)
        assert "userCode" in shown
        assert not any(secret in shown for secret in (PHONE, TEXT, "我的密码是1234"))
    raw = Entry(1, START, "soap11", "::1", raw=b"s3cret", answer="s3cret", parameters={"Msg": "s3cret"})
    assert "s3cret" not in repr(raw)
    assert "<6 bytes>" in repr(raw)


def test_an_accounts_entries_are_those_under_its_name() -> None:
    """R10: refused credentials included, other accounts' calls not."""
    gateway = Gateway(still_clock())
    one, other = (Caller(gateway, user_code=name) for name in ("one", "other"))
    one.send()
    other.send()
    one.call("GetMoConnect", userPass="wrong")
    gateway.refused(Origin("soap11", "::1"), 500, "junk")
    assert [entry.operation for entry in gateway.journal.of("one")] == ["SendMsg", "GetMoConnect"]
    assert len(gateway.journal) == 4


def test_it_may_be_read_while_it_grows() -> None:
    caller = Caller(Gateway(still_clock(), journal_limit=5))
    for _ in range(5):
        caller.send()
    seen = []
    for entry in caller.gateway.journal:
        seen.append(entry.number)
        caller.send()
    assert seen == [1, 2, 3, 4, 5]
