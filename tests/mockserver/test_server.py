"""The mock as a server on real sockets."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.mockserver.conftest import PROMPT
from tests.mockserver.gateway.caller import PHONE, START, TEXT, still_clock
from tests.mockserver.test_listener import needs_ipv6
from winnerlook.operations import ALL, NAMESPACE, SOAP_PATH
from winnerlook_mock import AddressError, MockAccount, MockServer


def _get(url: str, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    address = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]  # read before the connection goes
        return answer


def _call(url: str, account: MockAccount, name: str, **parameters: str) -> str:
    """A call over SOAP 1.1, without any client of ours."""
    body = etree.Element(f"{{{NAMESPACE}}}{name}")
    for key, value in {"userCode": account.user_code, "userPass": account.user_pass, **parameters}.items():
        etree.SubElement(body, f"{{{NAMESPACE}}}{key}").text = value
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    envelope = etree.Element(f"{{{soap}}}Envelope")
    etree.SubElement(envelope, f"{{{soap}}}Body").append(body)
    answer = _get(url, SOAP_PATH, "POST", etree.tostring(envelope, encoding="utf-8"), {"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status == 200, answer.body
    return "".join(etree.fromstring(answer.body).itertext()).strip()


@pytest.fixture(scope="module")
def server() -> Any:
    with MockServer() as running:
        yield running


def test_it_answers_when_entered_and_frees_the_port_when_left() -> None:
    """A3: ready without waiting, gone without a trace."""
    with MockServer() as mock:
        port = urlsplit(mock.url).port
        assert _get(mock.url, "/_mock/readyz").status == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    with MockServer(port=port) as again:
        assert _get(again.url, "/_mock/readyz").status == 200


def test_several_servers_run_beside_each_other() -> None:
    """Each has accounts of its own: the same credentials open only the server they belong to."""
    with MockServer() as one, MockServer() as other:
        account = one.account("shared", "p1")
        other.account("shared", "p2", balance=7)
        assert _call(one.url, account, "GetBalanceConnect") == "10000"
        assert _call(other.url, account, "GetBalanceConnect") == "-3"
        one.stop()
        assert _get(other.url, "/_mock/livez").status == 200


def test_starting_twice_is_refused(server: MockServer) -> None:
    with pytest.raises(RuntimeError, match="already"):
        server.start()
    assert _get(server.url, "/_mock/readyz").status == 200


def test_stopping_is_idle_when_nothing_runs() -> None:
    mock = MockServer()
    mock.stop()
    assert mock.url == ""
    with mock:
        mock.stop()
    mock.stop()


def test_many_may_stop_it_at_once() -> None:
    with MockServer() as mock:
        threads = [threading.Thread(target=mock.stop) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def test_a_taken_port_is_an_address_error_and_may_be_tried_again() -> None:
    with MockServer() as taken:
        port = urlsplit(taken.url).port or 0
        late = MockServer(port=port)
        with pytest.raises(AddressError, match=str(port)):
            late.start()
    with late:
        assert _get(late.url, "/_mock/readyz").status == 200


def test_a_server_that_cannot_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the error's cause, and the port is free again."""

    def fail(*_: object) -> None:
        raise OSError("no loop today")

    monkeypatch.setattr("winnerlook_mock.background.PromptServer", fail)
    mock = MockServer()
    with pytest.raises(RuntimeError, match="could not start") as error:
        mock.start()
    assert isinstance(error.value.__cause__, OSError)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(mock.url).port or 0), timeout=5)


