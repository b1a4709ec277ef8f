"""What markers may say."""

from __future__ import annotations

import pytest

from tests.mockserver.pytest_plugin.running import run

pytest_plugins = ["pytester"]

WRONG = {
    "winnerlook_account(balence=0)": "there is no setting 'balence': did you mean balance?",
    "winnerlook_account(0)": "it takes its settings by name: winnerlook_account(balance=100)",
    "winnerlook_account(balance='lots')": "the balance is a decimal number, *",
    "winnerlook_account(price='x')": "price is a decimal number, *",
    "winnerlook_account(clock='2026')": "clock is a winnerlook_mock.Clock, *",
    "winnerlook_fault('rest')": "there is no kind of fault 'rest': did you mean reset?",
    "winnerlook_fault('reset', stge='after-accepting')": "there is no field of a fault 'stge': did you mean stage?",
    "winnerlook_fault('code')": "code is a negative integer",
    "winnerlook_fault('code', -7)": "it takes a kind, and all else by name: *",
    "winnerlook_fault()": "it takes a kind, and all else by name: *",
    "winnerlook_fault('code', code=-7, account='another')": "there is no field of a fault 'account', but *",
    "winnerlook_replay(1)": "it takes True, which is the same as nothing, or False",
    "block_real_gateway(onn=False)": "it takes True, which is the same as nothing, or False",
}


def test_a_wrong_one_fails_its_test(pytester: pytest.Pytester) -> None:
    """With one line; the tests behind it go on."""
    tests = "".join(
        f"""
@pytest.mark.{marker}
def test_{number}(winnerlook_account): pass
""" for number, marker in enumerate(WRONG)
    )
    done = run(pytester, tests + "\ndef test_next(winnerlook_client): winnerlook_client.balance()\n")
    done.assert_outcomes(errors=len(WRONG), passed=1)
    done.stdout.fnmatch_lines([f"@pytest.mark.{marker}: {why}" for marker, why in WRONG.items()])
    assert "Traceback" not in done.stdout.str()
    assert not [line for line in done.outlines if line.startswith("E  ")]


def test_one_for_a_class_may_be_switched_off(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
@pytest.mark.winnerlook_replay
class TestReplay:
    def test_on(self, winnerlook_account):
        assert winnerlook_account.settings.replay

    @pytest.mark.winnerlook_replay(False)
    def test_off(self, winnerlook_account):
        assert not winnerlook_account.settings.replay
""",
    ).assert_outcomes(passed=2)
