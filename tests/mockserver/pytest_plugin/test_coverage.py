"""The coverage table."""

from __future__ import annotations

import pytest

from tests.mockserver.pytest_plugin.running import run

pytest_plugins = ["pytester"]

TESTS = """
def test_one(sms):
    sms.send(PHONE, TEXT)

@pytest.mark.winnerlook_account(balance=0)
def test_two(sms):
    with pytest.raises(Exception):
        sms.send(PHONE, TEXT)

def test_three(sms):
    sms.send_many([PHONE, "19800000001"], TEXT)
"""


def check_table(done: pytest.RunResult, **outcomes: int) -> None:
    """2 operations, 1 code and 2 statuses are 5 of 48 points."""
    done.assert_outcomes(**outcomes)
    done.stdout.fnmatch_lines(
        [
            "operation * soap11  soap12    post     get  answers",
            "SendMsg  * -       -       2       -  ok -7",
            "SendBatchMsg  * -       -       1       -  ok",
            "codes never answered: -1 -3 -4 -5 -8 *",
            "statuses reported: DELIVRD 2, UNDELIV 1",
            "statuses never reported: EXPIRED REJECTD *",
            "10.4 %: 2 of 12 operations, 1 of 28 codes, 2 of 8 statuses",
        ],
    )
    assert done.ret == bool(outcomes.get("failed"))


def test_it_counts_what_came_up(pytester: pytest.Pytester) -> None:
    check_table(run(pytester, TESTS, "--winnerlook-coverage"), passed=3)


SCOPE = """[pytest]
winnerlook_coverage_operations = SendMsg SendBatchMsg
winnerlook_coverage_doors = post soap11
winnerlook_coverage_codes = -7
winnerlook_coverage_statuses = DELIVRD
"""


@pytest.mark.parametrize(("least", "code"), [("66", 0), ("67", 1)])
def test_too_little_fails_the_run(pytester: pytest.Pytester, least: str, code: int) -> None:
    """What counts can be narrowed to what the application does: here 4 of 6 points came up."""
    pytester.makeini(SCOPE)
    done = run(pytester, TESTS, f"--winnerlook-fail-under={least}")
    done.stdout.fnmatch_lines(["66.7 %: 2 of 4 operations at doors, 1 of 1 codes, 1 of 1 statuses"])
    assert done.ret == code
    assert any(line.startswith("FAILED: 66.7 % is less than the 67 %") for line in done.outlines) == bool(code)


def test_not_asked_for_it_is_not_there(pytester: pytest.Pytester) -> None:
    assert "winnerlook coverage" not in run(pytester, "def test_it(winnerlook_server): pass").stdout.str()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--winnerlook-fail-under=120"], "*a percentage is a number from 0 to 100, not '120'*"),
        (["--winnerlook-fail-under=much"], "*a percentage is a number from 0 to 100, not 'much'*"),
        (["--winnerlook-coverage", "-o", "winnerlook_coverage_operations=Sendmsg"], "*Sendmsg is none of GetBalanceConnect*"),
        (["--winnerlook-coverage", "-o", "winnerlook_coverage_codes=7"], "*7 is no failure code: they are negative, -7 for instance*"),
    ],
)
def test_a_wrong_option(pytester: pytest.Pytester, options: list[str], said: str) -> None:
    done = run(pytester, "def test_it(): pass", *options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([said])
