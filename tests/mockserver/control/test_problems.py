"""Whatever is asked wrongly is answered with a problem document (RFC 9457) that says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.control.caller import PHONE, ROOT, Api
from winnerlook_mock import MockAccount, MockServer


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "where"),
    [
        ("GET", "/nothing", None, 404, {}), ("GET", "", None, 404, {}), ("PUT", "/accounts", {}, 405, {}),
        ("GET", "/clock/advance", None, 405, {}),
        ("GET", "/messages/0", None, 422, {"parameter": "number"}), ("GET", "/messages/x", None, 422, {"parameter": "number"}),
        ("GET", "/messages?limit=0", None, 422, {"parameter": "limit"}),
        ("GET", "/messages?limit=1&limit=2", None, 422, {"parameter": "limit"}),
        ("GET", "/messages?colour=red", None, 422, {"parameter": "colour"}),
        ("GET", "/messages?q=colour:red", None, 422, {"parameter": "q"}),
        ("GET", "/accounts/%ff", None, 422, {"parameter": "user_code"}), ("GET", "/clock?account=nobody", None, 404, {}),
        ("POST", "/accounts", {"user_code": ""}, 422, {"pointer": "/user_code"}),
        ("POST", "/accounts", {"user_code": "code-7"}, 422, {"pointer": "/user_code"}),
        ("POST", "/accounts", {"balance": -1}, 422, {"pointer": "/balance"}),
        ("POST", "/accounts", {"balance": "x"}, 422, {"pointer": "/balance"}),
        ("POST", "/accounts", {"settings": {"prise": 1}}, 422, {"pointer": "/settings/prise"}),
        ("POST", "/accounts", {"settings": {"blacklist": ["1", 2]}}, 422, {"pointer": "/settings/blacklist/1"}),
        ("POST", "/accounts", {"settings": {"allowed_ips": ["x"]}}, 422, {"pointer": "/settings/allowed_ips"}),
        ("POST", "/accounts", {"settings": {"report_url": "http://192.0.2.7/"}}, 422, {"pointer": "/settings"}),
        ("POST", "/accounts", {"settings": {"push_chaos": {"a/b~": 1}}}, 422, {"pointer": "/settings/push_chaos/a~1b~0"}),
        ("POST", "/accounts", {"clock": {"start": "noon"}}, 422, {"pointer": "/clock/start"}),
        ("POST", "/accounts", [], 422, {"pointer": ""}),
        ("POST", "/accounts", {"clock": {"start": "2026-11-20T12:00:00"}}, 422, {}),
        ("POST", "/accounts", {"clock": {"start": "0001-01-01T00:00:00Z"}}, 422, {}),
        ("PATCH", "/accounts/nobody", {"balance": 1}, 404, {}), ("PATCH", "/accounts/nobody", {}, 422, {"pointer": ""}),
        ("POST", "/faults", {"kind": "flood"}, 422, {"pointer": "/kind"}), ("POST", "/faults", {}, 422, {"pointer": "/kind"}),
        ("POST", "/faults", {"kind": "code", "code": -1.5}, 422, {"pointer": "/code"}),
        ("POST", "/faults", {"kind": "hang", "code": -1}, 422, {"pointer": "/code"}),
        ("POST", "/faults", {"kind": "delay", "delay": "long"}, 422, {"pointer": "/delay"}),
        ("POST", "/clock/advance", {"days": -1}, 422, {"pointer": "/days"}), ("GET", "/events?since=-1", None, 422, {"parameter": "since"}),
        ("GET", "/wait?operation=Send", None, 422, {"parameter": "operation"}),
    ],
)
def test_what_is_wrong_is_said(api: Api, *, method: str, path: str, body: Any, status: int, where: dict[str, str]) -> None:
    problem = api(method, path, body).problem(status)
    assert {name: problem.get(name) for name in where} == where


def test_a_taken_name_is_a_conflict(api: Api, account: MockAccount) -> None:
    assert api("POST", "/accounts", {"user_code": account.user_code}).problem(409)["pointer"] == "/user_code"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [(b"{", {}, 400), (b"\xff", {}, 400), (b'{"balance": NaN}', {}, 400), (b'{"balance": 1e999}', {}, 422), (b'"\\ud800"', {}, 422),
     (b"[" * 100_000, {}, 422), (b"{}", {"content_type": "application/xml"}, 415),
     (b"{}", {"content_type": "application/json; charset=gbk"}, 415),
     (b"", {}, 422), (b" " * 1_100_000, {}, 413), (b"{}", {"content_encoding": "br"}, 415)],
)
def test_bodies_that_are_none(api: Api, body: bytes, headers: dict[str, str], status: int) -> None:
    path = "/faults" if not body else "/accounts"
    given = {"content_type": "application/json", **headers}
    answer = api.raw("POST", ROOT + path, body, **given)
    assert answer.status in (status, 400)
    answer.problem(answer.status)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/accounts", b'{"balance": %s}' % (b"9" * 400)), ("POST", "/faults", b'{"kind": "hang", "times": %s}' % (b"9" * 400)),
     ("POST", "/clock/advance", b'{"days": %s}' % (b"9" * 400)),
     *(("PUT", "/state", b'{"a":' * deep + b"1" + b"}" * deep) for deep in (330, 700)),
     *(("PUT", "/state", b'{"a":' + b"[" * deep + b"]" * deep + b"}") for deep in (330, 700))],
)
def test_values_beyond_all_bounds_are_wrong_values(api: Api, method: str, path: str, body: bytes) -> None:
    """Numbers that no float holds, and what is nested deeper than Python's functions are."""
    api.raw(method, ROOT + path, body, content_type="application/json").problem(422)


def test_a_whole_number_may_be_big(api: Api) -> None:
    body = b'{"settings": {"seed": %s}}' % (b"9" * 400)
    answer = api.raw("POST", f"{ROOT}/accounts", body, content_type="application/json")
    assert answer.json["settings"]["seed"] == int("9" * 400)


def test_a_path_with_other_methods_names_them(api: Api) -> None:
    answer = api("PUT", "/accounts")
    answer.problem(405)
    assert {method.strip() for method in answer.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}
    head = api("HEAD", "/accounts")
    assert (head.status, head.body) == (200, b"")


def test_what_fails_inside_is_a_problem_too(api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the answer nor the log shows what the error quotes."""

    def fail(self: object) -> None:
        raise RuntimeError(f"secret {PHONE}")

    monkeypatch.setattr(MockServer, "accounts", property(fail))
    answer = api("GET", "/accounts")
    answer.problem(500)
    assert PHONE.encode() not in answer.body
    assert PHONE not in caplog.text
