"""What each fault does on the wire, at every door, in HTTP and HTTPS; and what became of the call."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.mockserver.recording.calls import DOORS, request
from winnerlook_mock import MockAccount, MockServer

SECURE = (False, True)
_DONE = {"delay", "hang", "reset", "close", "cut", "malformed", "content-type", "trickle", "garbage", "other-operation"}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(defaults={"balance_interval": 0}, https_port=0) as running:
        yield running


@pytest.fixture
def account(server: MockServer) -> MockAccount:
    return server.account(balance=100)


@pytest.fixture(autouse=True)
def _no_noise(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert caplog.records == []
    assert capfd.readouterr().err == ""


@contextmanager
def _connected(server: MockServer, *, secure: bool = False) -> Iterator[socket.socket]:
    address = urlsplit(server.https_url if secure else server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as sock:
        if not secure:
            yield sock
            return
        context = ssl.create_default_context(cafile=server.ca_file)
        with context.wrap_socket(sock, server_hostname=address.hostname, suppress_ragged_eofs=False) as wrapped:
            yield wrapped


def _raw(account: MockAccount, door: str, name: str = "SendMsg", **more: str) -> bytes:
    values = {"userCode": account.user_code, "userPass": account.user_pass}
    if name == "SendMsg":
        values |= {"DesNo": "13900000000", "Msg": "您好【测试】"}
    method, path, body, headers = request(door, name, {**values, **more})
    lines = [f"{method} {path} HTTP/1.1", "Host: mock", *(f"{key}: {value}" for key, value in headers.items())]
    lines += [f"Content-Length: {len(body)}"] if body is not None else []
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def _answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes, bool]:
    """Status, headers, body, and whether it came to its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise EOFError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers["content-length"])
    while len(body) < length:
        piece = sock.recv(65536)
        if not piece:
            return int(first.split()[1]), headers, body, False
        body += piece
    return int(first.split()[1]), headers, body, True


@pytest.mark.parametrize("secure", SECURE, ids=["http", "https"])
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("stage", ["before-reading", "after-reading", "after-accepting"])
def test_a_reset_is_one(server, account, door, stage, secure):
    """A real RST, at each stage; the call is done and charged at the last one only."""
    scope = {"operation": "SendMsg", "door": door} if stage == "before-reading" else {"account": account.user_code}
    with server.fault("reset", stage=stage, times=1, **scope) as armed, _connected(server, secure=secure) as sock:
        sock.sendall(_raw(account, door))
        with pytest.raises((ConnectionResetError, ssl.SSLEOFError) if secure else ConnectionResetError):
            _answer(sock)
        assert armed.struck == 1
    _assert_outcome(server, account, done=stage == "after-accepting", kind=f"reset {stage}", status=0, unread=stage == "before-reading")


@pytest.mark.parametrize("secure", SECURE, ids=["http", "https"])
@pytest.mark.parametrize("door", DOORS)
def test_closed_without_an_answer(server, account, door, secure):
    account.fault("close", times=1)
    with _connected(server, secure=secure) as sock:
        sock.sendall(_raw(account, door))
        with pytest.raises((EOFError, ssl.SSLEOFError)):
            _answer(sock)
    _assert_outcome(server, account, done=True, kind="close", status=0)


