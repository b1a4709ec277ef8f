"""A program in any language, as far as the control API can tell: plain HTTP and JSON."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from winnerlook.operations import BY_NAME
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.gateway import Origin

ROOT = "/_mock/api/v1"
PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"


class Answer:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self, status: int) -> dict[str, Any]:
        """The problem document that it must be."""
        assert self.status == status, self.body
        assert self.headers["content-type"] == "application/problem+json"
        document: dict[str, Any] = self.json
        assert document["status"] == status
        assert document["title"]
        assert document["detail"]
        assert b"Traceback" not in self.body
        return document


class Api:
    def __init__(self, url: str, **headers: str) -> None:
        self.url, self.headers = url, headers

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        address = urlsplit(self.url)
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with contextlib.closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)) as connection:
            connection.request(method, path, body, given)
            return Answer(connection.getresponse())

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """`path` is below the API's root, percent-encoded where it has to be."""
        if body is None:
            return self.raw(method, ROOT + path, **headers)
        return self.raw(method, ROOT + path, json.dumps(body).encode(), content_type="application/json", **headers)

    def get(self, path: str, **query: object) -> Any:
        listed = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())
        answer = self("GET", f"{path}?{listed}" if listed else path)
        assert answer.status == 200, answer.body
        return answer.json

    @contextlib.contextmanager
    def events(self, query: str = "", **headers: str) -> Iterator[Events]:
        address = urlsplit(self.url)
        with contextlib.closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)) as connection:
            connection.request("GET", f"{ROOT}/events{query}", headers={**self.headers, **headers})
            yield Events(connection.getresponse())


class Events:
    """An event stream that is being read; the server's first words are read already, so it watches."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer
        assert answer.status == 200
        assert self.block() == {"retry": "1000"}

    def block(self) -> dict[str, str]:
        """The fields up to the next blank line; empty at the end, ``{"": …}`` for a sign of life."""
        fields: dict[str, str] = {}
        while (line := self.answer.readline().decode().rstrip("\n")):
            name, _, value = line.partition(": ") if not line.startswith(":") else ("", "", line[2:])
            fields[name] = value
        return fields

    def next(self, kind: str | None = None) -> dict[str, Any]:
        """The data of the next event, of this kind."""
        while True:
            fields = self.block()
            assert fields, "the stream has ended"
            if "event" in fields and kind in (None, fields["event"]):
                return {"id": int(fields["id"]), "event": fields["event"], **json.loads(fields["data"])}


def send(mock: MockServer, account: MockAccount, phone: str = PHONE, text: str = TEXT, **more: str) -> str:
    """A call at the gateway's door, without the time that a socket takes."""
    parameters = {"userCode": account.user_code, "userPass": account.user_pass, "DesNo": phone, "Msg": text, **more}
    return mock.gateway.execute(BY_NAME["SendMsg"], parameters, Origin("soap11", "127.0.0.1"))


def until(holds: Any) -> None:
    """Wait for something that other threads are about to do."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.005)
