"""The example scenarios: each is started from its file and driven with the SDK, and does what its comment promises."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from winnerlook import (
    AccountStateError,
    BalanceError,
    BulkSendError,
    Certainty,
    Client,
    ConnectionLostError,
    ContentRefusedError,
    GatewayError,
    HttpStatusError,
    NumberRefusedError,
    ServiceError,
    ThrottledError,
)
from winnerlook.receiver import MemoryStore, Push, Receiver
from winnerlook_mock import MockAccount, MockServer, Scenario
from winnerlook_mock.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "scenarios"
FILES = sorted(EXAMPLES.glob("*.toml"))
PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"
TESTED = {
    "normal_day", "verification_codes", "balance_runs_out", "account_frozen_or_expired", "blacklists_and_words",
    "throttled_and_monthly_limit", "lost_answers", "operator_outage", "flaky_receiver", "gateway_down",
}


def client(endpoint: str, user_code: str, user_pass: str) -> Client:
    """One that shows what happens: it repeats nothing."""
    return Client(user_code, user_pass, endpoint=endpoint, binding="http", retries=0, balance_interval=0)


@contextmanager
def played(name: str, **server: Any) -> Iterator[tuple[MockServer, dict[str, MockAccount], dict[str, Client]]]:
    """A mock with this scenario; its accounts, and a client for each, by name."""
    with MockServer(scenario=EXAMPLES / f"{name}.toml", **server) as mock:
        accounts = {account.user_code: account for account in mock.accounts}
        clients = {name: client(mock.url, name, account.user_pass) for name, account in accounts.items()}
        try:
            yield mock, accounts, clients
        finally:
            for one in clients.values():
                one.close()


@contextmanager
def served(name: str, *arguments: str) -> Iterator[tuple[str, list[str]]]:
    """The same as a program: its endpoint and what it says at first."""
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0", *arguments]
    environment = {**os.environ, "WINNERLOOK_MOCK_SCENARIO": str(EXAMPLES / f"{name}.toml")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as process:
        assert process.stdout is not None
        banner = []
        for line in process.stdout:
            banner.append(line.rstrip())
            if line.startswith("  stop"):
                break
        try:
            yield next(line.split()[1] for line in banner if line.startswith("  endpoint")), banner
        finally:
            process.kill()


def refused(act: Any, kind: type[GatewayError], code: int) -> None:
    with pytest.raises(kind) as error:
        act()
    assert error.value.code == code


def test_all_are_right_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    assert {file.stem for file in FILES} == TESTED
    assert main(["check", *map(str, FILES)]) == 0
    assert capsys.readouterr().out.count(": ok: ") == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_begins_with_its_schema_and_two_lines_for_people(file: Path) -> None:
    first, what, how, blank, *_ = file.read_text("utf-8").splitlines()
    assert (file.parent / first.removeprefix("#:schema ")).resolve().is_file()
    assert (what[:2], how[:7], blank) == ("# ", "# Try: ", "")


def test_a_normal_day() -> None:
    """O4, O6: receipts come, one handset is off and its SMS costs nothing, two customers answer."""
    with played("normal_day") as (mock, accounts, clients):
        shop, sms = accounts["shop"], clients["shop"]
        assert mock.clock.now().isoformat() == "2026-11-23T09:00:00+08:00"
        assert [reply.text for reply in sms.replies()] == ["收到"]
        for phone in ("13700000000", "13800000000", PHONE):
            sms.send(phone, TEXT)
        assert list(sms.reports()) == []
        mock.clock.advance(minutes=90)
        assert {(report.phone, report.status) for report in sms.reports()} == {
            ("13700000000", "UNDELIV"), ("13800000000", "DELIVRD"), (PHONE, "DELIVRD"),
        }
        assert [(reply.phone, reply.text) for reply in sms.replies()] == [(PHONE, "请问几点营业？")]
        assert shop.balance == 998


def test_verification_codes() -> None:
    """C26, C3: one code a minute for a number, by the template; its receipt comes a good while later, or never."""
    with played("verification_codes") as (mock, _, clients):
        sms = clients["login"]
        for phone in (PHONE, "13900000009"):
            sms.send(phone, TEXT)
        refused(lambda: sms.send(PHONE, TEXT), NumberRefusedError, -48)
        refused(lambda: sms.send("13800000000", "来看看【测试】"), ContentRefusedError, -4)
        refused(lambda: sms.send("13800000000", "您的验证码是:2345【别人】"), ContentRefusedError, -5)
        mock.clock.advance(seconds=29)
        assert list(sms.reports()) == []
        mock.clock.advance(seconds=91)
        assert [(report.phone, report.status) for report in sms.reports()] == [(PHONE, "DELIVRD")]
        assert sms.send(PHONE, TEXT).batch_number


def test_the_balance_runs_out() -> None:
    """C5: what is refused costs nothing, and half an hour later it goes."""
    with played("balance_runs_out") as (mock, accounts, clients):
        shop, sms = accounts["shop"], clients["shop"]
        for _ in range(3):
            sms.send(PHONE, TEXT)
        refused(lambda: sms.send(PHONE, TEXT), BalanceError, -7)
        assert (sms.balance(), shop.statement.charged) == (0, Decimal("0.135"))
        assert [what for _, what in mock.clock.pending if what.startswith("scenario")] == ["scenario: set the balance (shop)"]
        mock.clock.advance(minutes=30)
        sms.send(PHONE, TEXT)
        assert sms.balance() == Decimal("99.955")


def test_an_account_is_frozen_and_another_expires() -> None:
    """C18, C9."""
    with played("account_frozen_or_expired") as (mock, _, clients):
        shop, bank = clients["shop"], clients["bank"]
        mock.clock.advance(minutes=59)
        shop.send(PHONE, TEXT)
        mock.clock.advance(minutes=1)
        refused(lambda: shop.send(PHONE, TEXT), AccountStateError, -25)
        bank.send(PHONE, TEXT)
        mock.clock.advance(hours=1)
        shop.send(PHONE, TEXT)
        mock.clock.advance(hours=2)
        refused(lambda: bank.send(PHONE, TEXT), AccountStateError, -11)
        shop.send(PHONE, TEXT)


def test_blacklists_and_sensitive_words() -> None:
    """C10, C24, C25, C17, C28, L3: who unsubscribes is written to no more."""
    with played("blacklists_and_words") as (mock, accounts, clients):
        sms = clients["shop"]
        for code in (-12, -46, -47):
            refused(lambda code=code: sms.send(f"139000000{-code}", TEXT), NumberRefusedError, code)
        refused(lambda: sms.send(PHONE, "博彩有奖【测试】"), ContentRefusedError, -24)
        refused(lambda: sms.send(PHONE, "代开发票【测试】"), ContentRefusedError, -54)
        sms.send(PHONE, TEXT)
        mock.clock.advance(hours=1)
        assert [reply.text for reply in sms.replies()] == ["退订"]
        refused(lambda: sms.send(PHONE, TEXT), NumberRefusedError, -46)
        assert accounts["shop"].statement.charged == 1


def test_throttling_and_the_monthly_limit() -> None:
    """C11, C27: the limit is of a calendar month in China."""
    with played("throttled_and_monthly_limit") as (mock, _, clients):
        sms = clients["shop"]
        for sent in range(5):
            sms.send(PHONE, TEXT)
            if sent == 0:
                refused(lambda: sms.send(PHONE, TEXT), ThrottledError, -16)
            mock.clock.advance(seconds=1)
        refused(lambda: sms.send(PHONE, TEXT), AccountStateError, -51)
        mock.clock.advance(hours=1)
        sms.send(PHONE, TEXT)


def test_lost_answers() -> None:
    """The third send fails as UNKNOWN, and was charged all the same: whoever repeats it sends twice."""
    with played("lost_answers") as (_, accounts, clients):
        shop, sms = accounts["shop"], clients["shop"]
        for code in (1, 2):
            sms.send(PHONE, f"您的验证码是:{code}【测试】")
        with pytest.raises(ConnectionLostError) as error:
            sms.send(PHONE, "您的验证码是:3【测试】")
        assert error.value.certainty is Certainty.UNKNOWN
        assert (shop.balance, len(shop.messages)) == (97, 3)
        sms.send(PHONE, "您的验证码是:3【测试】")  # the trap
        assert [message.text for message in shop.messages].count("您的验证码是:3【测试】") == 2
        assert shop.balance == 96


def test_an_operator_is_down_from_ten_to_twenty_past() -> None:
    """C6: by the moments of the clock, each of them in its turn."""
    with played("operator_outage") as (mock, accounts, clients):
        sms = clients["shop"]
        both = (PHONE, "13800000000")

        def statuses() -> dict[str, str]:
            for phone in both:
                sms.send(phone, TEXT)
            return {report.phone: report.status for report in sms.reports()}

        assert set(statuses().values()) == {"DELIVRD"}
        mock.clock.advance(minutes=7)
        assert statuses() == {PHONE: "UNDELIV", "13800000000": "DELIVRD"}
        mock.clock.advance(minutes=8)
        refused(lambda: sms.send(PHONE, TEXT), ServiceError, -8)
        mock.clock.advance(minutes=10)
        assert mock.clock.now().strftime("%H:%M") == "10:20"
        assert set(statuses().values()) == {"DELIVRD"}
        assert accounts["shop"].statement.charged - accounts["shop"].statement.refunded == 5


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiver() -> Iterator[tuple[str, list[Push]]]:
    """A receiver that does its part: what it took, without what came twice."""
    taken: list[Push] = []
    with make_server("127.0.0.1", 0, Receiver(taken.append, store=MemoryStore()).wsgi, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/push", taken
        finally:
            server.shutdown()
            thread.join()


def test_a_flaky_receiver_has_everything_in_the_end_and_once() -> None:
    """P1, P2, P4: whatever is lost, doubled, split and shuffled on the way."""
    with receiver() as (url, taken):
        with played("flaky_receiver", defaults={"report_url": url, "reply_url": url}) as (mock, accounts, clients):
            phones = [f"139000000{at:02}" for at in range(30)]
            for phone in phones:
                clients["shop"].send(phone, TEXT)
            mock.clock.advance(hours=1)
            attempts = [attempt for push in accounts["shop"].pushes for attempt in push.attempts]
            assert any(not attempt.taken for attempt in attempts)
            assert len(attempts) > len(accounts["shop"].pushes)
        reports = [report.phone for push in taken for report in push.reports]
        assert sorted(reports) == phones
        assert reports != phones
        assert [reply.text for push in taken for reply in push.replies] == ["收到，谢谢"]


def test_a_gateway_is_down_and_comes_back() -> None:
    """The campaign fails as a whole while it is down, nothing of it is sent or charged, and goes afterwards."""
    phones = [f"13{at:09}" for at in range(120)]
    with played("gateway_down") as (mock, accounts, clients):
        campaign, sms = accounts["campaign"], clients["campaign"]
        mock.clock.advance(minutes=1)
        kinds = set()
        for _ in range(2):
            with pytest.raises(BulkSendError) as error:
                sms.send_many(phones, "促销【测试】")
            assert error.value.sent == ()
            kinds |= {type(failure) for _, failure in error.value.failures}
        assert kinds == {HttpStatusError, ConnectionLostError}
        assert (campaign.balance, campaign.messages) == (1000, ())
        mock.clock.advance(minutes=5)
        assert mock.faults == ()
        assert len(sms.send_many(phones, "促销【测试】")) == 3
        assert campaign.balance == 880


def test_served_from_the_command_line_an_answer_is_lost() -> None:
    """By the environment; the banner names the account and hides its password."""
    with served("lost_answers") as (endpoint, banner), client(endpoint, "shop", "shop-pass") as sms:
        assert "  account   shop, balance 100" in banner
        assert "shop-pass" not in "\n".join(banner)
        for _ in range(2):
            sms.send(PHONE, TEXT)
        with pytest.raises(ConnectionLostError):
            sms.send(PHONE, TEXT)
        assert sms.balance() == 97


def test_served_from_the_command_line_flags_go_before_the_scenario() -> None:
    """The receiver of the flag has the report; accounts are those of the scenario and those of the flags."""
    arrived = threading.Event()
    taken: list[Push] = []

    def save(push: Push) -> None:
        taken.append(push)
        arrived.set()

    with make_server("127.0.0.1", 0, Receiver(save, store=MemoryStore()).wsgi, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/push"
            with served("balance_runs_out", "--report-url", url, "--account", "other:other-pass") as (endpoint, banner):
                assert [line.split()[1] for line in banner if line.startswith("  account")] == ["shop,", "other,"]
                with client(endpoint, "shop", "shop-pass") as sms:
                    for _ in range(3):
                        sms.send(PHONE, TEXT)
                    refused(lambda: sms.send(PHONE, TEXT), BalanceError, -7)
                assert arrived.wait(30)
        finally:
            server.shutdown()
            thread.join()
    assert taken[0].account == "shop"


def test_a_wrong_scenario_is_told_before_anything_listens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[defaults]\nfrozn = true\nprice = "much"\n', "utf-8")
    assert main(["serve", "--port", "0", "--scenario", str(wrong)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{wrong}:2: defaults.frozn: there is no frozn in the settings; did you mean frozen?" in told.err
    assert f"{wrong}:3: defaults.price" in told.err


def test_a_scenario_runs_by_itself_with_a_clock_that_runs() -> None:
    """Nobody moves the clock: the entry happens when its moment comes."""
    values = {
        "accounts": [{"name": "shop", "password": "pw", "balance": 0, "settings": {"balance_interval": 0}}],
        "timeline": [{"after": 0.2, "account": "shop", "balance": 5, "reply": {"phone": PHONE, "text": "好"}}],
    }
    with MockServer(scenario=Scenario.of(values)) as mock, client(mock.url, "shop", "pw") as sms:
        with mock.gateway.changed:
            assert mock.gateway.changed.wait_for(lambda: len(mock.gateway.accounts["shop"].replies), 30)
        assert [reply.text for reply in sms.replies()] == ["好"]
        assert sms.balance() == 5
