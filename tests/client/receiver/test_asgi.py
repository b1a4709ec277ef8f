"""The receiver as an ASGI application: on uvicorn's socket, mounted in a framework, and against what servers may do."""

from __future__ import annotations

import asyncio
import contextvars
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
import uvicorn
from starlette.applications import Starlette

from tests.client.receiver.bodies import PATH, SECRET, Kept, push, report
from winnerlook.receiver import MemoryStore, Push, Receiver


@contextmanager
def on_uvicorn(app: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", loop="asyncio", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def post(port: int, body: bytes, *, path: str = PATH, method: str = "POST", **headers: str) -> tuple[int, str]:
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request(method, f"http://127.0.0.1:{port}{path}", body=body, headers=headers)
        return answer.status, answer.data.decode()


def test_a_push_on_a_real_server() -> None:
    """P1, P3, P4: JSON and a form, once each; a failing handler has the gateway try again; as the root application, lifespan and all."""
    kept = Kept()
    with on_uvicorn(Receiver(kept, secret=SECRET, store=MemoryStore(), max_bytes=2000).asgi) as port:
        assert post(port, push(report(1)), **{"Content-Type": "application/json"}) == (200, "success")
        form = urlencode({"json_str": push(report(1), report(2)).decode()}).encode()
        assert post(port, form, **{"Content-Type": "application/x-www-form-urlencoded"}) == (200, "success")
        kept.failure = ValueError()
        assert post(port, push(report(3)))[0] == 500
        kept.failure = None
        assert post(port, push(report(3)))[0] == 200
        refused = (("/", "POST"), (PATH, "GET"), (PATH, "POST"))
        assert [post(port, b"", path=path, method=method)[0] for path, method in refused] == [404, 405, 400]
        assert post(port, b"x" * 2001)[0] == 413
    assert kept.batches == ["81", "82", "83"]


def test_an_async_handler_runs_on_the_servers_loop() -> None:
    """P4: its connections belong to that loop; the answer waits for it, and its failure is the push's."""
    loops: list[Any] = []

    async def handle(push: Push) -> None:
        await asyncio.sleep(0)
        loops.append((asyncio.get_running_loop(), threading.current_thread()))
        if push.reports[0].status == "FAIL":
            raise ValueError

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            loops.append((asyncio.get_running_loop(), threading.current_thread()))
        await Receiver(handle).asgi(scope, receive, send)

    with on_uvicorn(app) as port:
        assert post(port, push()) == (200, "success")
        assert post(port, push(report(receive_status="FAIL")))[0] == 500
    assert len(loops) == 4
    assert len(set(loops)) == 1


def test_mounted_in_a_framework() -> None:
    kept = Kept()
    app = Starlette()
    app.mount("/push", Receiver(kept, secret=SECRET).asgi)
    app.mount(f"/whole/{SECRET}", Receiver(kept, secret=SECRET).asgi)
    with on_uvicorn(app) as port:
        assert post(port, push())[0] == 200
        assert post(port, push(), path=f"/whole/{SECRET}/")[0] == 200
        assert post(port, push(), path="/push/wrong")[0] == 404
    assert len(kept.pushes) == 2


def test_a_client_that_leaves_half_way() -> None:
    """P4: half a body is not handled."""
    kept, gone = Kept(), threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Receiver(kept).asgi(scope, receive, send)
        if scope["type"] == "http":
            gone.set()

    with on_uvicorn(app) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            body = push()
            connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode() + body)
        assert gone.wait(20)
    assert not kept.pushes


