"""Requests written without http.client's help, and answers read without h11's, are what these would have written and read."""

from __future__ import annotations

import gc
import itertools
import warnings
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client.raw_server import RawServer, answering, envelope, http, read_request
from winnerlook import Client
from winnerlook._steps import Exchange
from winnerlook._timeouts import Deadline, Timeouts
from winnerlook._transport import answers
from winnerlook._transport.connections import Pool
from winnerlook._transport.endpoint import Endpoint
from winnerlook._transport.heads import Heads
from winnerlook._transport.tls import Tls
from winnerlook._wire import WireAnswer, WireRequest
from winnerlook.evidence import Evidence
from winnerlook.operations import BY_NAME

SEND = BY_NAME["SendMsg"]
GOOD = envelope("SendMsg", "22")


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except Exception as error:
        return type(error)


def read(reading: answers.Reading, pieces: Iterable[bytes]) -> tuple[WireAnswer, bool, bytes]:
    """Drive it with bytes that come in these pieces, then the end; and what it had taken when it was done."""
    taken = b""
    next(reading)
    try:
        for piece in itertools.chain((piece for piece in pieces if piece), itertools.repeat(b"", 3)):
            taken += piece
            reading.send(piece)
    except StopIteration as whole:
        return *whole.value, taken
    raise AssertionError("it goes on reading beyond the end")


def read_any(data: bytes) -> tuple[WireAnswer, bool]:
    reading = answers.read_any(data)
    try:
        next(reading)
        reading.send(b"")
    except StopIteration as whole:
        return whole.value
    raise AssertionError("it goes on reading beyond the end")


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


LINES = [
    b"Content-Type: text/xml; charset=utf-8", b"content-type:application/soap+xml", b"Content-Type: a\tb",
    b"Content-Type:", b"Content-Type: text/xml ", b"Content-Length:", b"Content-Length: 5", b"content-length:5",
    b"Content-Length: 3", b"Content-Length: 5, 5", b"Content-Length: +5", b"Content-Length: -5", b"Content-Length: 5 ",
    b"Content-Length: 0", b"Content-Length: 99", b"Content-Length : 5", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: identity", b"Connection: keep-alive", b"Connection: close", b"Connection: Keep-Alive, x",
    b"Date: Mon, 01 Jan 2024 00:00:00 GMT", b"Server: x", b"X: ", b" folded", b"\tfolded: 1", b"no colon", b": empty",
    "X: \u00fc".encode("latin-1"), b"X: a\x00b", b"X: a\rb", b"X-Y_z.1: ok", b"Keep-Alive: timeout=5",
]
STARTS = [
    b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1  200 OK",
    b"HTTP/1.1 500 Internal Server Error", b"HTTP/1.1 204 No", b"HTTP/1.1 304 No", b"HTTP/1.1 100 Go on",
    b"HTTP/1.1 099 x", b"HTTP/1.1 700 x", b"HTTP/2 200 OK", b"http/1.1 200 OK", b"HTTP/1.1 2000 OK", b"220 smtp",
]
lines = st.sampled_from(LINES)
starts = st.sampled_from(STARTS[:1] * 5 + STARTS[1:])
bodies = st.sampled_from([b"12345", b"12345", b"123", b"", b"1234567", b"5\r\n12345\r\n0\r\n\r\n", b"12345HTTP/1.1 200 OK\r\n\r\n"])


@st.composite
def messages(draw):
    ends = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r"])
    length = draw(st.sampled_from([[b"Content-Length: 5"]] * 3 + [[]]))
    fields = [*draw(st.lists(lines, max_size=2)), *length, *draw(st.lists(lines, max_size=2))]
    head = b"".join(line + draw(ends) for line in [draw(starts), *fields])
    data = bytearray(head + draw(st.sampled_from([b"\r\n"] * 8 + [b"\n", b"", b" \r\n"])) + draw(bodies))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data)


def check(data: bytes, pieces: list[bytes]) -> None:
    ours = outcome(lambda: read(answers.read_answer(), pieces))
    theirs = outcome(lambda: read_any(data))
    if not isinstance(ours, tuple) or not isinstance(theirs, tuple):
        assert ours == theirs, data
        return
    assert ours[0] == theirs[0], data
    assert read_any(ours[2])[1] or not ours[1], data  # never kept where h11 would have it closed


def test_whatever_is_odd_in_a_head_is_read_as_h11_reads_it():
    for start, line, length in itertools.product(STARTS, LINES, [b"Content-Length: 5\r\n", b""]):
        data = start + b"\r\n" + length + line + b"\r\n\r\n12345"
        check(data, [data])


