"""What happens to an answer on its way out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.mockserver.gateway.caller import PHONE, TEXT, Caller
from tests.mockserver.push.receiver import Receiver
from winnerlook.operations import PLAIN_PATH
from winnerlook_mock import MockServer
from winnerlook_mock.app import App
from winnerlook_mock.control.application import Control
from winnerlook_mock.control.security import Guard
from winnerlook_mock.wire import Wire


async def nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("gone", [False, True])
def test_the_receipt_is_started_when_the_answer_has_left_or_can_leave_no_more(receiver: Receiver, gone: bool) -> None:
    """P1: not while it leaves."""
    caller = Caller(report_url=receiver.url)
    form = urlencode({"userCode": "acct", "userPass": "pass&1", "DesNo": PHONE, "Msg": TEXT}).encode()
    lane, busy = caller.account.outgoing.lane, []

    async def send(_message: Any) -> None:
        busy.append(lane._busy or bool(lane._jobs) or bool(receiver.requests))
        if gone:
            raise OSError

    scope = {"type": "http", "method": "GET", "path": PLAIN_PATH + "SendMsg", "query_string": form, "headers": []}
    try:
        asyncio.run(App(caller.gateway, Control(MockServer()), Guard(""))(scope, nothing, send))
    except OSError:
        assert gone
    caller.clock.settle()
    assert len(receiver.requests) == 1
    assert busy
    assert not any(busy)


def test_an_answer_is_held_until_all_is_done() -> None:
    """P1: early receipts; what was done before holds nothing."""
    works: list[Future[None]] = [Future(), Future()]
    wire = Wire(nothing)
    for work in works:
        wire.hold(work)
    works[0].set_result(None)
    head, body = {"type": "http.response.start", "status": 200, "headers": []}, {"type": "http.response.body", "body": b"1"}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        leave = wire.over(send)

        async def both() -> None:
            await leave(head)
            await leave(body)

        held = asyncio.create_task(both())
        for _ in range(10):
            await asyncio.sleep(0)
        assert sent == []
        works[1].set_result(None)
        await held

    asyncio.run(answer())
    assert sent == [head, body]


def test_head_and_body_leave_in_one_piece() -> None:
    """A packet less for every answer; what closes the connection loses nothing of it."""
    with MockServer() as mock, socket.create_connection(("127.0.0.1", int(mock.url.rpartition(":")[2]))) as client:
        client.sendall(b"GET %sGetBalanceConnect HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % PLAIN_PATH.encode())
        written: list[bytes] = []
        while piece := client.recv(65_536):
            written.append(piece)
    assert b"-3</string>" in written[0]
    assert len(written) == 1
