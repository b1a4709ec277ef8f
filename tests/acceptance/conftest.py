"""One mock for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from winnerlook_mock import MockAccount, MockServer


@pytest.fixture(scope="session")
def mock() -> Iterator[MockServer]:
    with MockServer(defaults={"balance_interval": 0}) as server:
        yield server


@pytest.fixture
def account(mock: MockServer) -> MockAccount:
    return mock.account(balance=1000)
