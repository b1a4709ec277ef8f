"""``python -m bench.speed [--quick] [--memory]``."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from bench.speed import clients, growth, report, starts
from bench.speed.load import load, request_for
from bench.speed.peers import installing, starting
from bench.speed.processes import Server, module, running

_WSDL = Path(__file__).parents[2] / "wsdl" / "trigger.wsdl"
_SOAP_JS = Path(__file__).with_name("peers") / "soap.js"
_SERVE_MS, _START_MS, _ACCOUNT_MS, _STOP_MS, _IMPORT_MS, _PARSE_MS = 500.0, 30.0, 1.0, 50.0, 60.0, 1.0

Starter = Callable[[], AbstractContextManager[Server]]


class Run:
    """One run. `raw` holds every figure of every round, `rows` what they come to, `skipped` what could not be measured and why."""

    def __init__(self, *, quick: bool, memory: bool) -> None:
        self.quick, self.with_memory = quick, memory
        self.rounds, self.seconds, self.calls = (2, 1.0, 300) if quick else (5, 3.0, 2000)
        self.rows: list[report.Row] = []
        self.raw: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.skipped: list[str] = []

    def measure(self) -> None:
        """All of it, the client first: it needs no peers."""
        self.client()
        self.starting()
        wrk = installing.wrk()
        if wrk is None:
            self.skipped.append("everything under load: there is no wrk (apt install wrk)")
        else:
            self.servers(wrk)
            self.growth(wrk)

    def client(self) -> None:
        """Sync and async calls."""
        for costs in clients.sync_rounds(self.rounds, self.calls):
            for name, cost in costs.items():
                self.raw["sync call, µs"][name].append(cost.wall)
                self.raw["sync call, µs of CPU"][name].append(cost.cpu)
        for costs in clients.async_rounds(self.rounds, self.calls):
            for name, cost in costs.items():
                self.raw["async call, 64 at once, calls/s"][name].append(1e6 / cost.wall)
                self.raw["async call, 64 at once, µs of CPU"][name].append(cost.cpu)
        for unit in ("µs", "µs of CPU"):
            sync, many = self.raw[f"sync call, {unit}"], self.raw["async call, 64 at once, µs of CPU"]
            self.rows += [
                report.at_least(f"sync SOAP call, {unit}: zeep over requests to ours", 4, sync["zeep over requests"], sync["winnerlook"]),
                report.at_most(f"sync SOAP call, {unit}: ours to raw urllib3", 1.3, sync["winnerlook"], sync["raw urllib3"]),
            ]
        calls, ours = self.raw["async call, 64 at once, calls/s"], "winnerlook"
        if "zeep AsyncClient" not in calls:
            self.skipped.append("zeep AsyncClient: it needs httpx (pip install httpx)")
        self.rows += [
            report.at_least("async, 64 at once, calls/s: ours to zeep AsyncClient", 10, calls[ours], calls.get("zeep AsyncClient")),
            report.at_least("async, 64 at once, calls/s: ours to raw aiohttp", 0.6, calls[ours], calls["raw aiohttp"]),
            report.at_least("async, 64 at once, CPU: raw aiohttp to ours", 0.6, many["raw aiohttp"], many[ours]),
        ]

    def starting(self) -> None:
        """What is paid once."""
        once = self.raw["paid once, ms"]
        for _ in range(self.rounds):
            for name, milliseconds in starts.one_round().items():
                once[name].append(milliseconds)
        bars = {
            "import winnerlook": _IMPORT_MS, "500 reports": _PARSE_MS, "500 replies": _PARSE_MS, "serve to first answer": _SERVE_MS,
            "MockServer() after imports": _START_MS, "a fresh account": _ACCOUNT_MS, "stop": _STOP_MS,
        }
        self.rows += [report.within(name, bar, "ms", once[name]) for name, bar in bars.items()]

    def servers(self, wrk: str) -> None:
        """The mock and its peers in turn, round by round, all started before so that each round finds them warm."""
        with ExitStack() as stack:
            started = {}
            for name, starter in self.starters().items():
                try:
                    started[name] = stack.enter_context(starter())
                except (OSError, RuntimeError) as error:
                    self.skipped.append(f"{name}: {error}")
            for _ in range(self.rounds):
                self.one_round(wrk, started)
        self.server_rows()

    def starters(self) -> dict[str, Starter]:
        """What can be had here."""
        found: dict[str, Starter] = {
            "mock": lambda: running(module("peers.mock")), "stock spyne on waitress": lambda: running(module("peers.stock_spyne")),
        }
        modules, jar = installing.node_modules("soap", "mountebank"), installing.wiremock_jar()
        if modules is None:
            self.skipped.append("node soap, mountebank: there is no npm, or it cannot install them")
        else:
            env = {"NODE_PATH": str(modules), "WSDL": str(_WSDL)}
            found["node soap"] = lambda: running(["node", str(_SOAP_JS)], **env)
            found["mountebank with XPath"] = lambda: starting.mountebank(modules)
        if jar is None:
            self.skipped.append("WireMock: there is no Java, or npm cannot install wiremock")
        else:
            found["WireMock with XPath"] = lambda: starting.wiremock(jar)
        return found

    def one_round(self, wrk: str, started: dict[str, Server]) -> None:
        """64 connections to each, over each door of the mock; then 16 for the latency."""
        loads = [(name, name, "soap11", 64) for name in started]
        loads += [("mock, SOAP 1.2", "mock", "soap12", 64), ("mock, plain POST", "mock", "http", 64)]
        loads += [(f"{name}, 16 connections", name, "soap11", 16) for name in ("mock", "node soap") if name in started]
        for title, name, binding, connections in loads:
            try:
                measured = load(wrk, started[name], request_for(binding), connections=connections, seconds=self.seconds)
            except (OSError, RuntimeError) as error:
                self.skipped.append(f"{title}: {error}")
                continue
            self.raw["requests/s"][title].append(measured.per_second)
            self.raw["p99, ms"][title].append(measured.p99)
            self.raw["server's CPU a request, µs"][title].append(measured.server_cpu)
            self.raw["wrk's CPU a request, µs"][title].append(measured.load_cpu)

    def server_rows(self) -> None:
        """The mock to its peers; by CPU as well, since two shared cores make requests a second uncertain."""
        rates, cpu, p99 = self.raw["requests/s"], self.raw["server's CPU a request, µs"], self.raw["p99, ms"]
        for peer, bar in (("node soap", 1.2), ("stock spyne on waitress", 5), ("WireMock with XPath", 4)):
            for door in ("mock", "mock, SOAP 1.2"):
                self.rows.append(report.at_least(f"{door}, requests/s to {peer}", bar, rates[door], _whole(rates, peer, self.rounds)))
            theirs = _whole(cpu, peer, self.rounds)
            self.rows.append(report.at_most(f"mock, CPU a request to {peer}", round(1 / bar, 2), cpu["mock"], theirs))
        self.rows += [
            report.at_least("mock, plain POST to SOAP, requests/s", 1.4, rates["mock, plain POST"], rates["mock"]),
            report.at_most(
                "mock, p99 at 16 connections to node soap's", 1, p99["mock, 16 connections"],
                _whole(p99, "node soap, 16 connections", self.rounds),
            ),
        ]

    def growth(self, wrk: str) -> None:
        """What 1 000 rules, many accounts, connections and characters cost; memory where it was asked for."""
        armed = self.raw["latency, ms"]
        for _ in range(self.rounds):
            for name, milliseconds in growth.armed(wrk, self.seconds).items():
                armed[name].append(milliseconds)
        what = "mock, latency with 1 000 faults and rules to that with 1"
        self.rows.append(report.at_most(what, 1.1, armed["1000 armed"], armed["1 armed"]))
        if self.quick:
            return
        for name, per_second, cpu in growth.shapes(wrk, self.seconds):
            self.raw["growth, requests/s"][name].append(per_second)
            self.raw["growth, µs of CPU a request"][name].append(cpu)
        if self.with_memory:
            for done, mebibytes, cpu in growth.memory(wrk, (200_000, 1_000_000, 2_000_000)):
                self.raw["memory, MiB"][f"after {done} messages"].append(mebibytes)
                self.raw["growth, µs of CPU a request"][f"{done} stored messages"].append(cpu)
            sizes = [figures[0] for figures in self.raw["memory, MiB"].values()]
            self.rows.append(report.at_most("mock, memory after 2 M messages to that after 200 k", 1.2, sizes[-1:], sizes[:1]))


def _whole(rounds: dict[str, list[float]], name: str, count: int) -> list[float] | None:
    """A peer's figures, None where it is not there in each round."""
    return rounds[name] if len(rounds.get(name, ())) == count else None


def main() -> None:
    """Measure, print the table, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds, for a look; nothing is kept")
    parser.add_argument("--memory", action="store_true", help="also send 2 M messages through the mock, which takes minutes")
    wanted = parser.parse_args()
    run = Run(quick=wanted.quick, memory=wanted.memory)
    run.measure()
    print(report.table(run.rows, run.raw))
    for reason in dict.fromkeys(run.skipped):
        print(f"skipped: {reason}")
    if not wanted.quick:
        print(f"kept in {report.keep(run.rows, run.raw, run.skipped)}")


if __name__ == "__main__":
    main()
