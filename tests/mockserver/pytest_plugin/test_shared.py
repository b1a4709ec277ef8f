"""One server for all workers, and one that runs anyway."""

from __future__ import annotations

from random import Random

import pytest

from tests.mockserver.pytest_plugin.running import run
from tests.mockserver.pytest_plugin.test_capsules import check_capsule
from tests.mockserver.pytest_plugin.test_coverage import TESTS, check_table
from winnerlook_mock import MockServer

pytest_plugins = ["pytester"]


def test_two_hundred_tests_in_any_order(pytester: pytest.Pytester) -> None:
    """On one server, under four workers: each sees its own account only, whatever the others do to theirs."""
    order = list(range(200))
    Random().shuffle(order)
    done = run(
        pytester,
        f"""
from winnerlook import GatewayError

@pytest.mark.parametrize("number", {order})
def test_it(number, sms, winnerlook_account):
    phone = str(13_900_000_000 + number % 3)
    if number % 5 == 1:
        winnerlook_account.fail_next("SendMsg", -7)
        with pytest.raises(GatewayError):
            sms.send(phone, TEXT)
    if number % 7 == 1:
        winnerlook_account.clock.advance(hours=number)
    sms.send(phone, f"您的验证码是:{{1000 + number}}【测试】")
    assert winnerlook_account.otp(to=phone) == str(1000 + number)
    winnerlook_account.assert_sent(count=1)
    assert len(winnerlook_account.journal) == 1 + (number % 5 == 1)
""",
        "-n", "4", "--winnerlook-server=shared", "-q",
    )
    done.assert_outcomes(passed=200)


@pytest.mark.parametrize("options", [(), ("--winnerlook-server=shared",)], ids=["workers", "shared"])
def test_what_workers_leave(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """The coverage of all of them, and the capsule of a test that failed in one."""
    tests = TESTS.replace("test_one(sms):\n    sms.send(PHONE, TEXT)\n", "test_fails(sms):\n    sms.send(PHONE, TEXT)\n    assert False\n")
    done = run(pytester, tests, "--winnerlook-coverage", "-n", "2", *options)
    check_table(done, passed=2, failed=1)
    check_capsule(pytester, done)


def test_an_address_that_is_none(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_it(winnerlook_server): pass", "--winnerlook-server=nowhere")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*--winnerlook-server is shared, or an address as*"])


REMOTE = """
from datetime import timedelta
from decimal import Decimal
import threading
from winnerlook_mock import Clock

def test_it_can_what_an_account_of_this_process_can(winnerlook_server, winnerlook_account, sms):
    account = winnerlook_account
    account.configure(price="0.5", delivery_delay=60, refund_failures=True, delivery_rules={"137*": "UNDELIV"})
    account.balance = 10
    sms.send("13700000000", TEXT, customer_uuid="order-1")
    (message,) = account.messages
    assert (message.text, message.cost, account.balance) == (TEXT, Decimal("0.5"), Decimal("9.5"))
    before = account.clock.now()
    assert [happening.subject.status for happening in account.clock.advance(minutes=2)] == ["UNDELIV"]
    assert account.clock.now() - before >= timedelta(minutes=2)
    account.assert_balance_consistent()
    assert account.statement.refunded == Decimal("0.5")
    account.reply(PHONE, "收到")
    assert [reply.text for reply in sms.replies()] == ["收到"]
    assert account.report(message, "DELIVRD").status == "DELIVRD"
    account.answer_next("GetBalanceConnect", "77")
    assert sms.balance() == 77
    with account.fault("code", code=-48) as fault:
        with pytest.raises(Exception):
            sms.send(PHONE, TEXT)
        assert fault.struck == 1
    with pytest.raises(AssertionError, match="customer_uuid wanted 'order-2'"):
        account.assert_sent(customer_uuid="order-2")
    with pytest.raises(ValueError, match="price"):
        account.configure(price=-1)

def test_waiting_wakes(winnerlook_account, sms):
    sender = threading.Timer(0.1, sms.send, [PHONE, TEXT])
    sender.start()
    assert winnerlook_account.wait_for(to=PHONE, timeout=30).text == TEXT
    sender.join()
    with pytest.raises(AssertionError):
        winnerlook_account.wait_for(to="13", timeout=0.05)

@pytest.mark.winnerlook_account(clock=Clock(frozen=True))
def test_a_clock_that_stands(winnerlook_account):
    assert winnerlook_account.clock.now() == winnerlook_account.clock.now()

@pytest.mark.winnerlook_fault("reset", stage="before-reading")
def test_what_would_strike_others(winnerlook_account):
    pass
"""


def test_a_server_that_runs_anyway(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its address, in the environment; it wants a token. Its accounts are gone afterwards, and its clock was not moved."""
    with MockServer(token="mock-token") as server:
        monkeypatch.setenv("WINNERLOOK_MOCK_SERVER", server.url)
        monkeypatch.setenv("WINNERLOOK_MOCK_TOKEN", "mock-token")
        done = run(pytester, REMOTE, "--winnerlook-coverage")
        assert server.accounts == ()
    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*a reset before reading strikes whoever*", "SendMsg * 3 *", "statuses reported: DELIVRD 2, UNDELIV 1"])


def test_a_server_that_is_not_there(pytester: pytest.Pytester) -> None:
    done = run(pytester, "def test_it(winnerlook_account): pass", "--winnerlook-server=http://127.0.0.1:9")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the mock at http://127.0.0.1:9 did not answer POST /_mock/api/v1/accounts: *"])
