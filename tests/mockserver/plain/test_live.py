"""The plain HTTP door on real sockets, over the gateway itself."""

from __future__ import annotations

import gzip
import http.client
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.mockserver.gateway.caller import PHONE, TEXT
from tests.mockserver.plain.harness import FORM, call, exchange, live, value
from winnerlook import encryption, records
from winnerlook.operations import ALL, MISSPELT_ROOT, PLAIN_PATH, ROOT
from winnerlook_mock import MockAccount, MockServer

DOORS = ("get", "post")
SEND = PLAIN_PATH + "SendMsg"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(defaults={"balance_interval": 0}) as running:
        yield running


@pytest.fixture
def account(server: MockServer) -> MockAccount:
    return server.account(balance=1000)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation_answers_the_documents_sample(server, account, operation, door):
    """A5, H1, O1-O12."""
    account.configure(replay=True)
    parameters = {"submitInfo": encryption.encrypt(encryption.poll_plaintext(account.user_pass), account.user_pass)}
    assert call(server.url, account, operation.name, door, **parameters if operation.submit_info else {}) == operation.sample_result


@pytest.mark.parametrize("door", DOORS)
def test_sends(server, account, door):
    """O2, O7, O8, O11, O12, R12: each batch number is a new one, and the texts arrive to the letter."""
    text = "您的验证码是: 2345 & 100% + =【测试】"
    submit = f"userPass={account.user_pass}&DesNo={PHONE}&Msg={text}&smsType=101&Channel=0"
    batches = [
        call(server.url, account, "SendMsg", door, DesNo=PHONE, Msg=text, autograph="", customerUuid="order-42", smsType="101"),
        call(server.url, account, "SendBatchMsg", door, DesNo=f"{PHONE},13900000001", Msg=text, smsType=""),
        call(server.url, account, "sendMsgExt", door, DesNo=PHONE, Msg=text, ExeNo="42"),
        call(server.url, account, "SendIndividualMsg", door, Msg=f"{PHONE}|~|{text}|-|13900000001|~|{text}", customerUuid="u"),
        value(live(server.url, "GET", f"{PLAIN_PATH}sendMsgByEncrypt?" + urlencode(
            {"userCode": account.user_code, "submitInfo": encryption.encrypt(submit, account.user_pass)}))),
    ]
    assert batches == sorted(set(batches))
    assert all(len(batch) == 19 and batch.isdigit() for batch in batches)
    assert {message.text for message in account.messages} == {text}
    assert [message.door for message in account.messages] == [door] * 6 + ["get"]
    assert (account.messages[0].customer_uuid, account.messages[3].extension) == ("order-42", "42")
    assert [entry.notes for entry in account.journal] == [()] * 5


@pytest.mark.parametrize("door", DOORS)
def test_polls_and_balance(server, account, door):
    """O1, O3-O6, R11: what one door sent, the other reports; an empty result is an empty string."""
    for name, timed in (("GetReportConnect", False), ("GetReport2Connect", True)):
        batch = call(server.url, account, "SendMsg", "post", DesNo=PHONE, Msg=TEXT)
        (report,) = records.parse_reports(call(server.url, account, name, door), timed=timed)
        assert (report.batch_number, report.status) == (batch, "DELIVRD")
        assert call(server.url, account, name, door) == ""
    for name, with_sender in (("GetMoConnect", False), ("GetMo2Connect", True)):
        account.reply(PHONE, "<收到>&\r\n|,|")
        (reply,) = records.parse_replies(call(server.url, account, name, door), with_sender=with_sender)
        assert reply.text == "<收到>&\r\n|,|"
    assert call(server.url, account, "GetReportConnect", door, batchNumber="") == ""
    assert call(server.url, account, "GetBalanceConnect", door) == "998"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"userPass": "wrong"}, "-3"), ({"userCode": "nobody"}, "-3"), ({"userCode": "code-25"}, "-25"),
        ({"DesNo": f"{PHONE},13900000001"}, "-9"), ({"customerUuid": "x" * 61}, "-27"), ({"smsType": "abc"}, "-41"),
        ({"smsType": "999"}, "-41"), ({"desno": PHONE}, "-27"), ({"DesNo": "19900000054"}, "-54"), ({"Msg": ""}, "-18"),
    ],
)
def test_failures_look_like_results(server, account, door, parameters, code):
    """H1, R3, R7, R9, R10, C2, C16, C20: HTTP 200 with the code."""
    assert call(server.url, account, "SendMsg", door, **{"DesNo": PHONE, "Msg": TEXT, **parameters}) == code
    assert account.messages == ()


