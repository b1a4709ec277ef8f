"""The fixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from winnerlook_mock.extra import needed
from winnerlook_mock.pytest_plugin import markers, served

if TYPE_CHECKING:
    from winnerlook import Client
    from winnerlook_mock.pytest_plugin.served import AnyAccount, AnyServer


@pytest.fixture(scope="session")
def winnerlook_settings() -> dict[str, Any]:
    """Arguments of `MockServer` for `winnerlook_server`, ``{"defaults": {"balance_interval": 0}}`` for instance; override it. Of a server
    that is shared, `defaults` only are taken, for the accounts of these tests."""
    return {}


@pytest.fixture(scope="session")
def winnerlook_server(request: pytest.FixtureRequest, winnerlook_settings: dict[str, Any]) -> Iterator[AnyServer]:
    """The mock, one for the session: of this process, thus one for each xdist worker, or the one of ``--winnerlook-server``."""
    address = served.address_of(request.config)
    if address and address != served.SHARED:
        from winnerlook_mock.pytest_plugin.remote import RemoteServer  # noqa: PLC0415  # who does not ask does not pay

        remote = RemoteServer(
            address, token=os.environ.get("WINNERLOOK_MOCK_TOKEN", ""), defaults=winnerlook_settings.get("defaults", {}),
        )
        served.observe(request.config, remote)
        yield remote
        return
    with needed():
        from winnerlook_mock.server import MockServer  # noqa: PLC0415

    with MockServer(**winnerlook_settings) as server:
        served.observe(request.config, server)
        yield server


@pytest.fixture
def winnerlook_account(request: pytest.FixtureRequest, winnerlook_server: AnyServer) -> Iterator[AnyAccount]:
    """An account of the test's own, with a clock of its own, as its markers `winnerlook_account`, `winnerlook_replay` and
    `winnerlook_fault` say."""
    node = request.node
    with markers.told(list(node.iter_markers("winnerlook_account"))):
        account = winnerlook_server.account(**{"clock": _clock(), **markers.opening(node)})
    served.keep_account(node, winnerlook_server, account)
    with ExitStack() as faults:
        for marker, kind, spec in markers.faults(node):
            with markers.told([marker]):
                faults.enter_context(_armed(winnerlook_server, account, kind, **spec))
        yield account


@pytest.fixture
def winnerlook_client(winnerlook_server: AnyServer, winnerlook_account: AnyAccount) -> Iterator[Client]:
    """The SDK's client on the account of the test."""
    from winnerlook import Client  # noqa: PLC0415

    with Client(winnerlook_account.user_code, winnerlook_account.user_pass, endpoint=winnerlook_server.url) as client:
        yield client


@pytest.fixture
def winnerlook_env(
    monkeypatch: pytest.MonkeyPatch, winnerlook_server: AnyServer, winnerlook_account: AnyAccount,
) -> dict[str, str]:
    """The settings of the SDK in the environment, pointing at the account of the test; no others are there. They are returned."""
    for name in list(os.environ):
        if name.startswith("WINNERLOOK_") and not name.startswith("WINNERLOOK_MOCK_"):
            monkeypatch.delenv(name)
    settings = {
        "WINNERLOOK_ENDPOINT": winnerlook_server.url,
        "WINNERLOOK_USER_CODE": winnerlook_account.user_code,
        "WINNERLOOK_USER_PASS": winnerlook_account.user_pass,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


def _clock() -> Any:
    from winnerlook_mock.gateway.clock import Clock  # noqa: PLC0415

    return Clock()


def _armed(server: AnyServer, account: AnyAccount, kind: str, **spec: Any) -> Any:
    """A fault for the account; one that strikes before it can be known whose call it is, for all calls of a server of one's own."""
    if spec.get("stage") != "before-reading":
        return account.fault(kind, **spec)
    if served.is_own(server):
        return server.fault(kind, **spec)
    raise pytest.UsageError("a reset before reading strikes whoever calls next, of all tests: it needs a server that is not shared")
