"""One fault: what goes wrong, for which calls, how often and for how long."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook.operations import BY_NAME
from winnerlook_mock.delays import Delay, Fixed, delay_of

DOORS = ("soap11", "soap12", "post", "get")
_GROUPS = {"soap": ("soap11", "soap12"), "plain": ("post", "get")}
_LONGEST = 86_400.0
_REASON = "Server was unable to process request."
_TO = re.compile(r"\+?[0-9]{1,17}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[\x21-\x7e]+/[\x20-\x7e]+", re.ASCII)


class FaultKind(StrEnum):
    """What goes wrong. All but CODE and RESULT, which are what the gateway says, happen to the answer on the wire."""

    CODE = "code"
    RESULT = "result"
    SOAP_FAULT = "soap-fault"
    STATUS = "status"
    DELAY = "delay"
    HANG = "hang"
    RESET = "reset"
    CLOSE = "close"
    CUT = "cut"
    MALFORMED = "malformed"
    CONTENT_TYPE = "content-type"
    TRICKLE = "trickle"
    GARBAGE = "garbage"
    OTHER_OPERATION = "other-operation"


class Stage(StrEnum):
    """When a RESET happens: before the body is read, after that, or after the call was done and charged."""

    BEFORE_READING = "before-reading"
    AFTER_READING = "after-reading"
    AFTER_ACCEPTING = "after-accepting"


def kind_of(name: str) -> FaultKind:
    """A kind by its name. Raises ValueError, which lists them."""
    try:
        return FaultKind(name)
    except ValueError:
        raise ValueError(f"there is no kind of fault {name!r}, but {', '.join(FaultKind)}") from None


SAYINGS = frozenset({FaultKind.CODE, FaultKind.RESULT})
_SILENT = frozenset({FaultKind.HANG, FaultKind.RESET, FaultKind.CLOSE})
_UNDONE = frozenset({FaultKind.CODE, FaultKind.RESULT, FaultKind.SOAP_FAULT, FaultKind.STATUS})
_DELAYS = {FaultKind.DELAY: Fixed(1.0), FaultKind.TRICKLE: Fixed(0.05)}
_OF_KIND = {
    "code": {FaultKind.CODE}, "result": {FaultKind.RESULT}, "status": {FaultKind.STATUS}, "body": {FaultKind.STATUS},
    "reason": {FaultKind.SOAP_FAULT}, "media_type": {FaultKind.STATUS, FaultKind.CONTENT_TYPE}, "stage": {FaultKind.RESET},
    "delay": {FaultKind.DELAY, FaultKind.TRICKLE}, "fraction": {FaultKind.CUT},
    "done": set(FaultKind) - SAYINGS - {FaultKind.RESET},
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Fault(MaskedRepr):
    """A fault. ValueError says which part of it is wrong.

    Which calls it strikes, all of them without these:

    :param account: user name. `operation` is a documented name, `door` one of soap11, soap12, post, get, or soap or plain.
    :param to: how a recipient's number begins.

    How often, and until when:

    :param times: this many calls. `every` leaves out all but each k-th, `probability` leaves out some by chance, which begins with `seed`.
    :param since: from this moment of the clock on; `until` up to that one. Both aware.
    :param lasts: seconds of real time after which it is over, so that one that was forgotten does no harm.

    What it does:

    :param code: CODE answers with it. `result` is what RESULT answers.
    :param status: HTTP status of STATUS; `body` and `media_type` go with it, the latter with CONTENT_TYPE, too.
    :param reason: what SOAP_FAULT says; at the plain doors it is a status of 500 with these words.
    :param delay: seconds before the answer (DELAY), or before each of its bytes (TRICKLE); a number, a `Delay`, or one in words.
    :param fraction: how much of its body CUT lets through.
    :param stage: when RESET happens.
    :param done: whether the call is carried out and charged before its answer goes wrong. It is, but for SOAP_FAULT and STATUS.
    """

    _masks: ClassVar = {"to": mask_phone, "result": mask_text, "body": mask_text, "reason": mask_text}
    kind: FaultKind
    account: str | None = None
    operation: str | None = None
    door: str | None = None
    to: str | None = None
    times: int | None = None
    every: int = 1
    probability: float = 1.0
    seed: int = 0
    since: datetime | None = None
    until: datetime | None = None
    lasts: float = 600.0
    code: int | None = None
    result: str | None = None
    status: int | None = None
    body: str | None = None
    media_type: str | None = None
    reason: str | None = None
    delay: Delay | float | str | None = None
    fraction: float | None = None
    stage: Stage | None = None
    done: bool | None = None

    def __post_init__(self) -> None:
        kinds = ", ".join(FaultKind)
        if self.kind not in list(FaultKind):
            raise ValueError(f"kind is one of {kinds}, not {self.kind!r}")
        self._set("kind", FaultKind(self.kind))
        for name, allowed in _OF_KIND.items():
            if getattr(self, name) is not None and self.kind not in allowed:
                raise ValueError(f"a fault of kind {self.kind} has no {name}")
        self._complete()
        for rule, holds in _RULES:
            if not holds(self):
                raise ValueError(rule)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _complete(self) -> None:
        """What was not said."""
        kind = self.kind
        if kind in _DELAYS:
            self._set("delay", _DELAYS[kind] if self.delay is None else delay_of("delay", self.delay))
        if kind is FaultKind.RESET:
            if self.stage is not None and self.stage not in list(Stage):
                raise ValueError(f"stage is one of {', '.join(Stage)}, not {self.stage!r}")
            self._set("stage", Stage(self.stage or Stage.AFTER_ACCEPTING))
            self._set("done", self.stage is Stage.AFTER_ACCEPTING)
        elif self.done is None:
            self._set("done", kind not in _UNDONE)
        for name, of, value in (
            ("status", FaultKind.STATUS, 503), ("body", FaultKind.STATUS, ""), ("reason", FaultKind.SOAP_FAULT, _REASON),
            ("fraction", FaultKind.CUT, 0.5), ("media_type", FaultKind.CONTENT_TYPE, "text/html; charset=utf-8"),
        ):
            if kind is of and getattr(self, name) is None:
                self._set(name, value)

    @property
    def says(self) -> bool:
        """Whether it is an answer of the gateway, and not an accident on the wire."""
        return self.kind in SAYINGS

    @property
    def http_status(self) -> int:
        """The status that its callers see; 0 where they see none, or are kept waiting for ever."""
        if self.kind in _SILENT:
            return 0
        return self.status or (500 if self.kind is FaultKind.SOAP_FAULT else 200)

    @property
    def is_unread(self) -> bool:
        """Whether it strikes before it can be known whose call it is."""
        return self.stage is Stage.BEFORE_READING

    def fits_door(self, door: str) -> bool:
        """Whether it strikes calls that came in by this door."""
        return self.door is None or door in _GROUPS.get(self.door, (self.door,))

    def plain(self) -> dict[str, Any]:
        """As it can be written in JSON or TOML: what `Fault` takes, without what has its default."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "done" or not (self.stage or self.says)}
        default = {field.name: field.default for field in fields(self)}
        return {name: _plain(value) for name, value in given.items() if value != default[name]}


