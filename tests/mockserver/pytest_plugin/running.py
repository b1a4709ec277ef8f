"""Runs pytest with the plugin, in a process of its own."""

from __future__ import annotations

import pytest

PLUGIN = ("-p", "no:winnerlook", "-p", "winnerlook_mock.pytest_plugin", "-p", "xdist", "-p", "no:cacheprovider")
"""The plugin by its module: where the package is installed it would be there by its entry point, too."""

HEAD = """
import pytest
from winnerlook import Client

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"

@pytest.fixture
def sms(winnerlook_server, winnerlook_account):
    with Client(winnerlook_account.user_code, winnerlook_account.user_pass, endpoint=winnerlook_server.url, binding="http") as client:
        yield client
"""
"""The plain door spares zeep, which takes long to import."""


def run(pytester: pytest.Pytester, tests: str, *options: str, head: str = HEAD) -> pytest.RunResult:
    """A run of these tests."""
    pytester.makepyfile(test_it=head + tests)
    return pytester.runpytest_subprocess(*PLUGIN, "-W", "error", *options, timeout=120)
