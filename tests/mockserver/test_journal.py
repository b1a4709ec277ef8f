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


def test_a_miswritten_form_shows_no_password_and_no_text() -> None:
    """L2: the password under another spelling or twice, and a text that an unescaped & has turned into a name."""
    caller = Caller()
    parameters = {"userCode": "acct", "userPass": "p", "userpass": "p2", "userPass#2": "p3", "您的验证码是2345": "", "Msg": TEXT}
    caller.gateway.execute(BY_NAME["SendMsg"], parameters, Origin("post", "127.0.0.1"))
    (entry,) = caller.gateway.journal
    assert set(entry.parameters) == {"userCode", "您的验证码是2345", "Msg"}
    assert "2345" not in repr(entry)


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


def _refusals(gateway: Gateway, *sizes: int) -> list[tuple[int, int, int]]:
    """Number, bytes kept and bytes dropped of each entry, after requests with bodies of these sizes."""
    for size in sizes:
        gateway.refused(Origin("soap11", "::1", b"x" * size), 500, "junk")
    return [(entry.number, len(entry.raw), entry.raw_dropped) for entry in gateway.journal]


def test_the_oldest_bodies_make_room_and_their_entries_stay() -> None:
    """`raw_dropped` tells a body that is gone from one that never was."""
    gateway = Gateway(still_clock(), journal_raw_bytes=100)
    assert _refusals(gateway, 40, 0, 60) == [(1, 40, 0), (2, 0, 0), (3, 60, 0)]
    held = next(iter(gateway.journal))
    assert _refusals(gateway, 1) == [(1, 0, 40), (2, 0, 0), (3, 60, 0), (4, 1, 0)]
    assert _refusals(gateway, 101) == [(1, 0, 40), (2, 0, 0), (3, 0, 60), (4, 0, 1), (5, 0, 101)]
    assert _refusals(gateway, 100)[-2:] == [(5, 0, 101), (6, 100, 0)]
    assert len(held.raw) == 40  # whoever has an entry keeps what it says


def test_both_limits_hold_together() -> None:
    """An entry that goes takes its body's share with it, whether it had been dropped or not."""
    gateway = Gateway(still_clock(), journal_limit=3, journal_raw_bytes=100)
    assert _refusals(gateway, 60, 60, 10, 10) == [(2, 60, 0), (3, 10, 0), (4, 10, 0)]
    assert _refusals(gateway, 10, 70) == [(4, 10, 0), (5, 10, 0), (6, 70, 0)]
    assert gateway.journal.dropped == 3
    assert _refusals(Gateway(still_clock(), journal_limit=0), 10) == []


def test_a_large_body_is_kept_in_part() -> None:
    """1 MiB of each, and 64 Ki characters of each parameter, so that a few calls do not push out all others."""
    caller = Caller(Gateway(still_clock()))
    assert _refusals(caller.gateway, 4 * 2**20) == [(1, 2**20, 3 * 2**20)]
    caller.call("GetMoConnect", batchNumber="7" * 2**20)
    assert [len(str(value)) for value in [*caller.gateway.journal][-1].parameters.values()] == [4, 2**16]


def test_the_bodies_of_a_flood_stay_within_their_budget() -> None:
    gateway = Gateway(still_clock())
    body = b"x" * 4_000_000
    for _ in range(100):
        gateway.refused(Origin("soap11", "::1", body), 500, "junk")
    assert len(gateway.journal) == 100
    assert sum(len(entry.raw) for entry in gateway.journal) == 64 * 2**20
    assert sum(len(entry.raw) + entry.raw_dropped for entry in gateway.journal) == 400_000_000


@pytest.mark.parametrize("limits", [{"journal_limit": -1}, {"journal_raw_bytes": -1}])
def test_limits_below_nothing_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        Gateway(**limits)  # type: ignore[arg-type]


def test_it_may_be_read_while_it_grows() -> None:
    caller = Caller(Gateway(still_clock(), journal_limit=5))
    for _ in range(5):
        caller.send()
    seen = []
    for entry in caller.gateway.journal:
        seen.append(entry.number)
        caller.send()
    assert seen == [1, 2, 3, 4, 5]
