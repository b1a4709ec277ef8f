"""What every test gets: no socket leaves the loopback range, no setting leaks in from outside; and for those who ask, a mock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import loopback
from winnerlook_mock import MockAccount, MockServer

loopback.enforce()
# No test waits for a disk: what processes that are killed have written is there all the same.
_MEMORY, _ENOUGH = Path("/dev/shm"), 2 * 1024**3
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
settings.register_profile("suite", deadline=None, max_examples=50)  # a busy machine is no failure; `make fuzz` goes deeper
settings.load_profile("suite")
# Programs that tests start install the same guard: Python imports sitecustomize by itself.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parent / "subprocess_site"), os.environ.get("PYTHONPATH")]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Tests wait for programs, databases and browsers a third of their time: there are two workers more than processors."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 2 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for variable in list(os.environ):
        if variable.startswith("WINNERLOOK_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "no-home"))


@pytest.fixture(scope="session")
def mock() -> Iterator[MockServer]:
    """One server for all: an account is what isolates a test."""
    with MockServer(defaults={"balance_interval": 0}) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL for all: to stop it sooner would stop that of other tests."""
    from tests.client.outbox import postgres  # what needs no database needs no driver

    with postgres.running() as address:
        yield address


@pytest.fixture
def account(mock: MockServer) -> MockAccount:
    return mock.account(balance=10_000)
