"""The gateway as a whole: what it answers, what it keeps, and what it never loses nor doubles."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.mockserver.gateway.caller import PHONE, REPLY_DOORS, REPORT_DOORS, START, TEXT, Caller, numbers, still_clock
from winnerlook import records
from winnerlook.codes import failure_value
from winnerlook.operations import ALL, BY_NAME
from winnerlook_mock.gateway import Account, Gateway, Origin


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a", 1), ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("字" * 201, 3), ("字" * 202, 4),
        ("😀" * 35, 1), ("😀" * 35 + "a", 2), ("😀" * 67, 2), ("😀" * 67 + "a", 3),
    ],
)
def test_a_send_is_charged_by_segments(text: str, segments: int) -> None:
    """O1, O2, C5: 70 UTF-16 units are one SMS, longer ones go out in parts of 67; an emoji takes two units."""
    caller = Caller(price="0.05")
    caller.accepted(caller.send(text=text))
    (message,) = caller.account.messages
    assert (message.segments, message.cost) == (segments, segments * Decimal("0.05"))
    assert caller.account.balance == 100 - segments * Decimal("0.05")


@pytest.mark.parametrize(
    ("opening", "price", "answer"),
    [
        ("100000", "1", "99999"), ("1E+3", "100", "900"), ("1", "1E-7", "0.9999999"), ("0.3", 0.1, "0.2"), ("100.10", "0.10", "100"),
        ("1", "1", "0"),
    ],
)
def test_the_balance_is_an_exact_decimal_without_exponent(opening: str, price: object, answer: str) -> None:
    """O1: the document's sample is 100."""
    caller = Caller(balance=opening, price=price)
    caller.accepted(caller.send())
    assert caller.call("GetBalanceConnect") == answer


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_replay_answers_with_the_documents_own_samples(operation) -> None:
    """O1-O12, F1, F2: for every caller with the gateway's replay, for one account with its own; nothing else happens."""
    gateway = Gateway(replay=True)
    assert gateway.execute(operation, {}, Origin("soap11", "")) == operation.sample_result
    caller = Caller(replay=True)
    before = caller.state()
    assert [caller.call(operation.name) for _ in range(2)] == [operation.sample_result] * 2
    assert caller.state() == before


def test_an_accounts_replay_still_asks_who_calls() -> None:
    """R10: -3 for a wrong password."""
    assert Caller(replay=True).call("GetBalanceConnect", userPass="wrong") == "-3"


def test_nothing_there_is_an_empty_string() -> None:
    """R11, O3-O6, O9, O10: never an error."""
    caller = Caller()
    assert {name: caller.call(name) for name in REPORT_DOORS + REPLY_DOORS} == dict.fromkeys(REPORT_DOORS + REPLY_DOORS, "")


def test_the_results_are_written_as_documented() -> None:
    """F1, F2, O3-O6, O9, O10, R13: each poll in its own format, barred separators, times in China."""
    for name, wanted in {
        "GetReportConnect": "{batch},13900000000,DELIVRD,yj001|",
        "GetReport2Connect": "{batch},13900000000,2026/11/20 12:00:00,DELIVRD,yj001|",
        "GetReport2ByEncrypt": "{batch},13900000000,2026/11/20 12:00:00,DELIVRD,yj001|",
        "GetMoConnect": "13900000000|,|好|,||,|2026/11/20 12:00:00|,|yj001",
        "GetMo2Connect": "13900000000|,|好|,||,|2026/11/20 12:00:00|,|1069001|,|yj001",
        "GetMo2ByEncrypt": "13900000000|,|好|,||,|2026/11/20 12:00:00|,|yj001",
    }.items():
        caller = Caller(sender_number="1069")
        batch = caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, ExeNo="001", customerUuid="yj001")
        caller.reply(PHONE, "好|,|")
        assert caller.call(name) == wanted.format(batch=batch)


