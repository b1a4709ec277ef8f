"""What a program in any language does with the mock by its control API."""

from __future__ import annotations

import base64
import socket
import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from tests.mockserver.control.caller import PHONE, ROOT, TEXT, Api, send
from winnerlook.operations import BY_NAME, SOAP_PATH
from winnerlook_mock import NO_REPORT, Clock, MockAccount, MockServer
from winnerlook_mock.gateway import Origin


def test_an_account_from_its_opening_to_its_end(api: Api, mock: MockServer) -> None:
    settings = {"price": "0.5", "number_limit": [2, 60], "expires_at": "2030-01-01T00:00:00Z"}
    opened = api("POST", "/accounts", {"balance": "2.50", "settings": settings})
    assert opened.status == 201
    account = mock.find(opened.json["user_code"])
    assert opened.headers["location"] == f"{ROOT}/accounts/{account.user_code}"
    assert (account.user_pass, account.balance, account.settings.price) == (opened.json["user_pass"], Decimal("2.50"), Decimal("0.5"))
    assert opened.json in api.get("/accounts")["accounts"]
    changed = api("PATCH", f"/accounts/{account.user_code}", {"balance": 7, "settings": {"frozen": True}})
    assert (changed.json["balance"], changed.json["settings"]["frozen"], account.settings.price) == ("7", True, Decimal("0.5"))
    assert send(mock, account) == "-25"
    reset = api("POST", f"/accounts/{account.user_code}/reset")
    assert (reset.json["balance"], reset.json["settings"]["frozen"], account.journal) == ("2.50", False, [])
    assert api("DELETE", f"/accounts/{account.user_code}").status == 204
    assert send(mock, account) == "-3"
    api("GET", f"/accounts/{account.user_code}").problem(404)
    api("DELETE", f"/accounts/{account.user_code}").problem(404)


@pytest.mark.parametrize("name", ["a/b", "ä ö", "名字", "100%", "?x=1#y", "a+b", "..."])
def test_any_user_name_has_an_address(api: Api, mock: MockServer, name: str) -> None:
    opened = api("POST", "/accounts", {"user_code": name})
    assert opened.status == 201
    path = opened.headers["location"].removeprefix(ROOT)
    assert path == f"/accounts/{quote(name, safe='')}"
    assert api.get(path)["user_code"] == name
    assert api("DELETE", path).status == 204


def test_a_removed_account_gets_no_reports_and_a_reset_one_forgets(own: MockServer) -> None:
    """What was on its way comes to nothing, on the clock that others live by."""
    own.clock.freeze()
    account, other = own.account(delivery_delay=60), own.account(delivery_delay=60)
    send(own, account)
    send(own, other)
    account.reset()
    own.remove(other)
    assert own.clock.advance(minutes=2) == ()
    assert (account.messages, account.waiting_reports, other.waiting_reports) == ((), (), ())
    send(own, account)
    assert len(own.clock.advance(minutes=2)) == 1


def test_begin_anew(own: MockServer) -> None:
    """Accounts of the start are as they were opened; no others, no faults, no journal; no number comes twice."""
    started = MockServer()
    first = started.account("first", "p", balance=5)
    with started:
        api = Api(started.url)
        second = started.account()
        send(started, first)
        send(started, second)
        started.fault("hang")
        first.configure(frozen=True)
        before = started.messages[-1][1].number
        assert api("POST", "/reset").status == 204
        assert [account.user_code for account in started.accounts] == ["first"]
        assert (first.balance, first.settings.frozen, started.faults, len(started.journal), started.messages) == (5, False, (), 0, ())
        send(started, first)
        assert first.messages[0].number > before


def test_messages_are_listed_found_and_forgotten(api: Api, mock: MockServer, account: MockAccount) -> None:
    batches = [send(mock, account, f"1390000000{at}", f"{TEXT}{at}") for at in range(5)]
    code = account.user_code
    listed = api.get("/messages", account=code)["messages"]
    assert [one["batch_number"] for one in listed] == batches[::-1]
    assert (listed[0]["text"], listed[0]["otp"], listed[0]["status"]) == (f"{TEXT}4", "2345", "DELIVRD")
    assert [step["what"] for step in listed[0]["timeline"]] == ["accepted", "report"]
    assert api.get(f"/messages/{listed[0]['number']}") == listed[0]
    for query in ({"to": "13900000003"}, {"batch": batches[3]}, {"q": "to:13900000003"}, {"q": f"batch:{batches[3]} is:delivered"}):
        assert [one["batch_number"] for one in api.get("/messages", account=code, **query)["messages"]] == [batches[3]]
    assert api("DELETE", f"/messages/{listed[0]['number']}").status == 204
    api("GET", f"/messages/{listed[0]['number']}").problem(404)
    assert api("DELETE", f"/messages?account={code}&to=13900000003").json == {"deleted": 1}
    assert api("DELETE", f"/messages?account={code}").json == {"deleted": 3}
    assert account.messages == ()
    assert account.statement.charged == 5


