"""Followings whose waits a test performs, so that none takes time."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.client.raw_server import Behaviour, RawServer
from winnerlook import AsyncClient, Client
from winnerlook._async_follow import AsyncFollowing
from winnerlook._follow import Bell, Following

REPORT = "22,13900000000,2014/06/10 15:34:11,DELIVRD,a|"


class Waits:
    """Each wait is written down, and one of `happenings` takes its place; where none is left, the following is stopped."""

    def __init__(self, *happenings: Callable[[], Any]) -> None:
        self.rung = False
        self.seconds: list[float] = []
        self._happenings = deque(happenings)

    def ring(self) -> None:
        self.rung = True

    def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._happenings.popleft()() if self._happenings else self.ring()


class AsyncWaits(Waits):
    async def wait(self, seconds: float) -> None:  # type: ignore[override]
        super().wait(seconds)


class Watched(Bell):
    """A real wait that says when it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, seconds: float) -> None:
        self.begun.set()
        super().wait(seconds)


def nothing() -> None:
    """Happens in a wait in which nothing does."""


def follow(sms: Client, waiting: Waits | Bell, **options: Any) -> Following:
    """`Client.follow` with other waits."""
    made = sms.follow(**options)
    return sms._followings.add(Following(made._poll, made._backlogs, made._rhythm, waiting))


def follow_async(sms: AsyncClient, waiting: AsyncWaits, **options: Any) -> AsyncFollowing:
    """`AsyncClient.follow` with other waits."""
    made = sms.follow(**options)
    return sms._followings.add(AsyncFollowing(made._poll, made._backlogs, made._rhythm, waiting))


class LateServer(RawServer):
    """Refuses connections until it is entered."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(behaviour)
        self._listener.close()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def open(self) -> None:
        """From now on connections are accepted."""
        self._listener.listen()
        self.__enter__()
