"""Where the gateway is and how long a call may take: what is taken and what is refused."""

from __future__ import annotations

import pytest

from winnerlook import ConfigurationError
from winnerlook._timeouts import Timeouts
from winnerlook._transport.endpoint import Endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:8118", Endpoint("http", "127.0.0.1", 8118)),
        ("https://gateway.example/", Endpoint("https", "gateway.example", 443)),
        (" http://[::1]:80 ", Endpoint("http", "::1", 80)),
    ],
)
def test_endpoints(text, expected):
    assert Endpoint.parse(text) == expected
    assert Endpoint.parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "127.0.0.1:8118", "ftp://host", "http://", "http://host:port", "http://host:99999", "http://user:secret@host",
        "http://host/winnerrxd/api/ws/trigger", "http://host?wsdl", "http://[::1", "http://host:0", "http://a host", "http://127.0.0.1%0d%0aX:1",
    ],
)
def test_wrong_endpoints_are_refused(text):
    with pytest.raises(ConfigurationError) as caught:
        Endpoint.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 1e10, "soon", None])
def test_wrong_timeouts_are_refused(value):
    with pytest.raises(ConfigurationError):
        Timeouts(total=value)
