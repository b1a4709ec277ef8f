"""The ledgers of all accounts, page by page."""

from __future__ import annotations

from typing import Any

from tests.mockserver.control.caller import PHONE, Api
from winnerlook_mock import Clock, MockServer


def test_pushes_of_all_accounts_are_paged_through() -> None:
    """On a clock that stands still, where only number and account tell them apart."""
    with MockServer(clock=Clock(frozen=True)) as own:
        api = Api(own.url)
        for name in ("one", "other"):
            account = own.account(name, reply_url=f"{own.url}/nowhere")
            for _ in range(5):
                account.reply(PHONE, "T")
        whole = api.get("/pushes")
        assert (len(whole["pushes"]), whole["next"], whole["next_account"]) == (10, None, None)
        seen: list[Any] = []
        place: dict[str, object] = {}
        while True:
            page = api.get("/pushes", limit=3, **place)
            seen += page["pushes"]
            if page["next"] is None:
                break
            place = {"before": page["next"], "before_account": page["next_account"]}
        assert [(one["account"], one["number"]) for one in seen] == [(one["account"], one["number"]) for one in whole["pushes"]]
        api("GET", "/pushes?before=99&before_account=one").problem(404)
        last = api.get("/pushes", account="one", limit=3)
        assert [one["number"] for one in api.get("/pushes", account="one", before=last["next"])["pushes"]] == [2, 1]
