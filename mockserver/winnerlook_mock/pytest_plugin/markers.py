"""What the markers of a test say. One that says something wrong fails its test with one line, without a traceback through the plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, NoReturn

import pytest

_OPENING = ("balance", "clock", "user_code", "user_pass")


def is_on(item: pytest.Item, name: str, *, default: bool) -> bool:
    """Whether a marker that is a switch is there, and not switched off."""
    marker = item.get_closest_marker(name)
    if marker is None:
        return default
    given = [*marker.args, *(value for key, value in marker.kwargs.items() if key == "on")]
    if len(given) != len(marker.args) + len(marker.kwargs) or len(given) > 1 or not all(isinstance(one, bool) for one in given):
        _wrong(marker, "it takes True, which is the same as nothing, or False")
    return bool(given[0]) if given else True


def opening(item: pytest.Item) -> dict[str, Any]:
    """What the account of a test starts with; the marker that is nearest to the test has the last word."""
    from winnerlook_mock.gateway import Clock, Settings  # noqa: PLC0415  # who does not ask does not pay

    wanted: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("winnerlook_account"))):
        if marker.args:
            _wrong(marker, "it takes its settings by name: winnerlook_account(balance=100)")
        _check_names(marker, marker.kwargs, [*_OPENING, *(field.name for field in fields(Settings))], "setting")
        if not isinstance(marker.kwargs.get("clock"), Clock | None):
            _wrong(marker, "clock is a winnerlook_mock.Clock, Clock(frozen=True) for instance")
        wanted.update(marker.kwargs)
    if is_on(item, "winnerlook_replay", default=False):
        wanted["replay"] = True
    return wanted


def faults(item: pytest.Item) -> Iterator[tuple[pytest.Mark, str, dict[str, Any]]]:
    """The faults of a test's account: marker, kind and what else is said."""
    from winnerlook_mock.faults.fault import Fault, FaultKind  # noqa: PLC0415

    known = [field.name for field in fields(Fault) if field.name not in ("kind", "account")]
    for marker in reversed(list(item.iter_markers("winnerlook_fault"))):
        if len(marker.args) > 1 or ("kind" in marker.kwargs) == bool(marker.args):
            _wrong(marker, 'it takes a kind, and all else by name: winnerlook_fault("code", code=-7)')
        spec = {"kind": marker.args[0], **marker.kwargs} if marker.args else dict(marker.kwargs)
        kind = spec.pop("kind")
        _check_names(marker, [kind], list(FaultKind), "kind of fault")
        _check_names(marker, spec, known, "field of a fault")
        yield marker, kind, spec


@contextmanager
def told(markers: Sequence[pytest.Mark]) -> Iterator[None]:
    """What is refused within, is what these markers said; without one, an error stays as it is."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if not markers:
            raise
        _wrong(markers[0], str(error))


def _check_names(marker: pytest.Mark, given: Iterable[Any], known: list[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            _wrong(marker, f"there is no {what} {name!r}" + (f": did you mean {near[0]}?" if near else f", but {', '.join(known)}"))


def _wrong(marker: pytest.Mark, why: str) -> NoReturn:
    said = ", ".join([*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())])
    pytest.fail(f"@pytest.mark.{marker.name}({said}): {why}", pytrace=False)
