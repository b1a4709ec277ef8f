"""Answering from a recording."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from winnerlook import encryption
from winnerlook.china_time import CHINA
from winnerlook.operations import Operation
from winnerlook_mock.faults.board import Armed
from winnerlook_mock.faults.fault import Fault, FaultKind
from winnerlook_mock.gateway.call import Call
from winnerlook_mock.recording.files import Exchange, read_all

_UNCOMPARED = frozenset({"userPass", "submitInfo"})
_EPOCH = datetime(1970, 1, 1, tzinfo=CHINA)
_SAME, _ALIKE = 4, 1


class _Told(Armed):
    """What stands in for a fault in the journal: an answer that is more than a result string."""

    name: str

    @property
    def title(self) -> str:
        """What the journal says of it."""
        return self.name


@dataclass(slots=True)
class _Recorded:
    exchange: Exchange
    uses: int = 0


class Playback:
    """Answers calls by their door and operation. Where several exchanges were recorded for these, those with the parameters that fit best
    are taken in order, each once, then the last one again. Credentials are not checked: stand-ins are as good as any.

    Raises RecordingError for a directory that cannot be read, with every broken file and its line.
    """

    def __init__(self, directory: Path) -> None:
        self._recorded: dict[tuple[str, str], list[_Recorded]] = {}
        self._passwords: set[str] = set()
        self._directory = directory
        self._lock = threading.Lock()
        for exchange in read_all(directory):
            if exchange.operation:
                self._recorded.setdefault((exchange.door, exchange.operation), []).append(_Recorded(exchange))
            for values in (exchange.parameters, exchange.encrypted):
                if "userPass" in values:
                    self._passwords.add(str(values["userPass"]))

    def answer(self, call: Call) -> str | None:
        """The recorded result; None where the answer is none, or where nothing was recorded, and `call` says then what goes out instead."""
        door, operation = call.origin.door, call.operation
        with self._lock:
            found = self._chosen(door, operation, call.parameters)
        if found is None:
            self._complain(call)
            return None
        answer = found.answer
        if answer.result is None:
            fault = Fault(
                kind=FaultKind.STATUS, status=answer.status, body=answer.body or "", media_type=answer.content_type or None,
            )
            _let_out(call, fault, f"recorded in {found.file}")
        return answer.result

    def _chosen(self, door: str, operation: Operation, parameters: Mapping[str, Any]) -> Exchange | None:
        recorded = self._recorded.get((door, operation.name))
        if not recorded:
            return None
        asked = {**parameters, **self._inside(operation, parameters)}
        fits = [_fit(one.exchange, asked) for one in recorded]
        best = [one for one, fit in zip(recorded, fits, strict=True) if fit == max(fits)]
        chosen = next((one for one in best if one.uses == 0), best[-1])
        chosen.uses += 1
        return chosen.exchange

    def _inside(self, operation: Operation, parameters: Mapping[str, Any]) -> dict[str, str]:
        """The fields of a submitInfo that was made with a recorded stand-in of a password."""
        if not operation.submit_info:
            return {}
        for password in sorted(self._passwords):
            try:
                plaintext = encryption.decrypt(str(parameters.get("submitInfo")), password).decode(encryption.ENCODING)
                return encryption.parse_plaintext(plaintext)
            except ValueError:
                continue
        return {}

    def _complain(self, call: Call) -> None:
        door, name = call.origin.door, call.operation.name
        others = sorted(other for other, operation in self._recorded if operation == name)
        where = f"there is one for {', '.join(others)}" if others else "there is none for another door either"
        reason = f"No recording answers {name} at the door {door}"
        fault = Fault(kind=FaultKind.SOAP_FAULT, reason=f"{reason}: record one, or write a file by hand.")
        _let_out(call, fault, "no recording")
        call.notes.append(f"{reason}, {where}: record this call too, or copy and edit a file in {self._directory}")


def _let_out(call: Call, fault: Fault, name: str) -> None:
    told = _Told(0, fault, _EPOCH, float("inf"), Random(0))  # noqa: S311  # nothing is drawn
    told.name = name
    if call.fault is not None:  # one that was armed goes before
        return
    call.fault = told
    if call.origin.wire is not None:
        call.origin.wire.spoil(told, call.origin.door, call.operation.name)


def _fit(exchange: Exchange, asked: Mapping[str, Any]) -> int:
    """How well a recorded call fits: equal values count most, then values of the same length, names on one side only count against."""
    recorded = {**exchange.parameters, **exchange.encrypted}
    names = {name for name, value in (*recorded.items(), *asked.items()) if value is not None} - _UNCOMPARED
    return sum(_likeness(recorded.get(name), asked.get(name)) for name in names)


def _likeness(recorded: object, asked: object) -> int:
    if recorded is None or asked is None:
        return -_SAME if recorded or asked else 0
    if str(recorded) == str(asked):
        return _SAME
    return _ALIKE if len(str(recorded)) == len(str(asked)) else 0
