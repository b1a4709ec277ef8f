"""The control API as an ASGI application on Starlette: from the route table to answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from winnerlook_mock.control import openapi, page, streams
from winnerlook_mock.control.answering import ProblemAnswer, RefusedBody, Stream, gone
from winnerlook_mock.control.asking import ROOT, Asked, Created, Route
from winnerlook_mock.control.checking import Schema, WrongValueError, checked, from_text, read_json
from winnerlook_mock.control.metrics import MEDIA_TYPE, Tally
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.routes import ROUTES
from winnerlook_mock.control.streams import Hub, Reader
from winnerlook_mock.control.threads import Threads
from winnerlook_mock.http_body import BodyLimits, BodyRefused, Receive, Scope, Send, header, read
from winnerlook_mock.pages import API, METRICS

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

_log = logging.getLogger(__name__)
_QUICK, _WAITING = 3, 64
"""How much is done at a time, of what only computes and of what waits for others."""
_BIG = 65_536
"""Bytes of JSON that the event loop, which answers SOAP calls meanwhile, does not read itself."""


class Control:
    """The API of one server. `close` ends what streams, on the event loop."""

    def __init__(self, mock: MockServer) -> None:
        self._mock = mock
        self.hub: Hub = Hub(mock)
        self._tally = Tally(mock)
        self._quick, self._waiting = Threads(_QUICK), Threads(_WAITING)
        self._app = Starlette(routes=self._paths(), exception_handlers={HTTPException: _unknown})
        self._app.router.redirect_slashes = False

    def close(self) -> None:
        """Let every stream and every wait end."""
        if not self.hub.over.is_set():
            self.hub.close()
            self._tally.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Paths are matched as they were sent, so that a user name may hold a slash."""
        raw = scope.get("raw_path") or scope["path"].encode()
        await self._app({**scope, "path": quote(raw, safe="/%!$&'()*+,;=:@~"), "root_path": ""}, receive, send)

    def _paths(self) -> list[Path]:
        by_path: dict[str, dict[str, Route]] = {}
        for route in ROUTES:
            by_path.setdefault(route.path, {})[route.method] = route
        fixed = {API: self._page, API.rstrip("/"): self._page, f"{ROOT}/openapi.json": self._openapi, METRICS: self._metrics}
        return [
            *(Path(path, endpoint, methods=["GET"]) for path, endpoint in fixed.items()),
            *(Path(ROOT + path, self._endpoint(routes), methods=list(routes)) for path, routes in by_path.items()),
        ]

    def _endpoint(self, routes: Mapping[str, Route]) -> Any:
        async def endpoint(request: Request) -> Any:
            route = routes["GET" if request.method == "HEAD" else request.method]
            try:
                return await self._answer(route, request)
            except Problem as problem:
                return ProblemAnswer(problem)
            except BodyRefused as refused:
                return RefusedBody(refused)
            except Exception as error:  # noqa: BLE001  # whatever it is, the caller is told in the form of the API
                _log.error("%s failed: %s", route.name, type(error).__name__)
                return ProblemAnswer(Problem(500, f"the mock could not do that ({type(error).__name__}), which is a fault of its own"))

        return endpoint

    async def _answer(self, route: Route, request: Request) -> Any:
        path, query = _path(route, request), _query(route, request)
        asked = Asked(self._mock, path, query, await self._body(route, request) if route.body is not None else None)
        if route.stream == streams.EVENTS:
            return self._events(asked, request)
        if route.stream == streams.WAIT:
            return _written(await self._until_gone(streams.wait(self.hub, asked, self._quick.do), request), route)
        threads = self._waiting if route.waits else self._quick
        return await threads.do(lambda: _written(route.act(asked) if route.act else None, route))

    async def _body(self, route: Route, request: Request) -> Any:
        """What was sent, read and checked: beside the loop where that takes time."""
        body = await read(request.scope, request.receive, BodyLimits(max_bytes=route.most_bytes))
        if not body and route.optional:
            return None
        kind, _, parameters = (header(request.scope, "content-type") or "").lower().partition(";")
        is_json = kind.strip() == "application/json" or kind.strip().endswith("+json")
        if not is_json or ("charset" in parameters and "utf-8" not in parameters):
            raise Problem(415, "send the body as application/json, in UTF-8")
        if len(body) > _BIG:
            return await (self._waiting if route.waits else self._quick).do(lambda: _checked_body(route, body))
        return _checked_body(route, body)

    def _events(self, asked: Asked, request: Request) -> Stream:
        since = asked.query.get("since", _last_event_id(request))
        reader = Reader(self._mock, self._mock.last_event if since is None else since, asked.query.get("account"))
        return Stream(streams.frames(self.hub, reader, asked.query["heartbeat"], self._quick.do), self.hub.over)

    @staticmethod
    async def _until_gone(answer: Any, request: Request) -> Any:
        """What is waited for, unless the caller goes before."""
        answering, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(gone(request.receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                raise Problem(408, "the caller is gone")
            return await answering
        finally:
            for task in (answering, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Problem):
                    await task

    async def _page(self, _request: Request) -> Response:
        return Response(page.html(), media_type="text/html", headers={"content-security-policy": page.PAGE_CSP})

    async def _openapi(self, _request: Request) -> Response:
        document = openapi.document(token=bool(self._mock.token))
        return Response(json.dumps(document, ensure_ascii=False).encode(), media_type="application/json")

    async def _metrics(self, _request: Request) -> Response:
        return Response(await self._quick.do(self._tally.text), headers={"content-type": MEDIA_TYPE})


async def _unknown(_request: Request, error: Exception) -> Response:
    """What Starlette refuses: no such path, or no such method there."""
    assert isinstance(error, HTTPException)
    known = {404: f"nothing is here: see {API}", 405: "this path has other methods: see the Allow header"}
    detail = known.get(error.status_code, error.detail)
    return ProblemAnswer(Problem(error.status_code, detail, headers=dict(error.headers or {})))


def _path(route: Route, request: Request) -> dict[str, Any]:
    found = {}
    for name, schema in route.where.items():
        try:
            found[name] = from_text(unquote(request.path_params[name], errors="strict"), schema)
        except UnicodeDecodeError:
            raise Problem(422, "this is not UTF-8", parameter=name) from None
        except WrongValueError as error:
            raise Problem(422, f"{name}: {error}", parameter=name) from None
    return found


def _query(route: Route, request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {name: schema["default"] for name, schema in route.query.items() if "default" in schema}
    seen: set[str] = set()
    for name, text in request.query_params.multi_items():
        if name not in route.query:
            raise Problem(422, f"there is no such parameter here, but {', '.join(route.query) or 'none'}", parameter=name[:60])
        if name in seen:
            raise Problem(422, f"{name} was given twice", parameter=name)
        seen.add(name)
        try:
            given[name] = from_text(text, route.query[name])
        except WrongValueError as error:
            raise Problem(422, f"{name}: {error}", parameter=name) from None
    return given


def _checked_body(route: Route, body: bytes) -> Any:
    """The body that the route wants, as its schema has it."""
    schema: Schema = route.body or {}
    try:
        return checked(read_json(body), schema)
    except WrongValueError as error:
        raise Problem(422, str(error), pointer=error.pointer) from None


def _last_event_id(request: Request) -> int | None:
    """The id that an event stream goes on from, by a header of its own; what is no number of ours begins with what is kept."""
    given = request.headers.get("last-event-id")
    if given is None:
        return None
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 17 else 0  # noqa: PLR2004  # digits of what JSON can hold


def _written(view: Any, route: Route) -> Response:
    headers = {}
    if isinstance(view, Created):
        view, headers = view.view, {"location": ROOT + view.location}
    if view is None:
        return Response(status_code=route.status)
    body = json.dumps(view, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, route.status, headers, route.media_type)
