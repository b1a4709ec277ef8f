"""A client of the test's own account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from winnerlook import Client
from winnerlook_mock import MockAccount, MockServer


@pytest.fixture(params=["soap11", "soap12"])
def binding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sms(mock: MockServer, account: MockAccount, binding: str) -> Iterator[Client]:
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as client:
        yield client
