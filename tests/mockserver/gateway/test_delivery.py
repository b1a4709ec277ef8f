"""What becomes of accepted messages."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mockserver.gateway.caller import PHONE, REPORT_DOORS, START, TEXT, Caller, numbers, pairs
from winnerlook.records import Report
from winnerlook_mock import NO_REPORT, Kind, MockAccount, PushChaos, Uniform
from winnerlook_mock.gateway.delivery import fate
from winnerlook_mock.gateway.settings import Settings

RESERVED = {
    "19800000000": ("DELIVRD", 0), "19800000001": ("UNDELIV", 0), "19800000002": ("EXPIRED", 0), "19800000003": ("REJECTD", 0),
    "19800000004": ("DELETED", 0), "19800000005": ("UNKNOWN", 0), "19800000006": ("UNDELIVRD", 0), "19800000007": ("ACCEPTD", 0),
    "19800000008": ("MK:0001", 0), "19800000009": ("MI:0010", 0), "19800000010": ("DELIVRD", 3600), "19800000011": ("UNDELIV", 3600),
    "19800000055": ("DELIVRD", 0), "19800000099": (NO_REPORT, 0),
}


def _ends(caller: Caller, phone: str = PHONE) -> tuple[str, float]:
    caller.accepted(caller.send(phone))
    return fate(caller.account, caller.account.messages[-1])


@pytest.mark.parametrize(("phone", "end"), RESERVED.items())
def test_reserved_numbers_end_as_they_say(phone: str, end: tuple[str, float]) -> None:
    """R15: whatever chance would have; a delay of the account is the least that they take."""
    caller = Caller(delivery_statuses={"EXPIRED": 1.0})
    assert _ends(caller, phone) == end
    caller.configure(delivery_delay=60)
    assert _ends(caller, phone) == (end[0], max(end[1], 60))


@pytest.mark.parametrize(
    ("phone", "status"),
    [
        (PHONE, "REJECTD"), ("13900000001", "EXPIRED"), ("13911111111", "UNDELIV"), ("13811111111", "DELETED"),
        ("+8613900000000", "UNKNOWN"), ("19800000001", "MK:0001"), ("19800000099", "DELIVRD"), ("19800000010", "DELETED"),
    ],
)
def test_the_longest_rule_that_fits_comes_before_reserved_numbers_and_chance(phone: str, status: str) -> None:
    """R15."""
    rules = {
        "*": "DELETED", "139*": "UNDELIV", PHONE: "REJECTD", "1390000000*": "EXPIRED", "+86*": "UNKNOWN", "19800000001": "MK:0001",
        "19800000099": "DELIVRD", "1390000000": "UNKNOWN",
    }
    for ordered in (rules, dict(reversed(rules.items()))):
        caller = Caller(delivery_rules=ordered, delivery_statuses={"ACCEPTD": 1.0})
        assert _ends(caller, phone)[0] == status


def test_a_rule_leaves_a_reserved_number_its_delay() -> None:
    """R15: the hour that it takes."""
    assert _ends(Caller(delivery_rules={"198*": "REJECTD"}), "19800000010") == ("REJECTD", 3600)


def test_what_chance_leaves_is_delivered() -> None:
    """R15: with a fixed seed, so many of a thousand."""
    caller = Caller(balance=2000, delivery_statuses={"UNDELIV": 0.2, "EXPIRED": 0.1, NO_REPORT: 0.05}, seed=1)
    caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(1000)), Msg=TEXT))
    reported = Counter(report.status for _ in range(2) for report in caller.reports())
    assert reported["UNDELIV"] == pytest.approx(200, abs=40)
    assert reported["EXPIRED"] == pytest.approx(100, abs=30)
    assert 1000 - reported.total() == pytest.approx(50, abs=20)
    assert set(reported) == {"UNDELIV", "EXPIRED", "DELIVRD"}


def test_no_report_means_that_none_ever_comes() -> None:
    """R11, R15: by rule, by reserved number and by chance."""
    for caller, phone in (
        (Caller(delivery_rules={PHONE: NO_REPORT}), PHONE), (Caller(), "19800000099"), (Caller(delivery_statuses={NO_REPORT: 1}), PHONE),
    ):
        caller.accepted(caller.send(phone))
        assert caller.clock.pending == ()
        assert caller.clock.advance(days=10) == ()
        assert caller.reports() == ()


@pytest.mark.parametrize("delay", [0, 90])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SendBatchMsg", {"DesNo": ",".join(numbers(40)), "Msg": TEXT}),
        ("SendIndividualMsg", {"Msg": pairs(40), "customerUuid": "order-7"}),
    ],
)
def test_each_recipient_gets_its_own_report(name: str, parameters: dict[str, Any], delay: int) -> None:
    """O7, O12, F1: of one batch, with the customerUuid that was given."""
    caller = Caller(delivery_delay=delay, delivery_rules={"13900000007": "UNDELIV"})
    batch = caller.accepted(caller.call(name, **parameters))
    assert (caller.reports() == ()) is bool(delay)
    if delay:
        happenings = caller.clock.advance(seconds=delay)
        assert [(happening.kind, happening.subject.phone) for happening in happenings] == [(Kind.REPORT, phone) for phone in numbers(40)]
        reports = caller.reports()
    else:
        caller.accepted(caller.call(name, **parameters))
        reports = caller.reports()
        batch = reports[0].batch_number
    uuid = parameters.get("customerUuid", "")
    assert reports == tuple(
        Report(batch, phone, "UNDELIV" if phone.endswith("07") else "DELIVRD", uuid, START + timedelta(seconds=delay))
        for phone in numbers(40)
    )


@pytest.mark.parametrize("door", REPORT_DOORS)
def test_a_report_comes_after_its_delay_and_carries_its_moment(door: str) -> None:
    """R1, R13, O5, O6, O9: not a microsecond before."""
    caller = Caller(delivery_delay="61.5")
    batch = caller.accepted(caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, customerUuid="u-1"))
    ((moment, what),) = caller.clock.pending
    assert moment == START + timedelta(seconds=61.5)
    assert what == "DELIVRD for 139****0000 of acct"
    assert caller.clock.advance(seconds=61.499999) == ()
    assert caller.reports(door) == ()
    (happening,) = caller.clock.advance(seconds=1)
    assert (happening.at, happening.kind, happening.account) == (START + timedelta(seconds=61.5), Kind.REPORT, "acct")
    assert happening.subject == Report(batch, PHONE, "DELIVRD", "u-1", START + timedelta(seconds=61.5))
    (report,) = caller.reports(door)
    assert (report.batch_number, report.phone, report.status, report.customer_uuid) == (batch, PHONE, "DELIVRD", "u-1")


def test_reports_come_in_the_order_of_their_delays() -> None:
    """R1: not of the sends."""
    caller = Caller(delivery_delay=Uniform(1, 100), seed=3)
    sent = [caller.accepted(caller.send(phone)) for phone in numbers(30)]
    times = [happening.at for happening in caller.clock.advance(seconds=100)]
    reports = caller.reports()
    assert times == sorted(times)
    assert sorted(report.batch_number for report in reports) == sent
    assert [report.batch_number for report in reports] != sent


def _run(seed: int, **settings: Any) -> list[tuple[str, str, Any]]:
    caller = Caller(
        delivery_statuses={"UNDELIV": 0.3, "EXPIRED": 0.2, NO_REPORT: 0.1}, delivery_delay="lognormal:30,1", seed=seed, **settings,
    )
    for phone in numbers(40):
        caller.accepted(caller.send(phone))
        caller.clock.advance(seconds=1)
    caller.clock.advance(days=2)
    return [(report.phone, report.status, report.time) for report in caller.reports()]


def test_a_seeded_run_repeats() -> None:
    """R15: the same seed is the same run; another is another; a new one begins chance anew."""
    assert _run(5) == _run(5)
    assert _run(5) != _run(6)
    caller = Caller(delivery_statuses={"UNDELIV": 0.5}, seed=1)
    phones = numbers(20)
    drawn = []
    for seed in (2, 2, 1, 2):
        caller.account.configure(type(caller.account.settings)(delivery_statuses={"UNDELIV": 0.5}, seed=seed))
        drawn.append([_ends(caller, phone)[0] for phone in phones])
    assert drawn[0] == drawn[3]
    assert drawn[0] != drawn[1]


def test_what_goes_wrong_with_pushes_does_not_change_how_messages_end() -> None:
    """R15, P4: chance is asked by the receivers' answers, too, and those come when they come."""
    chaos = PushChaos(drop=0.5, duplicate=0.5, reorder=0.5, split=0.5, merge=0.5, delay="uniform:0,5")
    pushed = _run(5, report_url="http://127.0.0.1:9/", poll_pushed=True, push_chaos=chaos, push_backoff=(1, 2))
    assert pushed == _run(5)


