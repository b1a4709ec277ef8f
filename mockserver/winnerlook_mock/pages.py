"""The mock's own pages: health, and a first page that says what is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from winnerlook.operations import PLAIN_PATH, SOAP_PATH

HOME = "/_mock/"
LIVE = "/_mock/livez"
READY = "/_mock/readyz"

_FIRST_PAGE = f"""winnerlook-mock: a simulated SMS gateway (云信触发接口).

WSDL             {SOAP_PATH}?wsdl
SOAP 1.1 and 1.2 POST {SOAP_PATH}
Plain HTTP       GET or POST {PLAIN_PATH}<Command>
Ready            {READY}
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


def own_page(path: str) -> Page | None:
    """The page at a path, if there is one."""
    return _PAGES.get(path)


def not_found(path: str) -> Page:
    """The answer for a path that nothing is at."""
    near = f" Paths are case-sensitive: did you mean {SOAP_PATH} or {PLAIN_PATH}<Command>?" if path.lower().startswith("/winnerrxd") else ""
    return Page(404, f"Nothing is here.{near} See {HOME}\n".encode())
