"""A mock for the whole session, and an account of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from winnerlook import Client
from winnerlook_mock import MockAccount, MockServer

Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def mock() -> Iterator[MockServer]:
    with MockServer(defaults={"balance_interval": 0}) as server:
        yield server


@pytest.fixture
def account(mock: MockServer) -> MockAccount:
    return mock.account(balance=10_000)


@pytest.fixture(params=["soap11", "soap12"])
def binding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sms(mock: MockServer, account: MockAccount, binding: str) -> Iterator[Client]:
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as client:
        yield client