COSTS = st.decimals("0.01", "9.99", places=2)


@given(
    price=COSTS, texts=st.lists(st.sampled_from([("短信", 1), ("字" * 71, 2), ("字" * 135, 3)]), max_size=12),
    failing=st.floats(0, 1), seed=st.integers(0, 1000), refunds=st.booleans(), top_up=st.none() | COSTS,
)
def test_the_statement_always_adds_up(
    *, price: Decimal, texts: list[tuple[str, int]], failing: float, seed: int, refunds: bool, top_up: Decimal | None,
) -> None:
    """O1: opening - charged + refunded == closing, to the last digit; refunded is what the failed messages cost."""
    caller = Caller(
        balance="1000", price=price, delivery_statuses={"UNDELIV": failing * 0.6, "REJECTD": failing * 0.3, NO_REPORT: failing * 0.1},
        seed=seed, refund_failures=refunds, delivery_delay="uniform:0,10",
    )
    account = MockAccount(caller.gateway, caller.account)
    for text, _ in texts:
        caller.accepted(caller.send(text=text))
    if top_up is not None:
        account.balance += top_up
    before = account.statement
    assert before.refunded == 0 or caller.clock.pending == ()
    caller.clock.advance(seconds=10)
    statement, reports = account.statement, caller.reports()
    cost = {message.batch_number: message.cost for message in account.messages}
    assert statement.charged == sum(segments for _, segments in texts) * price == sum(cost.values())
    failed = sum((cost[report.batch_number] for report in reports if report.status != "DELIVRD"), Decimal(0))
    assert statement.refunded == (failed if refunds else 0)
    assert statement.opening == 1000 + (top_up or 0)
    assert statement.opening - statement.charged + statement.refunded == statement.closing == account.balance


