"""Listening sockets."""

from __future__ import annotations

import socket

import pytest

from winnerlook_mock import AddressError
from winnerlook_mock.listener import bind, is_loopback, url_of


def ipv6_loopback() -> bool:
    """Whether this machine has ::1."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not ipv6_loopback(), reason="this machine has no IPv6 loopback")


def test_port_0_takes_a_free_one() -> None:
    with bind("127.0.0.1", 0) as one, bind("127.0.0.1", 0) as other:
        assert url_of(one) != url_of(other)
        assert url_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}"
        with socket.create_connection(one.getsockname()[:2], timeout=5):
            pass


def test_a_taken_port_is_a_clear_error() -> None:
    """An AddressError is an OSError that says which port, and what to do."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"port {port} .*taken.*0 for a free one") as error:
            bind("127.0.0.1", port)
    assert isinstance(error.value, OSError)
    assert error.value.__cause__ is not None


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_port_that_cannot_be_is_a_clear_error(port: int) -> None:
    """Resolvers take the remainder: 70000 would silently listen on 4464."""
    with pytest.raises(AddressError, match=str(port)):
        bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("192.0.2.1", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found])
    with pytest.raises(AddressError, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_a_name_that_is_none_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(AddressError, match=r"no-such-host.*not known"):
        bind("no-such-host", 0)


def test_a_name_of_a_shape_no_name_has_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnicodeError("label too long")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(AddressError, match="label too long"):
        bind("x" * 64, 0)


def test_a_wildcard_address_is_shown_as_loopback() -> None:
    with bind("0.0.0.0", 0) as sock:
        assert url_of(sock, "https") == f"https://127.0.0.1:{sock.getsockname()[1]}"


@needs_ipv6
@pytest.mark.parametrize("host", ["::1", "::"])
def test_an_ipv6_address_stands_in_brackets(host: str) -> None:
    with bind(host, 0) as sock:
        assert url_of(sock) == f"http://[::1]:{sock.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False),
     ("example.org", False), ("", False)],
)
def test_loopback_is_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
