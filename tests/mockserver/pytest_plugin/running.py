"""Runs pytest with the plugin: in this process, which has the libraries loaded, or where that matters in one of its own."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import pytest

import winnerlook_mock

_PLUGIN = "winnerlook_mock.pytest_plugin"
PLUGIN = ("-p", "no:winnerlook", "-p", _PLUGIN, "-p", "xdist", "-p", "no:cacheprovider")
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

# pytester forgets the modules that a run imports: one that another still knows would be there twice, and so would its classes.
for module in pkgutil.walk_packages(winnerlook_mock.__path__, "winnerlook_mock."):
    if not module.name.startswith(_PLUGIN) and not module.name.endswith("__main__"):
        importlib.import_module(module.name)

# The run outside sees what these two see, and need not collect all garbage at the end of each run inside.
_INSIDE = ("-p", "no:unraisableexception", "-p", "no:threadexception")


def run(pytester: pytest.Pytester, tests: str, *options: str, head: str = HEAD) -> pytest.RunResult:
    """A run of these tests in this process."""
    pytester.makepyfile(test_it=head + tests)
    for name in [name for name in sys.modules if name.startswith(_PLUGIN)]:
        del sys.modules[name]  # as in a process that begins; pytester puts it back
    return pytester.runpytest_inprocess(*PLUGIN, *_INSIDE, "-W", "error", *options)


def run_apart(pytester: pytest.Pytester, tests: str, *options: str, head: str = HEAD) -> pytest.RunResult:
    """A run of these tests in a process of its own."""
    pytester.makepyfile(test_it=head + tests)
    return pytester.runpytest_subprocess(*PLUGIN, "-W", "error", *options, timeout=120)
