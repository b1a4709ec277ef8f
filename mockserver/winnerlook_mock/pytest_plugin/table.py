"""The coverage table: which operations, doors, codes and report statuses a run exercised.

What counts is a list of points: each operation that was called (at each door, where doors are configured), each failure code that was
answered, each status that a report said. The percentage is how many of them came up. ``winnerlook_coverage_operations``, ``…_doors``,
``…_codes`` and ``…_statuses`` in the configuration say what the application under test can meet at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from winnerlook_mock.pytest_plugin import served

if TYPE_CHECKING:
    from winnerlook_mock.feed import Event
    from winnerlook_mock.pytest_plugin.served import AnyAccount, AnyServer

_OUTPUT = "winnerlook_coverage"
_OK = "ok"
DOORS = ("soap11", "soap12", "post", "get")

Call = tuple[str, str, str]
"""Operation, door, and the failure code or ``ok``."""


class Exercised:
    """What came up, and how often."""

    def __init__(self) -> None:
        self.calls: Counter[Call] = Counter()
        self.statuses: Counter[str] = Counter()

    def called(self, operation: str | None, door: str, answer: str | None) -> None:
        """A call was answered; with None, a fault kept it from being done."""
        from winnerlook.codes import failure_value  # noqa: PLC0415  # a server is there, so the SDK is, too

        if operation is not None:
            code = failure_value(answer or "")
            self.calls[operation, door, _OK if code is None else str(code)] += 1

    def plain(self) -> dict[str, Any]:
        """As xdist can pass it on."""
        return {"calls": [[*call, count] for call, count in self.calls.items()], "statuses": dict(self.statuses)}

    def add(self, plain: dict[str, Any]) -> None:
        """Add what another process exercised."""
        for operation, door, code, count in plain["calls"]:
            self.calls[operation, door, code] += count
        self.statuses.update(plain["statuses"])


class Scope:
    """What there is to exercise: by the configuration, or else all twelve operations at any door, the documented codes, and the statuses
    that reserved numbers end with and that are no single network's own."""

    def __init__(self, config: pytest.Config) -> None:
        from winnerlook.codes import ALL  # noqa: PLC0415
        from winnerlook.operations import BY_NAME  # noqa: PLC0415
        from winnerlook_mock.gateway.reserved import DELIVERIES  # noqa: PLC0415

        words = dict.fromkeys(delivery.status for delivery in DELIVERIES.values() if delivery.status and ":" not in delivery.status)
        self.operations: tuple[str, ...] = _chosen(config, "operations", tuple(BY_NAME), fixed=True)
        self.doors: tuple[str, ...] = _chosen(config, "doors", (), fixed=True, known=DOORS)
        self.codes: tuple[str, ...] = _chosen(config, "codes", tuple(str(code.value) for code in ALL))
        _check_codes(self.codes)
        self.statuses: tuple[str, ...] = _chosen(config, "statuses", tuple(words))

    def parts(self, seen: Exercised) -> Iterator[tuple[str, int, int]]:
        """What is counted, how many of it came up, and how many there are."""
        called = {(operation, door) for operation, door, _ in seen.calls}
        wanted = [(operation, door) for operation in self.operations for door in self.doors]
        if wanted:
            yield "operations at doors", len(called & set(wanted)), len(wanted)
        else:
            names = {operation for operation, _ in called}
            yield "operations", sum(operation in names for operation in self.operations), len(self.operations)
        codes = {code for _, _, code in seen.calls}
        yield "codes", sum(code in codes for code in self.codes), len(self.codes)
        yield "statuses", sum(status in seen.statuses for status in self.statuses), len(self.statuses)


