"""Every kind of fault that the mock has, on every operation that the outbox calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from winnerlook_mock.faults.fault import FaultKind

SENDS = ("SendMsg", "sendMsgExt", "SendBatchMsg", "SendIndividualMsg")
POLLS = ("GetReport2Connect", "GetMo2Connect")
_A_DAY = 86_400.0
_SLOW = {FaultKind.DELAY, FaultKind.HANG, FaultKind.TRICKLE}
"""They cost a worker the whole time that a call may take."""

_VARIANTS: tuple[dict[str, Any], ...] = (
    {"kind": FaultKind.RESET, "stage": "before-reading"}, {"kind": FaultKind.RESET, "stage": "after-reading"},
    {"kind": FaultKind.RESET, "stage": "after-accepting"},
    {"kind": FaultKind.RESULT, "result": "系统繁忙"}, {"kind": FaultKind.RESULT, "result": ""},
    {"kind": FaultKind.SOAP_FAULT}, {"kind": FaultKind.SOAP_FAULT, "done": True},
    {"kind": FaultKind.STATUS, "status": 503}, {"kind": FaultKind.STATUS, "status": 502, "body": "<html>", "done": True},
    {"kind": FaultKind.DELAY, "delay": "uniform:0.3,2.5"}, {"kind": FaultKind.HANG}, {"kind": FaultKind.CLOSE},
    {"kind": FaultKind.CLOSE, "done": False}, {"kind": FaultKind.CUT, "fraction": 0.4}, {"kind": FaultKind.CUT, "fraction": 0.95},
    {"kind": FaultKind.MALFORMED}, {"kind": FaultKind.CONTENT_TYPE}, {"kind": FaultKind.TRICKLE, "delay": 0.05},
    {"kind": FaultKind.GARBAGE}, {"kind": FaultKind.OTHER_OPERATION},
)
_CODES = {"send": (-16, -8, -7, -9, -24, -1, -11), "poll": (-16, -8, -1)}
"""Codes that slow down, pause, stop and refuse, and those that say nothing for sure."""


def troubles(seed: int, likely: float, likely_on_polls: float) -> Iterator[dict[str, Any]]:
    """What `MockServer.fault` takes: each kind for once on SendMsg and on polls of reports, and by chance on all."""
    number = 0
    for operation in (*SENDS, *POLLS):
        polls = operation in POLLS
        codes = ({"kind": FaultKind.CODE, "code": code} for code in _CODES["poll" if polls else "send"])
        for variant in (*_VARIANTS, *codes):
            number += 1
            chance = likely_on_polls if polls else likely / 2 if variant["kind"] in _SLOW else likely
            common = {**variant, "operation": operation, "seed": seed * 10_000 + number, "lasts": _A_DAY}
            if operation in {"SendMsg", "GetReport2Connect"}:
                yield {**common, "times": 1, "probability": 0.7}
            yield {**common, "probability": chance}
