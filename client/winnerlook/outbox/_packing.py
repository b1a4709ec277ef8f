"""Which messages share a call, and what the call carries (O2, O7, O11, O12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from winnerlook.errors import ConfigurationError
from winnerlook.individual import DEFAULT_SEPARATORS, Separators, format_pairs
from winnerlook.operations import BY_NAME
from winnerlook.outbox._message import operation_of, send_parameters
from winnerlook.outbox._schema import national

EQUAL, INDIVIDUAL = BY_NAME["SendBatchMsg"], BY_NAME["SendIndividualMsg"]
_MOST = min(EQUAL.max_recipients, INDIVIDUAL.max_recipients)
_IN_NUMBERS = re.compile(r"[0-9+]")
_OF_O7 = attrgetter("rank", "sms_type", "text", "autograph")
_OF_O12 = attrgetter("rank", "sms_type")


class Packing(StrEnum):
    """How messages with `bulk` may share calls. Others always have a call of their own."""

    OFF = "off"
    """One a call."""
    INDIVIDUAL = "individual"
    """Up to 50 by O12, which takes a customerUuid: whatever is in doubt can be proved by its report. The default."""
    BATCH = "batch"
    """Those of equal text by O7, the others by O12. O7 takes no customerUuid: what it leaves in doubt stays so."""


def packing_of(given: object) -> Packing:
    """From a `Packing` or its value. Raises ConfigurationError."""
    try:
        return Packing(given)  # type: ignore[arg-type]  # whatever it is
    except ValueError:
        raise ConfigurationError(f"packing must be one of {', '.join(Packing)}, not {given!r}") from None


@dataclass(frozen=True, slots=True)
class Call:
    """Messages that go out together. `operation` is what carries several; one that is left alone goes by its own."""

    operation: str
    rows: tuple[sa.Row[Any], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Packer:
    """Makes calls for one account, whose client joins O12's pairs by `separators`."""

    packing: Packing = Packing.OFF
    separators: Separators = DEFAULT_SEPARATORS

    def calls(self, claimed: Sequence[sa.Row[Any]]) -> list[Call]:
        """A call goes when the first of its messages would have gone, so that none is later than by itself. It holds messages of one
        priority, and no number twice, since a report names no more than call and number."""
        bulk = [row for row in claimed if row.bulk and row.extension is None and self.packing is not Packing.OFF]
        calls = [Call(EQUAL.name, group) for group in _groups(bulk, _OF_O7) if len(group) > 1] if self.packing is Packing.BATCH else []
        packed = {row.id for call in calls for row in call.rows}
        pairs = [row for row in bulk if row.id not in packed and self._is_pair(row)]
        calls += [Call(INDIVIDUAL.name, group) for group in _groups(pairs, _OF_O12) if len(group) > 1]
        packed = {row.id for call in calls for row in call.rows}
        calls += [Call(operation_of(row.extension), (row,)) for row in claimed if row.id not in packed]
        place = {row.id: at for at, row in enumerate(claimed)}
        return sorted(calls, key=lambda call: place[call.rows[0].id])

    def parameters(self, call: Call, customer_uuid: str) -> tuple[str, dict[str, object]]:
        """The operation, and what it is given."""
        first = call.rows[0]
        if len(call.rows) == 1:
            return operation_of(first.extension), {**send_parameters(first), "customerUuid": customer_uuid}
        if call.operation == EQUAL.name:
            numbers = ",".join(row.phone for row in call.rows)
            return call.operation, {"DesNo": numbers, "Msg": first.text, "autograph": first.autograph, "smsType": first.sms_type}
        pairs = format_pairs([(row.phone, row.text) for row in call.rows], self.separators)
        return call.operation, {"Msg": pairs, "smsType": first.sms_type, "customerUuid": customer_uuid}

    def _is_pair(self, row: sa.Row[Any]) -> bool:
        """Whether O12 can carry a message, whatever stands beside it. A separator with digits might be completed by a number's."""
        if row.autograph is not None or _IN_NUMBERS.search(self.separators.within + self.separators.between):
            return False
        try:
            format_pairs([(row.phone, row.text)] * 2, self.separators)
        except ValueError:
            return False
        return True


def _groups(rows: Iterable[sa.Row[Any]], key: Callable[[sa.Row[Any]], Hashable]) -> list[tuple[sa.Row[Any], ...]]:
    """Of equal keys, in their order, each group with no more than a call may carry and no number twice."""
    groups: dict[Hashable, list[dict[str, sa.Row[Any]]]] = {}
    for row in rows:
        number = national(row.phone)
        of_key = groups.setdefault(key(row), [])
        group = next((each for each in of_key if len(each) < _MOST and number not in each), None)
        if group is None:
            of_key.append(group := {})
        group[number] = row
    return [tuple(group.values()) for of_key in groups.values() for group in of_key]
