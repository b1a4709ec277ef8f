"""`AsyncClient.follow`: as `Client.follow`, and what a cancellation leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest

from tests.client.raw_server import RawServer, envelope, read_request, reset
from tests.client.test_async_client import client, run
from tests.client.waits import REPORT, AsyncWaits, LateServer, follow_async, nothing
from winnerlook import AsyncClient, Certainty, ConnectError, ConnectionLostError, InvalidRequestError
from winnerlook._async_follow import AsyncBell, AsyncFollowing

PHONE = "13900000000"
TEXT = "您的验证码是:2345【测试】"
HOUR = 3600.0


class Gated:
    """A gateway that answers its first poll when it is told to, with a report; later ones with nothing."""

    def __init__(self) -> None:
        self.arrived, self.release = threading.Event(), threading.Event()
        self.polls = 0

    def __call__(self, connection) -> None:
        while read_request(connection):
            self.polls += 1
            number = self.polls
            self.arrived.set()
            self.release.wait(10)
            connection.sendall(envelope("GetReport2Connect", REPORT if number == 1 else ""))

    async def polled(self) -> None:
        await asyncio.to_thread(self.arrived.wait, 10)


async def everything(following: AsyncFollowing) -> list[object]:
    return [record async for record in following]


async def waiting(following: AsyncFollowing) -> asyncio.Task[list[object]]:
    """A task that follows, once it has come to its first wait."""
    task = asyncio.ensure_future(everything(following))
    while following._waiting._waiter is None:
        await asyncio.sleep(0.001)
    return task


def test_records_come_as_they_arrive(mock, account):
    """O4, O6, R1, C11: by the same rhythm as the blocking client's."""

    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, retries=0) as sms:
            waits = AsyncWaits(
                lambda: account.reply(PHONE, "收到"), nothing, lambda: account.fail_next("GetMo2Connect", -16),
                lambda: account.reply(PHONE, "谢谢"),
            )
            first, second = await everything(follow_async(sms, waits))
            assert (first.text, second.text) == ("收到", "谢谢")
            assert waits.seconds == [5, 5, 10, 20, 5]

    run(work())


def test_a_gateway_that_restarts_is_waited_for(caplog):
    gate = Gated()
    gate.release.set()
    server = LateServer(gate)

    async def work() -> None:
        async with client(server.url) as sms:
            waits = AsyncWaits(nothing, server.open)
            assert len(await everything(follow_async(sms, waits, replies=False))) == 1
            assert waits.seconds == [5, 10, 5]

    run(work())
    server.__exit__(None, None, None)
    assert caplog.text.count("nothing was sent") == 2


def test_a_poll_that_may_have_lost_records_is_raised():
    """R1."""

    def behaviour(connection):
        read_request(connection)
        reset(connection)

    async def work(url: str) -> None:
        async with client(url) as sms:
            with pytest.raises(ConnectionLostError) as caught:
                await anext(sms.follow())
            assert caught.value.certainty is Certainty.UNKNOWN

    with RawServer(behaviour) as server:
        run(work(server.url))


def test_wrong_arguments_are_refused_at_once(mock):
    async def work() -> None:
        async with client(mock.url) as sms:
            with pytest.raises(InvalidRequestError):
                sms.follow(reports=False, replies=False)

    run(work())


@pytest.mark.parametrize("how", ["stop", "thread", "close", "signal"])
def test_a_wait_ends_at_once(mock, account, how):
    """By a task, a thread, a signal handler, or when the client is closed."""
    if how == "signal" and os.name != "posix":
        pytest.skip("signals to oneself")

    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            following = sms.follow(interval=HOUR, max_interval=HOUR)
            task = await waiting(following)
            if how == "thread":
                await asyncio.to_thread(following.stop)
            elif how == "close":
                await sms.aclose()
            elif how == "signal":
                before = signal.signal(signal.SIGUSR1, lambda *_: following.stop())
                os.kill(os.getpid(), signal.SIGUSR1)
                signal.signal(signal.SIGUSR1, before)
            else:
                following.stop()
            async with asyncio.timeout(10):
                assert await task == []

    run(work())


