"""The client beside zeep and beside bare HTTP libraries, against the fastest server there is."""

from __future__ import annotations

import asyncio
import io
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import aiohttp
import urllib3
import zeep
from winnerlook.wsdl import read as read_wsdl

from bench.speed.load import request_for
from bench.speed.processes import module, running
from winnerlook import AsyncClient, Client

_CALL = ("user", "pass", "13900000000", "您的验证码是:2345【测试】")


@dataclass(frozen=True)
class Cost:
    """Microseconds a call, by the clock and of this process's CPU."""

    wall: float
    cpu: float


def sync_rounds(rounds: int, calls: int) -> Iterator[dict[str, Cost]]:
    """One call after another, each library in turn."""
    with running(module("peers.fast")) as server, Client(*_CALL[:2], endpoint=server.url) as sms:
        request = request_for("soap11")
        pool = urllib3.connection_from_url(server.url)
        service = zeep.Client(_wsdl_at(server.url + request.target)).bind("trigger", "triggerSoap")
        contenders: dict[str, Callable[[], object]] = {
            "winnerlook": lambda: sms.send(*_CALL[2:]),
            "zeep over requests": lambda: service.SendMsg(*_CALL),
            "raw urllib3": lambda: pool.urlopen("POST", request.target, body=request.body, headers=dict(request.headers)).data,
        }
        for call in contenders.values():
            _timed(call, 50)
        for _ in range(rounds):
            yield {name: _timed(call, calls) for name, call in contenders.items()}


def _timed(call: Callable[[], object], calls: int) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        call()
    return Cost((time.perf_counter() - wall) / calls * 1e6, (time.process_time() - cpu) / calls * 1e6)


def async_rounds(rounds: int, calls: int, at_once: int = 64) -> list[dict[str, Cost]]:
    """So many calls at once, each library in turn."""
    return asyncio.run(_async_rounds(rounds, calls, at_once))


async def _async_rounds(rounds: int, calls: int, at_once: int) -> list[dict[str, Cost]]:
    with running(module("peers.fast")) as server:
        request = request_for("soap11")
        zeeps = _zeep_async(server.url + request.target)
        async with AsyncClient(*_CALL[:2], endpoint=server.url) as sms, aiohttp.ClientSession() as session:

            async def raw() -> object:
                async with session.post(server.url + request.target, data=request.body, headers=request.headers) as response:
                    return await response.read()

            contenders: dict[str, tuple[Callable[[], Awaitable[object]], int]] = {
                "winnerlook": (lambda: sms.send(*_CALL[2:]), calls), "raw aiohttp": (raw, calls),
            }
            if zeeps is not None:
                contenders["zeep AsyncClient"] = (lambda: zeeps(*_CALL), max(64, calls // 10))
            for call, _ in contenders.values():
                await _timed_async(call, 128, at_once)
            return [
                {name: await _timed_async(call, count, at_once) for name, (call, count) in contenders.items()} for _ in range(rounds)
            ]


def _zeep_async(address: str) -> Callable[..., Awaitable[object]] | None:
    """None where httpx is missing."""
    try:
        from zeep.transports import AsyncTransport  # noqa: PLC0415

        client = zeep.AsyncClient(_wsdl_at(address), transport=AsyncTransport())
    except (ImportError, AttributeError, NameError, RuntimeError):  # it notices a missing httpx late
        return None
    operation: Callable[..., Awaitable[object]] = client.bind("trigger", "triggerSoap").SendMsg
    return operation


def _wsdl_at(address: str) -> io.BytesIO:
    """The WSDL with this address in place of the vendor's, which no benchmark must ever call."""
    wsdl, places = re.subn(rb' location="[^"]*"', f' location="{address}"'.encode(), read_wsdl())
    assert places == 2
    return io.BytesIO(wsdl)




async def _timed_async(call: Callable[[], Awaitable[object]], calls: int, at_once: int) -> Cost:
    turns = iter(range(calls))

    async def work() -> None:
        for _ in turns:
            await call()

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return Cost((time.perf_counter() - wall) / calls * 1e6, (time.process_time() - cpu) / calls * 1e6)
