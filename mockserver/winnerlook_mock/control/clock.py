"""The clock over HTTP: the server's, or that of the account that is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.reading import ACCOUNT_QUERY, account_of, values
from winnerlook_mock.control.schemas import closed, named
from winnerlook_mock.gateway import Clock
from winnerlook_mock.gateway.happening import Happening
from winnerlook_mock.views import clock_view, happening_view

_QUERY = {"account": ACCOUNT_QUERY}
_MARGIN = 2 * 366 * 86_400.0
"""Seconds."""
_A_LOT = {"days": 36_525, "hours": 876_600, "minutes": 52_596_000, "seconds": 3_155_760_000}
"""A hundred years."""
_ADVANCE = closed(
    "How far; the parts are added up.", (), **{unit: {"type": "number", "minimum": 0, "maximum": most} for unit, most in _A_LOT.items()},
)


def _clock(asked: Asked) -> Clock:
    user_code = asked.query.get("account")
    return asked.mock.clock if user_code is None else account_of(asked, user_code).clock


def _get(asked: Asked) -> Any:
    return clock_view(_clock(asked))


def check_moment(timestamp: float) -> None:
    """Raise ValueError for a moment so far away that what is to happen around it could not be named."""
    try:
        for margin in (-_MARGIN, _MARGIN):
            Clock.at(timestamp + margin)
    except (ValueError, OverflowError, OSError):
        raise ValueError("the clock goes from the year 2 to the year 9998") from None


def _advance(asked: Asked) -> Any:
    clock = _clock(asked)
    with values():
        check_moment(clock.timestamp() + timedelta(**asked.body).total_seconds())
    return _moved(clock, clock.advance(**asked.body))


def _settle(asked: Asked) -> Any:
    clock = _clock(asked)
    return _moved(clock, clock.settle())


def _moved(clock: Clock, happened: tuple[Happening, ...]) -> Any:
    return {"clock": clock_view(clock), "happened": [happening_view(one) for one in happened]}


def _freeze(asked: Asked) -> Any:
    clock = _clock(asked)
    clock.freeze()
    return clock_view(clock)


def _resume(asked: Asked) -> Any:
    clock = _clock(asked)
    clock.resume()
    return clock_view(clock)


ROUTES = (
    Route(
        method="GET", path="/clock", name="getClock", summary="The time, and what is to happen.", act=_get, query=_QUERY,
        answer=named("Clock"), problems=(404,),
        python=("MockServer.clock", "MockAccount.clock", "Clock.now", "Clock.frozen", "Clock.pending", "Clock.timestamp", "Clock.at"),
    ),
    Route(
        method="POST", path="/clock/advance", name="advanceClock",
        summary="Move the clock forward; answered when everything that fell due on the way has happened, pushes included.", act=_advance,
        waits=True, query=_QUERY, body=_ADVANCE, answer=named("Moved"), problems=(404,), python=("Clock.advance",),
    ),
    Route(
        method="POST", path="/clock/settle", name="settleClock", summary="Let everything happen that is due, without moving on.",
        act=_settle, waits=True, query=_QUERY, answer=named("Moved"), problems=(404,), python=("Clock.settle",),
    ),
    Route(
        method="POST", path="/clock/freeze", name="freezeClock", summary="Let the clock stand still until it is resumed.", act=_freeze,
        query=_QUERY, answer=named("Clock"), problems=(404,), python=("Clock.freeze",),
    ),
    Route(
        method="POST", path="/clock/resume", name="resumeClock", summary="Let the clock run with real time again.", act=_resume,
        query=_QUERY, answer=named("Clock"), problems=(404,), python=("Clock.resume",),
    ),
)
