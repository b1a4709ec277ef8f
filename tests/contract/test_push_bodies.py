"""Bodies of pushes that are right but for one thing (P3): each is read, or refused, for that alone."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_from_bytes

import pytest

from winnerlook.pushes import PushError, milliseconds, parse_push, read_body

FORM = "application/x-www-form-urlencoded"
REPLY = '{"dest_phone":"13900000000","resp_content":"收到","receive_time":1,"show_num":"1","customer_uuid":""}'
PUSH = f'{{"list":[{REPLY}],"account":"a","type":3'
WHOLE = PUSH + "}"


def with_field(text: str) -> bytes:
    return f'{PUSH},"more":{text}}}'.encode()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_json_does_not_have_is_refused_anywhere(text: str) -> None:
    """P3: also where nobody would read it, since a receiver may hand on what it does not know."""
    with pytest.raises(PushError):
        read_body(with_field(text), None)
    assert read_body(with_field("1e308"), None).unknown["more"] == 1e308


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("one", [nested, lambda levels: '{"x":' * (levels - 1) + "{}" + "}" * (levels - 1)])
def test_how_deep_it_may_be(one) -> None:
    """P3: 64 levels, of which the push is the first. What is deeper could not be written again by every program."""
    assert read_body(with_field(one(62)), None).unknown
    assert read_body(with_field(one(63)), None).unknown
    with pytest.raises(PushError, match="nested too deeply"):
        read_body(with_field(one(64)), None)


@pytest.mark.parametrize("before", ["", " ", "\r\n\t", "\ufeff", " \ufeff "])
@pytest.mark.parametrize("after", ["", "\r\n"])
def test_blanks_around_it(before: str, after: str) -> None:
    """P3: as editors and shells leave them."""
    whole = before + WHOLE + after
    assert parse_push(whole) == parse_push(WHOLE)
    assert read_body(whole.encode(), "application/json") == parse_push(WHOLE)
    assert read_body(b"json_str=" + whole.encode(), FORM) == parse_push(WHOLE)
    assert read_body(b"json_str=" + quote_from_bytes(whole.encode()).encode(), FORM) == parse_push(WHOLE)


def test_a_string_that_holds_it() -> None:
    """P3: JSON in JSON, as frameworks write a parameter of type string."""
    assert read_body(json.dumps(WHOLE).encode(), "application/json") == parse_push(WHOLE)


@pytest.mark.parametrize("charset", ["big5", "utf-16-le"])
def test_a_form_in_the_charset_that_is_named(charset: str) -> None:
    """P3: escaped or not."""
    text = WHOLE.replace("收到", "測試")
    escaped = b"json_str=" + quote_from_bytes(text.encode(charset)).encode()
    assert read_body(escaped, f"{FORM}; charset={charset}") == parse_push(text)
    if charset == "big5":
        assert read_body(b"json_str=" + text.encode(charset), f"{FORM}; charset={charset}") == parse_push(text)


def test_json_in_a_form_may_hold_what_forms_escape() -> None:
    """P3: it was put there as it is."""
    text = WHOLE.replace("收到", "100% + a&b=c")
    assert read_body(b"json_str=" + text.encode(), FORM) == parse_push(text)


def test_an_error_survives_a_queue() -> None:
    """It says the same after pickling, and where the trouble is."""
    with pytest.raises(PushError) as caught:
        parse_push('{"list":[{"phone":"1"}],"account":"a","type":1}')
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.problem, again.place, str(again)) == (caught.value.problem, "list[0].receive_status", str(caught.value))


def test_whole_milliseconds() -> None:
    """R13."""
    written = milliseconds(datetime(2018, 6, 20, tzinfo=UTC) + timedelta(microseconds=1999))
    assert (written, type(written)) == (1_529_452_800_001, int)
