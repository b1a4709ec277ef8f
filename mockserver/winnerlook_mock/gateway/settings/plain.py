"""Settings as JSON and TOML have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from winnerlook_mock.delays import Delay
from winnerlook_mock.gateway.settings import Settings

NAMES = tuple(field.name for field in fields(Settings))


def plain(settings: Settings) -> dict[str, Any]:
    """All settings by name. Amounts and delays are strings, moments ISO 8601, times of day ``08:00:00``, collections lists."""
    return {name: _plain(getattr(settings, name)) for name in NAMES}


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings from their plain form, as `Settings` and `MockAccount.configure` take them. Raises ValueError for a name that does not exist
    and for a moment that cannot be read; what the values must be, `Settings` checks."""
    for name in values:
        if name not in NAMES:
            near = get_close_matches(str(name)[:40], NAMES, n=1)
            raise ValueError(f"there is no setting {str(name)[:40]!r}" + (f": did you mean {near[0]}?" if near else ""))
    return {name: _READERS[name](name, value) if name in _READERS else value for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal | Delay):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else value


def _moment(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} is a moment as 2026-11-22T12:00:00+08:00") from None


def _hours(name: str, value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    try:
        return tuple(time.fromisoformat(hour) if isinstance(hour, str) else hour for hour in value)
    except ValueError:
        raise ValueError(f"{name} are times of day as 08:00") from None


_READERS = {"expires_at": _moment, "channel_hours": _hours}