def test_replies_are_joined_and_echo_the_newest_sms() -> None:
    """F2, F3, O4: whatever a person typed comes back; the ids are those of the newest SMS to that phone."""
    caller = Caller(sender_number="1069")
    caller.send(customerUuid="old")
    caller.call("sendMsgExt", DesNo=PHONE, Msg=TEXT, ExeNo="7", customerUuid="new")
    typed = [(PHONE, "收到|;|"), ("13911111111", "a,b|,|c\n")]
    kept = [caller.reply(phone, text) for phone, text in typed]
    assert caller.call("GetMo2Connect") == records.format_replies(kept, with_sender=True)
    assert [(reply.customer_uuid, reply.sent_from) for reply in kept] == [("new", "10697"), ("", "1069")]


def test_the_spare_batch_number_narrows_nothing() -> None:
    """O5: the parameter is spare."""
    caller = Caller()
    batch = caller.send()
    assert caller.call("GetReportConnect", batchNumber="1").startswith(batch)


def test_one_queue_behind_all_report_doors_and_one_behind_all_reply_doors() -> None:
    """R1, O3-O6, O9, O10: what one door handed out, no other door hands out again."""
    for doors in (REPORT_DOORS, REPLY_DOORS):
        for first in doors:
            caller = Caller()
            caller.send()
            caller.reply()
            assert caller.call(first)
            assert [caller.call(other) for other in doors] == ["", "", ""]


def test_a_poll_hands_out_500_and_leaves_the_rest() -> None:
    """R1: 1001 reports take three polls, through whatever door."""
    caller = Caller(balance=2000)
    for chunk in (1000, 1):
        caller.accepted(caller.call("SendBatchMsg", DesNo=",".join(numbers(chunk)), Msg=TEXT))
    assert [len(caller.reports(name)) for name in REPORT_DOORS] == [500, 500, 1]


def test_reports_and_replies_vanish_after_three_days() -> None:
    """R1: 72 hours less a moment is in time."""
    for late in (False, True):
        caller = Caller()
        caller.send()
        caller.reply()
        caller.clock.advance(days=3, seconds=0 if late else -1e-3)
        assert (caller.reports() == (), caller.replies() == ()) == (late, late)


@pytest.mark.parametrize("delay", [0.3, 7.7, 3600.0])
def test_a_delayed_report_is_there_at_its_moment(delay: float) -> None:
    """R1, O6: and carries the time of the delivery."""
    caller = Caller(delivery_delay=delay)
    caller.send()
    assert caller.reports() == ()
    for _ in range(3):
        caller.clock.advance(seconds=delay / 3)
    (report,) = caller.reports()
    assert report.time == (START + timedelta(seconds=delay)).replace(microsecond=0)


def test_a_report_is_there_at_once_on_a_clock_that_was_stopped_anywhere() -> None:
    """R1: no rounding of the moment makes it late."""
    for _ in range(50):
        caller = Caller(Gateway())
        caller.clock.freeze()
        caller.send()
        assert len(caller.reports()) == 1


def test_batch_numbers_grow_across_accounts_and_operations() -> None:
    """R12: strictly, on a clock that stands still too."""
    gateway = Gateway(still_clock())
    callers = [Caller(gateway, user_code=name) for name in ("a", "b")]
    given_out = [caller.accepted(caller.send()) for _ in range(20) for caller in callers]
    assert given_out == sorted(set(given_out))
    assert given_out[0].endswith(str(int(START.timestamp() * 1000)))


def test_accounts_keep_apart() -> None:
    """R2, R1, C11: balance, queues, intervals and scripts of one account are none of the other's."""
    gateway = Gateway(still_clock())
    one, other = (Caller(gateway, user_code=name) for name in ("one", "other"))
    one.send()
    one.reply()
    one.say("-1")
    assert other.state()[:4] == (Decimal(100), (), 0, 0)
    assert (other.reports(), other.replies()) == ((), ())
    assert one.call("GetBalanceConnect") == "-1"
    assert [caller.call("GetBalanceConnect") for caller in (one, other)] == ["99", "100"]


