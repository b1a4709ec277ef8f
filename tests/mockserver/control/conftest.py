from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mockserver.control.caller import Api
from winnerlook_mock import MockServer


@pytest.fixture(scope="session")
def api(mock: MockServer) -> Api:
    """The API of the server that all tests share."""
    return Api(mock.url)


@pytest.fixture
def own() -> Iterator[MockServer]:
    """A server of the test's own, for what concerns all accounts."""
    with MockServer(defaults={"balance_interval": 0}) as server:
        yield server
