"""What the connection saw decides how sure a call is; a call never outlasts its deadline, and nothing is ever repeated."""

from __future__ import annotations

import itertools
import logging
import os
import socket
import threading
import time

import pytest

from tests.client.raw_server import RawServer, answering, envelope, http, read_request, reset
from winnerlook import (
    CallTimeoutError,
    Certainty,
    Client,
    ConnectError,
    ConnectionLostError,
    HttpStatusError,
    TransportError,
)
from winnerlook._transport import mapping

PHONE = "13900000000"
GOOD = envelope("SendMsg", "2200001476358475197")


def client(server: RawServer, **options: float) -> Client:
    return Client("user", "pass", endpoint=server.url, **options)


def failure(server: RawServer, **options: float) -> TransportError:
    with client(server, **options) as sms, pytest.raises(TransportError) as caught:
        sms.send(PHONE, "text")
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_refused_connection_is_not_sent():
    with Client("user", "pass", endpoint=f"http://127.0.0.1:{free_port()}") as sms, pytest.raises(ConnectError) as caught:
        sms.send(PHONE, "text")
    assert caught.value.certainty is Certainty.NOT_SENT
    assert caught.value.evidence.bytes_sent == 0
    assert caught.value.operation == "SendMsg"


def test_unknown_host_is_not_sent(monkeypatch):
    def no_such_name(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("urllib3.util.connection.socket.getaddrinfo", no_such_name)
    with Client("user", "pass", endpoint="http://gateway.invalid") as sms, pytest.raises(ConnectError) as caught:
        sms.send(PHONE, "text")
    assert caught.value.certainty is Certainty.NOT_SENT


def test_connection_that_is_never_answered_is_not_sent():
    # A listener whose queue is full leaves the next connection waiting.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        with (
            Client("user", "pass", endpoint=f"http://127.0.0.1:{address[1]}", connect_timeout=0.2) as sms,
            pytest.raises(ConnectError) as caught,
        ):
            sms.send(PHONE, "text")
        for sock in waiting:
            sock.close()
    assert caught.value.certainty is Certainty.NOT_SENT


def test_reset_after_the_request_is_unknown():
    def behaviour(connection):
        read_request(connection)
        reset(connection)

    with RawServer(behaviour) as server:
        error = failure(server)
    assert isinstance(error, ConnectionLostError)
    assert error.certainty is Certainty.UNKNOWN
    assert error.evidence.request_complete
    assert error.evidence.bytes_received == 0


def test_reset_before_the_request_was_read_is_unknown():
    """The client cannot know that the server threw away what had already left."""
    with RawServer(reset) as server:
        error = failure(server)
    assert error.certainty is (Certainty.NOT_SENT if error.evidence.nothing_left else Certainty.UNKNOWN)


def test_close_without_an_answer_is_unknown():
    with RawServer(lambda connection: read_request(connection) and None) as server:
        error = failure(server)
    assert isinstance(error, ConnectionLostError)
    assert error.certainty is Certainty.UNKNOWN


def test_answer_cut_short_is_unknown():
    def behaviour(connection):
        read_request(connection)
        connection.sendall(GOOD[:-20])

    with RawServer(behaviour) as server:
        error = failure(server)
    assert isinstance(error, ConnectionLostError)
    assert error.certainty is Certainty.UNKNOWN
    assert error.evidence.bytes_received == len(GOOD) - 20


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", GOOD[:-30]], ids=["silence", "half a head", "half a body"])
def test_silence_ends_at_the_read_timeout(beginning):
    release = threading.Event()

    def behaviour(connection):
        read_request(connection)
        connection.sendall(beginning)
        release.wait(10)

    with RawServer(behaviour) as server:
        error = failure(server, read_timeout=0.1)
        release.set()
    assert isinstance(error, CallTimeoutError)
    assert isinstance(error, TimeoutError)
    assert error.certainty is Certainty.UNKNOWN


def test_a_trickle_ends_at_the_total_timeout():
    """Each byte comes in time, the answer never does."""
    done = threading.Event()

    def behaviour(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.01):
            connection.sendall(b"X-Slow: yes\r\n")

    with RawServer(behaviour) as server:
        begun = time.monotonic()
        error = failure(server, total_timeout=0.3)
        done.set()
    assert isinstance(error, CallTimeoutError)
    assert 0.25 < time.monotonic() - begun < 5
    assert error.certainty is Certainty.UNKNOWN


def test_a_client_that_cannot_get_rid_of_its_request_times_out_as_unknown():
    release = threading.Event()

    def behaviour(connection):
        connection.recv(10)
        release.wait(10)

    with RawServer(behaviour) as server, client(server, read_timeout=0.2) as sms:
        with pytest.raises(CallTimeoutError) as caught:
            sms.send(PHONE, "长" * 4_000_000)
        release.set()
    assert caught.value.certainty is Certainty.UNKNOWN
    assert not caught.value.evidence.request_complete


def test_what_is_not_http_is_unknown():
    with RawServer(answering(b"220 smtp.example ready\r\n")) as server:
        error = failure(server, read_timeout=1)
    assert error.certainty is Certainty.UNKNOWN


