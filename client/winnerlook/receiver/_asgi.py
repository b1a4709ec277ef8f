"""The receiver as an ASGI application."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from winnerlook.pushes import Push
from winnerlook.receiver import _answers as answers
from winnerlook.receiver._answers import Answer
from winnerlook.receiver._intake import Intake, check_done

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_POLICY_VIOLATION = 1008
_THREADS = 32


class AsgiApplication:
    """Mountable anywhere, at the root as well: the secret is the last part of the whole path."""

    def __init__(self, intake: Intake, handle: Callable[[Push], Any]) -> None:
        self._intake, self._handle = intake, handle
        # Not the loop's own threads: while each of them waited for a handler, a handler that needs one would wait for ever.
        self._threads = ThreadPoolExecutor(_THREADS, "winnerlook-receiver")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            answer = await self._answer(scope, receive)
            if answer is not None:
                await _send(answer, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "pushes come by POST"})
        else:
            raise ValueError("this application speaks HTTP only")  # as ASGI demands

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """The answer, None where nobody is left to take it."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        peer = scope["client"][0] if scope.get("client") else None
        declared = headers.get(b"content-length", "")
        length = int(declared[:18]) if declared.isdecimal() else 0
        refusal = self._intake.refusal(scope["method"], _path(scope), peer, length)
        if refusal is not None:
            return refusal
        body = await self._read(receive)
        if body is None:
            self._intake.refused(answers.CUT_SHORT, peer)
            return None
        return await self._take(body, headers.get(b"content-type"), peer)

    async def _read(self, receive: Receive) -> bytes | None:
        """The body, or what is just too much of it; None where the client has gone."""
        pieces: list[bytes] = []
        size = 0
        while size <= self._intake.max_bytes:
            message = await receive()
            if message["type"] != "http.request":
                return None
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if not message.get("more_body", False):
                break
        return b"".join(pieces)

    async def _take(self, body: bytes, content_type: str | None, peer: str | None) -> Answer:
        """In a worker thread, since stores and handlers block. What the handler leaves to await runs on this loop meanwhile."""
        loop = asyncio.get_running_loop()
        call = _Call(loop, self._handle)
        try:
            take = partial(self._intake.take, body, content_type, peer, call.run)
            return await loop.run_in_executor(self._threads, partial(copy_context().run, take))
        except asyncio.CancelledError:
            call.cancel()  # else the thread would wait for a loop that has stopped
            raise


class _Call:
    """One call of the handler, from a worker thread, for a request on a loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Callable[[Push], Any]) -> None:
        self._loop, self._handle = loop, handle
        self._lock = threading.Lock()
        self._future: Future[object] | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelled = False

    def run(self, push: Push) -> None:
        """In the worker thread: call the handler, and wait for what it leaves to await."""
        result = self._handle(push)
        if inspect.isawaitable(result):
            result = self._start(result).result()
        check_done(result)

    def _start(self, result: Awaitable[object]) -> Future[object]:
        awaited = self._awaited(result)
        with self._lock:
            if not self._cancelled:
                self._future = asyncio.run_coroutine_threadsafe(awaited, self._loop)
                return self._future
        awaited.close()
        if inspect.iscoroutine(result):
            result.close()
        raise asyncio.CancelledError

    def cancel(self) -> None:
        """On the loop: the request is cancelled, and the handler with it. Whoever began to handle a record decides whether it was handled,
        and when: until then nobody else is given it."""
        with self._lock:
            self._cancelled = True
            if self._task is not None:
                self._task.cancel()
            elif self._future is not None:
                self._future.cancel()

    async def _awaited(self, result: Awaitable[object]) -> object:
        self._task = asyncio.current_task()
        return await result


def _path(scope: Scope) -> str:
    """The whole path; some frameworks leave where the application is mounted out of it."""
    mounted, path = scope.get("root_path", ""), str(scope["path"])
    return path if path.startswith(mounted) else mounted + path


async def _send(answer: Answer, send: Send) -> None:
    body = answer.body
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(body)).encode("ascii")))
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    except OSError:  # the client has gone: it tries again, and a store tells that it did
        return


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
