"""The SOAP door: an ASGI application for the one address of SOAP 1.1 and SOAP 1.2 (A3, A4)."""

from __future__ import annotations

from winnerlook_mock import http_body
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.http_body import BodyLimits, BodyRefused, ClientGone, Receive, Scope, Send
from winnerlook_mock.soap import content_type, envelope, faults, page, wsdl
from winnerlook_mock.soap._protocol import ENGINES
from winnerlook_mock.soap.call import Call, Gateway, log_failure
from winnerlook_mock.soap.content_type import ContentType
from winnerlook_mock.soap.faults import SoapFault, server_fault
from winnerlook_mock.soap.version import SOAP11, SOAP12, SoapVersion
from winnerlook_mock.wire import Ready

_METHODS = "GET, HEAD, OPTIONS, POST"
_CLIENT_CLOSED = 499
"""What the journal shows for a client that left: nothing was answered. The number is nginx's."""


class SoapDoor:
    """Raw ASGI application. GET gives the WSDL or a page that names it, POST runs a call; whatever comes is answered, nothing escapes."""

    def __init__(self, gateway: Gateway, limits: BodyLimits | None = None) -> None:
        self._gateway = gateway
        self._limits = limits or BodyLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = scope["method"]
        if method == "POST":
            await self._post(scope, receive, send)
        elif method in ("GET", "HEAD"):
            await _get(scope, send)
        elif method == "OPTIONS":
            await http_body.answer(send, 204, None, b"", (("allow", _METHODS),))
        else:
            await self._refuse(scope, receive, send, BodyRefused(
                405, f"This address takes {_METHODS}: POST a SOAP envelope, or GET ?wsdl.", (("allow", _METHODS),), close=True,
            ))

    def at_once(self, scope: Scope, raw: bytes) -> Ready | None:
        """The answer to a call of which all is there, None where `__call__` is to see to it."""
        kind = content_type.read(http_body.header(scope, "content-type"))
        if scope["method"] != "POST" or not kind.may_be_xml or not http_body.is_bare(scope, raw, self._limits):
            return None
        status, version, text = self._reply(scope, kind, raw)
        return Ready(status, http_body.fields(version.content_type, text), text, scope[http_body.WIRE])

    @staticmethod
    def head(scope: Scope) -> tuple[Origin, str | None]:
        """Where a request came from, and the operation that its action names, before its body is read."""
        kind = content_type.read(http_body.header(scope, "content-type"))
        version = kind.version or SOAP11
        action = _action(scope, kind, version) or http_body.header(scope, "soapaction") or ""  # SOAP 1.2's is optional, and many send both
        return _origin(scope, version), action.strip('"').rpartition("/")[2] or None

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = content_type.read(http_body.header(scope, "content-type"))
        try:
            if not kind.may_be_xml:
                raise _no_xml(kind)
            raw = await http_body.read(scope, receive, self._limits)
        except BodyRefused as refused:
            await self._refuse(scope, receive, send, refused)
        except ClientGone as gone:
            self._report(_origin(scope, kind.version), _CLIENT_CLOSED, str(gone))
        else:
            status, version, text = self._reply(scope, kind, raw)
            await http_body.answer(send, status, version.content_type, text)

    def _reply(self, scope: Scope, kind: ContentType, raw: bytes) -> tuple[int, SoapVersion, bytes]:
        """Status, SOAP version and envelope of the reply to one body."""
        version = kind.version or SOAP11  # until the envelope says
        origin = _origin(scope, version, raw)
        call = None
        try:
            request = envelope.read(raw, kind)
            version = request.version
            call = Call(self._gateway, request, origin, _action(scope, kind, version), [*origin.notes, *request.notes])
            return 200, version, ENGINES[version].answer(call)
        except SoapFault as fault:
            failure = fault
        except Exception as error:  # noqa: BLE001  # whatever a request sets off, its sender gets an answer
            log_failure("the SOAP door failed on a request", error)
            failure = server_fault("The simulated gateway failed on this request; its log says where.")
        if failure.code is faults.FaultCode.VERSION_MISMATCH:
            version = SOAP11  # what every SOAP client can read
        status = faults.status_of(failure, version)
        self._report(call.origin() if call else origin, status, failure.reason)
        return status, version, faults.write(failure, version)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refused: BodyRefused) -> None:
        self._report(_origin(scope, content_type.read(http_body.header(scope, "content-type")).version), refused.status, refused.reason)
        await http_body.refuse(scope, receive, send, refused)

    def _report(self, origin: Origin, status: int, reason: str) -> None:
        try:
            self._gateway.refused(origin, status, reason)
        except Exception as error:  # noqa: BLE001  # the journal's trouble must not cost the caller its answer
            log_failure("the gateway failed to note a refusal", error)


def _origin(scope: Scope, version: SoapVersion | None, raw: bytes = b"") -> Origin:
    client = scope.get("client")
    return Origin(
        (version or SOAP11).door, client[0] if client else "", raw, scope.get(http_body.NOTES, ()), scope.get(http_body.WIRE),
    )


def _action(scope: Scope, kind: ContentType, version: SoapVersion) -> str | None:
    """What the request says that it asks for; None where it leaves out the header that SOAP 1.1 wants."""
    return kind.action if version is SOAP12 else http_body.header(scope, "soapaction")


def _no_xml(kind: ContentType) -> BodyRefused:
    return BodyRefused(
        http_body.UNSUPPORTED_MEDIA_TYPE,
        f"Content-Type {faults.printable(kind.media_type, 100)} is not SOAP:"
        f" send {SOAP11.content_type} (SOAP 1.1) or {SOAP12.content_type} (SOAP 1.2).",
        (("accept", f"{SOAP11.media_type}, {SOAP12.media_type}"),), close=True,
    )


async def _get(scope: Scope, send: Send) -> None:
    location = wsdl.address(scope, http_body.header(scope, "host"))
    if wsdl.is_asked_for(scope.get("query_string", b"")):
        await http_body.answer(send, 200, SOAP11.content_type, wsdl.served(location), head=scope["method"] == "HEAD")
    else:
        await http_body.answer(send, 200, "text/html; charset=utf-8", page.written(location), head=scope["method"] == "HEAD")
