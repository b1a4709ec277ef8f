"""Where pushes may go, and that they go nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.mockserver.gateway.caller import Caller, still_clock
from tests.mockserver.push.receiver import WAIT, Receiver
from winnerlook_mock import ForbiddenTargetError, MockServer
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.push.courier import Allowance, Courier, Outcome
from winnerlook_mock.push.pusher import JSON

BODY = '{"list":[],"account":"甲","type":1}'.encode()
FORBIDDEN = [
    "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "8.8.8.8", "[::]", "[fe80::1]", "[::ffff:10.0.0.1]", "[::ffff:0.0.0.0]",
]
SPELLINGS = ["167772161", "0x0a000001", "012.0.0.1", "10.1", "0", "0x0", "0.0"]
"""Of 10.0.0.1 and 0.0.0.0, as the C library reads them."""


def _post(url: str, allowance: Allowance) -> Outcome:
    return Courier(allowance).post(url, BODY, JSON, timeout=WAIT, verify=True)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "https://127.9.9.9:8443/x", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://LocalHost:80/"],
)
def test_loopback_is_allowed(url: str) -> None:
    """P1."""
    Allowance().check(url)


@pytest.mark.parametrize(
    "host", [*FORBIDDEN, *SPELLINGS, "receiver.example", "localhost.", "localhost.example", "127.0.0.1.nip.io", "①②⑦.0.0.1"],
)
def test_nothing_else_is_and_no_name_is_looked_up(host: str) -> None:
    """P1: a mock must not be a way to reach inner networks. The suite's guard raises where a name would be looked up."""
    for allowance in (Allowance(), Allowance([])):
        with pytest.raises(ForbiddenTargetError, match="push_networks"):
            allowance.check(f"http://{host}:8000/push")


def test_networks_may_be_allowed_and_names_with_them() -> None:
    """P1: what a name stands for is found out when it is connected to."""
    allowance = Allowance(["10.0.0.0/8", "fd00::/8"])
    for url in ("http://10.1.2.3/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/", "http://127.0.0.1/", "http://receiver.example/"):
        allowance.check(url)
    for url in ("http://11.0.0.1/", "http://192.168.0.1/", "http://[fe80::1]/", "http://[::ffff:11.0.0.1]/", "http://0.0.0.0/"):
        with pytest.raises(ForbiddenTargetError):
            allowance.check(url)


@pytest.mark.parametrize("networks", ["10.0.0.0/8", ["10.0.0.1/8"], ["everything"], [""], [None]])
def test_what_is_no_network_is_refused(networks: Any) -> None:
    with pytest.raises(ValueError):
        Allowance(networks)


@pytest.mark.parametrize("host", [*FORBIDDEN, *SPELLINGS])
@pytest.mark.parametrize("networks", [(), ("192.0.2.0/24",)])
def test_a_forbidden_address_is_not_connected_to_however_it_is_spelt(host: str, networks: tuple[str, ...]) -> None:
    """P1: checked at the connection again. The suite's guard would raise where a socket leaves loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was connected to"))
        if host in SPELLINGS:
            meant = socket.inet_ntoa(socket.inet_aton(host))
            patch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (meant, 8000))])
        outcome = _post(f"http://{host}:8000/s3cret", Allowance(networks))
    assert outcome.status is None
    assert "is not: allow its network" in outcome.problem
    assert "s3cret" not in outcome.problem


def _resolving(*addresses: str) -> Callable[..., list[Any]]:
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *arguments: Any, **options: Any) -> list[Any]:
        if host != "receiver.example":
            return real(host, port, *arguments, **options)
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return getaddrinfo


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("169.254.169.254", "0.0.0.0"), ("::ffff:10.0.0.1", "fe80::1%1")])
def test_a_name_that_stands_for_a_forbidden_address_is_refused_at_the_connection(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...],
) -> None:
    """P1: whoever owns a name may let it stand for anything."""
    monkeypatch.setattr(socket, "getaddrinfo", _resolving(*addresses))
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was connected to"))
    outcome = _post("http://receiver.example/", Allowance(["192.0.2.0/24"]))
    assert (outcome.status, outcome.problem) == (None, (
        "pushes go to this machine only, and receiver.example is not: allow its network when the mock is started"
        " (push_networks, --push-network)"
    ))


def test_of_a_name_with_several_addresses_the_allowed_ones_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """P1: the name is looked up once, so that it cannot change its mind."""
    with closing(socket.create_server(("127.0.0.2", 0))) as gone:
        port = gone.getsockname()[1]
    with Receiver() as receiver:
        port = int(receiver.address.rpartition(":")[2])
        monkeypatch.setattr(socket, "getaddrinfo", _resolving("10.0.0.1", "127.0.0.2", "127.0.0.1"))
        outcome = _post(f"http://receiver.example:{port}/", Allowance(["192.0.2.0/24"]))
        assert outcome.status == 200
        assert receiver.requests[0].headers["host"] == f"receiver.example:{port}"


def test_an_unknown_name_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """P4."""

    def unknown(*_arguments: Any, **_options: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "receiver.example is unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert _post("http://receiver.example/", Allowance(["192.0.2.0/24"])).problem == "the receiver's name is unknown"


def test_an_account_cannot_be_opened_or_changed_to_push_elsewhere() -> None:
    """P1: found when it is set, not when it is pushed; nothing is changed."""
    with MockServer() as mock:
        for url in ("http://10.0.0.1/", "http://receiver.example/"):
            with pytest.raises(ForbiddenTargetError):
                mock.account("elsewhere", report_url=url)
            account = mock.account()
            with pytest.raises(ForbiddenTargetError):
                account.configure(reply_url=url, price=7)
            assert account._account.settings.price == 1
        assert "elsewhere" not in mock.gateway.accounts
    caller = Caller(Gateway(still_clock(), push_networks=["10.0.0.0/8"]), report_url="http://10.0.0.1/")
    assert caller.account.settings.report_url