@pytest.mark.parametrize("name", ["taken", "code-7", "code-54"])
def test_a_taken_or_reserved_name_is_refused(name: str) -> None:
    gateway = Gateway()
    gateway.add(Account("taken", "p", Decimal(1)))
    with pytest.raises(ValueError, match=name):
        gateway.add(Account(name, "p", Decimal(1)))


PHONES = st.sampled_from([
    "13900000000", "13900000001", "13911111111", "19800000001", "19800000006", "19800000010", "19800000099", "19900000007",
    "19900000048", "not-a-number", "13900000009",
])
TEXTS = st.sampled_from(["短【测试】", "字" * 70, "字" * 71, "😀" * 68, "低息贷款【测试】", "赌场【测试】", " ", "没有签名"])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "price": st.sampled_from(["0", "0.05", "1", "7.5"]),
        "monthly_limit": st.integers(0, 40),
        "number_limit": st.tuples(st.integers(0, 5), st.sampled_from([0, 60, 86400])),
        "user_words": st.just(["贷款"]),
        "system_words": st.just(["赌场"]),
        "blacklist": st.just(["13900000009"]),
        "signatures": st.just({"1": "测试"}),
        "delivery_delay": st.sampled_from([0, 0.5, 90, 86400]),
        "call_interval": st.sampled_from([0, 10]),
        "channel_open": st.sampled_from([True, True, False]),
        "strict_limits": st.booleans(),
    },
)
KEPT = timedelta(days=3)


