"""What the routes have in common: who is meant, which part of a page, and errors of the layer below put into problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from winnerlook_mock.account import MockAccount
from winnerlook_mock.control.asking import Asked
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.schemas import NUMBER, text
from winnerlook_mock.control.search import SearchError

_SHOWN = 200

Q = text("a search: words, to: op: code: door: fault: account: batch: status: uuid: is: has:, quotes, - for not", maxLength=1000)
ACCOUNT_QUERY = text("user name", maxLength=128)
PAGING = {
    "before": {**NUMBER, "description": "older than this one"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100, "description": "how many at most"},
}


def account_of(asked: Asked, user_code: str) -> MockAccount:
    """The account of a path. Raises Problem 404."""
    with lookups():
        return asked.mock.find(user_code)


def account_in_body(asked: Asked, user_code: str, pointer: str = "/account") -> MockAccount:
    """The account that a body names. Raises Problem 404, which points to it."""
    try:
        return asked.mock.find(user_code)
    except LookupError as error:
        raise Problem(404, str(error), pointer=pointer) from None


def accounts_of(asked: Asked) -> Sequence[MockAccount]:
    """The account that the query names, or all. Raises Problem 404."""
    user_code = asked.query.get("account")
    return asked.mock.accounts if user_code is None else [account_of(asked, user_code)]


@contextmanager
def lookups() -> Iterator[None]:
    """What is not there is a problem 404."""
    try:
        yield
    except LookupError as error:
        raise Problem(404, str(error)) from None


@contextmanager
def searches() -> Iterator[None]:
    """A search that cannot be read is a problem 422."""
    try:
        yield
    except SearchError as error:
        raise Problem(422, str(error), parameter="q") from None


@contextmanager
def values(names: Iterable[str] = (), prefix: str = "") -> Iterator[None]:
    """A value that is wrong is a problem 422, which points to the part of these names that the error speaks of."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        said = str(error)[:_SHOWN * 5]
        spoken_of = [name for name in names if re.search(rf"\b{re.escape(name)}\b", said)]
        raise Problem(422, said, pointer=f"{prefix}/{spoken_of[0]}" if spoken_of else prefix) from None


def page(what: str, views: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """A page of a listing that was asked for one more than fits."""
    return {what: views[:limit], "next": views[limit - 1]["number"] if len(views) > limit else None}
