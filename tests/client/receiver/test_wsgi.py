"""The receiver as a WSGI application: on wsgiref's and waitress's sockets, and against what servers may do."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
import urllib3
import waitress

from tests.client.receiver.bodies import PATH, SECRET, Kept, push, report
from winnerlook.receiver import MemoryStore, Receiver

App = Callable[..., Any]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def on_wsgiref(app: App) -> Iterator[int]:
    with make_server("127.0.0.1", 0, validator(app), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def on_waitress(app: App) -> Iterator[int]:
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            server.asyncore.loop(timeout=0.01, map=server._map, count=1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.effective_port
    finally:
        stopped.set()
        thread.join()
        server.task_dispatcher.shutdown()
        for channel in list(server._map.values()):
            channel.close()


@pytest.fixture(params=[on_wsgiref, on_waitress], ids=["wsgiref", "waitress"])
def serve(request: pytest.FixtureRequest) -> Any:
    return request.param


def post(port: int, body: bytes, *, path: str = PATH, method: str = "POST", **headers: str) -> tuple[int, str]:
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request(method, f"http://127.0.0.1:{port}{path}", body=body, headers=headers)
        return answer.status, answer.data.decode()


def test_a_push(serve: Any) -> None:
    """P1, P3, P4: JSON and a form, once each; a failing handler has the gateway try again."""
    kept = Kept()
    with serve(Receiver(kept, secret=SECRET, store=MemoryStore()).wsgi) as port:
        assert post(port, push(report(1)), **{"Content-Type": "application/json"}) == (200, "success")
        form = urlencode({"json_str": push(report(1), report(2)).decode()}).encode()
        assert post(port, form, **{"Content-Type": "application/x-www-form-urlencoded"}) == (200, "success")
        kept.failure = ValueError()
        assert post(port, push(report(3)))[0] == 500
        kept.failure = None
        assert post(port, push(report(3)))[0] == 200
    assert kept.batches == ["81", "82", "83"]


def test_refusals(serve: Any) -> None:
    """P1: the answer is read by a real client."""
    with serve(Receiver(Kept(), secret=SECRET).wsgi) as port:
        refused = (("/", "POST"), (PATH, "GET"), (PATH, "POST"))
        assert [post(port, b"", path=path, method=method)[0] for path, method in refused] == [404, 405, 400]


def test_a_chunked_body() -> None:
    """P3: waitress takes it and says that its input ends by itself."""
    kept = Kept()
    body = push(report(1), report(2))
    with on_waitress(Receiver(kept).wsgi) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
            for piece in (body[:50], body[50:]):
                connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
            assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 200")
    assert kept.batches == ["81", "82"]


def test_a_client_that_leaves_half_way() -> None:
    """P4: half a body is not handled, and who is still there is told."""
    kept = Kept()
    with on_wsgiref(Receiver(kept).wsgi) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            body = push()
            connection.sendall(f"POST / HTTP/1.1\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode() + body)
            connection.shutdown(socket.SHUT_WR)
            assert connection.makefile("rb").readline().startswith(b"HTTP/1.0 400")
    assert not kept.pushes


class Input(io.RawIOBase):
    """A body that counts what is read of it, gives at most `most` bytes at a time, and may break."""

    def __init__(self, body: bytes, most: int = 7, failure: Exception | None = None) -> None:
        self._left, self._most, self._failure = body, most, failure
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "a read without a bound may never end"
        if self._failure and not self._left:
            raise self._failure
        piece, self._left = self._left[: min(size, self._most)], self._left[min(size, self._most) :]
        self.taken += len(piece)
        return piece


def call(receiver: Receiver, stream: Input, length: str | None, **environ: Any) -> tuple[int, str]:
    given: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/push", "PATH_INFO": "/" + SECRET, "REMOTE_ADDR": "127.0.0.1", "wsgi.input": stream,
        **environ,
    }
    if length is not None:
        given["CONTENT_LENGTH"] = length
    started: list[Any] = []
    body = b"".join(receiver.wsgi(given, lambda status, headers: started.append((status, headers))))  # type: ignore[arg-type]
    ((status, headers),) = started
    assert dict(headers)["Content-Length"] == str(len(body)) or given["REQUEST_METHOD"] == "HEAD"
    return int(status.split()[0]), body.decode()


def test_no_byte_is_read_past_the_body() -> None:
    """The next request on the connection may stand behind it."""
    kept, body = Kept(), push()
    stream = Input(body + b"POST / HTTP/1.1")
    assert call(Receiver(kept), stream, str(len(body)), **{"wsgi.input_terminated": True}) == (200, "success")
    assert stream.taken == len(body)
    assert len(kept.pushes) == 1


@pytest.mark.parametrize("length", ["-1", "+5", "5_0", "0x10", "５", "5 ", "ten", "1" * 19, "1.0"])
def test_lengths_that_are_none(length: str) -> None:
    stream = Input(push())
    status, text = call(Receiver(Kept()), stream, length)
    assert (status, stream.taken) == (400, 0)
    assert "Content-Length" in text


@pytest.mark.parametrize("length", [None, ""])
def test_a_missing_length(length: str | None) -> None:
    """A server that does not say where the body ends gives none; one that ends the input by itself is read to the end."""
    kept = Kept()
    stream = Input(push())
    assert call(Receiver(kept), stream, length)[0] == 400
    assert stream.taken == 0
    assert call(Receiver(kept), stream, length, **{"wsgi.input_terminated": True}) == (200, "success")


def test_a_body_that_is_too_large() -> None:
    """Nothing of it is read where its length is told, one byte too many where it is not."""
    receiver, body = Receiver(Kept(), max_bytes=100), b"x" * 5000
    declared, terminated = Input(body), Input(body)
    assert call(receiver, declared, "101")[0] == 413
    assert call(receiver, terminated, None, **{"wsgi.input_terminated": True})[0] == 413
    assert (declared.taken, terminated.taken) == (0, 101)


@pytest.mark.parametrize("failure", [None, OSError("reset"), ValueError("closed"), RuntimeError()])
def test_a_body_that_breaks_off(failure: Exception | None) -> None:
    """P4: servers tell it by a short read or by errors of their own."""
    kept, body = Kept(), push()
    status, text = call(Receiver(kept), Input(body, failure=failure), str(len(body) + 1))
    assert status == 400
    assert "push it again" in text
    assert not kept.pushes


def test_a_refused_request_is_not_read() -> None:
    stream = Input(push())
    for environ, expected in (({"PATH_INFO": "/"}, 404), ({"REQUEST_METHOD": "HEAD"}, 405), ({"REMOTE_ADDR": "127.0.0.2"}, 403)):
        status, _ = call(Receiver(Kept(), secret=SECRET, allowed_ips=["127.0.0.1"]), stream, "100", **environ)
        assert (status, stream.taken) == (expected, 0)


def test_mounted_at_the_secret_itself() -> None:
    kept, body = Kept(), push()
    assert call(Receiver(kept, secret=SECRET), Input(body), str(len(body)), SCRIPT_NAME=PATH, PATH_INFO="")[0] == 200
    assert call(Receiver(kept, secret=SECRET), Input(body), str(len(body)), SCRIPT_NAME=PATH, PATH_INFO="/x")[0] == 404
