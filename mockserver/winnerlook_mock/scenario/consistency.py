"""What only the whole of a scenario can tell: values that do not go together, and names that nothing has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from winnerlook_mock.faults.fault import read_fault
from winnerlook_mock.gateway import reserved
from winnerlook_mock.gateway.settings import Settings
from winnerlook_mock.gateway.settings.plain import read
from winnerlook_mock.push.courier import Allowance, ForbiddenTargetError
from winnerlook_mock.scenario import moments
from winnerlook_mock.scenario.problems import Path, Problem
from winnerlook_mock.scenario.shapes import suggestion

Values = Mapping[str, Any]
_ALLOW = "pushes go to this machine, and to the networks in push_networks"


class Consistency:
    """Looks at what has the right shape only: `wrong` are the paths of what has not."""

    def __init__(self, values: Values, wrong: Iterable[Path]) -> None:
        self._values = values
        self._wrong = set(wrong)
        self._account_names = self._names("accounts")
        self._fault_names = self._names("faults")
        self._allowance: Allowance | None = None

    def problems(self) -> Iterator[Problem]:
        """All of them."""
        yield from self._networks()
        yield from self._clock(self._values.get("clock"), ("clock",))
        yield from self._settings(self._values.get("defaults"), ("defaults",))
        for path, account in self._tables("accounts"):
            yield from self._account(account, path)
        yield from self._twice("accounts")
        for path, fault in self._tables("faults"):
            yield from self._fault(fault, path)
        yield from self._twice("faults")
        for path, entry in self._tables("timeline"):
            yield from self._entry(entry, path)

    def _sound(self, path: Path) -> bool:
        """Whether what stands there, with all that is in it, has the right shape."""
        return not any(wrong[: len(path)] == path for wrong in self._wrong)

    def _tables(self, key: str) -> Iterator[tuple[Path, Values]]:
        several = self._values.get(key)
        for position, table in enumerate(several if isinstance(several, list) else []):
            if isinstance(table, dict):
                yield (key, position), table

    def _names(self, key: str) -> list[str]:
        return [table["name"] for path, table in self._tables(key) if "name" in table and self._sound((*path, "name"))]

    def _twice(self, key: str) -> Iterator[Problem]:
        seen: set[str] = set()
        for path, table in self._tables(key):
            name = table.get("name")
            if not isinstance(name, str):
                continue
            if name in seen:
                yield Problem((*path, "name"), "is taken: another one before it has the same name", "names are for one only")
            seen.add(name)

    def _networks(self) -> Iterator[Problem]:
        networks = self._values.get("push_networks", [])
        good = []
        for position, network in enumerate(networks if isinstance(networks, list) else []):
            if not self._sound(("push_networks", position)):
                continue
            try:
                Allowance([network])
                good.append(network)
            except ValueError:
                yield Problem(
                    ("push_networks", position), "is no network", "it is an address or a network, whose host bits are 0: 10.0.0.0/8",
                )
        self._allowance = Allowance(good) if self._sound(("push_networks",)) else None

    def _clock(self, clock: Any, path: Path) -> Iterator[Problem]:
        if isinstance(clock, dict) and "start" in clock:
            yield from self._moment(clock, path, "start")

    def _moment(self, table: Values, path: Path, key: str) -> Iterator[Problem]:
        if self._sound((*path, key)) and self._read_moment(table[key]) is None:
            yield Problem((*path, key), "is a day that the month does not have", "a month has 28 to 31 days")

    @staticmethod
    def _read_moment(text: str) -> datetime | None:
        try:
            return moments.moment(text)
        except ValueError:
            return None

    def _settings(self, settings: Any, path: Path) -> Iterator[Problem]:
        if not isinstance(settings, dict):
            return
        for key, value in settings.items():
            here = (*path, key)
            if not self._sound(here):
                continue
            try:
                Settings(**read({key: value}))
                if key in {"report_url", "reply_url"} and value and self._allowance is not None:
                    self._allowance.check(value)
            except ForbiddenTargetError:
                yield Problem(here, "leads to another machine than this one", _ALLOW)
            except ValueError as error:
                yield Problem(here, "does not fit", _rule(error))

    def _account(self, account: Values, path: Path) -> Iterator[Problem]:
        name = account.get("name")
        if isinstance(name, str) and reserved.failing_user(name) is not None:
            yield Problem((*path, "name"), "is reserved: it makes every call fail with that code", "take another name")
        yield from self._clock(account.get("clock"), (*path, "clock"))
        yield from self._settings(account.get("settings"), (*path, "settings"))

    def _fault(self, fault: Values, path: Path) -> Iterator[Problem]:
        yield from self._known(fault, path, "account", self._account_names, "account")
        if not self._sound(path):
            return
        yield from _together({key: value for key, value in fault.items() if key not in {"name", "armed"}}, path)
        since, until = (self._read_moment(fault[key]) if key in fault else None for key in ("since", "until"))
        if since and until and since >= until:
            yield Problem((*path, "until"), "is not after since", "a fault strikes from since on, up to until")

    def _entry(self, entry: Values, path: Path) -> Iterator[Problem]:
        yield from self._known(entry, path, "account", self._account_names, "account")
        for key in ("arm", "disarm"):
            yield from self._known(entry, path, key, self._fault_names, "fault")
        yield from self._settings(entry.get("configure"), (*path, "configure"))
        if "reply" in entry and "account" not in entry:
            yield Problem((*path, "reply"), "is nobody's", "say whose reply it is: account = …")
        if "at" in entry and self._sound((*path, "at")) and not moments.is_time_of_day(entry["at"]):
            yield from self._moment(entry, path, "at")
            yield from self._past(entry, (*path, "at"))

    def _past(self, entry: Values, path: Path) -> Iterator[Problem]:
        """Only where it is known when the clock begins."""
        start, at = self._begin(entry.get("account")), self._read_moment(entry["at"])
        if start and at and at < start:
            yield Problem(path, "is before the clock begins", "the clock never runs back: move the clock's start, or this")

    def _begin(self, account: object) -> datetime | None:
        own = next((path for path, table in self._tables("accounts") if table.get("name") == account and "clock" in table), ())
        path = (*own, "clock", "start")
        value: Any = self._values
        for part in path:
            try:
                value = value[part]
            except (LookupError, TypeError):
                return None
        return self._read_moment(value) if self._sound(path) else None

    def _known(self, table: Values, path: Path, key: str, names: list[str], what: str) -> Iterator[Problem]:
        """What is called by name exists."""
        if key not in table or not self._sound((*path, key)):
            return
        given = table[key]
        for position, name in enumerate(given if isinstance(given, list) else [given]):
            if name not in names:
                here = (*path, key, position) if isinstance(given, list) else (*path, key)
                right = suggestion(name, names) or f"{what}s are {', '.join(names) or 'not named in this scenario'}"
                yield Problem(here, f"names no {what} of this scenario", right)


def _together(fault: dict[str, Any], path: Path) -> Iterator[Problem]:
    """What a fault says that its kind does not have, or lacks. What is wrong is left out, until nothing is or the fault lacks something."""
    told = False
    while (complaint := _complaint(fault)) is not None:
        key = next((key for key in fault if key != "kind" and _complaint(_without(fault, key)) != complaint), None)
        if key is None:
            if not told:
                yield Problem(path, f"does not fit its kind, {fault['kind']}", complaint)
            return
        told = True
        yield Problem((*path, key), "does not fit", complaint)
        fault = _without(fault, key)


def _without(fault: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in fault.items() if name != key}


def _complaint(fault: dict[str, Any]) -> str | None:
    try:
        read_fault(fault)
    except ValueError as error:
        return _rule(error)
    return None


def _rule(error: ValueError) -> str:
    """What has to hold, without the value that did not (L2)."""
    return str(error).partition(", not ")[0]
