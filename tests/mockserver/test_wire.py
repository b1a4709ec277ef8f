"""What happens to an answer on its way out."""

from __future__ import annotations

import asyncio
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
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        held = asyncio.create_task(wire.over(send)("answer"))  # type: ignore[arg-type, var-annotated]
        for _ in range(10):
            await asyncio.sleep(0)
        assert sent == []
        works[1].set_result(None)
        await held

    asyncio.run(answer())
    assert sent == ["answer"]
