"""How the mock's cost and memory grow."""

from __future__ import annotations

from collections.abc import Iterator

from bench.speed.load import load, request_for
from bench.speed.processes import module, running

_MEBIBYTE = 2**20


def armed(wrk: str, seconds: float) -> dict[str, float]:
    """The median latency in milliseconds with 1 fault and rule in force, and with 1 000."""
    found = {}
    for number in (1, 1000):
        with running(module("peers.mock", "--faults", str(number), "--rules", str(number))) as server:
            found[f"{number} armed"] = load(wrk, server, request_for("soap11"), connections=1, seconds=seconds).p50
    return found


def shapes(wrk: str, seconds: float) -> Iterator[tuple[str, float, float]]:
    """What grows, requests a second, and microseconds of the mock's CPU a request."""
    for accounts in (1, 10_000):
        with running(module("peers.mock", "--accounts", str(accounts))) as server:
            measured = load(wrk, server, request_for("soap11"), connections=16, seconds=seconds)
            yield f"{accounts} accounts", measured.per_second, measured.server_cpu
    with running(module("peers.mock")) as server:
        for connections in (1, 8, 64):
            measured = load(wrk, server, request_for("soap11"), connections=connections, seconds=seconds)
            yield f"{connections} connections", measured.per_second, measured.server_cpu
        for characters in (10, 100, 1000, 10_000):
            measured = load(wrk, server, request_for("soap11", "文" * characters), connections=16, seconds=seconds)
            yield f"{characters} characters", measured.per_second, measured.server_cpu


def memory(wrk: str, marks: tuple[int, ...], slice_seconds: float = 30) -> Iterator[tuple[int, float, float]]:
    """Messages that went through one mock, its resident MiB then, and microseconds of its CPU a request in the last slice."""
    request, done = request_for("soap11"), 0
    with running(module("peers.mock")) as server:
        for mark in marks:
            measured = None
            while done < mark:
                measured = load(wrk, server, request, connections=64, seconds=slice_seconds)
                done += round(measured.per_second * slice_seconds)
            yield done, server.resident / _MEBIBYTE, measured.server_cpu if measured else 0.0