class CoverageTable:
    """Gathers from all servers and workers, prints in the end, and fails the run where it was too little."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._seen = Exercised()
        self._scope = Scope(config)
        self._least: float | None = config.getoption("winnerlook_fail_under")

    @property
    def percentage(self) -> float:
        """How much of what counts came up."""
        parts = list(self._scope.parts(self._seen))
        return 100 * sum(seen for _, seen, _ in parts) / max(1, sum(all_ for _, _, all_ in parts))

    def observe(self, server: AnyServer) -> None:
        """Count what a server of this process does, as it does it: its journal may forget."""
        if not served.is_own(server):
            return
        last = server.last_event

        def wake() -> None:
            nonlocal last
            events, _ = server.events_since(last)
            for event in events:
                self._happened(event)
            last = server.last_event

        server.subscribe(wake)

    def account_done(self, server: AnyServer, account: AnyAccount) -> None:
        """Count what an account has done on a server that runs anyway: the one that workers share is observed by who started it."""
        if not served.is_own(server) and not served.is_started_by_controller(self._config):
            held = account.held()
            for entry in held.journal:
                self._seen.called(entry.operation, entry.door, entry.answer)
            self._seen.statuses.update(step.detail for message in held.messages for step in message.timeline if step.what == "report")

    def _happened(self, event: Event) -> None:
        if event.kind == "journal":
            self._seen.called(event.subject.operation, event.subject.door, event.subject.answer)
        elif event.kind == "report":
            self._seen.statuses[event.subject.status] += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended: take over what it counted."""
        plain = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if plain:
            self._seen.add(plain)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was counted, or judge it."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = self._seen.plain()
        elif self._is_too_little() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table."""
        if hasattr(self._config, "workeroutput"):
            return
        terminalreporter.section("winnerlook coverage")
        for line in self._lines():
            terminalreporter.line(line)
        if self._is_too_little():
            wanted = f"the {self._least:g} % of --winnerlook-fail-under"
            terminalreporter.line(f"FAILED: {self.percentage:.1f} % is less than {wanted}", red=True)

    def _is_too_little(self) -> bool:
        return self._least is not None and self.percentage < self._least

    def _lines(self) -> Iterator[str]:
        width = max(map(len, self._scope.operations), default=0)
        yield f"{'operation':<{width}} {''.join(f'{door:>8}' for door in DOORS)}  answers"
        for operation in self._scope.operations:
            calls = {call: count for call, count in self._seen.calls.items() if call[0] == operation}
            at_doors = [sum(count for (_, at, _), count in calls.items() if at == door) for door in DOORS]
            answers = sorted({code for _, _, code in calls}, key=lambda code: (code != _OK, -int(code) if code != _OK else 0))
            columns = "".join(f"{count or '-':>8}" for count in at_doors)
            yield f"{operation:<{width}} {columns}  {' '.join(answers)}".rstrip()
        codes = {code for _, _, code in self._seen.calls}
        yield f"codes never answered: {' '.join(code for code in self._scope.codes if code not in codes) or 'none'}"
        yield f"statuses reported: {', '.join(f'{status} {count}' for status, count in sorted(self._seen.statuses.items())) or 'none'}"
        yield f"statuses never reported: {' '.join(one for one in self._scope.statuses if one not in self._seen.statuses) or 'none'}"
        parts = ", ".join(f"{seen} of {all_} {what}" for what, seen, all_ in self._scope.parts(self._seen))
        yield f"{self.percentage:.1f} %: {parts}"


def _check_codes(codes: tuple[str, ...]) -> None:
    """Undocumented ones count too, but a code without its minus never comes up."""
    strange = [code for code in codes if not re.fullmatch("-[1-9][0-9]*", code)]
    if strange:
        raise pytest.UsageError(f"winnerlook_coverage_codes: {strange[0]} is no failure code: they are negative, -7 for instance")


def _chosen(
    config: pytest.Config, name: str, default: tuple[str, ...], *, fixed: bool = False, known: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """What the configuration says, checked against what there is."""
    given = tuple(config.getini(f"winnerlook_coverage_{name}"))
    strange = [one for one in given if fixed and one not in (known or default)]
    if strange:
        raise pytest.UsageError(f"winnerlook_coverage_{name}: {strange[0]} is none of {', '.join(known or default)}")
    return given or default
