"""Pushes of a mock that is called over its doors, in real time."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.mockserver.conftest import PROMPT
from tests.mockserver.gateway.caller import PHONE, TEXT
from tests.mockserver.plain.harness import call as plain_call
from tests.mockserver.push.receiver import WAIT, Receiver
from winnerlook import Client
from winnerlook.operations import PLAIN_PATH
from winnerlook.pushes import PushType
from winnerlook_mock import MockAccount, MockServer, PushState


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running




@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


def _soap(server: MockServer, account: MockAccount) -> str:
    with Client(account.user_code, account.user_pass, endpoint=server.url) as sms:
        return sms.send(PHONE, TEXT).batch_number


def _plain(server: MockServer, account: MockAccount) -> str:
    return plain_call(server.url, account, "SendMsg", DesNo=PHONE, Msg=TEXT)


@pytest.mark.parametrize("send", [_soap, _plain])
def test_a_receipt_is_not_pushed_before_the_answer_of_its_send(server: MockServer, receiver: Receiver, send: Any) -> None:
    """P1: a receiver that hangs does not hold up the answer."""
    receiver.gate.clear()
    account = server.account(report_url=receiver.url)
    batch = send(server, account)  # would never come back if it waited for its receipt
    (request,) = receiver.wait_for(1)
    assert request.push.records[0].batch_number == batch  # type: ignore[union-attr]
    receiver.gate.set()
    server.clock.settle()
    assert [entry.state for entry in account.pushes] == [PushState.DELIVERED]


@pytest.mark.parametrize("send", [_soap, _plain])
def test_chaos_pushes_a_receipt_before_the_answer_of_its_send(server: MockServer, receiver: Receiver, send: Any) -> None:
    """P1: the answer waits for the receiver."""
    receiver.gate.clear()
    account = server.account(report_url=receiver.url, push_chaos={"early": 1.0})
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(send(server, account)), daemon=True)
    thread.start()
    (request,) = receiver.wait_for(1)
    assert answers == []
    receiver.gate.set()
    thread.join(WAIT)
    assert answers == [request.push.records[0].batch_number]  # type: ignore[union-attr]


@pytest.mark.parametrize("early", [0.0, 1.0])
def test_a_receiver_may_call_the_gateway_from_its_handler(server: MockServer, early: float) -> None:
    """P1, O1: it asks for the balance, polls and sends, and nothing waits for itself."""
    answers: list[str] = []

    def handle(_received: Any) -> None:
        answers.append(plain_call(server.url, account, "GetReportConnect"))
        if len(answers) == 1:
            account.configure(report_url="")
            answers.append(_plain(server, account))
            account.reply(PHONE, "好")

    with Receiver(handle=handle) as receiver:
        account = server.account(report_url=receiver.url, push_chaos={"early": early})
        batch = _plain(server, account)
        receiver.wait_for(1)
        server.clock.settle()
        assert answers[0] == ""
        assert answers[1] > batch
        assert account.pushes[0].state is PushState.DELIVERED


@pytest.mark.parametrize("early", [0.0, 1.0])
def test_a_client_that_left_before_its_answer_gets_its_receipt_pushed(server: MockServer, receiver: Receiver, early: float) -> None:
    """P1: the SMS was accepted."""
    account = server.account(report_url=receiver.url, push_chaos={"early": early})
    address = urlsplit(server.url)
    form = urlencode({"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT}).encode()
    headers = f"Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    head = f"POST {PLAIN_PATH}SendMsg HTTP/1.1\r\n{headers}"
    with closing(socket.create_connection((address.hostname, address.port), WAIT)) as client:
        client.sendall(head.encode() + form)
    receiver.wait_for(1)
    server.clock.settle()
    assert [entry.state for entry in account.pushes] == [PushState.DELIVERED]
    assert server.clock._under_way == set()


def test_a_receiver_that_hangs_holds_up_no_other_account(server: MockServer, receiver: Receiver) -> None:
    """P4: nor polls, sends and answers of its own."""
    with Receiver() as hole:
        hole.gate.clear()
        stuck, free = server.account(report_url=hole.url), server.account(report_url=receiver.url)
        for _ in range(3):
            _plain(server, stuck)
        hole.wait_for(1)
        batches = [_plain(server, free) for _ in range(3)]
        receiver.wait_for(3)
        assert [record.batch_number for record in receiver.records] == batches  # type: ignore[union-attr]
        assert len(hole.requests) == 1
        hole.gate.set()
        hole.wait_for(3)
        server.clock.settle()


@pytest.mark.usefixtures("patient_server")
def test_a_server_stops_at_once_though_a_push_hangs(receiver: Receiver) -> None:
    """P4: and the end of the push disturbs nobody."""
    receiver.gate.clear()
    with MockServer() as mock:
        account = mock.account(report_url=receiver.url, push_timeout=60)
        _plain(mock, account)
        receiver.wait_for(1)
        begun = time.monotonic()
        mock.stop()
        assert time.monotonic() - begun < PROMPT
    receiver.gate.set()
    mock.clock.settle()


def test_a_server_stops_though_an_answer_waits_for_its_receipt(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """P4: after the moment that calls under way are given, and without a word in the log."""
    receiver.gate.clear()
    with MockServer() as mock:
        account = mock.account(report_url=receiver.url, push_chaos={"early": 1.0}, push_timeout=60)
        thread = threading.Thread(target=lambda: _left_alone(mock, account), daemon=True)
        thread.start()
        receiver.wait_for(1)
    thread.join(WAIT)
    receiver.gate.set()
    mock.clock.settle()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def _left_alone(mock: MockServer, account: MockAccount) -> None:
    with pytest.raises(OSError):
        _plain(mock, account)


def test_real_time_makes_the_attempts_of_a_running_server(receiver: Receiver) -> None:
    """P4: nobody moves the clock."""
    receiver.statuses.extend([500, 500])
    with MockServer() as mock:
        account = mock.account(report_url=receiver.url, push_backoff=(0.01, 0.01), push_interval=0.01, delivery_delay=0.01)
        _plain(mock, account)
        receiver.wait_for(3)
        mock.clock.settle()
        assert [entry.state for entry in account.pushes] == [PushState.DELIVERED]
        assert PushType.TRIGGER_REPORTS in {entry.push.type for entry in account.pushes}
