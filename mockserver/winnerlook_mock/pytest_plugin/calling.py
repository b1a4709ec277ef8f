"""Calls of a mock's control API, over the standard library alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

ROOT = "/_mock/api/v1"
_SECONDS = 30.0
_ERRORS: dict[int, type[Exception]] = {404: LookupError, 408: TimeoutError, 409: ValueError, 422: ValueError}


class Api:
    """The API of the mock at an address; each call has a connection of its own, so that threads may share it."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        parts = urlsplit(url)
        self._scheme, self._host, self._port = parts.scheme, parts.hostname or "", parts.port
        self._headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}

    def call(self, method: str, *path: object, body: Any = None, **query: Any) -> Any:
        """What is answered, None for nothing. Raises LookupError, ValueError or TimeoutError as the API says, and ConnectionError where it
        does not answer, or not as an API."""
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        try:
            with closing(self._connection(_SECONDS)) as connection:
                connection.request(method, _address(path, query), None if body is None else json.dumps(body), headers)
                answer = connection.getresponse()
                said = json.loads(answer.read() or b"null")
        except (OSError, HTTPException, ValueError) as error:
            raise ConnectionError(f"the mock at {self.url} did not answer {method} {_address(path, {})}: {error}") from error
        if answer.status >= 300:  # noqa: PLR2004  # HTTP's own bound
            detail = said.get("detail", "") if isinstance(said, dict) else ""
            raise _ERRORS.get(answer.status, ConnectionError)(f"{detail or 'the mock refused'} ({answer.status})")
        return said

    def events(self, deadline: float, **query: Any) -> Iterator[str]:
        """The kinds of events as they come, until a moment of the monotonic clock; blanks in between."""
        with closing(self._connection(max(0.001, deadline - time.monotonic()))) as connection:
            connection.request("GET", _address(("events",), query), headers={**self._headers, "Accept": "text/event-stream"})
            sock = connection.sock  # the response takes it over
            answer = connection.getresponse()
            while (left := deadline - time.monotonic()) > 0:
                sock.settimeout(left)
                try:
                    line = answer.readline()
                except TimeoutError:
                    return
                if not line:
                    raise ConnectionError(f"the mock at {self.url} has ended")
                name, _, value = line.decode().strip().partition(": ")
                yield value if name == "event" else ""

    def _connection(self, seconds: float) -> HTTPConnection:
        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        return kind(self._host, self._port, timeout=seconds)


def _address(path: tuple[object, ...], query: dict[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return "/".join((ROOT, *(quote(str(part), safe="") for part in path))) + (f"?{urlencode(given)}" if given else "")
