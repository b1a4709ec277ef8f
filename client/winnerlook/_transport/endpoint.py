"""Where the gateway is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from winnerlook.errors import ConfigurationError
from winnerlook.operations import HTTP_BASE, HTTPS_BASE

_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(%\w+)?")  # a name, IDN included, or an address, with its scope if it is IPv6
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Scheme, host and port; the paths below it are the document's."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Read ``http://127.0.0.1:8118``. Raises ConfigurationError."""
        try:
            parts = urlsplit(text.strip())
            port = parts.port
        except ValueError:
            raise ConfigurationError(f"the endpoint is no URL: {_hint()}") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError(f"the endpoint must begin with http:// or https:// and name a host: {_hint()}")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError("the endpoint must not hold a user name or password: pass user_code and user_pass")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ConfigurationError(f"the endpoint must be scheme, host and port only, the paths are the document's: {_hint()}")
        if not _HOST.fullmatch(parts.hostname) or port == 0:
            raise ConfigurationError(f"the endpoint names no host and port that can exist: {_hint()}")
        return cls(parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def _hint() -> str:
    return f"http://127.0.0.1:8118 for the mock, {HTTPS_BASE} or {HTTP_BASE} for the documented gateway"