class Server:
    """Plays an ASGI server: gives these messages, and keeps what it is sent."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self.sent: list[dict[str, Any]] = []

    @property
    def left(self) -> int:
        return len(self._messages)

    async def receive(self) -> dict[str, Any]:
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def call(self, receiver: Receiver, *headers: tuple[bytes, bytes], **scope: Any) -> int | None:
        given = {"type": "http", "method": "POST", "path": PATH, "headers": headers, "client": ("127.0.0.1", 1), **scope}
        await receiver.asgi(given, self.receive, self.send)
        return self.sent[0].get("status") if self.sent else None


def pieces(body: bytes, size: int) -> list[dict[str, Any]]:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return [{"type": "http.request", "body": part, "more_body": place < len(parts) - 1} for place, part in enumerate(parts)]


def test_a_body_in_pieces() -> None:
    kept = Kept()
    server = Server(*pieces(push(), 9))
    assert asyncio.run(server.call(Receiver(kept))) == 200
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"7")]
    assert server.sent == [
        {"type": "http.response.start", "status": 200, "headers": headers},
        {"type": "http.response.body", "body": b"success"},
    ]
    assert len(kept.pushes) == 1


def test_a_body_that_is_too_large() -> None:
    """Nothing of it is read where its length is told; else reading stops with the piece that is over."""
    receiver, endless = Receiver(Kept(), max_bytes=100), pieces(b"x" * 1000, 10)
    for headers, left in (((b"Content-Length", b"101"),), 100), ((), 89), (((b"content-length", b"x"),), 89):
        server = Server(*endless)
        assert asyncio.run(server.call(receiver, *headers)) == 413
        assert server.left == left


def test_a_disconnect_in_the_body() -> None:
    """P4: nothing is handled, and there is nobody to answer."""
    kept = Kept()
    server = Server(*pieces(push(), 50)[:2], {"type": "http.disconnect"})
    assert asyncio.run(server.call(Receiver(kept))) is None
    assert not kept.pushes


def test_a_refused_request_is_not_read() -> None:
    receiver = Receiver(Kept(), secret=SECRET, allowed_ips=["127.0.0.1"])
    for scope, status in (
        ({"path": "/"}, 404), ({"method": "GET"}, 405), ({"client": ("127.0.0.2", 1)}, 403), ({"client": None}, 403),
        ({"root_path": PATH, "path": "/x"}, 404),
    ):
        server = Server(*pieces(push(), 50))
        assert asyncio.run(server.call(receiver, **scope)) == status
        assert server.left == len(pieces(push(), 50))


@pytest.mark.parametrize(("root_path", "path"), [("/push", PATH), ("/push", "/" + SECRET), (PATH, ""), (PATH, PATH), (PATH, "/")])
def test_the_whole_path_counts(root_path: str, path: str) -> None:
    """Frameworks differ in whether the path holds where the application is mounted."""
    server = Server(*pieces(push(), 500))
    assert asyncio.run(server.call(Receiver(Kept(), secret=SECRET), root_path=root_path, path=path)) == 200


def test_a_client_that_leaves_before_the_answer() -> None:
    """P4: what was handled stays handled; nothing escapes into the server."""
    kept = Kept()
    server = Server(*pieces(push(), 500))

    async def send(message: Any) -> None:
        raise OSError

    server.send = send  # type: ignore[method-assign]
    assert asyncio.run(server.call(Receiver(kept))) is None
    assert len(kept.pushes) == 1


def test_a_request_that_is_cancelled_leaves_nothing_waiting() -> None:
    """P4: a server that stops cancels its requests; the handler is cancelled with it, and its records are new again."""
    store = MemoryStore()
    states = []

    async def handle(push: Push) -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            states.append("ended")

    async def cancelled() -> None:
        task = asyncio.create_task(Server(*pieces(push(), 500)).call(Receiver(handle, store=store)))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    entered = asyncio.Event()
    asyncio.run(cancelled())
    assert states == ["ended"]
    kept = Kept()
    while (status := asyncio.run(Server(*pieces(push(), 500)).call(Receiver(kept, store=store)))) == 503:
        continue  # the thread is about to release its records
    assert status == 200
    assert len(kept.pushes) == 1


def test_a_handler_that_ends_its_work_although_it_is_cancelled() -> None:
    """P4: what it has committed is not handed on again, nor to anybody else while it is at it."""
    store, kept = MemoryStore(), Kept()

    async def handle(push: Push) -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await go_on.wait()
            kept(push)

    async def cancelled() -> None:
        task = asyncio.create_task(Server(*pieces(push(), 500)).call(Receiver(handle, store=store)))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await Server(*pieces(push(), 500)).call(Receiver(kept, store=store)) == 503
        go_on.set()
        while await Server(*pieces(push(), 500)).call(Receiver(kept, store=store)) == 503:
            await asyncio.sleep(0.01)

    entered, go_on = asyncio.Event(), asyncio.Event()
    asyncio.run(cancelled())
    assert len(kept.pushes) == 1


def test_a_request_that_is_cancelled_before_its_handler_awaits() -> None:
    """P4: nothing is begun on a loop that is about to stop, and nothing is said to be kept."""
    began, entered, go_on = [], threading.Event(), threading.Event()
    store = MemoryStore()

    async def work() -> None:
        began.append(True)

    def handle(push: Push) -> Any:
        entered.set()
        assert go_on.wait(20)
        return work()

    async def cancelled() -> None:
        task = asyncio.create_task(Server(*pieces(push(), 500)).call(Receiver(handle, store=store)))
        assert await asyncio.to_thread(entered.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    asyncio.run(cancelled())
    while Receiver(Kept(), store=store).receive("POST", PATH, push(), None).status == 503:
        continue  # the thread is about to release its records
    assert not began


def test_handlers_that_need_the_loops_own_threads() -> None:
    """As every look-up of a name does: many pushes at once must not take all of them and wait for each other."""

    async def handle(push: Push) -> None:
        await asyncio.to_thread(both.wait, 20)

    async def requests() -> list[int | None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        asgi = Receiver(handle)
        return await asyncio.gather(*(Server(*pieces(push(report(n)), 500)).call(asgi) for n in range(2)))

    both = threading.Barrier(2)
    assert asyncio.run(requests()) == [200, 200]


def test_the_handler_sees_the_requests_context() -> None:
    request_id = contextvars.ContextVar("request_id", default="none")
    seen = []

    async def handle(push: Push) -> None:
        seen.append(request_id.get())

    async def request() -> None:
        request_id.set("42")
        for handler in (handle, lambda push: seen.append(request_id.get())):
            assert await Server(*pieces(push(), 500)).call(Receiver(handler)) == 200

    asyncio.run(request())
    assert seen == ["42", "42"]


def test_other_scopes() -> None:
    """Lifespan is answered, a websocket is refused, anything else is an error as ASGI has it."""
    receiver = Receiver(Kept())
    server = Server({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    asyncio.run(server.call(receiver, type="lifespan"))
    assert [message["type"] for message in server.sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    server = Server({"type": "websocket.connect"})
    asyncio.run(server.call(receiver, type="websocket"))
    assert [message["type"] for message in server.sent] == ["websocket.close"]
    with pytest.raises(ValueError):
        asyncio.run(Server().call(receiver, type="mqtt"))