@pytest.mark.parametrize(("status", "refunded"), [("DELIVRD", 0), ("ACCEPTD", 0), ("UNDELIV", 1), ("UNDELIVRD", 1), ("MK:0001", 1)])
def test_what_was_not_delivered_is_given_back_where_that_is_set(status: str, refunded: int) -> None:
    """O1, R15: an operator that has taken it has not failed."""
    caller = Caller(delivery_rules={"*": status}, refund_failures=True, delivery_delay=5)
    caller.accepted(caller.send())
    assert caller.account.balance == 99
    caller.clock.advance(seconds=5)
    assert caller.account.balance == 99 + refunded
    assert caller.account.purse.statement().refunded == refunded


def test_a_handset_that_unsubscribes_gets_no_more() -> None:
    """L3, C24, C15: -46 for one number, -20 where a send may carry several; other handsets and other accounts are as before."""
    caller = Caller(unsubscribe_words=["退订", "TD"])
    other = Caller(caller.gateway, user_code="other", unsubscribe_words=["退订"])
    leaver, stayer = "13900000001", "13900000002"
    reply = caller.reply(leaver, " 退订\n")
    caller.reply(stayer, "请勿退订")
    assert caller.replies()[0] == reply
    assert caller.send(leaver) == "-46"
    assert caller.call("sendMsgExt", DesNo=leaver, Msg=TEXT) == "-46"
    assert caller.call("sendMsgByEncrypt", DesNo=leaver, Msg=TEXT) == "-46"
    assert caller.call("SendBatchMsg", DesNo=f"{stayer},{leaver}", Msg=TEXT) == "-20"
    assert caller.call("SendIndividualMsg", Msg=f"{stayer}|~|a|-|{leaver}|~|b") == "-20"
    caller.accepted(caller.send(stayer))
    other.accepted(other.send(leaver))
    assert caller.account.settings.user_blacklist == {leaver}


def test_no_unsubscription_is_lost_to_a_change_of_settings() -> None:
    """L3: whoever said so while an operator changed something else is left alone all the same."""
    caller = Caller(unsubscribe_words=["TD"])
    account = MockAccount(caller.gateway, caller.account)
    leavers = iter(numbers(10))
    settings = type(caller.account.settings)
    original = settings.check_acceptance

    def unsubscribe_meanwhile(self: Any) -> None:
        original(self)
        thread = threading.Thread(target=lambda: account.reply(next(leavers), "TD"))
        threads.append(thread)
        thread.start()
        thread.join(0.05)

    threads: list[threading.Thread] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "check_acceptance", unsubscribe_meanwhile)
        for price in range(10):
            account.configure(price=price)
    for thread in threads:
        thread.join(10)
    assert caller.account.settings.user_blacklist == set(numbers(10))