@pytest.mark.parametrize("secure", SECURE, ids=["http", "https"])
@pytest.mark.parametrize("door", DOORS)
def test_a_body_is_cut(server, account, door, secure):
    with _connected(server, secure=secure) as sock:
        sock.sendall(_raw(account, door, "GetBalanceConnect"))
        whole = _answer(sock)[2]
    account.fault("cut", fraction=0.25, times=1)
    with _connected(server, secure=secure) as sock:
        sock.sendall(_raw(account, door, "GetBalanceConnect"))
        try:
            status, headers, body, complete = _answer(sock)
        except ssl.SSLEOFError:
            assert secure
            return
    assert (status, complete, int(headers["content-length"])) == (200, False, len(whole))
    assert body == whole[: len(whole) // 4]


@pytest.mark.parametrize("door", DOORS)
def test_a_client_is_left_waiting_until_it_goes(server, account, door):
    armed = account.fault("hang", times=1)
    with _connected(server) as sock:
        sock.sendall(_raw(account, door))
        account.wait_for(to="13900000000")
        sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert armed.struck == 1
    _assert_outcome(server, account, done=True, kind="hang", status=0)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("kind", "spec", "status", "media_type", "text"), [
    ("code", {"code": -7}, 200, None, b">-7</"), ("result", {"result": "何 & <"}, 200, None, "何 &amp; &lt;".encode()),
    ("status", {}, 503, "text/plain; charset=utf-8", b""),
    ("status", {"status": 418, "body": "茶", "media_type": "text/x-tea"}, 418, "text/x-tea", "茶".encode()),
    ("soap-fault", {"reason": "No & way"}, 500, None, b"No &"), ("content-type", {}, 200, "text/html; charset=utf-8", b"2200"),
    ("content-type", {"media_type": "text/x"}, 200, "text/x", b"2200"), ("malformed", {}, 200, None, b"2200"),
    ("garbage", {"seed": 3}, 200, None, None),
    ("delay", {"delay": 0.001}, 200, None, b"2200"), ("delay", {"delay": "uniform:0,0.001"}, 200, None, b"2200"),
    ("trickle", {"delay": 0}, 200, None, b"2200"),
    ("delay", {"delay": "lognormal:0.001,0.1", "done": False}, 200, None, b""), ("other-operation", {}, 200, None, None),
    ("status", {"done": True}, 503, None, b""), ("malformed", {"done": False}, 200, None, b""),
])
def test_answers_that_go_wrong_and_leave_the_connection_intact(server, account, door, kind, spec, status, media_type, text):  # noqa: PLR0917
    """The same connection carries the next call."""
    account.fault(kind, times=1, **spec)
    with _connected(server) as sock:
        sock.sendall(_raw(account, door))
        got, headers, body, complete = _answer(sock)
        assert (got, complete) == (status, True)
        assert media_type is None or headers["content-type"] == media_type
        assert text is None or text in body
        _check_body(kind, door, body)
        _assert_outcome(server, account, done=spec.get("done", kind in _DONE), kind=kind, status=status, said=kind in ("code", "result"))
        sock.sendall(_raw(account, door, "GetBalanceConnect"))
        assert _answer(sock)[0] == 200


def _check_body(kind: str, door: str, body: bytes) -> None:
    from lxml import etree

    if kind in ("malformed", "garbage"):
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(body)
    elif kind == "soap-fault":
        assert (b"Fault" in body) is door.startswith("soap")
    elif kind == "other-operation" and door.startswith("soap"):
        assert b"SendMsgResponse" not in body
        assert b"Response" in body


def _assert_outcome(
    server: MockServer, account: MockAccount, *, done: bool, kind: str, status: int, unread: bool = False, said: bool = False,
) -> None:
    """What the account and the journal have of it."""
    assert len(account.messages) == done
    assert account.balance == 100 - done
    entry = [*server.journal][-1] if unread else account.journal[-1]
    assert entry.fault.partition(": ")[2] == kind
    assert entry.status == status
    assert (entry.answer is not None) is (done or said)
    assert entry.account == (None if unread else account.user_code)


@pytest.mark.parametrize("secure", SECURE, ids=["http", "https"])
@pytest.mark.parametrize(("kind", "spec"), [("hang", {}), ("delay", {"delay": 600}), ("trickle", {"delay": 600})])
def test_a_server_stops_at_once_while_a_fault_holds_a_client(kind, spec, secure):
    with MockServer(https_port=0) as server:
        account = server.account()
        account.fault(kind, **spec)
        with _connected(server, secure=secure) as sock:
            sock.sendall(_raw(account, "post"))
            account.wait_for(to="13900000000")
            begun = time.monotonic()
            server.stop()
            assert time.monotonic() - begun < 1.5
            with contextlib.suppress(EOFError, ssl.SSLEOFError, ConnectionResetError):
                assert not _answer(sock)[3]


def test_a_client_that_resets_during_a_delay_makes_no_noise(server, account):
    account.fault("delay", delay=0.05, times=1)
    with _connected(server) as sock:
        sock.sendall(_raw(account, "post"))
        account.wait_for(to="13900000000")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with _connected(server) as sock:
        sock.sendall(_raw(account, "post", "GetBalanceConnect"))
        assert _answer(sock)[0] == 200


def test_the_next_request_may_wait_in_the_same_packet(server, account):
    """Two requests at once: the first is spoilt, the second is answered."""
    with account.fault("content-type", times=1), _connected(server) as sock:
        sock.sendall(2 * _raw(account, "post", "GetBalanceConnect"))
        data = b""
        while data.count(b">100<") < 2:
            piece = sock.recv(65536)
            assert piece, data
            data += piece
    assert data.count(b"text/html") == 1
