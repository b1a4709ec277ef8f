"""The ASGI application between callers and a gateway."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from winnerlook_mock import http_body
from winnerlook_mock.http_body import BodyLimits, BodyRefused, ClientGone, Receive, Scope, Send
from winnerlook_mock.pages import own_page
from winnerlook_mock.recording.hearing import heard
from winnerlook_mock.recording.recorder import Recorder
from winnerlook_mock.recording.upstream import Upstream

_OWN = "/_mock/"
_log = logging.getLogger(__name__)


class RecordingApp:
    """Passes everything on but the mock's own pages, and has calls written down before their answers leave."""

    def __init__(self, upstream: Upstream, recorder: Recorder) -> None:
        self._upstream, self._recorder = upstream, recorder
        self._limits = BodyLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        page = own_page(scope["path"]) if scope["path"].startswith(_OWN) else None
        if page is not None:
            await _answer(send, page.status, [("content-type", page.content_type)], page.body)
            return
        try:
            raw = await http_body.read(_as_it_came(scope), receive, self._limits)
        except BodyRefused as refused:
            await http_body.refuse(scope, receive, send, refused)
        except ClientGone:
            return
        else:
            await self._pass_on(scope, raw, send)

    async def _pass_on(self, scope: Scope, raw: bytes, send: Send) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        passed = await asyncio.to_thread(self._upstream.pass_on, scope["method"], _target(scope), headers, raw)
        try:
            found = await heard(scope, raw)
            if found is not None:
                await asyncio.to_thread(self._recorder.keep, found, passed)
        except Exception as error:  # noqa: BLE001  # the caller gets its answer whatever becomes of the recording
            _log.error("an exchange could not be recorded: %s", type(error).__name__)
        await _answer(send, passed.status, list(passed.headers), passed.body, head=scope["method"] == "HEAD")


def _as_it_came(scope: Scope) -> Scope:
    """The request as one whose body is not to be inflated."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"content-encoding"]}


def _target(scope: Scope) -> str:
    path: bytes = scope["raw_path"]
    query: bytes = scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("ascii")


async def _answer(send: Send, status: int, headers: list[tuple[str, str]], body: bytes, *, head: bool = False) -> None:
    fields: list[tuple[str, str]] = [*headers]
    if status not in (204, 304):
        fields.append(("content-length", str(len(body))))
    message: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": http_body.encoded(tuple(fields))}
    await send(message)
    await send({"type": "http.response.body", "body": b"" if head else body})