def test_a_server_that_does_not_come_up_is_no_ready_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("winnerlook_mock.background._START_SECONDS", 0.0)
    monkeypatch.setattr("winnerlook_mock.background.Background._run", lambda self, _app, _started: self._socket.close())
    with pytest.raises(RuntimeError, match="did not start"):
        MockServer().start()


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [("/_mock/readyz", 200, b"ready"), ("/_mock/livez", 200, b"live"), ("/_mock/", 200, SOAP_PATH.encode()), ("/", 307, b""),
     ("/nothing", 404, b"/_mock/"), ("/WINNERRXD/api/ws/trigger", 404, SOAP_PATH.encode()), (SOAP_PATH + "?wsdl", 200, b"definitions")],
)
def test_pages(server: MockServer, path: str, status: int, text: bytes) -> None:
    """A3: health, the first page, the WSDL; what is nowhere is 404 and names the way."""
    answer = _get(server.url, path)
    assert answer.status == status
    assert text in answer.body
    head = _get(server.url, path, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (status, b"", str(len(answer.body)))


def test_the_root_leads_to_the_first_page(server: MockServer) -> None:
    assert _get(server.url, "/").headers["location"] == "/_mock/"


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_replay_answers_over_the_wire(operation: Any) -> None:
    """O1-O12: every caller, the document's own sample."""
    with MockServer(replay=True) as mock:
        account = MockServer().account()
        assert _call(mock.url, account, operation.name) == operation.sample_result.strip()


def test_an_account_may_be_used_while_the_server_runs(server: MockServer) -> None:
    """R2, O1, O2, O4, C5, C18: everything a test does to an account is seen by the next call."""
    account = server.account(balance="2.50", price="0.5", balance_interval=0)
    batch = _call(server.url, account, "SendMsg", DesNo=PHONE, Msg=TEXT)
    assert [(m.batch_number, m.text, m.door) for m in account.messages] == [(batch, TEXT, "soap11")]
    assert _call(server.url, account, "GetBalanceConnect") == "2"
    account.balance = 0
    assert _call(server.url, account, "SendMsg", DesNo=PHONE, Msg=TEXT) == "-7"
    account.configure(frozen=True)
    assert _call(server.url, account, "GetMoConnect") == "-25"
    account.configure(frozen=False)
    account.reply(PHONE, "收到")
    assert "|,|收到|,|" in _call(server.url, account, "GetMo2Connect")
    account.fail_next(None, -1)
    assert _call(server.url, account, "GetMoConnect") == "-1"
    assert [entry.peer for entry in account.journal] == ["127.0.0.1"] * 6
    assert all(entry.raw for entry in account.journal)


def test_wait_for_wakes_for_an_sms_over_the_wire(server: MockServer) -> None:
    account = server.account()
    program = threading.Thread(target=_call, args=(server.url, account, "SendMsg"), kwargs={"DesNo": PHONE, "Msg": "验证码 42"})
    program.start()
    assert account.wait_for(to=PHONE, contains="42", timeout=20).operation == "SendMsg"
    program.join()


def test_the_address_of_the_caller_is_what_allowed_ips_compares(server: MockServer) -> None:
    """C12: loopback calls come from 127.0.0.1."""
    account = server.account(allowed_ips=["127.0.0.1"])
    assert _call(server.url, account, "GetMoConnect") == ""
    account.configure(allowed_ips=["192.0.2.7"])
    assert _call(server.url, account, "GetMoConnect") == "-17"


def test_a_refused_request_is_in_the_servers_journal(server: MockServer) -> None:
    """S5: under no account's name."""
    answer = _get(server.url, SOAP_PATH, "POST", b"<not-soap/>", {"Content-Type": "text/xml"})
    entry = next(entry for entry in reversed([*server.journal]) if entry.operation is None)
    assert (entry.status, entry.account, entry.raw) == (answer.status, None, b"<not-soap/>")


def test_accounts_are_made_up_where_not_given() -> None:
    """Names and passwords differ, and each starts with 10000."""
    mock = MockServer()
    accounts = [mock.account() for _ in range(20)]
    assert len({account.user_code for account in accounts}) == len({account.user_pass for account in accounts}) == 20
    assert {account.balance for account in accounts} == {Decimal(10_000)}
    with pytest.raises(ValueError, match="already"):
        mock.account(accounts[0].user_code)


@pytest.mark.parametrize("balance", [-1, "lots"])
def test_an_account_cannot_start_with_a_balance_that_is_none(balance: Any) -> None:
    """F5."""
    with pytest.raises(ValueError, match="balance"):
        MockServer().account(balance=balance)


def test_defaults_are_every_accounts_and_may_be_overridden() -> None:
    """R2: a wrong default is found when it is given."""
    mock = MockServer(defaults={"frozen": True, "price": "0.05"})
    assert [account._account.settings.frozen for account in (mock.account(), mock.account(frozen=False))] == [True, False]
    with pytest.raises(TypeError):
        MockServer(defaults={"colour": "red"})
    with pytest.raises(ValueError, match="price"):
        MockServer(defaults={"price": "x"})


def test_the_clock_may_be_given() -> None:
    """R2: and is the one that all accounts live by."""
    with MockServer(clock=still_clock()) as mock:
        account = mock.account()
        assert account.clock is mock.clock
        assert mock.clock.now() == START
        assert _call(mock.url, account, "GetBalanceConnect") == "10000"
        assert _call(mock.url, account, "GetBalanceConnect") == "-16"
        account.clock.advance(seconds=5)
        assert _call(mock.url, account, "GetBalanceConnect") == "10000"


@needs_ipv6
def test_it_listens_on_ipv6_loopback() -> None:
    """C12: its callers come from ::1."""
    with MockServer("::1") as mock:
        assert mock.url.startswith("http://[::1]:")
        assert _call(mock.url, mock.account(allowed_ips=["::1"]), "GetMoConnect") == ""


@pytest.mark.usefixtures("patient_server")
def test_it_stops_at_once_with_idle_connections_open() -> None:
    """Pooled connections of a client do not hold it."""
    with MockServer() as mock:
        address = urlsplit(mock.url)
        idle = [http.client.HTTPConnection(address.hostname or "", address.port, timeout=10) for _ in range(3)]
        for connection in idle:
            connection.request("GET", "/_mock/readyz")
            connection.getresponse().read()
        began = time.monotonic()
    assert time.monotonic() - began < PROMPT
    for connection in idle:
        connection.close()


def test_it_stops_in_bounded_time_with_stalled_connections() -> None:
    """A request line, a header or a body that never ends is given up."""
    start = f"POST {SOAP_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n".encode()
    bodies = (b"Content-Length: 1000\r\n\r\n<soap", b"Transfer-Encoding: chunked\r\n\r\n5\r\n<s")
    with contextlib.ExitStack() as stack:
        with MockServer() as mock:
            address = urlsplit(mock.url)
            for sent in (b"", b"POST /winn", start, *(start + body for body in bodies)):
                connection = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=10))
                connection.sendall(sent)
            assert _get(mock.url, "/_mock/readyz").status == 200  # the server has seen what was sent before
            began = time.monotonic()
        assert time.monotonic() - began < 8
    assert mock._running.thread is not None
    assert not mock._running.thread.is_alive()


def test_the_repr_says_where_it_listens(server: MockServer) -> None:
    assert server.url in repr(server)
    assert "not started" in repr(MockServer())
