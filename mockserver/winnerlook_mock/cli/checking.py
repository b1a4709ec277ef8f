"""``winnerlook-mock check``: whether scenarios are right, before anything is started with them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from winnerlook_mock.cli.usage import UsageError

if TYPE_CHECKING:
    from winnerlook_mock.scenario import Problem, Scenario


def add_options(check: argparse.ArgumentParser) -> None:
    """The options of the command, and `run`, which does it."""
    check.add_argument("files", metavar="FILE", nargs="*", help="a scenario")
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    check.add_argument("--schema", action="store_true", help="print the JSON Schema of scenarios, for editors")
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    if arguments.schema:
        from winnerlook_mock.scenario.schema import written  # noqa: PLC0415  # other commands do without it

        print(written(), end="")
        return 0
    if not arguments.files:
        raise UsageError("check needs a FILE, or --schema; see winnerlook-mock check --help")
    found = [_looked_at(file) for file in arguments.files]
    print(json.dumps({"files": found}, ensure_ascii=False, indent=2) if arguments.json else "\n".join(_lines(found)))
    return 0 if all(one["ok"] for one in found) else 1


def _looked_at(file: str) -> dict[str, Any]:
    from winnerlook_mock.scenario import Scenario, ScenarioError  # noqa: PLC0415

    try:
        return {"file": file, "ok": True, "holds": _held(Scenario.load(file)), "problems": []}
    except ScenarioError as error:
        return {"file": file, "ok": False, "problems": [_told(problem) for problem in error.problems]}


def _told(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line, "path": problem.dotted, "wrong": problem.wrong, "right": problem.right, "text": str(problem),
    }


def _held(scenario: Scenario) -> dict[str, Any]:
    clock = scenario.clock
    return {
        "title": scenario.title,
        "clock": {"start": clock.start if clock else None, "frozen": bool(clock and clock.frozen)},
        "defaults": list(scenario.defaults),
        "accounts": [account.name for account in scenario.accounts],
        "replies": sum(len(account.replies) for account in scenario.accounts),
        "faults": [fault.said["kind"] for fault in scenario.faults],
        "timeline": [entry.what for entry in scenario.timeline],
    }


def _lines(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    for one in found:
        if one["ok"]:
            yield f"{one['file']}: ok: {_summary(one['holds'])}"
        yield from (problem["text"] for problem in one["problems"])


def _summary(held: dict[str, Any]) -> str:
    """One line: what is there, and how many."""
    clock = held["clock"]
    began = f"the clock begins {clock['start'] or 'now'}{' and stands still' if clock['frozen'] else ''}"
    title = f"{held['title']}: " if held["title"] else ""
    accounts = _some(len(held["accounts"]), "account") + (f" ({', '.join(held['accounts'])})" if held["accounts"] else "")
    there = [
        accounts, _some(len(held["defaults"]), "default"), _some(held["replies"], "waiting reply", "waiting replies"),
        _some(len(held["faults"]), "fault"), _some(len(held["timeline"]), "entry of the timeline", "entries of the timeline"), began,
    ]
    return title + ", ".join(filter(None, there))


def _some(count: int, one: str, several: str = "") -> str:
    """How many there are; empty for none."""
    return f"{count} {one if count == 1 else several or one + 's'}" if count else ""
