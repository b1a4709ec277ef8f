"""What each extra promises, as programs that have to work where it alone is installed; and what is said where it is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extra:
    """`promises` are programs; `brings` are the other extras that come with its libraries."""

    name: str
    promises: tuple[str, ...]
    brings: tuple[str, ...] = ()

    def lacks(self) -> tuple[tuple[str, str], ...]:
        """Programs that need another extra, each with its name."""
        return tuple((program, named) for program, named in _NEEDS if named not in (self.name, *self.brings))


_COMMAND = "from winnerlook{mock}.cli import main\nraise SystemExit(main({arguments!r}))"
_IMPORT = "try:\n    {statement}\nexcept ImportError as error:\n    raise SystemExit(str(error))"


def _command(*arguments: str, mock: bool = False) -> str:
    return _COMMAND.format(mock="_mock" if mock else "", arguments=list(arguments))


_NEEDS = (
    (_IMPORT.format(statement="from winnerlook import AsyncClient"), "async"),
    (_IMPORT.format(statement="import winnerlook.outbox"), "outbox"),
    (_command("outbox", "status", "--database", "sqlite:///outbox.sqlite"), "outbox"),
    (_command("receive", "--jsonl", "pushed.jsonl"), "receive"),
    (_IMPORT.format(statement="from winnerlook_mock import MockServer; MockServer()"), "mock"),
    (_command("serve", "--port", "0", mock=True), "mock"),
    (_command("record", "--upstream", "http://127.0.0.1:9", "--to", "recording", mock=True), "mock"),
)

_REFUSED = """
import winnerlook
for binding in ("soap11", "soap12", "http"):
    with winnerlook.Client("user", "pass", endpoint="http://127.0.0.1:9", binding=binding, retries=0) as sms:
        try:
            sms.send("13900000000", "text", customer_uuid="1")
        except winnerlook.ConnectError as error:
            assert error.certainty is winnerlook.Certainty.NOT_SENT
        else:
            raise AssertionError("nobody listens there")
"""
_NAMES = """
import winnerlook, winnerlook.receiver, winnerlook_mock
for name in winnerlook.__all__:
    name == "AsyncClient" or name == "AsyncFollowing" or getattr(winnerlook, name)
"""
_ASYNC = """
import asyncio, winnerlook
async def send():
    async with winnerlook.AsyncClient("user", "pass", endpoint="http://127.0.0.1:9", retries=0) as sms:
        try:
            await sms.send("13900000000", "text")
        except winnerlook.ConnectError as error:
            assert error.certainty is winnerlook.Certainty.NOT_SENT
        else:
            raise AssertionError("nobody listens there")
asyncio.run(send())
"""
_MOCK = """
import urllib.request
from winnerlook import Client
from winnerlook_mock import MockServer
with MockServer(https_port=0) as mock:
    account = mock.account(balance=5)
    for binding in ("soap11", "soap12", "http"):
        with Client(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as sms:
            sms.send("13900000000", "text")
    with Client(account.user_code, account.user_pass, endpoint=mock.https_url, ca_file=mock.ca_file) as sms:
        sms.send("13900000000", "text", encrypted=True)
    assert account.balance == 1, account.balance
    for page in ("/_mock/", "/_mock/css/base.css", "/_mock/api/v1/openapi.json", "/winnerrxd/api/ws/trigger?wsdl"):
        assert urllib.request.urlopen(mock.url + page).status == 200, page
"""
_OUTBOX = """
from winnerlook.outbox import Outbox, State, new_key
with Outbox("sqlite:///outbox.sqlite", account="shop").init() as outbox:
    outbox.put("13900000000", "text")
    assert outbox.status().states == {State.QUEUED: 1}
import psycopg
new_key()
"""
_RECEIVE = """
import json, subprocess, sys, urllib.request
command = [sys.executable, "-m", "winnerlook", "receive", "--port", "0", "--jsonl", "pushed.jsonl", "--json"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
    url = json.loads(process.stdout.readline())["url"]
    push = {"type": 1, "account": "a", "list": [
        {"phone": "13900000000", "receive_status": "DELIVRD", "receive_time": 1, "sub_no": "1", "customer_uuid": ""}]}
    assert urllib.request.urlopen(url, json.dumps(push).encode()).status == 200
    process.terminate()
    assert process.wait(30) == 0
assert "DELIVRD" in open("pushed.jsonl", encoding="utf-8").read()
"""
_OTEL = "from winnerlook._telemetry import telemetry_hooks\nassert telemetry_hooks()"
_NO_OTEL = "from winnerlook._telemetry import telemetry_hooks\nassert not telemetry_hooks()"

ALL = (
    Extra("", (_NAMES, _REFUSED, _NO_OTEL, *(_command(word, mock=mock) for word in ("codes", "--version") for mock in (False, True)))),
    Extra("async", (_ASYNC,)),
    Extra("mock", (_MOCK,)),
    Extra("otel", (_REFUSED, _OTEL)),
    Extra("outbox", (_OUTBOX,)),
    Extra("receive", (_RECEIVE,)),
)