def test_an_endless_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(mapping, "LONGEST_ANSWER", 1000)
    with RawServer(answering(http(b"x" * 1001))) as server:
        error = failure(server)
    assert "the answer is longer than" in str(error)
    assert error.certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_redirects_are_not_followed(status):
    with RawServer(answering(GOOD)) as other:
        redirect = http(b"", status=status, extra=f"Location: {other.url}/winnerrxd/api/ws/trigger\r\n")
        with RawServer(answering(redirect)) as server, client(server) as sms, pytest.raises(HttpStatusError) as caught:
            sms.send(PHONE, "text")
        assert other.connections == 0
    assert caught.value.certainty is Certainty.UNKNOWN
    assert caught.value.status == int(status[:3])


@pytest.mark.parametrize("behaviour", ["reset", "close", "503", "garbage"])
def test_nothing_is_repeated(behaviour):
    """A send that may have been done leaves the machine once."""
    requests = itertools.count()

    def serve(connection):
        while read_request(connection):
            next(requests)
            if behaviour == "reset":
                reset(connection)
            if behaviour in {"reset", "close"}:
                return
            connection.sendall(http(b"", status="503 Service Unavailable") if behaviour == "503" else http(b"garbage"))

    with RawServer(serve) as server, client(server) as sms, pytest.raises(Exception, match="SendMsg"):
        sms.send(PHONE, "text")
    assert next(requests) == 1


def test_connections_are_kept_and_a_closed_one_is_replaced():
    served, closed = [], threading.Event()

    def behaviour(connection):
        for _ in range(3):
            if not read_request(connection):
                return
            served.append(connection.fileno())
            connection.sendall(GOOD)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with RawServer(behaviour) as server, client(server) as sms:
        for _ in range(2):
            closed.clear()
            for _ in range(3):
                sms.send(PHONE, "text")
            assert closed.wait(10)  # a call that came sooner would meet the close on its way
        assert server.connections == 2
    assert len(served) == 6


def test_a_kept_connection_that_dies_under_a_call_is_unknown():
    """Evidence says that the connection was a kept one, and that the request had left."""

    def behaviour(connection):
        read_request(connection)
        connection.sendall(GOOD)
        read_request(connection)
        reset(connection)

    with RawServer(behaviour) as server, client(server) as sms:
        sms.send(PHONE, "text")
        with pytest.raises(TransportError) as caught:
            sms.send(PHONE, "text")
    assert caught.value.evidence.reused
    assert caught.value.certainty is Certainty.UNKNOWN


def test_after_close_nothing_is_sent():
    with RawServer(answering(GOOD)) as server:
        sms = client(server)
        sms.close()
        with pytest.raises(ConnectError) as caught:
            sms.send(PHONE, "text")
    assert caught.value.certainty is Certainty.NOT_SENT


def test_proxies_in_the_environment_are_not_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with RawServer(answering(GOOD)) as server, client(server) as sms:
        assert sms.send(PHONE, "text").batch_number == "2200001476358475197"


def test_logs_hold_nothing_personal(caplog):
    """L2: not even with every logger at DEBUG."""
    with caplog.at_level(logging.DEBUG), RawServer(answering(GOOD)) as server, Client("user", "secret-tag", endpoint=server.url) as sms:
        sms.send("13987654321", "text-tag")
    for tag in ("secret-tag", "13987654321", "text-tag"):
        assert tag not in caplog.text


def answering_after(status):
    """Sends an answer of this status, which has no body, and one that is numbered behind it."""
    calls = itertools.count()

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
            connection.sendall(envelope("SendMsg", f"{next(calls)}"))

    return behaviour


@pytest.mark.parametrize(("status", "error"), [
    ("101 Switching Protocols", ConnectionLostError), ("204 No Content", HttpStatusError), ("304 Not Modified", HttpStatusError),
])
def test_an_answer_that_is_not_the_last_one_never_reaches_the_next_call(status, error):
    """What follows on such a connection would be taken for the answer to another send."""
    with RawServer(answering_after(status)) as server, client(server) as sms:
        for _ in range(3):
            with pytest.raises(error) as caught:
                sms.send(PHONE, "text")
            assert caught.value.certainty is Certainty.UNKNOWN
        assert server.connections == 3


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_what_only_announces_an_answer_is_not_taken_for_it(status):
    with RawServer(answering_after(status)) as server, client(server) as sms:
        assert [sms.send(PHONE, "text").batch_number for _ in range(3)] == ["0", "1", "2"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_takes_no_connection_along():
    """Parent and child would read each other's answers."""
    with RawServer(answering(GOOD)) as server, client(server) as sms:
        sms.send(PHONE, "text")
        child = os.fork()
        if child == 0:
            try:
                sms.send(PHONE, "text")
                os._exit(0)
            except BaseException:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        sms.send(PHONE, "text")
        assert server.connections == 2


def test_a_call_after_close_says_so():
    with RawServer(answering(GOOD)) as server:
        sms = client(server)
        sms.close()
        with pytest.raises(ConnectError, match="this client was closed"):
            sms.send(PHONE, "text")


def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch):
    """A server that closes idle connections would close it under the call, which may then be done or not."""
    monkeypatch.setattr("winnerlook._transport.connections.LONGEST_IDLE", 0.0)
    with RawServer(answering(GOOD)) as server, client(server) as sms:
        for _ in range(3):
            sms.send(PHONE, "text")
        assert server.connections == 3
