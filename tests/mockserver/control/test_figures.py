"""Figures over calls and messages."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from tests.mockserver.control.caller import Api, send
from winnerlook.operations import BY_NAME
from winnerlook_mock import Clock, MockServer
from winnerlook_mock.gateway import Origin


def test_figures() -> None:
    """C5: what is counted in which column, and since when."""
    with MockServer(clock=Clock(frozen=True), defaults={"balance_interval": 0}) as own:
        api, account = Api(own.url), own.account("shop", delivery_rules={"138*": "UNDELIV"})
        send(own, account)
        send(own, account, "13800000000")
        own.gateway.execute(BY_NAME["GetBalanceConnect"], {"userCode": "shop", "userPass": account.user_pass}, Origin("post", "127.0.0.1"))
        own.clock.advance(hours=2)
        send(own, account, "19900000007")
        account.fault("code", code=-8, times=1)
        send(own, account)
        api.raw("POST", "/winnerrxd/api/ws/trigger", b"<", content_type="text/xml")
        figures = api.get("/figures")
        assert sorted(one["status"] for one in figures["statuses"]) == ["DELIVRD", "UNDELIV"]
        said = {one["answer"]: one["calls"] for one in figures["answers"]}
        assert said == {"ok": 3, "-7": 1, "fault": 1, "HTTP 500": 1}
        totals = {name: sum(one[name] for one in figures["calls"]) for name in ("sent", "asked", "refused", "faulted")}
        assert totals == {"sent": 2, "asked": 1, "refused": 2, "faulted": 1}
        first, second = (datetime.fromisoformat(figures["calls"][at]["at"]) for at in (0, 1))
        assert (second - first).total_seconds() == figures["width"] == 300
        assert (figures["calls"][0]["sent"], figures["calls"][-1]["refused"]) == (2, 2)
        assert sum(one["calls"] for one in figures["latencies"]) == 6
        for written in ("60", "6e1", "60.0", "0.6E+2"):
            recent = api.get("/figures", seconds=written, account="shop")
            assert len(recent["answers"]) == 2
        for wrong in ("1e999", "6e", "e1", "0x3c", "inf", "٦"):
            api("GET", f"/figures?seconds={quote(wrong)}").problem(422)
        assert sorted(one["answer"] for one in recent["answers"]) == ["-7", "fault"]
        assert (recent["statuses"], len(recent["calls"])) == ([], 1)
        api("GET", "/figures?account=nobody").problem(404)
