"""Tags, somebody who watches for them, and an account that has them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch, watching
from tests.client.cli.conftest import run
from winnerlook_mock import MockAccount, MockServer

__all__ = ["run"]


@pytest.fixture
def tags() -> Tags:
    return Tags()


@pytest.fixture
def watch(tags: Tags) -> Iterator[Watch]:
    with watching(tags) as seen:
        yield seen


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """One whose log is watched as well: it is started before."""
    with MockServer(defaults={"balance_interval": 0}, https_port=0) as running:
        yield running


@pytest.fixture
def account(server: MockServer, tags: Tags) -> MockAccount:
    return server.account(user_pass=tags.password, balance=10_000)
