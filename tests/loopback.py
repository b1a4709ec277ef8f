"""Refuses every socket that leaves this machine (A1, A2: the vendor's live addresses are never contacted)."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class LeftLoopbackError(RuntimeError):
    """A test tried to reach another machine."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        destination = arguments[1]
        if isinstance(destination, tuple) and destination:  # not a Unix socket, not a connected one
            _check_address(destination[0])
    elif event == "socket.getaddrinfo":
        _check_name(arguments[0])


def _check_address(host: str) -> None:
    address = ipaddress.ip_address(host)
    if not (address.is_loopback or address.is_unspecified):
        raise LeftLoopbackError(f"{host} is not on this machine: tests use loopback only")


def _check_name(host: str | bytes | None) -> None:
    """An address needs no look-up; a name would be asked of another machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        ipaddress.ip_address(name)
    except ValueError:
        raise LeftLoopbackError(f"the name {name!r} would be looked up: tests use loopback only") from None


def enforce() -> None:
    """From now on, in this process, for good."""
    sys.addaudithook(_audit)
