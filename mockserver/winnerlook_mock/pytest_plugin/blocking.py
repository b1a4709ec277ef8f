"""Keeps tests away from the real gateway: an attempt to connect to a documented address (A1, A2) fails before anything leaves.

While a guard is in force, the methods of `socket.socket` that name a destination look at it first; for others that is one look into a set.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

_TRIED: pytest.StashKey[list[str]] = pytest.StashKey()
_METHODS = ("connect", "connect_ex", "sendto")


@contextmanager
def guard(item: pytest.Item) -> Iterator[None]:
    """Guard a test, where it or the configuration asks for that."""
    if not _is_wanted(item):
        yield
        return
    tried = item.stash[_TRIED] = []
    hosts = _hosts()
    with pytest.MonkeyPatch.context() as patch:
        for name in _METHODS:
            patch.setattr(socket.socket, name, _checked(getattr(socket.socket, name), hosts, tried))
        yield


def fail_if_tried(item: pytest.Item) -> None:
    """Fail a test that made an attempt, whatever it made of the error."""
    tried = item.stash.get(_TRIED, [])
    if tried:
        pytest.fail(tried[0], pytrace=False)


def _is_wanted(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("block_real_gateway")
    if marker is None:
        return bool(item.config.getini("winnerlook_block_real_gateway"))
    return bool(marker.args[0] if marker.args else marker.kwargs.get("on", True))


def _hosts() -> frozenset[str]:
    """The documented hosts, as sockets may be given them."""
    from winnerlook.operations import HTTP_BASE, HTTPS_BASE  # noqa: PLC0415  # who does not ask does not pay

    plain = {urlsplit(base).hostname or "" for base in (HTTP_BASE, HTTPS_BASE)}
    mapped = {f"::ffff:{host}" for host in plain}
    return frozenset(plain | mapped | {socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host)) for host in mapped})


def _checked(method: Any, hosts: frozenset[str], tried: list[str]) -> Any:
    def checked(sock: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1] if arguments else None
        if isinstance(address, tuple) and address and isinstance(address[0], str) and address[0].lower() in hosts:
            tried.append(_words(address))
            sock.close()  # whoever waits for an OSError leaves it open
            pytest.fail(tried[-1])
        return method(sock, *arguments)

    return checked


def _words(address: tuple[Any, ...]) -> str:
    return (
        f"this test tried to reach the real gateway at {address[0]}:{address[1]}; nothing was sent. Point the program at the mock:"
        " endpoint=winnerlook_server.url, or the fixture winnerlook_env"
    )
