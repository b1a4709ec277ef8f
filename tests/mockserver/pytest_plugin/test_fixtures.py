"""What the fixtures and markers give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mockserver.pytest_plugin.running import run, run_apart

pytest_plugins = ["pytester"]


def test_an_account_a_test(pytester: pytest.Pytester) -> None:
    """Fresh each time, on one server, with a clock of its own; gone when the test is over."""
    run(
        pytester,
        """
accounts = []

@pytest.mark.parametrize("time", range(3))
def test_it(time, winnerlook_server, winnerlook_account, sms):
    accounts.append((winnerlook_server, winnerlook_account))
    sms.send(PHONE, TEXT)
    assert winnerlook_account.otp() == "2345"
    assert len(winnerlook_account.messages) == 1
    assert winnerlook_account.clock is not winnerlook_server.clock
    assert [one.user_code for one in winnerlook_server.accounts] == [winnerlook_account.user_code]

def test_they_differ():
    assert len({server.url for server, _ in accounts}) == 1
    assert len({account.user_code for _, account in accounts}) == 3
""",
    ).assert_outcomes(passed=4)


def test_markers_and_settings(pytester: pytest.Pytester) -> None:
    """O1, C5: the nearest marker has the last word; settings of the session come first."""
    run(
        pytester,
        """
from winnerlook import GatewayError

@pytest.fixture(scope="session")
def winnerlook_settings():
    return {"defaults": {"balance_interval": 0, "price": "0.5"}}

@pytest.mark.winnerlook_account(balance=3, strict_limits=True)
class TestPoor:
    def test_class(self, sms, winnerlook_account):
        assert [sms.balance(), sms.balance()] == [3, 3]
        assert winnerlook_account.settings.strict_limits

    @pytest.mark.winnerlook_account(balance=0)
    def test_own(self, sms, winnerlook_account):
        with pytest.raises(GatewayError) as error:
            sms.send(PHONE, TEXT)
        assert error.value.code == -7
        assert str(winnerlook_account.settings.price) == "0.5"

@pytest.mark.winnerlook_replay
def test_replay(sms):
    assert sms.balance() == 100

@pytest.mark.winnerlook_fault("code", code=-48, times=1, operation="GetBalanceConnect")
@pytest.mark.winnerlook_fault("reset", stage="after-accepting", times=1, operation="SendMsg")
def test_faults(sms, winnerlook_account):
    for call in (sms.balance, lambda: sms.send(PHONE, TEXT)):
        with pytest.raises(Exception):
            call()
    assert len(winnerlook_account.messages) == 1

@pytest.mark.winnerlook_fault("reset", stage="before-reading")
def test_unread(sms, winnerlook_server):
    with pytest.raises(Exception):
        sms.send(PHONE, TEXT)

def test_faults_end_with_their_test(sms, winnerlook_server):
    sms.send(PHONE, TEXT)
    assert winnerlook_server.faults == ()
""",
    ).assert_outcomes(passed=6)


def test_the_client_and_the_environment(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNERLOOK_USER_PASS_FILE", "/nowhere")
    run(
        pytester,
        """
import os

def test_client(winnerlook_client, winnerlook_account):
    winnerlook_client.send(PHONE, TEXT)
    winnerlook_account.assert_sent(to=PHONE, operation="SendMsg", count=1)

def test_env(winnerlook_env, winnerlook_account):
    with Client() as sms:
        sms.send(PHONE, TEXT)
    winnerlook_account.assert_sent(to=PHONE)
    assert {name: value for name, value in os.environ.items() if name.startswith("WINNERLOOK_")} == winnerlook_env

def test_afterwards():
    assert "WINNERLOOK_ENDPOINT" not in os.environ
""",
    ).assert_outcomes(passed=3)


def test_the_example_of_the_page(pytester: pytest.Pytester) -> None:
    """As docs/how-to/pytest.md has it, with a program that loses errors."""
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "pytest.md").read_text("utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    program = """
import contextlib

def place_order(phone):
    with Client(binding="http") as sms, contextlib.suppress(Exception):
        sms.send(phone, "已下单【测试】")
"""
    run(pytester, program + example).assert_outcomes(passed=3)


def test_it_costs_nothing_unused(pytester: pytest.Pytester) -> None:
    """No library of the server or the SDK is imported and no socket made until a fixture asks."""
    pytester.makepyfile(
        conftest="""
import socket, sys

def _audit(event, arguments):
    if event == "socket.__new__":
        print("SOCKET")

sys.addaudithook(_audit)

def pytest_unconfigure():
    heavy = {"spyne", "uvicorn", "urllib3", "lxml", "starlette", "zeep", "winnerlook", "winnerlook_mock.server"}
    print("LOADED", sorted(heavy & set(sys.modules)))
""",
    )
    done = run_apart(pytester, "def test_it(): pass", "-s", head="")
    done.assert_outcomes(passed=1)
    assert "LOADED []" in done.outlines
    assert "SOCKET" not in done.outlines


def test_importing_it_loads_next_to_nothing() -> None:
    code = "import sys, pytest; before = set(sys.modules); import winnerlook_mock.pytest_plugin; print(*(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.partition(".")[0] for name in loaded} & {"spyne", "uvicorn", "urllib3", "lxml", "starlette", "zeep", "winnerlook"}
