"""An authority, certificates of every kind, and both clients behind one call."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from tests.client.tls.tls_server import DAY, Certificate
from winnerlook import AsyncClient, Client, Sent
from winnerlook._transport import tls

Send = Callable[..., Sent]

PHONE = "13900000000"
SETTINGS = {"retries": 0, "total_timeout": 10}


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def another_ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "another.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def valid(ca: trustme.CA) -> Certificate:
    return Certificate.issued(ca)


@pytest.fixture(scope="session")
def other(ca: trustme.CA) -> Certificate:
    """Another certificate of the same authority for the same address."""
    return Certificate.issued(ca)


@pytest.fixture(scope="session")
def expired(ca: trustme.CA) -> Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return Certificate.issued(ca, not_before=now - 2 * DAY, not_after=now - DAY)


@pytest.fixture(scope="session")
def early(ca: trustme.CA) -> Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return Certificate.issued(ca, not_before=now + DAY, not_after=now + 2 * DAY)


@pytest.fixture(scope="session")
def misnamed(ca: trustme.CA) -> Certificate:
    return Certificate.issued(ca, "gateway.invalid")


@pytest.fixture(scope="session")
def self_signed() -> Certificate:
    return Certificate.self_signed()


def send_sync(url: str, **options: object) -> Sent:
    with Client("user", "pass", endpoint=url, **{**SETTINGS, **options}) as sms:
        return sms.send(PHONE, "text")


def send_async(url: str, **options: object) -> Sent:
    async def send() -> Sent:
        async with AsyncClient("user", "pass", endpoint=url, **{**SETTINGS, **options}) as sms:
            return await sms.send(PHONE, "text")

    return asyncio.run(send())


@pytest.fixture(params=[send_sync, send_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    """Makes a client with the options given and sends one SMS."""
    function: Send = request.param
    return function


@pytest.fixture
def _not_warned_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_warned", threading.Lock())
