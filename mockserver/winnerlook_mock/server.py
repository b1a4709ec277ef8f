"""The mock as a server: in a thread of this process, ready when it is entered."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from winnerlook_mock.account import MockAccount
from winnerlook_mock.app import App
from winnerlook_mock.background import Background
from winnerlook_mock.control.security import Guard
from winnerlook_mock.extra import needed
from winnerlook_mock.faults.armed import ArmedFault
from winnerlook_mock.faults.fault import Fault, kind_of
from winnerlook_mock.gateway import Account, Clock, Gateway, Settings, money
from winnerlook_mock.gateway.settings.plain import read
from winnerlook_mock.holdings import Holdings
from winnerlook_mock.journal import ENTRIES, RAW_BYTES, Journal
from winnerlook_mock.listener import is_loopback
from winnerlook_mock.scenario import Scenario, applying
from winnerlook_mock.tls import Https

if TYPE_CHECKING:
    from winnerlook_mock.control.application import Control

StrPath = str | os.PathLike[str]


class MockServer(Holdings):
    """A simulated gateway on a real socket.

    Use it as a context manager: when the block is entered it answers, when it is left the port is free again. Every test takes an
    account of its own with `account`, and needs no other isolation.

    :param host: address to listen on; anything but loopback lets others reach it.
    :param port: 0 takes a free one.
    :param replay: answer every operation of every caller with the document's own sample.
    :param https_port: port of the same host for HTTPS, 0 for a free one, None for no HTTPS. A private CA makes a certificate for the run,
        good for localhost, the loopback addresses and `host`.
    :param cert: certificate in PEM to use instead; `key` is its key's file, where it is not in the same one.
    :param ca_file: where to write the CA's certificate; without it, to a temporary file that goes when the server stops.
    :param defaults: account settings (see `Settings`) that every account starts with, ``{"balance_interval": 0}`` for instance.
    :param journal_limit: how many exchanges the journal keeps.
    :param journal_raw_bytes: how many bytes of their raw bodies it keeps, the newest.
    :param push_networks: networks that pushes may go to besides loopback, ``["10.0.0.0/8"]``: whoever may set an account's push addresses
        reaches what the mock reaches.
    :param token: what whoever uses the control API below ``/_mock/`` has to show (see docs/reference/control-api.md). Without it, none is
        needed on a loopback address, and one is made up on any other.
    :param scenario: what the mock holds and what happens in it, a `Scenario` or the path of its file. What is given beside it goes before
        it: `clock` in place of its clock, and each of `defaults`. Raises ScenarioError before anything listens.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, clock: Clock | None = None, replay: bool = False,
        https_port: int | None = None, cert: StrPath | None = None, key: StrPath | None = None, ca_file: StrPath | None = None,
        defaults: Mapping[str, Any] | None = None, journal_limit: int = ENTRIES, journal_raw_bytes: int = RAW_BYTES,
        push_networks: Iterable[str] = (), token: str | None = None, scenario: Scenario | StrPath | None = None,
    ) -> None:
        played = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario) if scenario is not None else Scenario()
        self.gateway: Gateway = Gateway(
            clock or played.own_clock(), replay=replay, journal_limit=journal_limit, journal_raw_bytes=journal_raw_bytes,
            push_networks=[*played.push_networks, *push_networks],
        )
        self._defaults = {**read(played.settings()), **(defaults or {})}
        Settings(**self._defaults)  # a wrong default is found here, not with the first account
        applying.apply(played, self.gateway, self._defaults)
        self._running = Background(host, port, _https(https_port, cert, key, ca_file), "winnerlook-mock")
        self._token = token or ("" if is_loopback(host) else secrets.token_urlsafe(24))
        self._control: Control | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port: the `endpoint` for a client. Empty until started."""
        return self._running.url

    @property
    def https_url(self) -> str:
        """The same for HTTPS. Empty until started, and without `https_port`."""
        return self._running.https_url

    @property
    def token(self) -> str:
        """What the control API wants to be shown; empty where it wants nothing."""
        return self._token

    @property
    def ca_file(self) -> str | None:
        """Path of the CA certificate, in PEM, that a client has to trust. None until started, without HTTPS, and with a given `cert`."""
        return self._running.ca_file

    @property
    def clock(self) -> Clock:
        """The gateway's clock."""
        return self.gateway.clock

    @property
    def journal(self) -> Journal:
        """What came in and went out, of all accounts and of none."""
        return self.gateway.journal

    def account(
        self, user_code: str | None = None, user_pass: str | None = None, *, balance: Decimal | int | str = 10_000,
        clock: Clock | None = None, **settings: Any,
    ) -> MockAccount:
        """Open an account; name and password are made up where not given. It lives by the server's clock, or by a `clock` of its own, which
        others do not move. `settings` are those of `Settings`."""
        if clock is not None and not isinstance(clock, Clock):
            raise TypeError(f"an account's clock is a Clock, Clock(frozen=True) for instance, not a {type(clock).__name__}")
        account = Account(
            user_code or f"acct-{secrets.token_hex(5)}", user_pass or secrets.token_hex(8), money.amount("the balance", balance),
            Settings(**{**self._defaults, **settings}), clock,
        )
        self.gateway.add(account)
        return MockAccount(self.gateway, account)

    def play(self, directory: StrPath) -> None:
        """Answer every call from the files that ``winnerlook-mock record`` has written; nothing is simulated then, and no credentials are
        checked. Raises RecordingError, a ValueError, with every broken file and its line."""
        from winnerlook_mock.recording.playback import Playback  # noqa: PLC0415  # most servers never need it

        self.gateway.playback = Playback(Path(directory))

    @property
    def default_settings(self) -> Settings:
        """What an account lives by that is opened without settings of its own."""
        return Settings(**self._defaults)

    def fault(self, kind: str, **spec: Any) -> ArmedFault:
        """Let something go wrong with calls of any account, or of the one that `account` names (see `Fault`)."""
        return self.arm(Fault(kind=kind_of(kind), **spec))

    def arm(self, fault: Fault) -> ArmedFault:
        """Put a fault in force, as `fault` does with one that is spelt out."""
        return ArmedFault(self.gateway, self.gateway.arm(fault))

    def clear_faults(self, account: str | None = None) -> None:
        """Take all faults out of force, or those that are for one account only."""
        self.gateway.clear_faults(account)

    @property
    def faults(self) -> tuple[ArmedFault, ...]:
        """All faults in force, oldest first."""
        with self.gateway.lock:
            armed = list(self.gateway.faults)
        return tuple(ArmedFault(self.gateway, one) for one in armed)

    def start(self) -> Self:
        """Listen, and return once requests are answered. Raises AddressError where an address cannot be had, or HTTPS not be served with
        the certificate given."""
        if self._running.thread is not None:
            raise RuntimeError("this server has been started already")
        with needed():
            from winnerlook_mock.control.application import Control  # noqa: PLC0415  # imports starlette

            self._control = Control(self)
            app = App(self.gateway, self._control, Guard(self._token))
        with self.gateway.lock:
            self._kept_at_start = frozenset(self.gateway.accounts)
        self._running.start(app)
        self.gateway.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port. Does nothing when not running."""
        if self._control is not None:
            self.gateway.stop()
            self._running.stop(self._control.close)  # what streams ends first, so that stopping need not wait for it

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"MockServer({self.url or 'not started'!r})"


def _https(port: int | None, cert: StrPath | None, key: StrPath | None, ca_file: StrPath | None) -> Https | None:
    if port is not None:
        return Https(port, *(os.fspath(path) if path else None for path in (cert, key, ca_file)))
    if cert or key or ca_file:
        raise ValueError("a certificate, key or CA file is for HTTPS: give https_port too, 0 for a free port")
    return None
