"""What a fault does to an answer that is ready to leave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

from winnerlook.operations import BY_NAME
from winnerlook_mock.delays import drawn
from winnerlook_mock.faults.connection import Connection
from winnerlook_mock.faults.fault import Fault, FaultKind
from winnerlook_mock.http_body import Receive, Send
from winnerlook_mock.plain import answer as plain_answer
from winnerlook_mock.soap import faults as soap_faults
from winnerlook_mock.soap.version import SOAP11, SOAP12

_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer: headers as ASGI has them, and who gets it to which question."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    door: str
    operation: str

    def with_body(self, body: bytes, *, status: int | None = None, media_type: str | None = None) -> Outgoing:
        """Another body, with the headers that belong to it."""
        own = {b"content-length", b"content-type"} if media_type else {b"content-length"}
        headers = [header for header in self.headers if header[0] not in own]
        headers += [(b"content-length", str(len(body)).encode())] + ([(b"content-type", media_type.encode())] if media_type else [])
        return replace(self, status=status or self.status, headers=tuple(headers), body=body)


@dataclass(frozen=True, slots=True)
class Way:
    """How an answer leaves."""

    send: Send
    receive: Receive
    connection: Connection | None
    random: Random

    async def head(self, outgoing: Outgoing) -> None:
        """Send the status and the headers."""
        await self.send({"type": "http.response.start", "status": outgoing.status, "headers": list(outgoing.headers)})

    async def part(self, body: bytes, *, last: bool) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": not last})

    async def whole(self, outgoing: Outgoing) -> None:
        """Send it all."""
        await self.head(outgoing)
        await self.part(outgoing.body, last=True)

    async def pause(self, seconds: float) -> bool:
        """Let time pass. False where the server is to stop meanwhile: then the connection is closed, and no more is to be sent."""
        if self.connection is None:
            await asyncio.sleep(seconds)
        elif await self.connection.pause(seconds):
            await self.end()
            return False
        return True

    async def end(self, *, reset: bool = False) -> None:
        """Break the connection off."""
        if self.connection is not None:
            await self.connection.end(self.receive, reset=reset)


async def spoil(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    """Let an answer leave as the fault has it."""
    await _EFFECTS[fault.kind](fault, outgoing, way)


async def _delay(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    if await way.pause(_seconds(fault, way)):
        await way.whole(outgoing)


async def _hang(fault: Fault, _outgoing: Outgoing, way: Way) -> None:
    if way.connection is not None:
        await way.connection.hold(way.receive, fault.lasts)
    await way.end()


async def _reset(_fault: Fault, _outgoing: Outgoing, way: Way) -> None:
    await way.end(reset=True)


async def _close(_fault: Fault, _outgoing: Outgoing, way: Way) -> None:
    await way.end()


async def _cut(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    assert fault.fraction is not None
    await way.head(outgoing)
    await way.part(outgoing.body[: int(len(outgoing.body) * fault.fraction)], last=False)
    await way.end()


async def _malformed(_fault: Fault, outgoing: Outgoing, way: Way) -> None:
    await way.whole(outgoing.with_body(outgoing.body.replace(b"</", b"<", 1)))


async def _content_type(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    await way.whole(outgoing.with_body(outgoing.body, media_type=fault.media_type))


async def _trickle(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    await way.head(outgoing)
    for position in range(len(outgoing.body)):
        if not await way.pause(_seconds(fault, way)):
            return
        await way.part(outgoing.body[position : position + 1], last=False)
    await way.part(b"", last=True)


async def _garbage(_fault: Fault, outgoing: Outgoing, way: Way) -> None:
    await way.whole(outgoing.with_body(way.random.randbytes(max(1, len(outgoing.body)))))


async def _other_operation(_fault: Fault, outgoing: Outgoing, way: Way) -> None:
    """As a server that mixes up its connections would answer."""
    asked = BY_NAME[outgoing.operation]
    other = next(operation for operation in BY_NAME.values() if operation.result is not asked.result)
    if outgoing.door.startswith("soap"):
        names = (f"<{asked.name}Re", f"</{asked.name}Re"), (f"<{other.name}Re", f"</{other.name}Re")
        body = outgoing.body
        for old, new in zip(*names, strict=True):
            body = body.replace(old.encode(), new.encode())
    else:
        body = plain_answer.written(other.sample_result)
    await way.whole(outgoing.with_body(body))


async def _status(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    assert fault.body is not None
    await way.whole(outgoing.with_body(fault.body.encode(), status=fault.status, media_type=fault.media_type or _TEXT))


async def _soap_fault(fault: Fault, outgoing: Outgoing, way: Way) -> None:
    assert fault.reason is not None
    if outgoing.door.startswith("soap"):
        version = SOAP12 if outgoing.door == SOAP12.door else SOAP11
        body = soap_faults.write(soap_faults.server_fault(fault.reason), version)
        await way.whole(outgoing.with_body(body, status=500, media_type=version.content_type))
    else:
        await way.whole(outgoing.with_body(fault.reason.encode(), status=500, media_type=_TEXT))


def _seconds(fault: Fault, way: Way) -> float:
    assert fault.delay is not None
    return drawn(fault.delay, way.random)


_EFFECTS: dict[FaultKind, Callable[[Fault, Outgoing, Way], Awaitable[None]]] = {
    FaultKind.DELAY: _delay,
    FaultKind.HANG: _hang,
    FaultKind.RESET: _reset,
    FaultKind.CLOSE: _close,
    FaultKind.CUT: _cut,
    FaultKind.MALFORMED: _malformed,
    FaultKind.CONTENT_TYPE: _content_type,
    FaultKind.TRICKLE: _trickle,
    FaultKind.GARBAGE: _garbage,
    FaultKind.OTHER_OPERATION: _other_operation,
    FaultKind.STATUS: _status,
    FaultKind.SOAP_FAULT: _soap_fault,
}