@pytest.mark.parametrize("how", ["stop", "close"])
def test_a_poll_under_way_is_finished_and_its_records_are_handed_on(how):
    gate = Gated()

    async def work(url: str) -> None:
        sms = AsyncClient("u", "p", endpoint=url, retries=0)
        following = sms.follow()
        task = asyncio.ensure_future(everything(following))
        await gate.polled()
        closing = asyncio.ensure_future(sms.aclose()) if how == "close" else None
        following.stop() if how == "stop" else await asyncio.sleep(0)
        gate.release.set()
        assert [report.customer_uuid for report in await task] == ["a"]
        await (closing or sms.aclose())
        assert gate.polls == 1

    with RawServer(gate) as server:
        run(work(server.url))


def test_a_closed_client_follows_nothing(mock):
    async def work() -> None:
        sms = AsyncClient("u", "p", endpoint=mock.url, retries=0)
        await sms.aclose()
        with pytest.raises(ConnectError, match="this client was closed"):
            await anext(sms.follow())

    run(work())


@pytest.mark.parametrize("next_poll", ["the same", "another follow", "reports"])
def test_a_cancelled_poll_loses_nothing(next_poll):
    """R1: it goes on by itself, and whoever comes next has its records."""
    gate = Gated()

    async def work(url: str) -> None:
        async with client(url) as sms:
            following = sms.follow(replies=False)
            task = asyncio.ensure_future(anext(following))
            await gate.polled()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            gate.release.set()
            later = {"the same": following, "another follow": sms.follow(), "reports": sms.reports()}[next_poll]
            assert (await anext(later)).customer_uuid == "a"
            assert gate.polls == 1

    with RawServer(gate) as server:
        run(work(server.url))


def test_cancelling_at_any_moment_loses_nothing(mock, account):
    """R1: in a wait, in a poll, and between."""
    taken = []

    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            following = sms.follow(interval=0.001, max_interval=0.001)
            for n in range(100):
                await sms.send(PHONE, TEXT, customer_uuid=str(n))
                task = asyncio.ensure_future(anext(following))
                await asyncio.sleep(0.0005 * (n % 8))
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                taken.extend([] if task.cancelled() else [task.result()])
            following.stop()
            taken.extend([record async for record in following])
            taken.extend([record async for record in sms.reports()])

    run(work())
    assert sorted(int(record.customer_uuid) for record in taken) == list(range(100))


def test_leaving_the_loop_keeps_what_was_polled_and_the_block_stops_it(mock, account):
    async def work() -> None:
        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            await sms.send_many(["13900000000", "13900000001", "13900000002"], TEXT)
            async with sms.follow() as following:
                async for _ in following:
                    break
            assert (await anext(sms.follow())).phone == "13900000001"
            assert [report.phone async for report in sms.reports()] == ["13900000002"]
            await sms.send(PHONE, TEXT)
            assert await everything(following) == []

    run(work())


@pytest.mark.parametrize("shared", [True, False], ids=["one iterator", "an iterator each"])
def test_tasks_share_without_doubling_or_loss(mock, account, shared):
    """R1."""
    count = 200

    async def work() -> list[str]:
        found: list[str] = []

        async def take(following: AsyncFollowing) -> None:
            async for record in following:
                found.append(record.customer_uuid)
                await asyncio.sleep(0)

        async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url) as sms:
            one = sms.follow(interval=0.001, max_interval=0.002)
            followings = [one if shared else sms.follow(interval=0.001, max_interval=0.002) for _ in range(4)]
            workers = [asyncio.ensure_future(take(following)) for following in followings]
            for n in range(count):
                await sms.send(PHONE, TEXT, customer_uuid=str(n))
            async with asyncio.timeout(30):
                while len(found) < count:
                    await asyncio.sleep(0.001)
            for following in followings:
                following.stop()
            await asyncio.gather(*workers)
        return found

    assert sorted(run(work())) == sorted(map(str, range(count)))


def test_a_bell_lets_the_time_pass_and_outlives_its_loop():
    """Rung when nobody waits any more, after the loop it was waited for in is closed."""
    bell = AsyncBell()

    async def work() -> None:
        begun = asyncio.get_running_loop().time()
        await bell.wait(0.01)
        assert asyncio.get_running_loop().time() - begun >= 0.009

    run(work())
    bell._waiter = asyncio.new_event_loop(), asyncio.Event()
    bell._waiter[0].close()
    bell.ring()
    run(bell.wait(HOUR))
