"""One entry of the route table, and a request to it that was read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from winnerlook_mock.control.checking import Schema

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

ROOT = "/_mock/api/v1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom. `path` and `query` hold parameters by name, those that were given or have a default; `body` is what the
    route's schema lets through, None where nothing was sent."""

    mock: MockServer
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class Created:
    """An answer that says where the new thing is, below `ROOT`."""

    view: Any
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is answered at a method and path.

    :param path: below `ROOT`, with parameters in braces. `where` has their schemas, `query` those of the address's parameters.
    :param act: answers with what is written as JSON, or None. It runs on a thread of its own, so it may take its time; `waits` says that
        it may have to wait for others.
    :param stream: instead of `act`, names what `streams` answers on the event loop.
    :param body: schema of the body, None where there is none; `optional` lets it be left out.
    :param answer: schema of what is answered with `status`, None for nothing; `media_type` is of another than JSON.
    :param problems: statuses of problems beyond those that every route may have.
    :param python: names of `MockServer`, `MockAccount` or others that do the same in Python.
    """

    method: str
    path: str
    name: str
    summary: str
    act: Callable[[Asked], Any] | None = None
    stream: str = ""
    waits: bool = False
    where: Mapping[str, Schema] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    optional: bool = False
    most_bytes: int = 1024 * 1024
    answer: Schema | None = None
    status: int = 200
    media_type: str = "application/json"
    problems: tuple[int, ...] = ()
    python: tuple[str, ...] = ()
