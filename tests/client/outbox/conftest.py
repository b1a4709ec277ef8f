"""An outbox on each store, a clock that only the test moves, and a client of the test's own account."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.client.outbox import postgres
from tests.client.outbox.blank import fill
from winnerlook import Client
from winnerlook.outbox import Outbox
from winnerlook_mock import MockAccount, MockServer

TEXT = "您的验证码是:2345【测试】"


class Time:
    """Seconds since 1970: those of its making, plus what the test has moved it by. However slow the machine is."""

    def __init__(self) -> None:
        self._now = time.time()

    def __call__(self) -> float:
        return self._now

    def moment(self) -> datetime:
        """The same as a datetime, to put times from: the machine's own may be seconds later."""
        return datetime.fromtimestamp(self._now, UTC)

    def advance(self, seconds: float = 0.0, days: float = 0.0) -> None:
        self._now += seconds + days * 86_400


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'outbox.sqlite'}"


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    with postgres.database(postgres_server, f"t{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    yield postgres_database
    postgres.empty(postgres_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def make(clock: Time, account: MockAccount) -> Iterator[Callable[..., Outbox]]:
    """Makes outboxes on a URL; they are closed in the end."""
    made: list[Outbox] = []

    def _make(url: str, **options: object) -> Outbox:
        if isinstance(url, str):
            fill(url)
        made.append(Outbox(url, **{"account": account.user_code, "clock": clock, "patience": 5, **options}))
        return made[-1].init()

    yield _make
    for outbox in made:
        outbox.close()


@pytest.fixture
def outbox(make: Callable[..., Outbox], sqlite_url: str) -> Outbox:
    """One on SQLite."""
    return make(sqlite_url)


@pytest.fixture
def client(mock: MockServer, account: MockAccount) -> Iterator[Client]:
    with Client(account.user_code, account.user_pass, endpoint=mock.url, binding="http") as made:
        yield made


@pytest.fixture
def store(url, make):
    return make(url)


@pytest.fixture
def used(store, client, account):
    """An outbox with all there is: delivered messages, a reply that belongs to none, polls."""
    store.put_many([(f"139{number:08}", TEXT) for number in range(5)])
    store.drain(client)
    account.reply("13899999999", "你好")
    store.poll(client)
    return store