@pytest.mark.parametrize("door", DOORS)
def test_bounds_of_the_other_sends(server, account, door):
    """R4, R5, R6, R8."""
    many = [str(13_900_000_000 + at) for at in range(1001)]
    assert call(server.url, account, "sendMsgExt", door, DesNo=PHONE, Msg=TEXT, ExeNo="x") == "-44"
    assert call(server.url, account, "SendBatchMsg", door, DesNo=",".join(many), Msg=TEXT) == "-19"
    assert call(server.url, account, "SendIndividualMsg", door, Msg="|-|".join(f"{phone}|~|a" for phone in many[:501])) == "-19"
    account.configure(strict_limits=True)
    assert call(server.url, account, "SendBatchMsg", door, DesNo=",".join(many[:51]), Msg=TEXT) == "-19"
    assert account.messages == ()
    account.configure(strict_limits=False)
    assert call(server.url, account, "SendBatchMsg", door, DesNo=",".join(many[:51]), Msg=TEXT).isdigit()
    assert "R4" in "".join(account.journal[-1].notes)


@pytest.mark.parametrize("missing", ["userCode", "userPass", "DesNo", "Msg"])
def test_what_is_missing(server, account, missing):
    """R10, C20."""
    given = {"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT}
    del given[missing]
    assert value(live(server.url, "GET", f"{SEND}?{urlencode(given)}")) == ("-3" if missing.startswith("user") else "-27")


def test_repeated_parameters_are_refused_and_shown(server, account):
    """C20."""
    form = urlencode([("userCode", account.user_code), ("userPass", account.user_pass), ("DesNo", PHONE), ("Msg", "1"), ("Msg", "2")])
    assert value(live(server.url, "POST", SEND, form.encode(), {"Content-Type": FORM})) == "-27"
    (entry,) = account.journal
    assert (entry.parameters["Msg"], entry.parameters["Msg#2"]) == ("1", "2")
    assert entry.notes == ("Msg is there more than once: send it once",)


def test_gbk_and_bytes_that_are_no_text(server, account):
    """H2: GBK is read and noted, rubbish is -27."""
    login = f"userCode={account.user_code}&userPass={account.user_pass}&DesNo={PHONE}&Msg=".encode()
    assert value(live(server.url, "POST", SEND, login + TEXT.encode("gbk"))).isdigit()
    assert account.messages[-1].text == TEXT
    assert "GBK" in account.journal[-1].notes[0]
    assert value(live(server.url, "POST", SEND, login + b"\xff\xff")) == "-27"
    assert account.journal[-1].parameters["Msg#undecodable"] == r"\xff\xff"
    assert "Msg is undecodable: send UTF-8 (H2)" in account.journal[-1].notes
    assert value(live(server.url, "POST", SEND, login + quote(quote(TEXT)).encode())).isdigit()
    assert account.messages[-1].text == quote(TEXT)
    assert "encoded twice" in account.journal[-1].notes[0]
    assert value(live(server.url, "POST", SEND, login + b"&" + b"&".join(b"x%d" % at for at in range(2000)))) == "-27"


def test_the_misspelt_root_is_answered_and_noted(server, account):
    """A5: as the document's own tables spell some paths."""
    path = SEND.replace(ROOT, MISSPELT_ROOT) + f"?userCode={account.user_code}&userPass={account.user_pass}"
    assert value(live(server.url, "GET", path)) == "-27"
    assert MISSPELT_ROOT in account.journal[-1].notes[0]
    assert live(server.url, "GET", SEND.replace(ROOT, MISSPELT_ROOT).lower()).status == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", SEND.replace("SendMsg", "SendMessage"), 404, b"did you mean SendMsg"), ("GET", PLAIN_PATH, 404, b"GetBalanceConnect"),
        ("GET", "/winnerrxd/API/trigger/SendMsg", 404, b"Command"), ("HEAD", SEND, 405, b""), ("PUT", SEND, 405, b"GET, POST"),
        ("OPTIONS", SEND, 204, b""),
    ],
)
def test_what_is_no_call(server, method, path, status, text):
    reply = live(server.url, method, path)
    assert reply.status == status
    assert text in reply.body
    assert reply.headers.get("allow") == ("GET, POST, OPTIONS" if status in (204, 405) else None)


