"""A scenario that was found to be right."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self

from winnerlook.masking import MaskedRepr, mask_phone, mask_secret, mask_text
from winnerlook_mock.faults.fault import Fault, read_fault
from winnerlook_mock.gateway.clock import Clock
from winnerlook_mock.scenario import moments, reading

FAULT_LASTS = 86_400.0
"""Seconds. A fault of a scenario is not one that was forgotten."""


class _Plain:
    """Something with fields that are plain, or are made of such things again."""

    def plain(self) -> dict[str, Any]:
        """As JSON and TOML have it: what was said, without what has its default."""
        given = {field.name: (getattr(self, field.name), _default(field)) for field in fields(self)}  # type: ignore[arg-type]  # dataclasses
        return {name: _plain(value) for name, (value, default) in given.items() if value != default}


def _default(one: Any) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _plain(value: Any) -> Any:
    if isinstance(value, _Plain):
        return value.plain()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _keys(table: Mapping[str, Any]) -> str:
    """A table without its values, which may be numbers and texts (L2)."""
    return f"{{{', '.join(table)}}}"


@dataclass(frozen=True, kw_only=True)
class ClockPlan(_Plain):
    """Where a clock begins, and whether it stands still."""

    start: str | None = None
    frozen: bool = False

    def clock(self) -> Clock:
        """Such a clock, from now on."""
        return Clock(moments.moment(self.start) if self.start else None, frozen=self.frozen)


@dataclass(frozen=True, kw_only=True, repr=False)
class ReplyPlan(MaskedRepr, _Plain):
    """What a handset says."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text}
    phone: str
    text: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AccountPlan(MaskedRepr, _Plain):
    """An account; `settings` are what differs from the defaults, in their plain form."""

    _masks: ClassVar = {"password": mask_secret, "settings": _keys}
    name: str
    password: str
    balance: int | float | str = 10_000
    settings: dict[str, Any] = field(default_factory=dict)
    clock: ClockPlan | None = None
    replies: tuple[ReplyPlan, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From its plain form."""
        return cls(**{
            **values, "clock": _clock(values), "replies": tuple(ReplyPlan(**reply) for reply in values.get("replies", ())),
        })


@dataclass(frozen=True, kw_only=True, repr=False)
class FaultPlan(MaskedRepr, _Plain):
    """A fault, by the name that the timeline calls it by; `armed` says whether it is in force from the beginning."""

    _masks: ClassVar = {"said": _keys}
    said: dict[str, Any]
    name: str = ""
    armed: bool = True

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From its plain form."""
        said = {key: value for key, value in values.items() if key not in {"name", "armed"}}
        return cls(said=said, name=values.get("name", ""), armed=values.get("armed", True))

    def plain(self) -> dict[str, Any]:
        """As JSON and TOML have it."""
        return {**({"name": self.name} if self.name else {}), **({} if self.armed else {"armed": False}), **self.said}

    def fault(self, seed: int) -> Fault:
        """The fault; `seed` is for one that has none of its own."""
        return read_fault({"seed": seed, "lasts": FAULT_LASTS, **self.said})


@dataclass(frozen=True, kw_only=True, repr=False)
class EntryPlan(MaskedRepr, _Plain):
    """What happens at a moment of the clock, to one account or to all."""

    _masks: ClassVar = {"configure": _keys}
    after: float | str | None = None
    at: str | None = None
    account: str | None = None
    restore: tuple[str, ...] | None = None
    configure: dict[str, Any] | None = None
    balance: int | float | str | None = None
    disarm: tuple[str, ...] | None = None
    arm: tuple[str, ...] | None = None
    reply: ReplyPlan | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From its plain form."""
        names = {key: _several(values[key]) for key in ("restore", "disarm", "arm") if key in values}
        return cls(**{**values, **names, "reply": ReplyPlan(**values["reply"]) if "reply" in values else None})

    def due(self, begin: float) -> float:
        """When, in seconds since the epoch, on a clock that begins at `begin`."""
        return moments.due(self.at, self.after, begin)

    @property
    def what(self) -> str:
        """In words, without numbers and texts."""
        done = [f"{word} {', '.join(names)}" for word, names in (
            ("restore", self.restore), ("configure", sorted(self.configure or ())), ("disarm", self.disarm), ("arm", self.arm),
        ) if names]
        done += ["set the balance"] if self.balance is not None else []
        done += ["a handset replies"] if self.reply else []
        return f"scenario: {'; '.join(done) or 'nothing'}{f' ({self.account})' if self.account else ''}"


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenario(MaskedRepr, _Plain):
    """What a mock holds, what goes wrong in it, and when. Made by `load`, `loads` or `of`, each of which raises ScenarioError with all that
    is wrong; what is made is right as a whole."""

    _masks: ClassVar = {"defaults": _keys}
    title: str = ""
    seed: int = 0
    push_networks: tuple[str, ...] = ()
    clock: ClockPlan | None = None
    defaults: dict[str, Any] = field(default_factory=dict)
    accounts: tuple[AccountPlan, ...] = ()
    faults: tuple[FaultPlan, ...] = ()
    timeline: tuple[EntryPlan, ...] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """From a TOML file."""
        return cls._made(reading.read_file(path))

    @classmethod
    def loads(cls, text: str, file: str = "") -> Self:
        """From TOML; `file` is what the problems call it."""
        return cls._made(reading.read_text(text, file))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From its plain form, as `plain` gives it and TOML and JSON have it."""
        return cls._made(reading.read_values(values))

    @classmethod
    def _made(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{
            **values,
            "push_networks": tuple(values.get("push_networks", ())),
            "clock": _clock(values),
            "accounts": tuple(map(AccountPlan.of, values.get("accounts", ()))),
            "faults": tuple(map(FaultPlan.of, values.get("faults", ()))),
            "timeline": tuple(map(EntryPlan.of, values.get("timeline", ()))),
        })

    def own_clock(self) -> Clock | None:
        """The server's clock, from now on; None where nothing is said of it."""
        return self.clock.clock() if self.clock else None

    def settings(self) -> dict[str, Any]:
        """The defaults in their plain form, the scenario's seed among them."""
        return {**({"seed": self.seed} if self.seed else {}), **self.defaults}


def _clock(values: Mapping[str, Any]) -> ClockPlan | None:
    return ClockPlan(**values["clock"]) if "clock" in values else None


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
