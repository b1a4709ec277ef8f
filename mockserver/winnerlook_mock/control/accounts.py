"""Accounts over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from winnerlook_mock.control.asking import Asked, Created, Route
from winnerlook_mock.control.clock import check_moment
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.reading import account_of, lookups, values
from winnerlook_mock.control.schemas import AMOUNT, MOMENT, SWITCH, USER, closed, many, named, text
from winnerlook_mock.control.settings import SETTINGS, given_settings
from winnerlook_mock.gateway import Clock
from winnerlook_mock.push.courier import ForbiddenTargetError

WHERE = {"user_code": USER}
_OPENING = closed(
    "A new account. What is left out is made up; a clock of its own is moved by nobody else.", (),
    user_code=USER, user_pass=text("a password", minLength=1, maxLength=128, pattern=r"^[^\x00-\x1f\x7f]+$"), balance=AMOUNT,
    settings=SETTINGS, clock=closed("A clock of the account's own.", (), start=MOMENT, frozen=SWITCH),
)
_CHANGE = {**closed("What is to be different.", (), balance=AMOUNT, settings=SETTINGS), "minProperties": 1}


def _list(asked: Asked) -> Any:
    return {"accounts": [account.view() for account in asked.mock.accounts]}


def _open(asked: Asked) -> Any:
    wanted = asked.body or {}
    settings, user_code = wanted.get("settings", {}), wanted.get("user_code")
    if user_code is not None and any(account.user_code == user_code for account in asked.mock.accounts):
        raise _taken(user_code)
    with values(settings, "/settings"):
        settings = given_settings(settings)
        replace(asked.mock.default_settings, **settings)
    clock = _clock(wanted["clock"]) if "clock" in wanted else None
    try:
        account = asked.mock.account(user_code, wanted.get("user_pass"), balance=wanted.get("balance", 10_000), clock=clock, **settings)
    except ValueError as error:
        if any(account.user_code == user_code for account in asked.mock.accounts):  # somebody was faster
            raise _taken(user_code) from None
        raise Problem(422, str(error), pointer="/settings" if isinstance(error, ForbiddenTargetError) else "/user_code") from None
    return Created(account.view(), f"/accounts/{quote(account.user_code, safe='')}")


def _taken(user_code: str | None) -> Problem:
    return Problem(409, f"there is an account {user_code!r} already", pointer="/user_code")


def _clock(wanted: dict[str, Any]) -> Clock:
    with values(("start",), "/clock"):
        start = _moment(wanted["start"]) if "start" in wanted else None
        if start is not None:
            check_moment(start.timestamp())
        return Clock(start, frozen=wanted.get("frozen", False))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("start is a moment as 2026-11-22T12:00:00+08:00") from None


def _get(asked: Asked) -> Any:
    return account_of(asked, asked.path["user_code"]).view()


def _change(asked: Asked) -> Any:
    account = account_of(asked, asked.path["user_code"])
    settings = asked.body.get("settings", {})
    with values(settings, "/settings"):
        account.configure(**given_settings(settings))
    if "balance" in asked.body:
        with values(("balance",)):
            account.balance = asked.body["balance"]
    return account.view()


def _remove(asked: Asked) -> None:
    with lookups():
        asked.mock.remove(asked.path["user_code"])


def _reset(asked: Asked) -> Any:
    account = account_of(asked, asked.path["user_code"])
    with lookups():
        account.reset()
    return account.view()


ROUTES = (
    Route(
        method="GET", path="/accounts", name="listAccounts", summary="All accounts, in the order in which they were opened.", act=_list,
        answer=closed(accounts=many(named("Account"))), python=("MockServer.accounts",),
    ),
    Route(
        method="POST", path="/accounts", name="openAccount", summary="Open an account.", act=_open, body=_OPENING, optional=True,
        answer=named("Account"), status=201, problems=(409,), python=("MockServer.account",),
    ),
    Route(
        method="GET", path="/accounts/{user_code}", name="getAccount", summary="An account with its money and settings.", act=_get,
        where=WHERE, answer=named("Account"), problems=(404,),
        python=(
            "MockServer.find", "MockAccount.view", "MockAccount.user_code", "MockAccount.user_pass", "MockAccount.statement",
            "MockAccount.settings",
        ),
    ),
    Route(
        method="PATCH", path="/accounts/{user_code}", name="changeAccount",
        summary="Change settings or the balance; the settings that are not named stay.", act=_change, where=WHERE, body=_CHANGE,
        answer=named("Account"), problems=(404,), python=("MockAccount.configure", "MockAccount.balance"),
    ),
    Route(
        method="DELETE", path="/accounts/{user_code}", name="removeAccount",
        summary="Close an account; nothing that it had sent is reported or pushed.", act=_remove, where=WHERE, status=204,
        problems=(404,), python=("MockServer.remove",),
    ),
    Route(
        method="POST", path="/accounts/{user_code}/reset", name="resetAccount", summary="Let an account be as it was opened.", act=_reset,
        where=WHERE, answer=named("Account"), problems=(404,), python=("MockAccount.reset",),
    ),
)