def test_what_nobody_polls_is_forgotten_after_three_days_and_says_so() -> None:
    """R1: at its own moment, oldest first; what was polled is not."""
    caller = Caller(delivery_delay=0)
    first = caller.accepted(caller.send())
    assert [report.batch_number for report in caller.reports()] == [first]
    caller.clock.advance(days=1)
    second = caller.accepted(caller.send())
    reply = caller.reply(text="好")
    caller.clock.advance(hours=1)
    third = caller.accepted(caller.send())
    happenings = caller.clock.advance(days=3, minutes=-1)
    assert [(happening.at, happening.kind) for happening in happenings] == [(START + timedelta(days=4), Kind.EXPIRED)] * 2
    assert {happening.subject.batch_number for happening in happenings if isinstance(happening.subject, Report)} == {second}
    assert [happening.subject for happening in happenings if not isinstance(happening.subject, Report)] == [reply]
    assert [report.batch_number for report in caller.reports()] == [third]
    assert caller.replies() == ()
    caller.clock.advance(days=3)
    assert caller.clock.pending == ()


def test_one_timer_a_queue_forgets_however_much_is_sent_and_polled() -> None:
    """R1: a thousand sends and polls set no thousand timers."""
    caller = Caller(balance=10_000)
    for at in range(1000):
        caller.accepted(caller.send())
        caller.reply()
        if at % 3:
            assert caller.reports()
            assert caller.replies()
        caller.clock.advance(minutes=1)
        assert len(caller.clock.pending) == 2
        assert len(caller.clock._timers._heap) == 2
    caller.reports()
    caller.replies()
    caller.clock.advance(days=3)
    assert caller.clock.pending == ()


def test_nothing_that_is_shown_or_logged_holds_a_number_or_a_text(caplog: pytest.LogCaptureFixture) -> None:
    """L2: what is to happen, what happened, and what the log says of it."""
    caller = Caller(delivery_delay=3, delivery_rules={"13912345678": "UNDELIV"}, refund_failures=True)
    with caplog.at_level(logging.DEBUG):
        caller.accepted(caller.send("13912345678", "秘密"))
        caller.reply("13912345678", "秘密")
        shown = repr((caller.clock.pending, caller.clock.advance(seconds=3), caller.clock.advance(days=4), caller.account))
    assert "UNDELIV" in shown
    for secret in ("13912345678", "秘密"):
        assert secret not in shown
        assert secret not in caplog.text


def test_many_reports_of_one_moment_keep_the_order_of_their_sends() -> None:
    """R1: over several polls."""
    caller = Caller(balance=2000, delivery_delay=10)
    sent = [caller.accepted(caller.send(phone)) for phone in numbers(700)]
    caller.clock.advance(seconds=10)
    polled = list(itertools.chain.from_iterable(caller.reports(door) for door in REPORT_DOORS))
    assert [report.batch_number for report in polled] == sent


@pytest.mark.parametrize("status", ["", "NO_REPORT", "A,B", "A|", "two words", "\ud800"])
def test_a_report_by_hand_needs_a_status_that_a_poll_can_carry(status: str) -> None:
    """F1: fields are parted by commas, groups by bars."""
    caller = Caller()
    caller.send()
    account = MockAccount(caller.gateway, caller.account)
    with pytest.raises(ValueError, match="status"):
        account.report(account.messages[0], status)
    assert len(caller.reports()) == 1


@given(
    rules=st.dictionaries(st.from_regex(r"\A(\+?1[23]{0,4}\*?|\*)\Z"), st.sampled_from(["A", "B", "C", "D"]), max_size=12),
    phone=st.from_regex(r"\A\+?1[23]{0,5}\Z"),
)
def test_the_longest_rule_that_fits_counts(rules: dict[str, str], phone: str) -> None:
    """As it is documented; how many rules there are does not matter to it."""
    fitting = [pattern for pattern in rules if phone == pattern or (pattern[-1] == "*" and phone.startswith(pattern[:-1]))]
    best = max(fitting, key=lambda pattern: (len(pattern.rstrip("*")), "*" not in pattern), default=None)
    assert Settings(delivery_rules=rules).rule_for(phone) == (rules[best] if best else None)
