"""The plain HTTP form: what is sent, what is read, and the same errors as over SOAP."""

from __future__ import annotations

import logging
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client.raw_server import RawServer, answering, http, read_request, reset
from winnerlook import (
    AnswerError,
    Certainty,
    Client,
    ForbiddenDtdError,
    GatewayError,
    HttpStatusError,
    NotPlainError,
    NotXmlError,
    TransportError,
    UnreadableResultError,
)
from winnerlook._plain import PlainCodec
from winnerlook._wire import WireAnswer
from winnerlook.operations import ALL, BY_NAME

SEND = BY_NAME["SendMsg"]


def plain(value: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><string xmlns="http://tempuri.org/">{value}</string>'.encode()


def decode(body: bytes, status: int = 200) -> str:
    return PlainCodec("POST").decode(SEND, WireAnswer(status, "text/xml; charset=utf-8", body))


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_requests(operation, method):
    """H2, A5: UTF-8, percent-encoded, under the documented names; POST as a form, GET as a query."""
    parameters = {p.name: 101 if p.type is int else f"值&={p.name}+ " for p in operation.parameters}
    request = PlainCodec(method).encode(operation, parameters)
    path, _, query = request.target.partition("?")
    assert request.operation is operation
    assert path == f"/winnerrxd/api/trigger/{operation.name}"
    assert request.method == method
    form = query if method == "GET" else (request.body or b"").decode("ascii")
    assert parse_qsl(form, keep_blank_values=True) == [(name, str(value)) for name, value in parameters.items()]
    assert (query == "") == (method == "POST")
    if method == "POST":
        assert request.headers == {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_answers():
    """H1, R11."""
    assert decode(plain("2200001476358475197")) == "2200001476358475197"
    assert decode(plain("")) == ""
    assert decode(b'<x:string xmlns:x="http://tempuri.org/">a&lt;b</x:string>') == "a<b"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"busy", 200, NotXmlError),
        (b"", 200, NotXmlError),
        (b"<string>100</string>", 200, NotPlainError),
        (b'<int xmlns="http://tempuri.org/">100</int>', 200, NotPlainError),
        (b'<string xmlns="http://tempuri.org/"><b/></string>', 200, NotPlainError),
        (b"<html/>", 200, NotPlainError),
        (b"<!DOCTYPE x>" + plain("1").split(b"?>")[1], 200, ForbiddenDtdError),
        (plain("1"), 500, HttpStatusError),
        (b"", 302, HttpStatusError),
        (b"", 404, HttpStatusError),
    ],
)
def test_what_is_no_answer(body, status, kind):
    with pytest.raises(AnswerError) as caught:
        decode(body, status)
    assert type(caught.value) is kind
    assert caught.value.body == body
    assert caught.value.certainty is Certainty.UNKNOWN


@given(body=st.binary(max_size=200))
@settings(max_examples=100)
def test_no_bytes_escape_the_error_tree(body):
    try:
        decode(body)
    except AnswerError as error:
        assert error.body == body


@pytest.mark.parametrize("binding", ["http", "http-get"])
def test_results_and_errors_are_those_of_soap(binding):
    answers = iter([plain("100"), plain("-3"), plain("nonsense")])

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(http(next(answers)))

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url, binding=binding, balance_interval=0) as sms:
        assert sms.balance() == Decimal(100)
        with pytest.raises(GatewayError) as caught:
            sms.balance()
        assert caught.value.code == -3
        with pytest.raises(UnreadableResultError):
            sms.balance()


def test_a_get_is_not_repeated_either():
    """Much that speaks HTTP repeats a GET; nothing here does."""
    requests = []

    def behaviour(connection):
        requests.append(read_request(connection))
        reset(connection)

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url, binding="http-get") as sms:
        with pytest.raises(TransportError) as caught:
            sms.send("13900000000", "text")
    assert len(requests) == 1
    assert caught.value.certainty is Certainty.UNKNOWN


def test_a_gets_query_stays_out_of_logs_and_texts(caplog):
    """L2: urllib3's own pool, which is not used, would log the target of every request."""
    with caplog.at_level(logging.DEBUG), RawServer(answering(http(plain("22")))) as server:
        with Client("u", "secret-tag", endpoint=server.url, binding="http-get") as sms:
            sms.send("13987654321", "text-tag")
    assert "SendMsg over http-get" in caplog.text
    for tag in ("secret-tag", "13987654321", "text-tag"):
        assert tag not in caplog.text
