"""The server as a whole over HTTP: what it is, what can be provoked, its state, and beginning anew."""

from __future__ import annotations

from typing import Any

from winnerlook import __version__
from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.knowledge import tables
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.schemas import COUNT, SWITCH, closed, many, nullable, text

_CODES = closed(
    codes=many(closed(code={"type": "integer"}, meaning=text(), english=text(), recipient=text(), user=text())),
    deliveries=many(closed(recipient=text(), status=nullable(text()), meaning=text(), delay={"type": "number"})),
)
_STATE = {"type": "object", "description": "The state as it was exported."}
_MOST_STATE = 256 * 1024 * 1024


def _server(asked: Asked) -> Any:
    mock = asked.mock
    return {
        "version": __version__, "url": mock.url, "https_url": mock.https_url, "ca_file": mock.ca_file, "replay": mock.gateway.replay,
        "last_event": mock.last_event, "journal_dropped": mock.journal.dropped,
    }


def _codes(_asked: Asked) -> Any:
    return tables()


def _export(asked: Asked) -> Any:
    from winnerlook_mock.state import export_state  # noqa: PLC0415  # most servers never need it

    return export_state(asked.mock)


def _import(asked: Asked) -> None:
    from winnerlook_mock.state import import_state  # noqa: PLC0415

    try:
        import_state(asked.mock, asked.body)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        said = str(error) if isinstance(error, ValueError) else "this is not a state as it was exported"
        raise Problem(422, said[:1000], pointer="") from None


def _reset(asked: Asked) -> None:
    asked.mock.reset()


ROUTES = (
    Route(
        method="GET", path="/server", name="getServer", summary="What this server is, and where it answers.", act=_server,
        answer=closed(
            version=text(), url=text(), https_url=text(), ca_file=nullable(text()), replay=SWITCH, last_event=COUNT, journal_dropped=COUNT,
        ),
        python=("MockServer.url", "MockServer.https_url", "MockServer.ca_file"),
    ),
    Route(
        method="GET", path="/codes", name="listCodes", act=_codes, answer=_CODES, python=("winnerlook.codes",),
        summary="The failure codes, and the reserved numbers and user names that provoke them without any control.",
    ),
    Route(
        method="GET", path="/state", name="exportState", summary="All that the server holds, to be imported again.", act=_export,
        waits=True, answer=_STATE, python=("state.export_state",),
    ),
    Route(
        method="PUT", path="/state", name="importState", summary="Put a state that was exported in place of what the server holds.",
        act=_import, waits=True, body=_STATE, most_bytes=_MOST_STATE, status=204, python=("state.import_state",),
    ),
    Route(
        method="POST", path="/reset", name="reset", act=_reset, status=204, python=("MockServer.reset",),
        summary="Begin anew: the accounts that were there at the start as they were opened, no others, no faults, an empty journal.",
    ),
)