class Bookkeeping(RuleBasedStateMachine):
    """R1, R11, R12, C1-C28, O1-O12: a ledger of our own beside the gateway's, over any settings, sends, polls and times."""

    @initialize(options=SETTINGS, balance=st.sampled_from(["0", "3", "50", "1000"]))
    def open(self, options: dict[str, object], balance: str) -> None:
        self.caller = Caller(balance=balance, **options)
        self.opening, self.spent = Decimal(balance), Decimal(0)
        self.batches: list[str] = []
        self.pending: list[tuple[timedelta, str, str]] = []  # when a report is due, batch, phone
        self.typed: list[tuple[timedelta, str]] = []
        self.time = timedelta()

    @rule(options=SETTINGS)
    def configure(self, options: dict[str, object]) -> None:
        self.caller.configure(**options)

    @rule(pairs=st.lists(st.tuples(PHONES, TEXTS), min_size=1, max_size=3))
    def send_individually(self, pairs: list[tuple[str, str]]) -> None:
        self._send(pairs, "SendIndividualMsg", Msg="|-|".join(f"{phone}|~|{text}" for phone, text in pairs))

    @rule(phones=st.lists(PHONES, max_size=4), text=TEXTS, many=st.sampled_from([0, 0, 0, 50, 51, 498]))
    def send_to_many(self, phones: list[str], text: str, many: int) -> None:
        wanted = phones + numbers(many)
        self._send([(phone, text) for phone in wanted], "SendBatchMsg", DesNo=",".join(wanted), Msg=text)

    @rule(name=st.sampled_from(["SendMsg", "sendMsgExt"]), phone=PHONES, text=TEXTS, sms_type=st.sampled_from([None, 101, 7]))
    def send_one(self, name: str, phone: str, text: str, sms_type: int | None) -> None:
        self._send([(phone, text)], name, DesNo=phone, Msg=text, smsType=sms_type)

    @rule(phone=PHONES, text=TEXTS.filter(lambda text: "😀" not in text))
    def send_encrypted(self, phone: str, text: str) -> None:
        self._send([(phone, text)], "sendMsgByEncrypt", DesNo=phone, Msg=text)

    def _send(self, pairs: list[tuple[str, str]], name: str, **parameters: object) -> None:
        caller = self.caller
        before = caller.state()
        answer = caller.call(name, **parameters)
        if failure_value(answer) is not None:
            assert failure_value(answer) < 0
            assert caller.state() == before
            return
        assert caller.accepted(answer) > (self.batches or [""])[-1]
        self.batches.append(answer)
        options = caller.account.settings
        for phone, text in pairs:
            units = len(text) + sum(ord(character) > 0xFFFF for character in text)
            self.spent += options.price * (1 if units <= 70 else (units + 66) // 67)
            if phone != "19800000099":
                delay = max(3600 if phone == "19800000010" else 0, options.delivery_delay.seconds)
                self.pending.append((self.time + timedelta(seconds=delay), answer, phone))
        self.pending.sort(key=lambda entry: entry[0])

    @rule(name=st.sampled_from(REPORT_DOORS))
    def poll_reports(self, name: str) -> None:
        answer = self.caller.call(name)
        if answer == "-16":
            return
        self.pending = [entry for entry in self.pending if entry[0] > self.time - KEPT]
        due = [entry for entry in self.pending if entry[0] <= self.time][:500]
        reports = records.parse_reports(answer, timed=name != "GetReportConnect")
        assert [(report.batch_number, report.phone) for report in reports] == [entry[1:] for entry in due]
        self.pending = self.pending[len(due) :]

    @rule(name=st.sampled_from(REPLY_DOORS))
    def poll_replies(self, name: str) -> None:
        answer = self.caller.call(name)
        if answer == "-16":
            return
        fresh = [text for due, text in self.typed if due > self.time - KEPT]
        replies = records.parse_replies(answer, with_sender=name == "GetMo2Connect")
        assert [reply.text for reply in replies] == fresh[:500]
        self.typed = self.typed[len(self.typed) - len(fresh[500:]) :]

    @rule(phone=PHONES.filter(str.isdigit), count=st.sampled_from([1, 1, 2, 501]))
    def answer_from_a_handset(self, phone: str, count: int) -> None:
        for _ in range(count):
            text = f"回复{len(self.typed)}"
            self.caller.reply(phone, text)
            self.typed.append((self.time, text))

    @rule(hours=st.sampled_from([0.001, 1, 24, 71.5, 73, 24 * 31]))
    def let_time_pass(self, hours: float) -> None:
        self.caller.clock.advance(hours=hours)
        self.time += timedelta(hours=hours)

    @rule()
    def ask_for_the_balance(self) -> None:
        answer = self.caller.call("GetBalanceConnect")
        assert answer == "-16" or Decimal(answer) == self.opening - self.spent

    @invariant()
    def what_was_spent_is_what_is_gone(self) -> None:
        account = self.caller.account
        assert account.balance == self.opening - self.spent == self.opening - sum(message.cost for message in account.messages)
        assert account.balance >= 0


Bookkeeping.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestBookkeeping = Bookkeeping.TestCase


def test_scripted_answers_queue_up_and_their_own_operation_comes_first() -> None:
    """S5: those for any operation go to whatever comes next."""
    caller = Caller()
    for result in ("any 1", "any 2"):
        caller.say(result)
    caller.say("mine", operation="GetMoConnect")
    answers = [caller.call(name) for name in ("GetMoConnect", "GetMoConnect", "GetBalanceConnect", "GetMoConnect")]
    assert answers == ["mine", "any 1", "any 2", ""]


@pytest.mark.parametrize("name", BY_NAME)
def test_every_call_is_journalled_whatever_it_was(name: str) -> None:
    """O1-O12, C20: calls with nothing in them included."""
    gateway = Gateway()
    assert gateway.execute(BY_NAME[name], {}, Origin("post", "127.0.0.1")) == "-3"
    assert [(entry.operation, entry.account, entry.answer, entry.door) for entry in gateway.journal] == [(name, "", "-3", "post")]
