"""What failing tests leave."""

from __future__ import annotations

import json

import pytest

from tests.mockserver.pytest_plugin.running import run
from winnerlook_mock.cli.replaying import opened

pytest_plugins = ["pytester"]

FAILING = """
def test_fails(sms, winnerlook_account):
    sms.send(PHONE, TEXT)
    winnerlook_account.assert_sent(to="13900000001")
"""


def check_capsule(pytester: pytest.Pytester, done: pytest.RunResult) -> None:
    """The report says where; what is in it opens again, and holds what the test saw."""
    (path,) = (pytester.path / ".winnerlook-capsules").iterdir()
    done.stdout.fnmatch_lines(["*winnerlook capsule*", str(path), f"open it with: winnerlook-mock replay {path}"])
    state = json.loads(path.read_text())
    assert state["test"] == {"id": "test_it.py::test_fails", "phase": "call"}
    (account,) = opened(state).accounts
    assert [message.phone for message in account.messages] == ["13900000000"]
    assert [entry.operation for entry in account.journal] == ["SendMsg"]


def test_a_failing_test_leaves_a_capsule(pytester: pytest.Pytester) -> None:
    done = run(pytester, FAILING)
    done.assert_outcomes(failed=1)
    check_capsule(pytester, done)


def test_one_that_cannot_be_written(pytester: pytest.Pytester) -> None:
    """The report says so; the run goes on."""
    pytester.makefile("", kept="a file")
    done = run(pytester, FAILING + "\ndef test_next(): pass\n", "--winnerlook-capsules=kept/here")
    done.assert_outcomes(failed=1, passed=1)
    done.stdout.fnmatch_lines(["*winnerlook capsule*", "none: *kept*"])


def test_others_leave_none(pytester: pytest.Pytester) -> None:
    """A test that passes, one without an account, one that is expected to fail; nor is a directory made."""
    tests = FAILING.replace("def test", "@pytest.mark.xfail\ndef test") + """
def test_passes(winnerlook_account):
    pass

def test_without(winnerlook_server):
    assert False
"""
    run(pytester, tests).assert_outcomes(passed=1, failed=1, xfailed=1)
    assert not (pytester.path / ".winnerlook-capsules").exists()


def test_where_they_go(pytester: pytest.Pytester) -> None:
    """A directory of one's own, or nowhere; one a test, whatever it is called, however many of its phases fail."""
    tests = """
@pytest.fixture
def broken(winnerlook_account):
    yield
    assert False

@pytest.mark.parametrize("name", ["a/b", "../../c", "长" * 300, "d"])
def test_fails(name, broken, winnerlook_account):
    assert False
"""
    run(pytester, tests, "--winnerlook-capsules=").assert_outcomes(failed=4, errors=4)
    assert not (pytester.path / ".winnerlook-capsules").exists()
    run(pytester, tests, "--winnerlook-capsules=kept/here").assert_outcomes(failed=4, errors=4)
    assert len(list((pytester.path / "kept" / "here").glob("*.json"))) == 4
