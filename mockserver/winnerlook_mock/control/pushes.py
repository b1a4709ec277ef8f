"""Pushes over HTTP: the ledgers of the accounts."""

from __future__ import annotations

from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.reading import ACCOUNT_QUERY, PAGING, account_of, accounts_of, lookups, page
from winnerlook_mock.control.schemas import NUMBER, USER, named, page_of
from winnerlook_mock.push.ledger import PushState
from winnerlook_mock.views import push_view

_WHERE = {"user_code": USER, "number": NUMBER}
_QUERY = {
    "account": ACCOUNT_QUERY, "state": {"type": "string", "enum": [*PushState]},
    **PAGING, "before": {**PAGING["before"], "description": "older than this one; needs account, whose pushes the numbers count"},
}


def _list(asked: Asked) -> Any:
    query = asked.query
    state, before, limit = query.get("state"), query.get("before"), query["limit"]
    if before is not None and "account" not in query:
        raise Problem(422, "numbers count the pushes of one account: say which, with account", parameter="before")
    held = [(account.user_code, push) for account in accounts_of(asked) for push in account.pushes if state in (None, push.state)]
    held.sort(key=lambda one: (one[1].created_at, one[1].number), reverse=True)
    wanted = [one for one in held if before is None or one[1].number < before][: limit + 1]
    listed = page("pushes", [push_view(*one) for one in wanted], limit)
    return listed if "account" in query else {**listed, "next": None}


def _get(asked: Asked) -> Any:
    account = account_of(asked, asked.path["user_code"])
    with lookups():
        return push_view(account.user_code, account.push(asked.path["number"]))


def _redeliver(asked: Asked) -> Any:
    account = account_of(asked, asked.path["user_code"])
    with lookups():
        return push_view(account.user_code, account.redeliver(asked.path["number"]))


ROUTES = (
    Route(
        method="GET", path="/pushes", name="listPushes", summary="What was pushed, newest first. To page through it, name an account.",
        act=_list, query=_QUERY, answer=page_of("pushes", "Push"), problems=(404,), python=("MockAccount.pushes",),
    ),
    Route(
        method="GET", path="/pushes/{user_code}/{number}", name="getPush", summary="One push of an account, with every attempt.", act=_get,
        where=_WHERE, answer=named("Push"), problems=(404,), python=("MockAccount.push",),
    ),
    Route(
        method="POST", path="/pushes/{user_code}/{number}/redeliver", name="redeliver", act=_redeliver, waits=True, where=_WHERE,
        summary="Try a push once more, whatever came of it before; answered with what came of it now.", answer=named("Push"),
        problems=(404,), python=("MockAccount.redeliver",),
    ),
)
