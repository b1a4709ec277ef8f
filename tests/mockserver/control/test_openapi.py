"""The route table as a document and as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.mockserver.control.caller import ROOT, Api
from winnerlook_mock import MockServer
from winnerlook_mock.control.openapi import document
from winnerlook_mock.control.routes import ROUTES


def test_the_document_is_the_table(api: Api) -> None:
    served = api.get("/openapi.json")
    assert served["openapi"] == "3.1.0"
    documented = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}
    assert documented == {(route.method, route.path) for route in ROUTES}
    assert served == document(token=False)
    assert "security" not in served


def test_the_document_of_a_guarded_server_says_so() -> None:
    with MockServer(token="t") as mock:
        assert Api(mock.url, Authorization="Bearer t").get("/openapi.json")["security"] == [{"bearer": []}, {"cookie": []}]


def test_parameters_of_paths_are_declared() -> None:
    for route in ROUTES:
        assert set(re.findall(r"\{(\w+)\}", route.path)) == set(route.where), route.name


def test_every_reference_leads_somewhere() -> None:
    whole = document(token=True)
    for name in set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", repr(whole))):
        assert name in whole["components"]["schemas"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}
        self.ids |= {value or "" for name, value in attrs if name == "id"}


def test_the_page_is_the_table_and_loads_nothing(api: Api) -> None:
    """No scripts, and no link that leaves the mock; the style is the one that its policy lets in."""
    answer = api.raw("GET", "/_mock/api/")
    page = _Page()
    page.feed(answer.body.decode())
    assert answer.headers["content-type"].startswith("text/html")
    assert {route.name for route in ROUTES} <= page.ids
    assert not page.tags & {"script", "img", "iframe", "link", "object"}
    assert all(link.startswith(("#", "/_mock/")) for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert api.raw("GET", "/_mock/api").body == answer.body
    assert ROOT.encode() in answer.body
