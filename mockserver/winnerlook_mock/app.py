"""The ASGI application: which door a request goes to."""

from __future__ import annotations

from winnerlook.operations import MISSPELT_ROOT, PLAIN_PATH, ROOT, SOAP_PATH
from winnerlook_mock import console
from winnerlook_mock.control.security import Application, Guard, Guarded
from winnerlook_mock.faults.connection import CONNECTION
from winnerlook_mock.gateway import Gateway
from winnerlook_mock.http_body import NOTES, WIRE, Receive, Scope, Send, header
from winnerlook_mock.pages import API, METRICS, Page, is_guarded, not_found, own_page
from winnerlook_mock.plain import PlainDoor, command
from winnerlook_mock.wire import READY, Ready, Wire

_MISSPELT = f"the path begins with {MISSPELT_ROOT}, as in the document's samples; its address table has {ROOT}: use that one"


class App:
    """All doors of one gateway, and the mock's own pages below ``/_mock/``: those of `control` and some more, behind a guard."""

    def __init__(self, gateway: Gateway, control: Application, guard: Guard) -> None:
        # spyne takes a third of a second to import: only a server pays for it.
        from winnerlook_mock.soap.door import SoapDoor  # noqa: PLC0415

        self._gateway = gateway
        self._soap = SoapDoor(gateway)
        self._plain = PlainDoor(gateway)
        self._control = control
        self._own = Guarded(self._answer_own, guard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ready: Ready | None = scope.get(READY)
        if ready is not None:
            await _leave(ready, receive, send)
            return
        connection = scope.get(CONNECTION)
        wire = Wire(receive, connection)
        scope[WIRE] = wire
        try:
            if connection is not None and self._gateway.faults.any_unread and self._breaks_off(scope):
                await connection.end(receive, reset=True)
            else:
                await self._route(scope, receive, send, wire)
        finally:
            wire.left()

    def at_once(self, scope: Scope, body: bytes) -> Ready | None:
        """Answer a request of which all is there; None where nothing was done, for it is none that can be answered before it is spoken of.
        What the answer has to wait for, or is to suffer, its wire knows."""
        path = scope["path"]
        door = self._soap if path == SOAP_PATH else self._plain if path.startswith(PLAIN_PATH) else None
        if door is None or self._gateway.faults.any_unread:
            return None
        scope[WIRE] = Wire(connection=scope.get(CONNECTION))
        return door.at_once(scope, body)

    def _breaks_off(self, scope: Scope) -> bool:
        path = scope["path"]
        if path == SOAP_PATH and scope["method"] == "POST":
            return self._gateway.breaks_off(*self._soap.head(scope))
        return command.is_plain(path) and self._gateway.breaks_off(*self._plain.head(scope))

    async def _route(self, scope: Scope, receive: Receive, send: Send, wire: Wire) -> None:
        if scope["path"].startswith(MISSPELT_ROOT + "/"):
            notes = (*scope.get(NOTES, ()), _MISSPELT)
            scope = {**scope, "path": ROOT + scope["path"].removeprefix(MISSPELT_ROOT), NOTES: notes}
        path = scope["path"]
        if path == SOAP_PATH:
            await self._soap(scope, receive, wire.over(send))
        elif command.is_plain(path):
            await self._plain(scope, receive, wire.over(send))
        elif is_guarded(path):
            await self._own(scope, receive, send)
        else:
            await _answer(own_page(path) or not_found(path), send, head=scope["method"] == "HEAD")

    async def _answer_own(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == METRICS or path.startswith(API) or path == API.rstrip("/"):
            await self._control(scope, receive, send)
        else:
            console_page = console.answer(path, scope["method"], header(scope, "if-none-match") or "")
            await _answer(console_page or own_page(path) or not_found(path), send, head=scope["method"] == "HEAD")


async def _leave(ready: Ready, receive: Receive, send: Send) -> None:
    ready.wire.receive = receive
    over = ready.wire.over(send)
    try:
        await over({"type": "http.response.start", "status": ready.status, "headers": list(ready.headers)})
        await over({"type": "http.response.body", "body": ready.body})
    finally:
        ready.wire.left()


async def _answer(page: Page, send: Send, *, head: bool) -> None:
    headers = [(b"content-type", page.content_type.encode()), (b"content-length", str(len(page.body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in page.headers.items()]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else page.body})
