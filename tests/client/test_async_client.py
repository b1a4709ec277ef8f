"""`AsyncClient`: the verbs of `Client`, evidence from its connections, and what a cancellation leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from tests.client.raw_server import RawServer, answering, envelope, http, read_request, reset
from winnerlook import (
    AsyncClient,
    BulkSendError,
    CallTimeoutError,
    Certainty,
    Client,
    ConnectError,
    ConnectionLostError,
    HttpStatusError,
    NumberRefusedError,
    TransportError,
    WinnerlookError,
)
from winnerlook._transport import mapping

PHONE = "13900000000"
TEXT = "您的验证码是:2345【测试】"
GOOD = envelope("SendMsg", "2200001476358475197")
BINDINGS = ("soap11", "soap12", "http", "http-get")


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


@asynccontextmanager
async def client(url: str, **options: Any) -> AsyncIterator[AsyncClient]:
    async with AsyncClient("user", "pass", endpoint=url, **{"retries": 0, **options}) as sms:
        yield sms


def failure(server: RawServer, **options: Any) -> TransportError:
    async def send() -> None:
        async with client(server.url, **options) as sms:
            await sms.send(PHONE, "text")

    with pytest.raises(TransportError) as caught:
        run(send())
    return caught.value


def test_the_surface_is_that_of_the_blocking_client():
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if not name.startswith("_") and name != "close":
            assert list(inspect.signature(getattr(AsyncClient, name)).parameters) == list(inspect.signature(method).parameters)
    assert list(inspect.signature(AsyncClient).parameters) == list(inspect.signature(Client).parameters)


@pytest.mark.parametrize("binding", BINDINGS)
def test_every_verb(mock, account, binding):
    """O1-O12."""

    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, binding=binding) as sms:
            sent = await sms.send(PHONE, TEXT, customer_uuid="order-42")
            assert sent.batch_number == account.messages[0].batch_number
            assert sent.attempts[0].binding == binding
            await sms.send(PHONE, TEXT, extension="7")
            await sms.send(PHONE, TEXT, encrypted=True)
            assert [len(s.phones) for s in await sms.send_many([f"139{n:08}" for n in range(51)], TEXT)] == [50, 1]
            assert len(await sms.send_each([(PHONE, "甲"), (PHONE, "乙")])) == 1
            assert len([report async for report in sms.reports()]) == 56
            account.reply(PHONE, "收到")
            assert [reply.text async for reply in sms.replies()] == ["收到"]
            assert await sms.balance() == Decimal(10_000 - 56)
            assert await sms.call("GetReportConnect", batchNumber="") == ()
            with pytest.raises(BulkSendError) as caught:
                await sms.send_many([PHONE, "19900000020"], TEXT)
            assert isinstance(caught.value.failures[0][1], NumberRefusedError)

    run(work())


def test_many_calls_at_once_are_paired_with_their_answers(mock, account):
    async def work() -> dict[str, str]:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, pool_size=32) as sms:
            receipts = await asyncio.gather(*(sms.send(PHONE, TEXT, customer_uuid=f"{n}") for n in range(500)))
        return {receipt.customer_uuid: receipt.batch_number for receipt in receipts}

    receipts = run(work())
    assert receipts == {message.customer_uuid: message.batch_number for message in account.messages}
    assert len(receipts) == 500


def test_refused_connection_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async def send() -> None:
        async with client(f"http://127.0.0.1:{port}") as sms:
            await sms.send(PHONE, "text")

    with pytest.raises(ConnectError, match="Connection refused") as caught:
        run(send())
    assert caught.value.certainty is Certainty.NOT_SENT


@pytest.mark.parametrize("binding", ["soap11", "http-get"])
@pytest.mark.parametrize("end", [reset, lambda connection: None])
def test_a_broken_connection_is_unknown_and_nothing_is_repeated(binding, end):
    requests = []

    def behaviour(connection):
        requests.append(read_request(connection))
        end(connection)

    with RawServer(behaviour) as server:
        error = failure(server, binding=binding)
    assert isinstance(error, ConnectionLostError)
    assert error.certainty is Certainty.UNKNOWN
    assert error.evidence.request_complete
    assert len([request for request in requests if request]) == 1


@pytest.mark.parametrize("binding", ["soap11", "http-get"])
def test_a_kept_connection_that_dies_under_a_call_is_unknown(binding):
    requests = []
    answer = GOOD if binding == "soap11" else http(b'<string xmlns="http://tempuri.org/">22</string>')

    def behaviour(connection):
        requests.append(read_request(connection))
        connection.sendall(answer)
        requests.append(read_request(connection))
        reset(connection)

    async def send(url: str) -> None:
        async with client(url, binding=binding) as sms:
            await sms.send(PHONE, "text")
            await sms.send(PHONE, "text")

    with RawServer(behaviour) as server, pytest.raises(TransportError) as caught:
        run(send(server.url))
    assert caught.value.certainty is Certainty.UNKNOWN
    assert caught.value.evidence.reused
    assert len([request for request in requests if request]) == 2


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", GOOD[:-30]], ids=["silence", "half a head", "half a body"])
@pytest.mark.parametrize("timeout", ["read_timeout", "total_timeout"])
def test_silence_ends_in_time(beginning, timeout):
    release = threading.Event()

    def behaviour(connection):
        read_request(connection)
        connection.sendall(beginning)
        release.wait(10)

    with RawServer(behaviour) as server:
        error = failure(server, **{timeout: 0.2})
        release.set()
    assert isinstance(error, CallTimeoutError)
    assert error.certainty is Certainty.UNKNOWN


def test_answer_cut_short_is_unknown():
    def behaviour(connection):
        read_request(connection)
        connection.sendall(GOOD[:-20])

    with RawServer(behaviour) as server:
        error = failure(server)
    assert isinstance(error, ConnectionLostError)
    assert error.certainty is Certainty.UNKNOWN


def test_redirects_are_not_followed():
    with RawServer(answering(GOOD)) as other:
        redirect = http(b"", status="307 Temporary Redirect", extra=f"Location: {other.url}/\r\n")

        async def send(url: str) -> None:
            async with client(url) as sms:
                await sms.send(PHONE, "text")

        with RawServer(answering(redirect)) as server, pytest.raises(HttpStatusError):
            run(send(server.url))
        assert other.connections == 0


@pytest.mark.parametrize("status", ["101 Switching Protocols", "204 No Content", "304 Not Modified"])
def test_an_answer_that_is_not_the_last_one_never_reaches_the_next_call(status):
    """What follows on such a connection would be taken for the answer to another send."""

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode() + GOOD)

    async def send(url: str) -> None:
        async with client(url) as sms:
            for _ in range(3):
                with pytest.raises(WinnerlookError) as caught:
                    await sms.send(PHONE, "text")
                assert caught.value.certainty is Certainty.UNKNOWN

    with RawServer(behaviour) as server:
        run(send(server.url))


@pytest.mark.parametrize("first", ["HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n", None])
def test_what_comes_late_on_an_idle_connection_is_nobodys_answer(first):
    """A second answer to one request, or the body of one that has none."""
    answered, late = threading.Event(), threading.Event()
    calls = []

    def behaviour(connection):
        while read_request(connection):
            calls.append(1)
            number = len(calls)
            connection.sendall(envelope("SendMsg", f"{number}") if first is None or number > 1 else first.encode())
            if number == 1:
                answered.wait(10)
                connection.sendall(envelope("SendMsg", "999"))
                late.set()

    async def send(url: str) -> None:
        async with client(url) as sms:
            with contextlib.suppress(WinnerlookError):
                assert (await sms.send(PHONE, "text")).batch_number == "1"
            answered.set()
            await asyncio.to_thread(late.wait, 10)
            idle = sms._transport._pool._idle
            while any(connection.is_connected for connection in idle):  # until the loop has seen what came
                await asyncio.sleep(0)
            assert (await sms.send(PHONE, "text")).batch_number == "2"

    with RawServer(behaviour) as server:
        run(send(server.url))


def test_evidence_counts_what_came():
    async def send(url: str) -> int:
        async with client(url) as sms:
            return (await sms.send(PHONE, "text")).attempts[0].evidence.bytes_received

    with RawServer(answering(GOOD)) as server:
        assert run(send(server.url)) > len(GOOD) / 2


def test_an_endless_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(mapping, "LONGEST_ANSWER", 1000)
    with RawServer(answering(http(b"x" * 1001))) as server:
        assert failure(server).certainty is Certainty.UNKNOWN


def test_records_left_at_the_end_are_warned_about(mock, account, caplog):
    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            await sms.send_many([PHONE, "13900000001"], TEXT)
            await anext(sms.reports())

    run(work())
    assert "closed with 1 records" in caplog.text


def test_after_close_nothing_is_sent():
    async def work(url: str) -> None:
        sms = AsyncClient("u", "p", endpoint=url, retries=0)
        await sms.aclose()
        with pytest.raises(ConnectError, match="this client was closed"):
            await sms.balance()

    with RawServer(answering(GOOD)) as server:
        run(work(server.url))


def test_logs_and_repr_hold_nothing_personal(caplog):
    """L2."""

    async def work(url: str) -> str:
        async with AsyncClient("u", "secret-tag", endpoint=url, binding="http-get", retries=0) as sms:
            with pytest.raises(HttpStatusError):
                await sms.send("13987654321", "text-tag")
            return repr(sms)

    with caplog.at_level(logging.DEBUG), RawServer(answering(http(b"", status="500 Oops"))) as server:
        shown = run(work(server.url))
    for tag in ("secret-tag", "13987654321", "text-tag"):
        assert tag not in caplog.text + shown


def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the blocking client: a server that closes idle connections would close it under the call."""
    monkeypatch.setattr("winnerlook._transport.aio_connections.LONGEST_IDLE", -1.0)

    async def thrice() -> None:
        async with client(server.url) as sms:
            for _ in range(3):
                await sms.send(PHONE, TEXT)

    with RawServer(answering(GOOD)) as server:
        run(thrice())
        assert server.connections == 3


def test_a_client_says_which_account_it_works_for(account):
    assert AsyncClient(account.user_code, account.user_pass, endpoint="http://127.0.0.1:9").user_code == account.user_code
