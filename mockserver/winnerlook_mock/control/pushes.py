"""Pushes over HTTP: the ledgers of the accounts."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.reading import ACCOUNT_QUERY, PAGING, account_of, accounts_of, lookups
from winnerlook_mock.control.schemas import NUMBER, USER, closed, many, named, nullable, text
from winnerlook_mock.push.ledger import PushEntry, PushState
from winnerlook_mock.views import push_view

_WHERE = {"user_code": USER, "number": NUMBER}
_QUERY = {
    "account": ACCOUNT_QUERY, "state": {"type": "string", "enum": [*PushState]}, **PAGING,
    "before": {**PAGING["before"], "description": "older than this one of account, or else of before_account: each account counts its own"},
    "before_account": text("user name; whose push before is, where the pushes of all accounts are listed", maxLength=128),
}
_PAGE = closed(
    "The newest first; `next` and `next_account` are the `before` and `before_account` of the page that follows.",
    pushes=many(named("Push")), next=nullable(NUMBER), next_account=nullable(text()),
)
Held = tuple[str, PushEntry]


def _list(asked: Asked) -> Any:
    query, older = asked.query, _older_than(asked)
    state, limit = query.get("state"), query["limit"]
    held = [(account.user_code, push) for account in accounts_of(asked) for push in account.pushes if state in (None, push.state)]
    wanted = heapq.nlargest(limit + 1, filter(older, held), key=_order)
    last = wanted[limit - 1] if len(wanted) > limit else None
    return {
        "pushes": [push_view(*one) for one in wanted[:limit]],
        "next": last[1].number if last else None, "next_account": last[0] if last else None,
    }


def _order(one: Held) -> tuple[datetime, int, str]:
    user_code, push = one
    return push.created_at, push.number, user_code


def _older_than(asked: Asked) -> Callable[[Held], bool]:
    """Whether a push is on the pages after the one that the query names. Raises Problem 404 where its place cannot be told any more."""
    number, user_code = asked.query.get("before"), asked.query.get("before_account")
    if number is None:
        return lambda _one: True
    if "account" in asked.query:
        return lambda one: one[1].number < number
    if user_code is None:
        raise Problem(422, "numbers count the pushes of one account: say whose this is, with before_account", parameter="before")
    with lookups():
        place = _order((user_code, asked.mock.find(user_code).push(number)))
    return lambda one: _order(one) < place


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
        method="GET", path="/pushes", name="listPushes", summary="What was pushed, newest first.", act=_list, query=_QUERY,
        answer=_PAGE, problems=(404,), python=("MockAccount.pushes",),
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
