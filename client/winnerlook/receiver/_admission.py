"""Who may push, where to and how much: what is checked before a body is read."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable

from winnerlook.errors import ConfigurationError
from winnerlook.receiver import _answers as answers
from winnerlook.receiver._answers import Answer

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Characters that no server, proxy or framework spells in another way.
_SECRET = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_MAPPED_BITS = 96


class Admission:
    """The rules. Raises ConfigurationError for those that make no sense; its text never holds the secret."""

    def __init__(self, *, secret: str | None, allowed_ips: Iterable[str], max_bytes: int) -> None:
        if secret is not None and not _SECRET.fullmatch(secret):
            raise ConfigurationError(
                "secret must be letters, digits, '-', '.', '_' or '~', not beginning with a dot: it is the last part of a URL; "
                "None takes pushes at any path"
            )
        if not isinstance(max_bytes, int) or max_bytes < 1:
            raise ConfigurationError("max_bytes must be a whole number from 1 on")
        self._secret = None if secret is None else secret.encode("ascii")
        self._networks = tuple(map(_network, [allowed_ips] if isinstance(allowed_ips, str) else allowed_ips))
        self.max_bytes = max_bytes

    def refusal(self, method: str, path: str, peer: str | None, length: int) -> Answer | None:
        """Why this request is not taken, None if it is. `length` is that of the body in bytes, 0 while it is not known."""
        if self._networks and not self._allows(address(peer)):
            return answers.STRANGER
        if self._secret is not None and not hmac.compare_digest(_last_segment(path), self._secret):
            return answers.NOWHERE
        if method != "POST":
            return answers.NOT_POST
        return answers.too_large(self.max_bytes) if length > self.max_bytes else None

    def _allows(self, peer: _Address | None) -> bool:
        return peer is not None and any(peer in network for network in self._networks)


def address(peer: str | None) -> _Address | None:
    """A peer's address; IPv4 that a socket for both kinds shows as IPv6 is IPv4. None for what is none, such as a Unix socket's."""
    try:
        found = ipaddress.ip_address(peer or "")
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _network(text: str) -> _Network:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ConfigurationError(f"allowed_ips: {text!r} is neither an address nor a network such as 192.0.2.0/24") from None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        return network if mapped is None else ipaddress.ip_network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _last_segment(path: str) -> bytes:
    return path.rstrip("/").rpartition("/")[2].encode("utf-8", "surrogatepass")
