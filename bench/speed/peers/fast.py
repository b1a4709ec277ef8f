"""The fastest answer that Python gives, for measuring clients: a ready SendMsg envelope to whatever comes."""

from __future__ import annotations

import asyncio

import uvloop

_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
    '<SendMsgResponse xmlns="http://tempuri.org/"><SendMsgResult>2200001476358475197</SendMsgResult></SendMsgResponse>'
    "</soap:Body></soap:Envelope>"
)
_ANSWER = (
    f"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(_ENVELOPE)}\r\nServer: x\r\n\r\n{_ENVELOPE}"
).encode("ascii")


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._data = transport, b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            size = end + 4 + int(length or b"0")
            if len(self._data) < size:
                return
            self._data = self._data[size:]
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]  # a socket's transport


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    print(f"PORT {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())
