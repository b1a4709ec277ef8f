"""Answers that Starlette has no form for: problems, bodies that are refused while they come, and streams that end when they have to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response

from winnerlook_mock.control.problems import MEDIA_TYPE, Problem
from winnerlook_mock.faults.connection import CONNECTION
from winnerlook_mock.http_body import BodyRefused, Receive, Scope, Send, refuse

_GRACE_SECONDS = 0.2
"""Real time that a reader has to take what was sent when a stream ends."""


class ProblemAnswer(Response):
    """A problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.body(), problem.status, {**problem.headers, "content-type": MEDIA_TYPE})


class RefusedBody:
    """The problem of a body that is not taken, said so that the client can read it though it still sends."""

    def __init__(self, refused: BodyRefused) -> None:
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        body = Problem(self._refused.status, self._refused.reason).body()
        await refuse(scope, receive, send, self._refused, body=body, media_type=MEDIA_TYPE)


class Stream:
    """An event stream. It ends with its frames, when its reader goes, or when it is `over`: then a reader that takes nothing any more is
    cut off, so that the server need not wait for it."""

    def __init__(self, frames: AsyncIterator[bytes], over: asyncio.Event) -> None:
        self._frames, self._over = frames, over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        sending, leaving, over = map(asyncio.ensure_future, (self._send(send), gone(receive), self._over.wait()))
        try:
            await asyncio.wait({sending, leaving, over}, return_when=asyncio.FIRST_COMPLETED)
            if over.done():
                await asyncio.wait({sending}, timeout=_GRACE_SECONDS)
            stuck = not sending.done() and not leaving.done()
        finally:
            for task in (sending, leaving, over):
                await _ended(task)
        if stuck:
            await scope[CONNECTION].end(receive, reset=True)

    async def _send(self, send: Send) -> None:
        async with contextlib.aclosing(self._frames) as frames:  # type: ignore[type-var]  # it is a generator
            async for frame in frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def gone(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
