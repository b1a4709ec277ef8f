"""Any text arrives; any bytes are answered."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mockserver.plain.harness import FORM, exchange, request, value
from tests.mockserver.soap.harness import Recorder
from winnerlook.operations import PLAIN_PATH
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.plain import PlainDoor
from winnerlook_mock.plain.form import read

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
_XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(lambda c: c >= " " or c in "\t\n\r")
)
_CONTENT_TYPES = st.sampled_from(
    [None, FORM, f"{FORM}; charset=gbk", f"{FORM}; charset=utf-16", "application/json", f"{FORM};charset"]
) | st.text(st.characters(max_codepoint=255), max_size=30)
_PIECES = st.lists(
    st.sampled_from([b"Msg", b"DesNo", b"=", b"&", b"%", b"+", b";", b"#2", b"%E6", b"%00", b"\xd6\xd0", b"\xff", b"\r\n", "您".encode()])
    | st.binary(max_size=5),
    max_size=30,
).map(b"".join)
_quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


@pytest.fixture
def account(server: MockServer) -> MockAccount:
    return server.account()


@pytest.mark.parametrize("method", ["GET", "POST"])
@_quick
@given(name=_TEXT, text=_TEXT, result=_XML_TEXT, escaped=st.sampled_from([quote, quote_plus]))
def test_any_text_round_trips(method, name, text, result, escaped):
    """H1, H2: names and values arrive, and the result goes back, to the letter."""
    recorder = Recorder(result)
    raw = f"x=&{escaped(name, safe='')}={escaped(text, safe='')}".encode()
    reply = request(PlainDoor(recorder), method, **{"query" if method == "GET" else "body": raw})
    assert value(reply) == result
    expected = {"x": "", "x#2": text} if name == "x" else {"x": "", name: text}
    assert recorder.last[1] == expected


@_quick
@given(text=_TEXT)
def test_any_raw_text_without_signs_of_a_form_arrives(text):
    """H2: as the document's https sample writes it."""
    plain = text.translate({ord(sign): None for sign in "&+%"})
    assert read(f"Msg={plain}".encode()).parameters == {"Msg": plain}


@settings(_quick, max_examples=120)
@given(raw=_PIECES | st.binary(max_size=100), method=st.sampled_from(["GET", "POST"]), content_type=_CONTENT_TYPES)
def test_any_bytes_are_answered(raw, method, content_type):
    """H1: the documented shape, or a 415."""
    recorder = Recorder()
    reply = request(PlainDoor(recorder), method, query=raw if method == "GET" else b"", body=raw, content_type=content_type)
    if reply.status == 415:
        assert reply.body.startswith(b"415 ")
    else:
        assert value(reply) == recorder.result
    assert len(recorder.calls) + len(recorder.refusals) == 1


@_quick
@given(result=st.text(st.characters(), max_size=20))
def test_any_result_is_answered(result):
    """H1: exactly, or by a 500 where XML cannot carry it."""
    reply = request(PlainDoor(Recorder(result)), "GET")
    assert reply.status == 500 or value(reply) == result


@_quick
@given(target=st.binary(max_size=60) | _PIECES)
def test_any_request_line_is_answered_over_a_socket(server, target):
    """H1: the server survives whatever stands in the address."""
    line = b"GET " + PLAIN_PATH.encode() + b"SendMsg?" + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = exchange(server.url, line)
    assert reply.status == 400 or value(reply).lstrip("-").isdigit()


@_quick
@given(text=_TEXT.filter(lambda text: text.strip()))
def test_any_text_is_sent_over_a_socket(server, account, text):
    """H2, O2: through both doors."""
    account.balance = 10_000_000
    host = urlsplit(server.url).netloc
    form = f"userCode={account.user_code}&userPass={account.user_pass}&DesNo=13900000000&Msg={quote(text, safe='')}".encode()
    get = b"GET %sSendMsg?%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (PLAIN_PATH.encode(), form, host.encode())
    post = b"POST %sSendMsg HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s" % (PLAIN_PATH.encode(), len(form), form)
    assert [value(exchange(server.url, raw)).isdigit() for raw in (get, post)] == [True, True]
    assert [(message.text, message.door) for message in account.messages[-2:]] == [(text, "get"), (text, "post")]
