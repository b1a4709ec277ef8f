"""The OpenAPI 3.1 document of the API, made of the route table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnerlook import __version__
from winnerlook_mock.control.asking import ROOT, Route
from winnerlook_mock.control.checking import Schema
from winnerlook_mock.control.problems import MEDIA_TYPE
from winnerlook_mock.control.routes import ROUTES
from winnerlook_mock.control.schemas import COMPONENTS, named
from winnerlook_mock.control.security import COOKIE

_SUMMARY = "Everything that Python can do with the mock, over HTTP."
PROBLEMS = {
    400: "The body is not JSON.", 401: "The mock's token is missing or wrong.", 403: "The Host or Origin may not use the mock.",
    404: "There is no such thing.", 408: "It did not come in time.", 409: "There is one already.", 413: "The body is too large.",
    415: "The body is not application/json.", 422: "A parameter, or a part of the body that `pointer` names, is wrong.",
    503: "The server stops, or has too much to do.",
}


def document(*, token: bool) -> dict[str, Any]:
    """The document; `token` says whether one has to be shown."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}, "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "winnerlook-mock control API", "version": __version__, "summary": _SUMMARY},
        "servers": [{"url": ROOT}],
        "paths": paths,
        "components": {"schemas": dict(COMPONENTS), **({"securitySchemes": schemes} if token else {})},
        **({"security": [{"bearer": []}, {"cookie": []}]} if token else {}),
    }


def statuses(route: Route) -> list[int]:
    """The problems that a route may answer with."""
    with_body = (400, 413, 415) if route.body is not None else (415,) if route.method not in ("GET", "HEAD") else ()
    return sorted({401, 403, 422, *with_body, *((503,) if route.stream else ()), *route.problems})


def _operation(route: Route) -> dict[str, Any]:
    answers: dict[str, Any] = {str(route.status): {"description": route.summary}}
    if route.answer is not None:
        answers[str(route.status)]["content"] = {route.media_type: {"schema": _schema_of(route)}}
    if route.status == 201:  # noqa: PLR2004  # Created
        answers["201"]["headers"] = {"Location": {"description": "where it is", "schema": {"type": "string"}}}
    problem = {"content": {MEDIA_TYPE: {"schema": named("Problem")}}}
    answers.update({str(status): {"description": PROBLEMS[status], **problem} for status in statuses(route)})
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary, "x-python": list(route.python), "responses": answers}
    parameters = [*_parameters("path", route.where), *_parameters("query", route.query)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": not route.optional, "content": {"application/json": {"schema": route.body}}}
    return operation


def _schema_of(route: Route) -> Schema:
    """What a stream is made of is named; the stream itself is text."""
    assert route.answer is not None
    return {"type": "string"} if route.media_type == "text/event-stream" else route.answer


def _parameters(place: str, schemas: Mapping[str, Schema]) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "required": place == "path", "schema": schema} for name, schema in schemas.items()]
