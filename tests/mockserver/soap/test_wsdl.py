"""GET, HEAD and OPTIONS at the service's address."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.mockserver.soap.harness import PATH, Recorder, Reply, call
from winnerlook import wsdl
from winnerlook.operations import ALL, HTTP_BASE
from winnerlook_mock.soap import SoapDoor

_LOCATIONS = "//*[local-name()='address']/@location"


def _locations(reply: Reply) -> list[str]:
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    return [str(location) for location in reply.tree.xpath(_LOCATIONS)]


@pytest.mark.parametrize("query", [b"wsdl", b"WSDL", b"Wsdl=", b"wsdl=1", b"singleWsdl", b"a=b&wsdl", b"wsdl&x=%ff"])
def test_the_wsdl_has_the_requests_own_address(query: bytes, door: SoapDoor) -> None:
    """A3, A4: both ports name the scheme and the Host of this request, and nothing else of the file changes."""
    reply = call(door, "GET", [("host", "sms.test:81")], query=query, scheme="https")
    address = f"https://sms.test:81{PATH}"
    assert _locations(reply) == [address, address]
    assert reply.body.replace(address.encode(), f"{HTTP_BASE}{PATH}".encode()) == wsdl.read()


def test_the_address_is_each_requests(door: SoapDoor) -> None:
    """A3: spyne would freeze the first caller's host."""
    for host in ("a.test", "b.test:8118", "127.0.0.1:9", "[::1]:8118", "my_host"):
        assert set(_locations(call(door, "GET", [("host", host)], query=b"wsdl"))) == {f"http://{host}{PATH}"}


@pytest.mark.parametrize("host", [None, "", 'a"b', "a<b>", "a b", "a/b", "a@b", "a:b", "[::1", "a.test, b.test", "\xe4.test", "a&b"])
@pytest.mark.parametrize(
    ("server", "shown"),
    [(("127.0.0.1", 8118), "127.0.0.1:8118"), (("::1", 8118), "[::1]:8118"), (("127.0.0.1", 80), "127.0.0.1"), (None, "localhost"),
     (("/run/mock.sock", None), "localhost")],
)
def test_without_a_usable_host_the_socket_names_the_address(host: str | None, server: Any, shown: str, door: SoapDoor) -> None:
    """A3: a missing or malformed Host header never reaches the WSDL."""
    headers = [] if host is None else [("host", host)]
    assert set(_locations(call(door, "GET", headers, query=b"wsdl", server=server))) == {f"http://{shown}{PATH}"}


@pytest.mark.parametrize("query", [b"", b"wsd", b"x=wsdl", b"xsd=1", b"%", b"\xff"])
def test_the_page_names_what_is_here(query: bytes, door: SoapDoor) -> None:
    """A3, A4, S2, S3: GET without ?wsdl gives a page with the WSDL's address, the operations and both content types."""
    reply = call(door, "GET", [("host", "sms.test")], query=query)
    text = reply.body.decode()
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="http://sms.test{PATH}?wsdl"' in text
    assert all(f"<code>{operation.name}</code>" in text for operation in ALL)
    assert "text/xml; charset=utf-8" in text
    assert "application/soap+xml; charset=utf-8" in text
    etree.fromstring(text.partition("\n")[2].replace('<meta charset="utf-8">', ""))  # well-formed but for HTML's own


@pytest.mark.parametrize("query", [b"wsdl", b""])
def test_head_is_get_without_the_body(query: bytes, door: SoapDoor) -> None:
    """A3: HEAD gives GET's headers."""
    get, head = (call(door, method, [("host", "sms.test")], query=query) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (200, get.headers, b"")


def test_options_names_the_methods(door: SoapDoor) -> None:
    """A4: OPTIONS is answered, with nothing but the methods."""
    reply = call(door, "OPTIONS")
    assert (reply.status, reply.headers, reply.body) == (204, {"allow": "GET, HEAD, OPTIONS, POST"}, b"")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(method: str, door: SoapDoor, recorder: Recorder) -> None:
    """A4: 405 with the methods that are allowed, and a line in the journal."""
    reply = call(door, method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert [status for _, status, _ in recorder.refusals] == [405]
