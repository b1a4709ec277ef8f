"""Refuses every socket that leaves this machine (A1, A2: the vendor's live addresses are never contacted)."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class LeftLoopbackError(RuntimeError):
    """A test tried to reach another machine."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        _check(arguments[1])
    elif event == "socket.getaddrinfo":
        _check(arguments)


def _check(address: object) -> None:
    if not isinstance(address, tuple) or not address:  # a Unix socket, or none
        return
    host = address[0]
    if host in {None, "", "localhost", b"localhost"}:
        return
    try:
        inside = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        raise LeftLoopbackError(f"the name {host!r} would be looked up: tests use loopback only") from None
    if not (inside.is_loopback or inside.is_unspecified):
        raise LeftLoopbackError(f"{host} is not on this machine: tests use loopback only")


def enforce() -> None:
    """From now on, in this process, for good."""
    sys.addaudithook(_audit)
