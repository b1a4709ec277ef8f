"""What a signal handler raises in the middle of a call is nobody's failed connection: it passes, and carries what is known."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.client.raw_server import RawServer, answering, envelope, http, read_request
from winnerlook import AsyncClient, Certainty, Client, ConnectError, TransportError, attempt_of

PHONE = "13900000000"
GOOD = envelope("SendMsg", "2200001476358475197")


class JobTimeoutError(Exception):
    """As Celery's SoftTimeLimitExceeded is."""


def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(params=[JobTimeoutError, Exception, RuntimeError, ValueError])
def interruption(request: pytest.FixtureRequest) -> Exception:
    return request.param("time is over")


@pytest.fixture
def signalled(interruption: Exception) -> Iterator[Callable[[], None]]:
    """Has a signal handler raise the interruption in the main thread."""

    def handler(_number: int, _frame: object) -> None:
        raise interruption

    before = signal.signal(signal.SIGUSR1, handler)
    yield lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def caught(action: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as info:
        action()
    return info.value


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", GOOD[:-30]], ids=["silence", "half a head", "half a body"])
@pytest.mark.parametrize("verb", ["send", "follow"])
def test_it_passes_a_call_under_way(signalled, interruption, beginning, verb):
    """L2: unknown, and not tried again; the connection is not used again."""
    answers = iter([beginning])

    def behaviour(connection):
        while read_request(connection):
            beginning = next(answers, None)
            connection.sendall(GOOD if beginning is None else beginning)
            if beginning is not None:
                signalled()

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url) as sms:
        error = caught((lambda: sms.send(PHONE, "text")) if verb == "send" else (lambda: next(sms.follow())))
        assert error is interruption
        attempt = attempt_of(error)
        assert attempt is not None
        assert attempt.certainty is Certainty.UNKNOWN
        sms.send(PHONE, "text")
        assert server.connections == 2


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
def test_it_passes_a_call_that_has_no_connection_yet(signalled, interruption, monkeypatch):
    """It is not tried again, not even by follow: the handler ends the work, the client must not go on with it."""
    monkeypatch.setattr("urllib3.util.connection.socket.getaddrinfo", lambda *_: signalled())
    with Client("u", "p", endpoint="http://gateway.invalid") as sms:
        for action in (lambda: sms.send(PHONE, "text"), lambda: next(sms.follow())):
            error = caught(action)
            assert error is interruption
            attempt = attempt_of(error)
            assert attempt is not None
            assert (attempt.number, attempt.certainty) == (1, Certainty.NOT_SENT)


def test_it_passes_an_async_call(interruption, monkeypatch):
    async def start_connection(*_args, **_options):
        raise interruption

    async def send() -> None:
        async with AsyncClient("u", "p", endpoint=nobody()) as sms:
            await sms.send(PHONE, "text")

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    error = caught(lambda: asyncio.run(send()))
    assert error is interruption
    attempt = attempt_of(error)
    assert attempt is not None
    assert (attempt.number, attempt.certainty) == (1, Certainty.NOT_SENT)


@pytest.mark.parametrize("answer", [http(b"x", extra="Transfer-Encoding: chunked\r\n"), b"HTTP/1.1 99999 x\r\n\r\n", b"\xff\r\n\r\n"])
def test_what_a_library_raises_is_always_mapped(answer):
    """Python's own exceptions too: libraries raise them at answers that nobody expected."""
    with RawServer(answering(answer)) as server, Client("u", "p", endpoint=server.url, read_timeout=1) as sms:
        with pytest.raises(TransportError) as info:
            sms.send(PHONE, "text")
        assert info.value.certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("raised", [ValueError, UnicodeError, OverflowError, AttributeError, AssertionError, IndexError])
def test_pythons_own_exceptions_from_within_a_library_are_mapped(monkeypatch, raised):
    library = {"__name__": "urllib3.util.connection", "raised": raised}
    exec("def getaddrinfo(*_): raise raised('x')", library)
    monkeypatch.setattr("urllib3.util.connection.socket.getaddrinfo", library["getaddrinfo"])
    with Client("u", "p", endpoint="http://gateway.invalid", retries=0) as sms, pytest.raises(ConnectError):
        sms.send(PHONE, "text")
