"""What a cancellation leaves behind: evidence of the send that was cut short, and every record that a poll brought."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.client.raw_server import RawServer, envelope, read_request, reset
from tests.client.test_async_client import client, run
from winnerlook import AsyncClient, Certainty, ConnectError, ConnectionLostError, attempt_of

PHONE = "13900000000"


def test_a_cancelled_send_carries_its_evidence():
    """The CancelledError stays what it is, and tells what is known."""
    arrived, release = threading.Event(), threading.Event()

    def behaviour(connection):
        read_request(connection)
        arrived.set()
        release.wait(10)

    async def send(url: str) -> None:
        async with client(url) as sms:
            task = asyncio.ensure_future(sms.send(PHONE, "text"))
            await asyncio.to_thread(arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            attempt = attempt_of(caught.value)
            assert attempt is not None
            assert attempt.certainty is Certainty.UNKNOWN
            assert attempt.evidence.request_complete
        release.set()

    with RawServer(behaviour) as server:
        run(send(server.url))


def test_a_timeout_of_asyncio_carries_it_too():
    release = threading.Event()

    def behaviour(connection):
        read_request(connection)
        release.wait(10)

    async def send(url: str) -> None:
        async with client(url) as sms:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.2):
                    await sms.send(PHONE, "text")
            attempt = attempt_of(caught.value)
            assert attempt is not None
            assert attempt.certainty is Certainty.UNKNOWN
        release.set()

    with RawServer(behaviour) as server:
        run(send(server.url))


def test_a_send_cancelled_before_it_left_was_not_sent():
    async def send() -> None:
        async with client("http://127.0.0.1:9") as sms:
            task = asyncio.ensure_future(sms.send(PHONE, "text"))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises((asyncio.CancelledError, ConnectError)) as caught:
                await task
            attempt = attempt_of(caught.value)
            assert attempt is None or attempt.certainty is Certainty.NOT_SENT

    run(send())


@pytest.mark.parametrize("how", ["reports", "call"])
def test_a_cancelled_poll_loses_nothing(how):
    """R1: the gateway had handed the report out; the next call gives it."""
    arrived, release = threading.Event(), threading.Event()
    report = "22,13900000000,2014/06/10 15:34:11,DELIVRD,a|"

    def behaviour(connection):
        first = True
        while read_request(connection):
            arrived.set()
            release.wait(10)
            connection.sendall(envelope("GetReport2Connect", report if first and connection_number() == 1 else ""))
            first = False

    served = []

    def connection_number() -> int:
        served.append(1)
        return len(served)

    async def work(url: str) -> None:
        async with client(url) as sms:
            poll = sms.call("GetReport2Connect") if how == "call" else anext(sms.reports())
            task = asyncio.ensure_future(poll)
            await asyncio.to_thread(arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            release.set()
            if how == "call":
                await asyncio.gather(*sms._abandoned)
            assert [record.customer_uuid async for record in sms.reports()] == ["a"]

    with RawServer(behaviour) as server:
        run(work(server.url))


def test_an_abandoned_poll_that_fails_is_told_to_whoever_polls_next():
    arrived, release = threading.Event(), threading.Event()

    def behaviour(connection):
        read_request(connection)
        arrived.set()
        release.wait(10)
        reset(connection)

    async def work(url: str) -> None:
        async with client(url) as sms:
            task = asyncio.ensure_future(anext(sms.reports()))
            await asyncio.to_thread(arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            following = asyncio.ensure_future(anext(sms.reports()))
            await asyncio.sleep(0)
            release.set()
            with pytest.raises(ConnectionLostError):
                await following

    with RawServer(behaviour) as server:
        run(work(server.url))


@pytest.mark.parametrize("again", [False, True])
def test_closing_that_is_cancelled_goes_on_and_loses_nothing(again):
    """R1: the poll that is under way ends, its records are kept, and the connections are closed."""
    arrived, release = threading.Event(), threading.Event()

    def behaviour(connection):
        while read_request(connection):
            arrived.set()
            release.wait(10)
            connection.sendall(envelope("GetReport2Connect", "22,13900000000,2014/06/10 15:34:11,DELIVRD,a|"))

    async def work(url: str) -> None:
        sms = AsyncClient("u", "p", endpoint=url, retries=0)
        poll = asyncio.ensure_future(anext(sms.reports()))
        await asyncio.to_thread(arrived.wait, 10)
        poll.cancel()
        for _ in range(1 + again):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await sms.aclose()
        with pytest.raises(ConnectError, match="this client was closed"):
            await sms.balance()
        release.set()
        await sms.aclose()
        assert [report.customer_uuid for report in sms._core.reports] == ["a"]
        assert sms._transport._pool._idle == []

    with RawServer(behaviour) as server:
        run(work(server.url))


def test_a_send_under_way_survives_the_close():
    arrived, release = threading.Event(), threading.Event()

    def behaviour(connection):
        read_request(connection)
        arrived.set()
        release.wait(10)
        connection.sendall(envelope("SendMsg", "22"))

    async def work(url: str) -> None:
        sms = AsyncClient("u", "p", endpoint=url, retries=0)
        send = asyncio.ensure_future(sms.send(PHONE, "text"))
        await asyncio.to_thread(arrived.wait, 10)
        closing = asyncio.ensure_future(sms.aclose())
        await asyncio.sleep(0)
        release.set()
        assert (await send).batch_number == "22"
        await closing

    with RawServer(behaviour) as server:
        run(work(server.url))
