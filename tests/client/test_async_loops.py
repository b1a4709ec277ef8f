"""`AsyncClient` on loops of other makes, and on one loop after another."""

from __future__ import annotations

import asyncio
import socket
from decimal import Decimal

import pytest

from winnerlook import AsyncClient, Certainty, CertificateError, ConnectError, attempt_of
from winnerlook_mock import MockServer

PHONE, TEXT = "13900000000", "您的验证码是:2345【测试】"


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest):
    """Runs a coroutine."""
    return pytest.importorskip(request.param).run


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_loop_of_any_make_will_do(run, scheme):
    with MockServer(https_port=0) as mock:
        account = mock.account(balance=100)
        endpoint = mock.url if scheme == "http" else mock.https_url

        async def send_all(**options: object) -> None:
            async with AsyncClient(account.user_code, account.user_pass, endpoint=endpoint, pool_size=4, **options) as sms:
                await asyncio.gather(*(sms.send(PHONE, TEXT) for _ in range(20)))

        run(send_all(ca_file=mock.ca_file if scheme == "https" else None))
        assert len(account.messages) == 20
        if scheme == "https":
            with pytest.raises(CertificateError):
                run(send_all(retries=0))


def test_whatever_the_loop_a_refused_connection_is_told_as_that(run):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async def send() -> None:
        async with AsyncClient("u", "p", endpoint=f"http://127.0.0.1:{port}", retries=0) as sms:
            await sms.send(PHONE, TEXT)

    with pytest.raises(ConnectError, match="Connection refused") as caught:
        run(send())
    assert caught.value.certainty is Certainty.NOT_SENT


def test_who_waits_for_a_connection_has_sent_nothing():
    """No more are made than `pool_size` says."""
    with MockServer() as mock:
        account = mock.account(balance=100)
        account.fault("hang", times=1)

        async def work() -> None:
            async with AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, pool_size=1, retries=0) as sms:
                first = asyncio.ensure_future(sms.send(PHONE, TEXT))
                await asyncio.to_thread(account.wait_for, to=PHONE)
                with pytest.raises(TimeoutError) as caught:
                    async with asyncio.timeout(0.05):
                        await sms.send(PHONE, TEXT)
                attempt = attempt_of(caught.value)
                assert attempt is not None
                assert attempt.certainty is Certainty.NOT_SENT
                first.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await first
                await sms.send(PHONE, TEXT)

        asyncio.run(work())
        assert len(account.messages) == 2


def test_a_client_may_serve_one_loop_after_another(run, mock, account):
    sms = AsyncClient(account.user_code, account.user_pass, endpoint=mock.url, balance_interval=0)
    for _ in range(2):

        async def work() -> Decimal:
            try:
                return await sms.balance()
            finally:
                await sms._transport._pool.close()

        assert run(work()) == Decimal(10_000)
