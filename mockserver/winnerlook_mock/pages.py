"""The mock's own pages but for the console and the API: health, the way to the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from winnerlook.operations import PLAIN_PATH, SOAP_PATH

HOME = "/_mock/"
LIVE = "/_mock/livez"
READY = "/_mock/readyz"
LOGIN = "/_mock/login"
API = "/_mock/api/"
METRICS = "/_mock/metrics"


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP answer that needs no request body."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


_PAGES = {
    "/": Page(307, b"", headers={"location": HOME}),
    HOME.rstrip("/"): Page(307, b"", headers={"location": HOME}),
    LIVE: Page(200, b"live\n"),
    READY: Page(200, b"ready\n"),
}


def is_guarded(path: str) -> bool:
    """Whether what is there is for the mock's own people only (see `control.security`): everything of its own but its health."""
    return (path.startswith(HOME) or path == HOME.rstrip("/")) and path not in (LIVE, READY)


def own_page(path: str) -> Page | None:
    """The page at a path, if there is one."""
    return _PAGES.get(path)


def not_found(path: str) -> Page:
    """The answer for a path that nothing is at."""
    near = f" Paths are case-sensitive: did you mean {SOAP_PATH} or {PLAIN_PATH}<Command>?" if path.lower().startswith("/winnerrxd") else ""
    return Page(404, f"Nothing is here.{near} See {HOME}\n".encode())
