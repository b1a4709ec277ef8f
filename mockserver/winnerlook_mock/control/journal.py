"""The journal over HTTP."""

from __future__ import annotations

from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.messages import DELETED, WHERE
from winnerlook_mock.control.reading import ACCOUNT_QUERY, PAGING, Q, lookups, page, searches
from winnerlook_mock.control.schemas import named, page_of
from winnerlook_mock.views import entry_view

_FILTERS = {"q": Q, "account": ACCOUNT_QUERY}


def _list(asked: Asked) -> Any:
    with searches():
        found = asked.mock.search_journal(**{**asked.query, "limit": asked.query["limit"] + 1})
    return page("entries", [entry_view(entry) for entry in found], asked.query["limit"])


def _get(asked: Asked) -> Any:
    with lookups():
        return entry_view(asked.mock.entry(asked.path["number"]))


def _delete(asked: Asked) -> Any:
    with searches():
        return {"deleted": asked.mock.delete_journal(**asked.query)}


def _delete_one(asked: Asked) -> None:
    with lookups():
        asked.mock.delete_entry(asked.path["number"])


ROUTES = (
    Route(
        method="GET", path="/journal", name="listJournal", summary="Every exchange, refused ones included, newest first.", act=_list,
        query={**_FILTERS, **PAGING}, answer=page_of("entries", "Entry"),
        python=("MockServer.search_journal", "MockServer.journal", "MockAccount.journal"),
    ),
    Route(
        method="DELETE", path="/journal", name="deleteJournal", summary="Forget the entries that fit; all of them without anything to fit.",
        act=_delete, query=_FILTERS, answer=DELETED, python=("MockServer.delete_journal",),
    ),
    Route(
        method="GET", path="/journal/{number}", name="getEntry", summary="One exchange.", act=_get, where=WHERE, answer=named("Entry"),
        problems=(404,), python=("MockServer.entry",),
    ),
    Route(
        method="DELETE", path="/journal/{number}", name="deleteEntry", summary="Forget one exchange.", act=_delete_one, where=WHERE,
        status=204, problems=(404,), python=("MockServer.delete_entry",),
    ),
)
