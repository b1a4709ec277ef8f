"""Watching and waiting: woken by what comes, and never in the way of calls."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.mockserver.control.caller import PHONE, ROOT, TEXT, Api, Events, send, until
from winnerlook.operations import NAMESPACE, SOAP_PATH
from winnerlook_mock import MockAccount, MockServer


def _streams(mock: MockServer) -> int:
    assert mock._control
    return len(mock._control.hub)


def test_everything_new_is_told_at_once(own: MockServer) -> None:
    api = Api(own.url)
    with api.events() as events:
        account = own.account()
        number = events.next("account")["number"]
        send(own, account)
        told = [events.next() for _ in range(3)]
        assert [event["kind"] for event in told] == ["message", "report", "journal"]
        assert [event["id"] for event in told] == [event["number"] for event in told] == [number + 1, number + 2, number + 3]
        assert told[0]["data"]["text"] == TEXT
        fault = own.fault("hang")
        assert events.next()["data"]["fault"]["kind"] == "hang"
        fault.disarm()


def test_a_reader_goes_on_where_it_was(own: MockServer) -> None:
    account, other = own.account(), own.account()
    send(own, account)
    send(own, other)
    api = Api(own.url)
    with api.events("?since=0") as events:
        assert [events.next()["kind"] for _ in range(5)] == ["account", "account", "message", "report", "journal"]
    with api.events("?since=0", **{"Last-Event-ID": "99"}) as events:
        assert events.next()["id"] == 1
    with api.events(**{"Last-Event-ID": "4"}) as events:
        assert events.next()["id"] == 5
    with api.events(f"?since=0&account={other.user_code}") as events:
        assert {events.next()["account"] for _ in range(4)} == {other.user_code}


@pytest.mark.parametrize("last", ["999999", "nonsense", "-1", "9" * 30])
def test_an_id_of_another_server_begins_with_what_is_kept(own: MockServer, last: str) -> None:
    own.account()
    with Api(own.url).events(**{"Last-Event-ID": last}) as events:
        first = events.next()
        assert (first["event"], first["id"]) in (("gap", 1), ("account", 1))
        own.account()
        until(lambda: own.last_event == 2)
        assert events.next("account")["id"] in (1, 2)


def test_a_gap_is_told(own: MockServer) -> None:
    """The feed keeps 10 000 events; what is gone is said, and nothing else is left out."""
    for _ in range(10_050):
        own.gateway.feed.publish("account", "a", own.gateway.feed)
    own.gateway.feed._events.clear()
    account = own.account()
    with Api(own.url).events("?since=3") as events:
        gap = events.next()
        assert (gap["event"], gap["id"], gap["after"], gap["to"]) == ("gap", 10_050, 3, 10_050)
        assert (events.next()["data"]["user_code"]) == account.user_code


def test_a_quiet_stream_shows_that_it_lives(api: Api) -> None:
    with api.events("?heartbeat=0.05&account=nobody") as events:
        assert events.block() == {"": "still here"}
        assert events.block() == {"": "still here"}


def test_a_reader_that_goes_is_forgotten(own: MockServer) -> None:
    api = Api(own.url)
    with api.events(), api.events():
        assert _streams(own) == 2
    until(lambda: _streams(own) == 0)
    assert len(own.gateway.feed._subscribers) == 1  # that of the metrics


def test_streams_end_with_the_server_at_once() -> None:
    with MockServer() as mock:
        address = urlsplit(mock.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        connection.request("GET", f"{ROOT}/events")
        events = Events(connection.getresponse())
        waiting = ThreadPoolExecutor(1).submit(Api(mock.url), "GET", "/wait?timeout=60")
        until(lambda: _streams(mock) == 2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert events.block() == {}
    connection.close()
    waiting.result().problem(503)
    assert mock.gateway.feed._subscribers == ()


def test_a_reader_that_takes_nothing_holds_neither_calls_nor_the_end() -> None:
    """Megabytes wait for it; SOAP calls are answered as fast as ever, and the server stops at once."""
    with MockServer() as mock, contextlib.ExitStack() as stack:
        address, api = urlsplit(mock.url), Api(mock.url)
        account = mock.account()
        for _ in range(3):
            slow = stack.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect((address.hostname, address.port))
            slow.sendall(f"GET {ROOT}/events?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: _streams(mock) == 3)
        for at in range(2000):
            send(mock, account, text=f"{at}" * 300)
        with api.events(f"?since={mock.last_event - 3}") as events:
            assert events.next()["id"] == mock.last_event - 2
        begun = time.monotonic()
        mock.stop()
        assert time.monotonic() - begun < 1.5
        assert mock.gateway.feed._subscribers == ()


def test_waiting_ends_with_the_message(own: MockServer) -> None:
    api, account = Api(own.url), own.account()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api, "GET", f"/wait?account={account.user_code}&to={PHONE}&contains=99&timeout=20")
        until(lambda: _streams(own) == 1)
        send(own, account, text="code 98")
        send(own, own.account(), text="code 99")
        send(own, account, text="code 99")
        answer = waiting.result()
    assert (answer.status, answer.json["text"], answer.json["account"]) == (200, "code 99", account.user_code)
    assert api.get("/wait", contains="code", timeout=0)["text"] == "code 99"
    assert own.wait_for(contains="98", timeout=0)[1].text == "code 98"


def test_waiting_in_vain(api: Api, mock: MockServer, account: MockAccount) -> None:
    assert "0.02 s" in api("GET", f"/wait?account={account.user_code}&timeout=0.02").problem(408)["detail"]
    with pytest.raises(TimeoutError):
        mock.wait_for(account=account.user_code, timeout=0.01)


def test_who_waits_and_goes_is_forgotten(own: MockServer) -> None:
    address = urlsplit(own.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(f"GET {ROOT}/wait?timeout=60 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: _streams(own) == 1)
    until(lambda: _streams(own) == 0)


def test_many_wait_and_take_no_threads(own: MockServer) -> None:
    """300 of them; each is answered by its own message, and others are answered meanwhile."""
    address, count = urlsplit(own.url), 300
    account = own.account()
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=20)) for _ in range(count)]
        for at, connection in enumerate(connections):
            head = f"GET {ROOT}/wait?contains=n{at}.&timeout=30 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
        until(lambda: _streams(own) == count)
        until(lambda: not [thread for thread in threading.enumerate() if thread.name == "winnerlook-mock-control"])
        assert Api(own.url).get("/server")["last_event"]
        for at in range(count):
            send(own, account, text=f"n{at}.")
        for at, connection in enumerate(connections):
            with connection.makefile("rb") as answer:
                said, _, body = answer.read().partition(b"\r\n\r\n")
                assert b" 200 " in said.splitlines()[0]
                assert json.loads(body)["text"] == f"n{at}."


def test_big_listings_hold_up_no_soap_call(own: MockServer) -> None:
    """5 000 messages are listed page by page by three, and streamed to one, while calls go on. One takes longer than on an idle server,
    since Python runs one thread at a time, but never as long as a listing; the bound leaves room for a busy machine."""
    account = own.account()
    for at in range(5000):
        send(own, account, text=f"text {at}")
    api = Api(own.url)

    def list_all() -> int:
        page, seen = {"next": 2**53 - 1}, 0
        while page["next"]:
            page = api.get("/messages", limit=500, before=page["next"], q="-nowhere")
            seen += len(page["messages"])
        return seen

    def stream_all() -> int:
        with api.events("?since=0") as events:
            while events.next()["id"] < 15_001:
                pass
        return 5000

    credentials = f"<userCode>{account.user_code}</userCode><userPass>{account.user_pass}</userPass>"
    call = f'<GetMoConnect xmlns="{NAMESPACE}">{credentials}</GetMoConnect>'
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    envelope = f'<e:Envelope xmlns:e="{soap}"><e:Body>{call}</e:Body></e:Envelope>'.encode()
    slowest, calls = 0.0, 0
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work) for work in (list_all, list_all, list_all, stream_all)]
        while not all(work.done() for work in working):
            begun = time.perf_counter()
            assert b"GetMoConnectResult" in api.raw("POST", SOAP_PATH, envelope, content_type="text/xml; charset=utf-8").body
            slowest, calls = max(slowest, time.perf_counter() - begun), calls + 1
    assert [work.result() for work in working] == [5000] * 4
    assert calls > 3
    assert slowest < 1.0


def test_a_big_state_holds_up_nobody(own: MockServer) -> None:
    """It is read and checked beside the event loop; only the JSON reader itself, which is one step for Python, cannot be interrupted."""
    body = b'{"format": "none", "a": [%s]}' % b",".join(b'{"x": %d}' % at for at in range(300_000))
    api, slowest = Api(own.url), 0.0
    with ThreadPoolExecutor(1) as pool:
        taken = time.perf_counter()
        json.loads(body)
        taken = time.perf_counter() - taken
        importing = pool.submit(api.raw, "PUT", f"{ROOT}/state", body, content_type="application/json")
        while not importing.done():
            begun = time.perf_counter()
            assert api.raw("GET", "/_mock/livez").status == 200
            slowest = max(slowest, time.perf_counter() - begun)
        importing.result().problem(422)
    assert slowest < 2 * taken + 0.3
