"""Who may use what is below ``/_mock/``: this machine's own programs, or whoever has the token. No web page of others.

On a loopback address nothing secret is asked for. Any page that a browser on this machine shows could call there all the same, so the Host
has to be a loopback one (else a foreign name was made to point here: DNS rebinding), and an Origin, which browsers put on what pages send,
has to be the mock's own. No CORS header is ever sent. With a token, it is asked for with each request, in place of the check of the Host.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from winnerlook_mock.control import login
from winnerlook_mock.control.problems import MEDIA_TYPE, Problem
from winnerlook_mock.http_body import BodyLimits, BodyRefused, ClientGone, Receive, Scope, Send, encoded, header, read
from winnerlook_mock.pages import HOME, LOGIN

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "winnerlook_mock"
CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_LOGIN_PAGE = (
    ("content-type", "text/html; charset=utf-8"), ("content-security-policy", login.PAGE_CSP),
    ("referrer-policy", "same-origin"),  # with no-referrer, browsers send the form with the Origin null
)
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""What a page of others can make a browser send without asking first."""
_LIMITS = BodyLimits(max_bytes=8192)
_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_NETLOC = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
"""A host as browsers and programs send it: parsers of addresses let more pass, ``[::1].evil.example`` for instance."""
_ALWAYS = (
    ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("cache-control", "no-store"),
    ("cross-origin-resource-policy", "same-origin"), ("x-frame-options", "DENY"),
)


class Guard:
    """Decides about requests. `token` is what they have to show; empty for nothing, which is for loopback addresses only."""

    def __init__(self, token: str = "") -> None:
        self._token = token

    def __repr__(self) -> str:
        return f"Guard(token={'…' if self._token else 'none'})"

    @property
    def cookie(self) -> str:
        """What a browser keeps in place of the token: the token cannot be had from it."""
        return hmac.new(self._token.encode("utf-8", "surrogatepass"), b"winnerlook-mock cookie", hashlib.sha256).hexdigest()

    def knows(self, token: str) -> bool:
        """Whether this is the token; takes the same time for each that is not."""
        return hmac.compare_digest(_digest(token), _digest(self._token))

    def check(self, scope: Scope) -> None:
        """Raise Problem for a request that may not be."""
        self._check_host(scope)
        _check_origin(scope)
        if self._token and not self._is_shown(scope):
            challenge = {"www-authenticate": 'Bearer realm="winnerlook-mock"'}
            raise Problem(401, f"show the mock's token as 'Authorization: Bearer …', or log in at {LOGIN} in a browser", headers=challenge)
        if scope["method"] not in _SAFE and scope["path"] != LOGIN and _media_type(scope) in _FORMS:
            raise Problem(415, "what changes something is sent as application/json: a form could come from any web page")

    def _check_host(self, scope: Scope) -> None:
        hosts = [value for key, value in scope["headers"] if key == b"host"]
        name, _ = _name_and_port(hosts[0].decode("latin-1"), "") if len(hosts) == 1 else (None, None)
        if name is None or (not self._token and not _is_loopback(name)):
            raise Problem(403, "the Host header has to be one of this machine: use localhost or 127.0.0.1, or give the mock a token")

    def _is_shown(self, scope: Scope) -> bool:
        kind, _, token = (header(scope, "authorization") or "").partition(" ")
        if kind.lower() == "bearer":
            return self.knows(token.strip())
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(header(scope, "cookie") or "")
        except CookieError:
            return False
        return COOKIE in cookies and hmac.compare_digest(_digest(cookies[COOKIE].value), _digest(self.cookie))


class Guarded:
    """An application behind a guard, and the way to log in. Answers of the guard and of the application get the headers that keep
    browsers careful; where the application says something else in one, that counts."""

    def __init__(self, app: Application, guard: Guard) -> None:
        self._app, self._guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, if it may be."""
        careful = _careful(send)
        try:
            if scope["path"] == LOGIN:
                await self._log_in(scope, receive, careful)
                return
            self._guard.check(scope)
        except Problem as problem:
            await _refuse(scope, problem, careful)
            return
        await self._app(scope, receive, careful)

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard._check_host(scope)  # noqa: SLF001  # two halves of one module
        _check_origin(scope)
        languages = header(scope, "accept-language") or ""
        if scope["method"] in ("GET", "HEAD"):
            await _answer(send, 200, login.page(languages), _LOGIN_PAGE)
            return
        if scope["method"] != "POST":
            raise Problem(405, "log in by GET and POST", headers={"allow": "GET, HEAD, POST"})
        if not self._guard.knows(await _given_token(scope, receive)):
            await _answer(send, 403, login.page(languages, wrong=True), _LOGIN_PAGE)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{COOKIE}={self._guard.cookie}; Path=/_mock/; HttpOnly; SameSite=Strict{secure}"
        await _answer(send, 303, b"", (("location", HOME), ("set-cookie", cookie)))


async def _given_token(scope: Scope, receive: Receive) -> str:
    if _media_type(scope) != _FORMS[0]:
        raise Problem(415, "log in with the form, application/x-www-form-urlencoded")
    try:
        body = await read(scope, receive, _LIMITS)
    except BodyRefused as refused:
        raise Problem(refused.status, refused.reason, headers=dict([*refused.headers, ("connection", "close")])) from None
    except ClientGone:
        return ""
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).get("token", [""])[0].strip()


async def _refuse(scope: Scope, problem: Problem, send: Send) -> None:
    """In JSON; a browser that lacks the token is shown where to log in."""
    if problem.status == 401 and scope["method"] in _SAFE and "text/html" in (header(scope, "accept") or ""):  # noqa: PLR2004
        await _answer(send, 303, b"", (("location", LOGIN),))
        return
    await _answer(send, problem.status, problem.body(), (("content-type", MEDIA_TYPE), *problem.headers.items()))


async def _answer(send: Send, status: int, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    headers = (*headers, ("content-length", str(len(body))))
    await send({"type": "http.response.start", "status": status, "headers": encoded(headers)})
    await send({"type": "http.response.body", "body": body})


def _careful(send: Send) -> Send:
    async def careful(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said = {name for name, _ in message["headers"]}
            wanted = (*_ALWAYS, ("content-security-policy", CSP))
            more = [(name, value) for name, value in encoded(wanted) if name not in said]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return careful


def _check_origin(scope: Scope) -> None:
    """An Origin is what a browser says of the page that sends; programs send none."""
    origin = header(scope, "origin")
    if origin is None:
        return
    scheme, _, netloc = origin.partition("://")
    own = _name_and_port(header(scope, "host") or "", scope["scheme"])
    if own[0] is None or scheme not in _PORTS or _name_and_port(netloc, scheme) != own:
        raise Problem(403, "this request comes from a page of another origin, which may not use the mock")


def _name_and_port(netloc: str, scheme: str) -> tuple[str | None, int | None]:
    """The port that goes without saying for `scheme` is said. None for what is no host."""
    match = _NETLOC.fullmatch(netloc)
    if match is None or int(match["port"] or 0) > _HIGHEST_PORT:
        return None, None
    return (match["v6"] or match["name"]).lower(), int(match["port"] or 0) or _PORTS.get(scheme)


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _media_type(scope: Scope) -> str:
    return (header(scope, "content-type") or "").partition(";")[0].strip().lower()


def _digest(secret: str) -> bytes:
    """Of one length, whatever was given."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
