"""Everything that Python can do HTTP can, and the other way round."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from winnerlook_mock import Clock, MockAccount, MockServer
from winnerlook_mock.control.routes import ROUTES
from winnerlook_mock.faults.armed import ArmedFault

IN_PYTHON_ONLY = {
    "MockServer.start": "HTTP is answered by a server that runs",
    "MockServer.stop": "whoever started it stops it",
    "MockServer.play": "said when the server is started: winnerlook-mock serve --from",
    "MockServer.token": "whoever asks has it already",
    "Clock.call_at": "for what sets timers", "Clock.until_next": "for what fires timers",
    "Clock.fire_due": "for what fires timers", "Clock.wait_for": "for what is under way", "Clock.happened": "for what happens",
    "Clock.restore": "part of importState", "Clock.stop": "part of stopping",
}


def names(kind: type) -> set[str]:
    """What a class offers; assertions are what a test makes of what it can read."""
    return {f"{kind.__name__}.{name}" for name in dir(kind) if not name.startswith(("_", "assert_"))}


OFFERED = names(MockServer) | names(MockAccount) | names(Clock)
ROUTED = {name for route in ROUTES for name in route.python}


def test_what_python_can_do_http_can() -> None:
    """A new method needs a route, or a reason why it has none."""
    assert set(IN_PYTHON_ONLY) == OFFERED - ROUTED


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_what_http_can_do_python_can(route: Any) -> None:
    assert route.python
    homes = {kind.__name__: kind for kind in (MockServer, MockAccount, Clock, ArmedFault)}
    for name in route.python:
        home, _, member = name.partition(".")
        if home in homes:
            assert hasattr(homes[home], member), name
        elif home == "winnerlook":
            assert import_module(name)
        else:
            module = import_module(f"winnerlook_mock.{home}") if member else import_module("winnerlook_mock")
            assert hasattr(module, member or home), name


def test_names_and_addresses_are_there_once() -> None:
    assert len({route.name for route in ROUTES}) == len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
