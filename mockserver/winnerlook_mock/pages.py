"""The mock's own pages: health, and a first page that says what is here."""

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

_FIRST_PAGE = f"""winnerlook-mock: a simulated SMS gateway (云信触发接口).

WSDL             {SOAP_PATH}?wsdl
SOAP 1.1 and 1.2 POST {SOAP_PATH}
Plain HTTP       GET or POST {PLAIN_PATH}<Command>
Ready            {READY}
Control API      {API}
Metrics          {METRICS}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP answer that needs no request body."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


_PAGES = {
    "/": Page(307, b"", headers={"location": HOME}),
    HOME: Page(200, _FIRST_PAGE.encode()),
    LIVE: Page(200, b"live\n"),
    READY: Page(200, b"ready\n"),
}


def is_guarded(path: str) -> bool:
    """Whether what is there is for the mock's own people only (see `control.security`): everything of its own but its health."""
    return (path.startswith(HOME) or path == HOME.rstrip("/")) and path not in (LIVE, READY)


def login_page(*, wrong: bool = False) -> bytes:
    """Where a browser shows the mock's token."""
    said = "<p>That is not this mock's token.</p>" if wrong else "<p>The mock printed its token when it started.</p>"
    field = '<label>Token <input name="token" type="password" autofocus></label>'
    form = f'<form method="post" action="{LOGIN}">{field} <button>Log in</button></form>'
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>winnerlook-mock</title>'
    return f"{head}<h1>winnerlook-mock</h1>{said}{form}\n".encode()


def own_page(path: str) -> Page | None:
    """The page at a path, if there is one."""
    return _PAGES.get(path)


def not_found(path: str) -> Page:
    """The answer for a path that nothing is at."""
    near = f" Paths are case-sensitive: did you mean {SOAP_PATH} or {PLAIN_PATH}<Command>?" if path.lower().startswith("/winnerrxd") else ""
    return Page(404, f"Nothing is here.{near} See {HOME}\n".encode())
