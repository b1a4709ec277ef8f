"""The pytest plugin: a mock gateway for tests, at the cost of nothing where no test asks for it.

Nothing of the SDK or the mock is imported here, but by what a test or an option asks for: pytest imports this module wherever the package
is installed. What there is: `docs/how-to/pytest.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator

import pytest

from winnerlook_mock.pytest_plugin import blocking, capsules, markers, served
from winnerlook_mock.pytest_plugin.fixtures import (
    winnerlook_account,
    winnerlook_client,
    winnerlook_env,
    winnerlook_server,
    winnerlook_settings,
)

__all__ = ["winnerlook_account", "winnerlook_client", "winnerlook_env", "winnerlook_server", "winnerlook_settings"]

_MARKERS = (
    "winnerlook_account(balance=…, **settings): what the account of winnerlook_account starts with (see winnerlook_mock.Settings)",
    "winnerlook_replay(on=True): winnerlook_account is answered with the document's own samples",
    "winnerlook_fault(kind, **spec): a fault that strikes the calls of winnerlook_account (see docs/how-to/mock.md); may be repeated",
    "block_real_gateway(on=True): the test fails where it tries to reach the documented addresses of the gateway",
)
_COVERAGE_SCOPE = (
    ("operations", "documented names"), ("doors", "soap11, soap12, post, get"), ("codes", "failure codes"), ("statuses", "report statuses"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("winnerlook", "winnerlook: mock of the SMS gateway")
    group.addoption(
        "--winnerlook-server", metavar="shared|URL", default=None,
        help="one mock for all xdist workers, or the one that runs at this address (environment: WINNERLOOK_MOCK_SERVER; where it wants a"
        " token, WINNERLOOK_MOCK_TOKEN). Default: one for each worker",
    )
    group.addoption("--winnerlook-coverage", action="store_true", help="print which operations, doors, codes and statuses were exercised")
    group.addoption(
        "--winnerlook-fail-under", metavar="PERCENT", type=_percent, default=None, help="fail where less than this of them was exercised",
    )
    group.addoption(
        "--winnerlook-capsules", metavar="DIR", default=".winnerlook-capsules",
        help="where failing tests leave what their account holds, as JSON (default .winnerlook-capsules; empty for nowhere)",
    )
    parser.addini("winnerlook_block_real_gateway", "block_real_gateway for all tests", type="bool", default=False)
    for name, what in _COVERAGE_SCOPE:
        parser.addini(f"winnerlook_coverage_{name}", f"{what} that count for the coverage (default: docs/how-to/pytest.md)", type="args")


def pytest_configure(config: pytest.Config) -> None:
    """The markers, and what the options ask for."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("winnerlook_coverage") or config.getoption("winnerlook_fail_under") is not None:
        from winnerlook_mock.pytest_plugin.table import CoverageTable  # noqa: PLC0415  # who does not ask does not pay

        config.pluginmanager.register(CoverageTable(config), "winnerlook-coverage")
    config.pluginmanager.register(served.Shared(config), "winnerlook-shared")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keeps a test away from the real gateway, and closes its account when all was said about it."""
    with blocking.guard(item):
        done = yield
    served.close_account(item)
    return done


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A switch that says something else than on or off."""
    markers.is_on(item, "block_real_gateway", default=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that caught the error of its attempt, or made it in another thread, fails all the same."""
    done = yield
    blocking.fail_if_tried(item)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test leaves a capsule."""
    report = yield
    if report.failed:
        capsules.attach(item, report)
    return report


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"a percentage is a number from 0 to 100, not {text!r}")
    return value