def read_fault(values: dict[str, Any]) -> Fault:
    """A fault from plain values; moments may be written as ISO 8601. Raises ValueError."""
    known = {field.name for field in fields(Fault)}
    strange = [name for name in values if name not in known]
    if strange:
        raise ValueError(f"a fault has no {strange[0][:40]!r}: it has {', '.join(sorted(known))}")
    if "kind" not in values:
        raise ValueError(f"a fault needs a kind: {', '.join(FaultKind)}")
    values = {name: value for name, value in values.items() if value is not None}
    for name in ("since", "until"):
        if isinstance(values.get(name), str):
            try:
                values[name] = datetime.fromisoformat(values[name])
            except ValueError:
                raise ValueError(f"{name} is a moment as 2026-11-22T12:00:00+08:00") from None
    return Fault(**values)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Delay | StrEnum) else value


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_moment(value: object) -> bool:
    return value is None or (isinstance(value, datetime) and value.utcoffset() is not None)


def _within(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and least <= value <= most


_RULES: tuple[tuple[str, Any], ...] = (
    ("account is a user name", lambda f: f.account is None or (isinstance(f.account, str) and f.account)),
    (f"operation is one of {', '.join(BY_NAME)}", lambda f: f.operation is None or f.operation in BY_NAME),
    (f"door is one of {', '.join((*DOORS, *_GROUPS))}", lambda f: f.door is None or f.door in (*DOORS, *_GROUPS)),
    ("to is how a number begins", lambda f: f.to is None or (isinstance(f.to, str) and _TO.fullmatch(f.to))),
    ("times is a count of calls", lambda f: f.times is None or _is_count(f.times)),
    ("every is a count of calls", lambda f: _is_count(f.every)),
    ("probability is from 0 to 1", lambda f: _within(f.probability, 0, 1)),
    ("seed is an integer", lambda f: type(f.seed) is int),
    ("since and until are moments with a time zone", lambda f: _is_moment(f.since) and _is_moment(f.until)),
    (f"lasts is seconds above 0, {_LONGEST:g} at most", lambda f: _within(f.lasts, 1e-6, _LONGEST)),
    ("code is a negative integer", lambda f: f.kind is not FaultKind.CODE or (type(f.code) is int and f.code < 0)),
    ("result is a string", lambda f: f.kind is not FaultKind.RESULT or isinstance(f.result, str)),
    ("status is an HTTP status from 200 to 599", lambda f: f.status is None or (type(f.status) is int and 200 <= f.status < 600)),  # noqa: PLR2004
    ("body and reason are strings", lambda f: all(value is None or isinstance(value, str) for value in (f.body, f.reason))),
    (
        "media_type is a media type",
        lambda f: f.media_type is None or (isinstance(f.media_type, str) and _MEDIA_TYPE.fullmatch(f.media_type)),
    ),
    ("fraction is from 0 to 1, and not 1", lambda f: f.fraction is None or (_within(f.fraction, 0, 1) and f.fraction < 1)),
    ("done is true or false", lambda f: isinstance(f.done, bool)),
    (
        "a reset before reading can be limited to an operation and a door only: whose call it is, is not known yet",
        lambda f: not f.is_unread or (f.account is None and f.to is None),
    ),
)
