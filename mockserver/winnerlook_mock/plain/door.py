"""The plain HTTP door: an ASGI application for everything below ``/winnerrxd/api/trigger/`` (A5, H1, H2)."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

from winnerlook.operations import Operation
from winnerlook_mock import http_body
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.http_body import BodyLimits, BodyRefused, ClientGone, Receive, Scope, Send
from winnerlook_mock.plain import answer, command, content_type, form
from winnerlook_mock.plain.form import Form
from winnerlook_mock.wire import Ready

_METHODS = "GET, POST, OPTIONS"
_CLIENT_CLOSED = 499
"""What the journal shows for a client that left: nothing was answered. The number is nginx's."""
_BOTH_NOTE = "the address of this POST has parameters too, which were not read: send all of them in the form"
_QUERY_NOTE = "this POST has its parameters in the address and no form: send them in the body, addresses end up in logs"

_log = logging.getLogger(__name__)


class PlainDoor:
    """Raw ASGI application. GET and POST run a call; HEAD does not, for it must be safe. Whatever comes is answered, nothing escapes."""

    def __init__(self, gateway: Gateway, limits: BodyLimits | None = None) -> None:
        self._gateway = gateway
        self._limits = limits or BodyLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            operation, scope = _operation(scope)
            if scope["method"] == "OPTIONS":
                await http_body.answer(send, 204, None, b"", (("allow", _METHODS),))
            elif scope["method"] == "GET":
                raw = scope.get("query_string", b"")
                await http_body.answer(send, *self._executed(scope, operation, raw, form.read(raw)))
            else:
                raw, given = await self._posted(scope, receive)
                await http_body.answer(send, *self._executed(scope, operation, raw, given))
        except BodyRefused as refused:
            self._report(_origin(scope), refused.status, refused.reason)
            await http_body.refuse(scope, receive, send, refused)
        except ClientGone as gone:
            self._report(_origin(scope), _CLIENT_CLOSED, str(gone))

    def at_once(self, scope: Scope, body: bytes) -> Ready | None:
        """The answer to a call of which all is there, None where `__call__` is to see to it."""
        method, query = scope["method"], scope["query_string"]
        operation, notes = command.of(scope["path"])
        if operation is None or notes:
            return None
        if method == "GET" and not body:
            status, media_type, text = self._executed(scope, operation, query, form.read(query))
        elif method == "POST" and body and not query and http_body.is_bare(scope, body, self._limits):
            kind = content_type.read(http_body.header(scope, "content-type"))
            if not kind.may_be_form:
                return None
            status, media_type, text = self._executed(scope, operation, body, form.read(body, kind.charset))
        else:
            return None
        return Ready(status, http_body.fields(media_type, text), text, scope[http_body.WIRE])

    @staticmethod
    def head(scope: Scope) -> tuple[Origin, str | None]:
        """Where a request came from, and the operation that its path names, before its body is read."""
        operation, _ = command.of(scope["path"])
        return _origin(scope), operation.name if operation else None

    async def _posted(self, scope: Scope, receive: Receive) -> tuple[bytes, Form]:
        """What was sent and what it says. Raises BodyRefused and ClientGone."""
        kind = content_type.read(http_body.header(scope, "content-type"))
        if not kind.may_be_form:
            raise BodyRefused(http_body.UNSUPPORTED_MEDIA_TYPE, kind.refusal, (("accept", content_type.FORM),), close=True)
        raw = await http_body.read(scope, receive, self._limits)
        query = scope.get("query_string", b"")
        if query and not raw:
            given, note = form.read(query), _QUERY_NOTE
            return query, replace(given, notes=(note, *given.notes))
        given = form.read(raw, kind.charset)
        return raw, replace(given, notes=(_BOTH_NOTE, *given.notes)) if query else given

    def _executed(self, scope: Scope, operation: Operation, raw: bytes, given: Form) -> tuple[int, str, bytes]:
        """Status, media type and text of the answer to a call."""
        origin = _origin(scope, raw, given.notes)
        try:
            return 200, answer.CONTENT_TYPE, answer.written(self._gateway.execute(operation, given.parameters, origin))
        except answer.UnwritableError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001  # whatever a request sets off, its sender gets an answer
            _log_failure("the plain HTTP door failed on a request", error)
            reason = "The simulated gateway failed on this request; its log says where."
        self._report(origin, 500, reason)
        return 500, "text/plain; charset=utf-8", f"500 {reason}\n".encode()

    def _report(self, origin: Origin, status: int, reason: str) -> None:
        try:
            self._gateway.refused(origin, status, reason)
        except Exception as error:  # noqa: BLE001  # the journal's trouble must not cost the caller its answer
            _log_failure("the gateway failed to note a refusal", error)


def _operation(scope: Scope) -> tuple[Operation, Scope]:
    """The operation that a request asks for, and the request with notes on its path. Raises BodyRefused where there is none, or where the
    method is not one for it."""
    path, method = scope["path"], scope["method"]
    may_have_body = method not in ("GET", "HEAD")
    operation, notes = command.of(path)
    if operation is None:
        raise BodyRefused(404, command.advice(path), close=may_have_body)
    if method not in ("GET", "POST", "OPTIONS"):
        raise BodyRefused(405, f"This address takes {_METHODS}.", (("allow", _METHODS),), close=may_have_body)
    return operation, {**scope, http_body.NOTES: (*scope.get(http_body.NOTES, ()), *notes)}


def _origin(scope: Scope, raw: bytes = b"", notes: tuple[str, ...] = ()) -> Origin:
    client = scope.get("client")
    door = "post" if scope["method"] == "POST" else "get"
    return Origin(door, client[0] if client else "", raw, (*scope.get(http_body.NOTES, ()), *notes), scope.get(http_body.WIRE))


def _log_failure(what: str, error: Exception) -> None:
    """Log an exception by its class and the places it passed. Its text may quote what the caller sent, so it stays out (L2)."""
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s: %s, raised at\n%s", what, type(error).__qualname__, places)
