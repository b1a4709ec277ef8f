"""The door's small parts: commands, content types, answers, request lines."""

from __future__ import annotations

import pytest
from lxml import etree

from winnerlook.operations import ALL, BY_NAME, PLAIN_PATH
from winnerlook_mock.plain import answer, command, content_type
from winnerlook_mock.plain.request_line import mended


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation_has_its_path(operation):
    """A5, O1-O12."""
    assert command.of(operation.plain_path) == (operation, ())


def test_a_path_that_ends_in_a_blank_is_known_and_noted():
    """The document's https sample has one behind SendMsg."""
    operation, (note,) = command.of(PLAIN_PATH + "SendMsg ")
    assert operation is BY_NAME["SendMsg"]
    assert "blank" in note


@pytest.mark.parametrize(
    ("name", "words"),
    [("sendmsg", "did you mean SendMsg"), ("SendMsgExt", "sendMsgExt"), ("GetMoConect", "GetMoConnect"), ("SendMsg/", "SendMsg"),
     ("", "GetBalanceConnect, SendMsg"), ("zzz", "There is no command zzz"),
     ("您" * 5000, "no such command"), ("x" * 5000, "no such command")],
)
def test_an_unknown_command_is_told_of_near_ones(name, words):
    """A5: names are case-sensitive."""
    assert command.of(PLAIN_PATH + name)[0] is None
    advice = command.advice(PLAIN_PATH + name)
    assert words in advice
    assert len(advice) < 400


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, ("", "")), ("", ("", "")), ('Application/X-WWW-Form-Urlencoded ; Charset="UTF-8"', (content_type.FORM, "UTF-8")),
     ("multipart/form-data; boundary=x", ("multipart/form-data", "")), (";;=;charset", ("", ""))],
)
def test_content_types_are_read(header, expected):
    kind = content_type.read(header)
    assert (kind.media_type, kind.charset) == expected
    assert kind.may_be_form == (expected[0] in ("", content_type.FORM))


def test_a_refused_content_type_is_quoted_only_where_it_is_one():
    assert "Content-Type application/json is no form" in content_type.read("application/json").refusal
    assert "Content-Type is no form" in content_type.read("\x7fsecret").refusal


@pytest.mark.parametrize("result", ["100", "-27", "", " a\t\n\r\n<&>\"' ]]>", "您\U0001f600"])
def test_answers_are_read_back_exactly(result):
    """H1."""
    body = answer.written(result)
    assert (etree.fromstring(body).text or "") == result
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?><string xmlns="http://tempuri.org/">')


@pytest.mark.parametrize("result", ["\0", "\x1f", "\ud800", "\ufffe", "a\uffffb"])
def test_what_xml_cannot_carry_is_not_written(result):
    with pytest.raises(answer.UnwritableError, match=f"U\\+{ord(result.strip('ab')):04X}"):
        answer.written(result)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET /a?b=\xe7\x9f x HTTP/1.1\r\nHost: \xff \r\n\r\n", b"GET /a?b=%E7%9F%20x HTTP/1.1\r\nHost: \xff \r\n\r\n"),
        (b"GET /a ?b HTTP/1.0\n", b"GET /a%20?b HTTP/1.0\n"),
        (b"GET /a%E7?b HTTP/1.1\r\n", None),
        (b"GET /a\x01 HTTP/1.1\r\n", None),
        (b"GET http://x/a b HTTP/1.1\r\n", None),
        (b"GET /a b\r\n", None),
        (b"\r\nGET /a b HTTP/1.1\r\n", None),
        (b"", None),
    ],
)
def test_request_lines_are_mended(data, expected):
    """H2: what HttpURLConnection writes of an address that nobody escaped; anything else stays as it is."""
    assert mended(data) == (data if expected is None else expected)
