"""A gateway that does not fill up, and what may come back from it."""

from __future__ import annotations

import re
from typing import Any

from fuzz.asgi import watch_logs
from fuzz.document import PASSWORD, PHONE, USER
from winnerlook.operations import BY_NAME, Result
from winnerlook.records import parse_replies, parse_reports
from winnerlook_mock import MockServer

_CALLS = 500
"""After so many there is a new one: what comes in adds up."""
_CODE, _BALANCE, _BATCH = re.compile(r"-[0-9]{1,2}"), re.compile(r"[0-9.]+"), re.compile(r"[0-9]{19}")


class Fresh:
    """The gateway of the document's account, with a reply waiting, exchanged now and then."""

    def __init__(self) -> None:
        watch_logs()
        self._calls = 0
        self.server = self._opened()

    def _opened(self) -> MockServer:
        server = MockServer(journal_limit=20, defaults={"balance_interval": 0})
        server.account(USER, PASSWORD, balance=10**9).reply(PHONE, "收到|,|2016/10/13 13:51:08")
        return server

    def gateway(self) -> Any:
        """For one call more."""
        self._calls += 1
        if self._calls % _CALLS == 0:
            self.server = self._opened()
        return self.server.gateway


def check_result(name: str, result: str) -> None:
    """It is one that this operation can give (O1-O12, F1-F5): a failure code, or something that the SDK reads."""
    if _CODE.fullmatch(result):
        return
    kind = BY_NAME[name].result
    if kind is Result.BALANCE:
        assert _BALANCE.fullmatch(result), result
    elif kind is Result.BATCH_NUMBER:
        assert _BATCH.fullmatch(result), result
    elif kind in (Result.REPORTS, Result.TIMED_REPORTS):
        parse_reports(result, timed=kind is Result.TIMED_REPORTS)
    else:
        parse_replies(result, with_sender=kind is Result.SENDER_REPLIES)
