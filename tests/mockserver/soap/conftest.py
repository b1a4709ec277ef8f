"""The door over a recording gateway: called directly, and behind uvicorn on a loopback socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from tests.mockserver.soap.harness import PATH, Recorder
from winnerlook_mock.http_body import BodyLimits
from winnerlook_mock.soap import SoapDoor


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def door(recorder: Recorder) -> SoapDoor:
    return SoapDoor(recorder)


@dataclass
class LiveDoor:
    """A door on a real socket."""

    gateway: Recorder
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@pytest.fixture
def live() -> Iterator[LiveDoor]:
    """The door behind uvicorn."""
    with _served(BodyLimits()) as door:
        yield door


@pytest.fixture
def impatient() -> Iterator[LiveDoor]:
    """The door behind uvicorn, with little patience for stalled bodies."""
    with _served(BodyLimits(stall_seconds=0.2)) as door:
        yield door


@contextmanager
def _served(limits: BodyLimits) -> Iterator[LiveDoor]:
    gateway = Recorder()
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    door = SoapDoor(gateway, limits)
    server = Server(uvicorn.Config(door, http="httptools", ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield LiveDoor(gateway, listener.getsockname()[1])
    server.should_exit = True
    thread.join(20)
    listener.close()
