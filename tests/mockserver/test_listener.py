"""Listening sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys
import warnings
from urllib.parse import urlsplit

import pytest

from winnerlook_mock import AddressError, MockServer
from winnerlook_mock.listener import PromptServer, bind, is_loopback, url_of


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


def test_a_port_is_not_shared_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """There SO_REUSEADDR takes a port that another program listens on, and another option is what it is elsewhere."""
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    with bind("127.0.0.1", 0) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


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


async def _stopped_with_newcomers(clients: list[socket.socket], turns: int) -> None:
    """Serve, and let clients connect so many turns of the loop after the stop."""
    started = asyncio.Event()
    with bind("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        server = PromptServer(None, started.set)
        serving = asyncio.create_task(server.serve([listener]))
        await started.wait()
        server.stop()
        for _ in range(turns):
            await asyncio.sleep(0)
        with contextlib.suppress(ConnectionRefusedError):
            clients += [socket.create_connection(address, timeout=20) for _ in range(3)]
        await serving


def test_connections_that_come_with_the_stop_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transport is left for the garbage collector, which would complain (in words and, on Python 3.13, with an exception)."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    clients: list[socket.socket] = []
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for turns in range(10):
            asyncio.run(_stopped_with_newcomers(clients, turns))
            for _ in range(4):  # in a thread of its own, the turn that they come in varies
                with MockServer() as mock:
                    address = urlsplit(mock.url)
                    clients += [socket.create_connection((address.hostname, address.port), timeout=20) for _ in range(3)]
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert complaints == []
    for client in clients:
        with client, contextlib.suppress(ConnectionResetError):  # the system resets what was never accepted
            assert client.recv(1) == b""


def test_a_stop_waits_until_aborted_connections_are_gone() -> None:
    """Their protocols have heard of it when the server's coroutine ends."""

    async def serve() -> int:
        started, asked = asyncio.Event(), asyncio.Event()

        async def stall(scope: object, receive: object, send: object) -> None:
            asked.set()
            await asyncio.Event().wait()

        with bind("127.0.0.1", 0) as listener:
            server = PromptServer(stall, started.set)
            serving = asyncio.create_task(server.serve([listener]))
            await started.wait()
            _, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await asked.wait()
            server.stop()
            await serving
            writer.close()
            return len(server.server_state.connections) + len(server.server_state.tasks)

    assert asyncio.run(serve()) == 0