@pytest.mark.parametrize("path", ["/messages", "/journal"])
def test_pages_hold_everything_once(api: Api, mock: MockServer, account: MockAccount, path: str) -> None:
    for at in range(25):
        send(mock, account, text=f"{at}")
    name = "messages" if path == "/messages" else "entries"
    numbers: list[int] = []
    page: dict[str, Any] = {"next": 2**53 - 1}
    while page["next"]:
        page = api.get(path, account=account.user_code, limit=10, before=page["next"])
        numbers += [one["number"] for one in page[name]]
    assert len(set(numbers)) == 25
    assert numbers == sorted(numbers, reverse=True)


def test_messages_of_all_accounts_are_in_one_order(own: MockServer) -> None:
    accounts = [own.account() for _ in range(3)]
    for at in range(9):
        send(own, accounts[at * 2 % 3])
    api = Api(own.url)
    listed = api.get("/messages", limit=5)
    rest = api.get("/messages", limit=5, before=listed["next"])
    assert [one["number"] for one in (*listed["messages"], *rest["messages"])] == list(range(9, 0, -1))
    assert rest["next"] is None
    assert [message.number for _, message in own.messages] == list(range(1, 10))


def test_a_report_and_a_reply_are_injected(api: Api, mock: MockServer) -> None:
    account = mock.account(delivery_rules={"*": NO_REPORT})
    send(mock, account)
    number = account.messages[0].number
    assert api("POST", f"/messages/{number}/report", {"status": "EXPIRED"}).json["status"] == "EXPIRED"
    assert api("POST", "/replies", {"account": account.user_code, "phone": PHONE, "text": "收到"}).json["text"] == "收到"
    assert [one["report"]["status"] for one in api.get("/reports", account=account.user_code)["reports"]] == ["EXPIRED"]
    assert [one["reply"]["text"] for one in api.get("/replies", account=account.user_code)["replies"]] == ["收到"]
    assert api.get("/messages", account=account.user_code, q="is:undelivered status:expired")["messages"][0]["number"] == number
    assert api("POST", "/replies", {"account": "nobody", "phone": PHONE, "text": "x"}).problem(404)["pointer"] == "/account"


def test_the_journal_shows_what_came_in(api: Api, mock: MockServer, account: MockAccount) -> None:
    raw = bytes(range(128, 256))
    parameters = {"userCode": account.user_code, "userPass": "wrong", "DesNo": PHONE, "Msg": TEXT}
    mock.gateway.execute(BY_NAME["SendMsg"], parameters, Origin("get", "127.0.0.1", raw, ("a note",)))
    (entry,) = api.get("/journal", account=account.user_code, q="is:refused code:-3 has:warning")["entries"]
    assert (entry["answer"], entry["notes"][0], base64.b64decode(entry["raw"]), entry["raw_is_base64"]) == ("-3", "a note", raw, True)
    assert "userPass" not in entry["parameters"]
    assert api.get(f"/journal/{entry['number']}") == entry
    assert api("DELETE", f"/journal/{entry['number']}").status == 204
    api("GET", f"/journal/{entry['number']}").problem(404)
    api("DELETE", f"/journal/{entry['number']}").problem(404)
    send(mock, account)
    dropped = mock.journal.dropped
    assert api("DELETE", f"/journal?account={account.user_code}").json == {"deleted": 1}
    assert (account.journal, mock.journal.dropped) == ([], dropped)


def test_a_fault_from_arming_to_its_end(api: Api, mock: MockServer, account: MockAccount) -> None:
    armed = api("POST", "/faults", {"kind": "code", "code": -7, "account": account.user_code, "operation": "SendMsg", "times": 2})
    path = armed.headers["location"].removeprefix(ROOT)
    assert armed.status == 201
    assert send(mock, account) == "-7"
    assert api.get(path)["struck"] == 1
    assert api.get("/faults", account=account.user_code)["faults"][0]["number"] == armed.json["number"]
    assert api.get("/journal", account=account.user_code, q="is:faulted")["entries"][0]["answer"] == "-7"
    assert api("DELETE", path).status == 204
    api("DELETE", path).problem(404)
    assert len(send(mock, account)) == 19
    api("POST", "/faults", {"kind": "hang", "account": account.user_code})
    assert api("DELETE", f"/faults?account={account.user_code}").status == 204
    assert account.faults == ()