@given(data=messages(), places=st.lists(st.integers(0, 500), max_size=3))
@settings(max_examples=300, deadline=None)
def test_an_answer_is_read_as_h11_reads_it(data, places):
    check(data, cut(data, places))


@pytest.mark.parametrize(
    "data", [GOOD, http(b""), http(b"x" * 200_000), http(b"busy", status="503 Busy"), http(b"x", extra="Connection: keep-alive\r\n")],
)
def test_what_nearly_every_answer_is_needs_no_h11(monkeypatch, data):
    monkeypatch.setattr(answers, "read_any", None)
    answer, stays, _ = read(answers.read_answer(), cut(data, range(0, len(data), 1000)))
    assert answer.body == data.partition(b"\r\n\r\n")[2]
    assert stays


@pytest.mark.parametrize(
    "answer",
    [GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), GOOD + b"HTTP/1.1 200 OK\r\n", GOOD.replace(b"HTTP/1.1", b"HTTP/1.0")],
    ids=["said so", "something came unasked", "HTTP/1.0"],
)
def test_a_connection_that_must_not_carry_another_call_does_not(answer):
    def behaviour(connection):
        while read_request(connection):
            connection.sendall(answer)

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url) as sms:
        for _ in range(2):
            assert sms.send("13900000000", "text").batch_number == "22"
        assert server.connections == 2


ENDPOINTS = ["http://127.0.0.1:8118", "http://gateway.invalid", "https://gateway.invalid", "https://[::1]:8443", "http://bücher.invalid:81"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@given(bodies=st.lists(st.binary(max_size=300), min_size=2, max_size=4), action=st.sampled_from(['"urn:a"', '"urn:b"', "x\ty"]))
@settings(max_examples=30, deadline=None)
def test_a_kept_head_is_http_clients(endpoint, bodies, action):
    heads = Heads(Endpoint.parse(endpoint))
    for body in bodies:
        for target in ("/a", "/b?c=1"):
            request = WireRequest(SEND, target, {"Content-Type": "text/xml", "SOAPAction": action}, body)
            assert heads.write(request) == Heads(Endpoint.parse(endpoint)).write(request)


def test_a_client_that_is_forgotten_leaves_no_socket_open():
    """As scripts do; the suite makes errors of warnings, this one's too."""
    with RawServer(answering(GOOD)) as server, warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        sms = Client("u", "p", endpoint=server.url)
        sms.send("13900000000", "text")
        del sms
        gc.collect()
    assert not [warning for warning in seen if warning.category is ResourceWarning]


def test_a_head_is_written_once_and_few_are_kept():
    heads = Heads(Endpoint.parse(ENDPOINTS[0]))
    for number in range(200):
        heads.write(WireRequest(SEND, "/a", {"X-Request-Id": str(number)}, b"x"))
        heads.write(WireRequest(SEND, f"/a?userPass={number}", {}, None, method="GET"))
    assert len(heads._kept) == 64
    assert not any(b"userPass" in part for parts in heads._kept.values() for part in parts)


@pytest.mark.parametrize(("target", "headers"), [("/a b", {}), ("/a\r\nX: y", {}), ("/a", {"X": "a\r\nY: b"}), ("/a", {"X\r\n": "a"})])
def test_what_would_be_a_request_within_a_request_is_refused(target, headers):
    heads = Heads(Endpoint.parse(ENDPOINTS[0]))
    for _ in range(2):
        with pytest.raises(Exception, match=r"(?i)invalid|control characters"):
            heads.write(WireRequest(SEND, target, headers, b"x"))


class TestPool:
    def pool(self, size: int) -> Pool:
        return Pool(Endpoint.parse(ENDPOINTS[0]), Tls(), size=size)

    def step(self) -> Exchange:
        return Exchange(WireRequest(SEND, "/a", {}, b"x"), Deadline(Timeouts()), Evidence())

    def test_keeps_no_more_than_its_size(self, monkeypatch):
        pool, step = self.pool(2), self.step()
        made = [pool.take(step) for _ in range(4)]
        closed = []
        for connection in made:
            monkeypatch.setattr(connection, "close", lambda connection=connection: closed.append(connection))
            pool.give(connection)
        assert closed == made[:2]  # the last used are the likeliest to live

    def test_closed_keeps_none(self, monkeypatch):
        """A call that was under way when its client was closed gives its connection back afterwards."""
        pool, closed = self.pool(2), []
        connection = pool.take(self.step())
        pool.close()
        monkeypatch.setattr(connection, "close", lambda: closed.append(connection))
        pool.give(connection)
        assert closed == [connection]
