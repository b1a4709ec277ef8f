"""Who may use what is below /_mock/."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.mockserver.control.caller import ROOT, Api
from winnerlook_mock import MockServer

TOKEN = "a-token-of-the-test"
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.7", "", "user@localhost", "[", "x:y",
           "[::1]evil.example", "[::1].evil.example:80", "[::1", "localhost:99999", "lo\tcalhost", "localhost/", "127.0.0.1,evil.example"]
FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "TEXT/PLAIN;charset=utf-8"]
OPEN = ("/_mock/livez", "/_mock/readyz")
GUARDED = ("/_mock/", "/_mock/api/", "/_mock/metrics", f"{ROOT}/accounts", f"{ROOT}/openapi.json", "/_mock/nothing")


@pytest.fixture(scope="module")
def guarded():
    with MockServer(token=TOKEN) as server:
        yield server


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8118", "127.8.8.8", "[::1]:80", "LOCALHOST"])
def test_on_loopback_any_of_its_names_will_do(api: Api, host: str) -> None:
    assert api("GET", "/server", Host=host).status == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", GUARDED)
def test_a_foreign_name_that_points_here_is_refused(api: Api, host: str, path: str) -> None:
    """DNS rebinding: a page of theirs would read and change what the mock holds."""
    assert "Host" in api.raw("GET", path, Host=host).problem(403)["detail"]


@pytest.mark.parametrize("path", OPEN)
def test_health_is_for_everybody(guarded: MockServer, path: str) -> None:
    assert Api(guarded.url).raw("GET", path, Host="anything").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://localhost:1", "http://", "http://[", "",
                                     "app://SELF", "http://u@SELF", "http://SELF@evil.example", "http://SELF, http://evil.example"])
def test_a_page_of_another_origin_is_refused(api: Api, origin: str) -> None:
    origin = origin.replace("SELF", api.url.removeprefix("http://"))
    for method in ("GET", "POST", "OPTIONS"):
        answer = api(method, "/reset" if method == "POST" else "/server", Origin=origin)
        assert "origin" in answer.problem(403)["detail"]
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_page_of_the_mock_itself_may(api: Api) -> None:
    assert api("GET", "/server", Origin=api.url).status == 200


@pytest.mark.parametrize("kind", FORMS)
def test_what_a_form_can_send_changes_nothing(api: Api, kind: str) -> None:
    for path, body in (("/reset", None), ("/clock/freeze", b"a=b"), ("/accounts", b"{}")):
        api.raw("POST", ROOT + path, body, content_type=kind).problem(415)


@pytest.mark.parametrize("path", GUARDED)
def test_a_token_is_wanted_where_there_is_one(guarded: MockServer, path: str) -> None:
    api = Api(guarded.url)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Cookie": f"winnerlook_mock={TOKEN}"},
                    {"Authorization": "Bearer "}, {"Cookie": "winnerlook_mock=; =;;"}):
        answer = api.raw("GET", path, **headers)
        answer.problem(401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    right = api.raw("GET", path, Authorization=f"Bearer {TOKEN}", Host="mock.test.example")
    assert right.status == (404 if path.endswith("nothing") else 200)
    assert TOKEN.encode() not in right.body


def test_a_token_is_made_up_where_others_can_reach_the_mock() -> None:
    with MockServer("0.0.0.0") as mock:
        assert len(mock.token) > 20
        assert mock.token not in repr(mock)
        Api(mock.url)("GET", "/server").problem(401)
        assert Api(mock.url, Authorization=f"Bearer {mock.token}")("GET", "/server").status == 200
    assert MockServer("0.0.0.0").token != mock.token
    assert MockServer().token == MockServer("localhost").token == MockServer("::1").token == ""
    assert MockServer("0.0.0.0", token="mine").token == "mine"


def test_a_browser_logs_in(guarded: MockServer) -> None:
    """The cookie is no token, and no script can read it."""
    api = Api(guarded.url)
    form = {"content_type": "application/x-www-form-urlencoded", "Origin": guarded.url}
    sent = api.raw("GET", "/_mock/api/", accept="text/html")
    assert (sent.status, sent.headers["location"]) == (303, "/_mock/login")
    page = api.raw("GET", "/_mock/login")
    assert b"<form" in page.body
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert api.raw("POST", "/_mock/login", b"token=wrong", **form).status == 403
    assert api.raw("POST", "/_mock/login", b"", **form).status == 403
    done = api.raw("POST", "/_mock/login", f"token={TOKEN}".encode(), **form)
    assert done.status == 303
    cookie, _, attributes = done.headers["set-cookie"].partition(";")
    assert {part.strip() for part in attributes.split(";")} == {"Path=/_mock/", "HttpOnly", "SameSite=Strict"}
    assert TOKEN not in cookie
    assert api("GET", "/server", Cookie=f"other=1; {cookie}").status == 200
    assert api("GET", "/server", Cookie=cookie, Origin="http://evil.example").status == 403


@pytest.mark.parametrize(
    ("method", "body", "headers", "status"),
    [("POST", b"token=x", {"content_type": "application/json"}, 415), ("PUT", b"", {}, 405), ("POST", b"x" * 10_000, {}, 413),
     ("POST", b"token=x", {"Origin": "http://evil.example"}, 403), ("GET", None, {"Host": ""}, 403)],
)
def test_logging_in_wrongly(guarded: MockServer, method: str, body: bytes | None, headers: dict[str, str], status: int) -> None:
    headers = {"content_type": "application/x-www-form-urlencoded", **headers}
    Api(guarded.url).raw(method, "/_mock/login", body, **headers).problem(status)


@pytest.mark.parametrize("path", [*GUARDED, "/_mock/login", f"{ROOT}/messages/999999", f"{ROOT}/nowhere"])
def test_every_answer_keeps_browsers_careful(api: Api, path: str) -> None:
    headers = api.raw("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not [name for name in headers if name.lower().startswith("access-control")]


def _banner(*options: str, **variables: str) -> str:
    command = [sys.executable, "-m", "winnerlook_mock", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                          env={**os.environ, **variables}) as process:
        lines = []
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        process.send_signal(signal.SIGTERM)
    return "".join(lines)


def test_the_command_prints_a_token_that_it_made_up() -> None:
    with ThreadPoolExecutor(2) as pool:  # a program takes a second to start
        made_up = pool.submit(_banner, "--host", "0.0.0.0")
        given = pool.submit(_banner, "--host", "0.0.0.0", WINNERLOOK_MOCK_TOKEN="from-outside").result()
    assert re.search(r"token +[\w-]{20,} ", made_up.result())
    assert "token" not in given
    assert "from-outside" not in given