def test_the_clock_is_moved_and_tells_what_happened(api: Api, mock: MockServer) -> None:
    """R1: an account with a clock of its own moves nobody else's."""
    clock = {"start": "2026-11-20T12:00:00+08:00", "frozen": True}
    opened = api("POST", "/accounts", {"clock": clock, "settings": {"delivery_delay": "60"}}).json
    name, account = opened["user_code"], mock.find(opened["user_code"])
    send(mock, account)
    assert api.get("/clock", account=name)["frozen"] is True
    assert len(api.get("/clock", account=name)["pending"]) == 1
    moved = api("POST", f"/clock/advance?account={name}", {"minutes": 1, "seconds": 5}).json
    assert moved["clock"]["now"] == "2026-11-20T12:01:05+08:00"
    assert [(one["kind"], one["subject"]["status"]) for one in moved["happened"]] == [("report", "DELIVRD")]
    assert api("POST", f"/clock/settle?account={name}").json["happened"] == []
    assert api("POST", f"/clock/resume?account={name}").json["frozen"] is False
    assert api("POST", f"/clock/freeze?account={name}").json["frozen"] is True
    assert mock.clock.frozen is False
    for _ in range(90):
        answer = api("POST", f"/clock/advance?account={name}", {"days": 36525})
        if answer.status != 200:
            break
    assert "9998" in answer.problem(422)["detail"]
    assert len(send(mock, account)) == 19


def test_pushes_are_listed_and_delivered_again(mock: MockServer, api: Api) -> None:
    """P1, P4: a worker waits for the receiver meanwhile, which may call the mock itself."""
    seen: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    account = mock.account(report_url=f"http://127.0.0.1:{port}/", push_backoff=[])
    send(mock, account)
    mock.clock.settle()
    name = account.user_code
    (push,) = api.get("/pushes", account=name, state="given-up")["pushes"]
    assert (push["state"], len(push["attempts"])) == ("given-up", 1)

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            seen.append(api("GET", f"/accounts/{name}").status)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess")

    with socket.create_server(("127.0.0.1", port)) as listener:
        serving = threading.Thread(target=answer, args=(listener,))
        serving.start()
        again = api("POST", f"/pushes/{name}/{push['number']}/redeliver").json
        serving.join()
    assert (again["state"], len(again["attempts"]), seen) == ("delivered", 2, [200])
    assert api.get(f"/pushes/{name}/{push['number']}") == again
    assert push["number"] in [one["number"] for one in api.get("/pushes")["pushes"]]
    assert api.get("/pushes", account=name, before=push["number"])["pushes"] == []
    api("POST", f"/pushes/{name}/99/redeliver").problem(404)
    assert api("GET", "/pushes?before=3").problem(422)["parameter"] == "before"


def test_settings_codes_and_server_are_explained(api: Api, mock: MockServer) -> None:
    settings = {one["name"]: one for one in api.get("/settings")["settings"]}
    assert settings["balance_interval"]["default"] == 0
    assert all(one["meaning"] for one in settings.values())
    code = next(one for one in api.get("/codes")["codes"] if one["code"] == -7)
    assert (code["recipient"], code["user"]) == ("19900000007", "code-7")
    assert api.get("/server")["url"] == mock.url


def test_the_state_goes_out_and_in_again(own: MockServer) -> None:
    account = own.account("kept", "p")
    send(own, account)
    api = Api(own.url)
    state = api.get("/state")
    own.remove("kept")
    own.account("gone")
    assert api("PUT", "/state", state).status == 204
    assert [one.user_code for one in own.accounts] == ["kept"]
    assert own.find("kept").messages[0].text == TEXT
    api("PUT", "/state", {"format": "something else"}).problem(422)


def test_metrics_count_what_the_journal_forgets(own: MockServer) -> None:
    """Labels hold neither numbers nor texts nor names of users."""
    account = own.account("label-user")
    send(own, account, "13912345678", "secret text")
    send(own, account, "19900000007")
    account.answer_next("SendMsg", "-9999")
    send(own, account)
    own.fault("hang", operation="GetMoConnect")
    api = Api(own.url)
    api.raw("POST", SOAP_PATH, b"<no", content_type="text/xml")
    api("DELETE", "/journal")
    own.clock.advance(hours=1)
    text = api.raw("GET", "/_mock/metrics").body.decode()
    for line in (
        'winnerlook_mock_calls_total{operation="SendMsg",door="soap11",code="ok"} 1',
        'winnerlook_mock_calls_total{operation="SendMsg",door="soap11",code="-7"} 1',
        'winnerlook_mock_calls_total{operation="SendMsg",door="soap11",code="other"} 1',
        'winnerlook_mock_calls_total{operation="",door="soap11",code="refused"} 1',
        'winnerlook_mock_faults_struck_total{kind="result"} 1', "winnerlook_mock_messages_total 1",
        "winnerlook_mock_journal_dropped_total 0",
        "winnerlook_mock_reports_waiting 1", 'winnerlook_mock_pushes{state="waiting"} 0', "winnerlook_mock_accounts 1",
    ):
        assert line in text.splitlines()
    offset = float(next(line.split()[1] for line in text.splitlines() if line.startswith("winnerlook_mock_clock_offset")))
    assert abs(timedelta(hours=1).total_seconds() - offset) < 60
    assert not any(secret in text for secret in ("13912345678", "secret", "label-user"))


def test_a_handle_outlives_a_reset(own: MockServer) -> None:
    account = own.account(clock=Clock(frozen=True))
    send(own, account)
    own.find(account.user_code).reset()
    assert account.messages == ()
    assert account.clock.frozen
    with pytest.raises(LookupError):
        own.find("nobody")
