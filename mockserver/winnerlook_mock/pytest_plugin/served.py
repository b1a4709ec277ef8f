"""Which server a test run talks to: one of this process, one that xdist's controller started for all workers, or one that runs anyway."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, TypeGuard, cast
from urllib.parse import urlsplit

import pytest

from winnerlook_mock.extra import needed

if TYPE_CHECKING:
    from winnerlook_mock.account import MockAccount
    from winnerlook_mock.pytest_plugin.remote import RemoteAccount, RemoteServer
    from winnerlook_mock.server import MockServer

    AnyServer = MockServer | RemoteServer
    AnyAccount = MockAccount | RemoteAccount

SHARED = "shared"
_INPUT, _STARTED = "winnerlook_server", "winnerlook_server_started"
_ACCOUNT: pytest.StashKey[tuple[AnyServer, AnyAccount]] = pytest.StashKey()


class Shared:
    """In xdist's controller: starts the server that all workers share, with the first of them, and stops it in the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._server: MockServer | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where the server is."""
        address = address_of(self._config)
        node.workerinput[_STARTED] = address == SHARED
        node.workerinput[_INPUT] = self._started().url if address == SHARED else address

    def pytest_unconfigure(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.stop()

    def _started(self) -> MockServer:
        with needed():
            from winnerlook_mock.server import MockServer  # noqa: PLC0415  # who does not ask does not pay

        if self._server is None:
            self._server = MockServer().start()
            observe(self._config, self._server)
        return self._server


def address_of(config: pytest.Config) -> str:
    """``shared``, an address, or empty for a server of this process. Raises pytest.UsageError."""
    given = getattr(config, "workerinput", {}).get(_INPUT) or config.getoption("winnerlook_server")
    address = given or os.environ.get("WINNERLOOK_MOCK_SERVER", "")
    if address and address != SHARED and not (urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname):
        raise pytest.UsageError(f"--winnerlook-server is {SHARED}, or an address as http://127.0.0.1:8118")
    return address.rstrip("/")


def is_own(server: AnyServer) -> TypeGuard[MockServer]:
    """Whether the server is in this process."""
    return hasattr(server, "gateway")


def is_started_by_controller(config: pytest.Config) -> bool:
    """Whether this is a worker whose controller started the server."""
    return bool(getattr(config, "workerinput", {}).get(_STARTED))


def observe(config: pytest.Config, server: AnyServer) -> None:
    """Let the coverage table count what this server does, where one is asked for."""
    table = config.pluginmanager.get_plugin("winnerlook-coverage")
    if table is not None:
        table.observe(server)


def keep_account(item: pytest.Item, server: AnyServer, account: AnyAccount) -> None:
    """Remember the account of a test until all was said about the test."""
    item.stash[_ACCOUNT] = server, account


def account_of(item: pytest.Item) -> tuple[AnyServer, AnyAccount] | None:
    """The account of a test, and its server."""
    return item.stash.get(_ACCOUNT, None)


def state_of(server: AnyServer, account: AnyAccount) -> dict[str, Any]:
    """All that an account holds, with the clocks and faults (see `winnerlook_mock.state`)."""
    from winnerlook_mock.state import export_state  # noqa: PLC0415

    if is_own(server):
        return export_state(server, accounts=[account.user_code])
    return cast("RemoteServer", server).export(account.user_code)


def close_account(item: pytest.Item) -> None:
    """The test is over: nothing of its account is needed any more."""
    kept = item.stash.get(_ACCOUNT, None)
    if kept is None:
        return
    del item.stash[_ACCOUNT]
    server, account = kept
    table = item.config.pluginmanager.get_plugin("winnerlook-coverage")
    if table is not None:
        table.account_done(server, account)
    with contextlib.suppress(LookupError):  # the test removed it
        server.remove(account.user_code)