def test_a_head_sends_nothing(server, account):
    query = urlencode({"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT})
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)) as connection:
        for method, status in (("HEAD", 405), ("GET", 200), ("HEAD", 405)):
            connection.request(method, f"{SEND}?{query}")
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (status, method == "GET")
    assert len(account.messages) == 1


def test_bodies_in_chunks_and_compressed(server, account):
    form = urlencode({"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT}).encode()
    assert value(live(server.url, "POST", SEND, gzip.compress(form), {"Content-Encoding": "gzip"})).isdigit()
    assert account.journal[-1].raw == form
    head = f"POST {SEND} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in form)
    assert value(exchange(server.url, head + chunks + b"0\r\n\r\n")).isdigit()
    assert [message.text for message in account.messages] == [TEXT] * 2


@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_a_body_that_is_too_large_is_refused_readably(server, content_type):
    head = f"POST {SEND} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {5 * 2**20}\r\n\r\n".encode()
    reply = exchange(server.url, head + b"x" * 5 * 2**20)
    assert (reply.status, reply.headers["connection"]) == (413 if content_type == FORM else 415, "close")


def test_a_large_body_is_answered(server, account):
    form = f"userCode={account.user_code}&userPass={account.user_pass}&DesNo={PHONE}&Msg=".encode() + b"%E6%82%A8" * 400_000
    assert value(live(server.url, "POST", SEND, form)) == "-7"


def test_a_request_line_may_come_in_pieces(server, account):
    """H2: raw bytes in the address, cut anywhere, on a connection that is used again."""
    query = f"userCode={account.user_code}&userPass={account.user_pass}&DesNo={PHONE}&Msg={TEXT}"
    line = f"GET {SEND}?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    address = urlsplit(server.url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)) as connection:
        connection.connect()
        for cut in (1, len(line) // 2, line.index(b"\r"), line.index(b"\n") + 1):
            for piece in (line[:cut], line[cut:]):
                connection.sock.sendall(piece)
            answer = http.client.HTTPResponse(connection.sock)
            answer.begin()
            assert answer.status == 200, answer.read()
            answer.read()
    assert [message.text for message in account.messages] == [TEXT] * 4
    assert all("percent-encode" in entry.notes[0] for entry in account.journal)


def test_pipelined_requests_are_answered_in_order(server, account):
    line = f"GET {PLAIN_PATH}GetBalanceConnect?userCode={account.user_code}&userPass={account.user_pass} HTTP/1.1\r\nHost: x\r\n"
    address = urlsplit(server.url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)) as connection:
        connection.connect()
        connection.sock.sendall(f"{line}\r\n{line}\r\n{line}Connection: close\r\n\r\n".encode())
        text = b"".join(iter(lambda: connection.sock.recv(65536), b""))
    assert text.count(b">1000</string>") == 3


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
@pytest.mark.parametrize("arguments", [["-G"], ["-X", "POST"], ["-X", "POST", "-G"]])
def test_curl(server, account, arguments):
    """A5, H1: by GET, by POST, and by POST with everything in the address."""
    form = {"userCode": account.user_code, "userPass": account.user_pass, "DesNo": PHONE, "Msg": TEXT}
    fields = [part for name, text in form.items() for part in ("--data-urlencode", f"{name}={text}")]
    done = subprocess.run(
        ["curl", "--noproxy", "*", "-sS", *arguments, *fields, server.url + SEND], capture_output=True, text=True, timeout=20, check=True,
    )
    assert done.stdout.startswith('<?xml version="1.0" encoding="utf-8"?><string xmlns="http://tempuri.org/">22')
    assert account.messages[-1].text == TEXT
