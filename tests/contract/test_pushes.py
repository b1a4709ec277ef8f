"""Pushes, read and written."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from tests.contract.strategies import replies, reports
from winnerlook.china_time import CHINA
from winnerlook.pushes import Push, PushError, PushType, format_push, parse_push, read_body
from winnerlook.records import Reply, Report

# The document's own samples, chapters 5.2 and 6.2.
REPORTS = """{
  "list": [{
    "phone": "15021750000",
    "receive_status": "DELIVRD",
    "receive_time": 1529466210680,
    "sub_no": "2400350000122303487",
    "customer_uuid": "0000a8ae8c1544e8b5723d77882d1280"
  }],
  "account": "zhangsan",
  "type": 1
}"""
REPLIES = """{
  "list": [{
    "dest_phone": "15021750000",
    "resp_content": "回复内容",
    "receive_time": 1529466210680,
    "show_num": "10690835400387",
    "customer_uuid": "0000a8ae8c1544e8b5723d77882d1280"
  }],
  "account": "zhangsan",
  "type": 3
}"""
WHEN = datetime(2018, 6, 20, 11, 43, 30, 680_000, tzinfo=CHINA)
UUID = "0000a8ae8c1544e8b5723d77882d1280"
REPORT = Report("2400350000122303487", "15021750000", "DELIVRD", UUID, WHEN)
REPLY = Reply("15021750000", "回复内容", WHEN, UUID, "10690835400387")
FORM = "application/x-www-form-urlencoded"


def changed(sample: str, **fields: Any) -> str:
    """A sample with fields of its only record replaced; None takes one out."""
    value = json.loads(sample)
    (record,) = value["list"]
    value["list"] = [{name: each for name, each in {**record, **fields}.items() if each is not None}]
    return json.dumps(value)


def without(sample: str, name: str, *, null: bool = False) -> str:
    """A sample without one top-level field."""
    value = json.loads(sample)
    value.pop(name)
    return json.dumps({**value, name: None} if null else value)


def anything() -> st.SearchStrategy[Any]:
    """JSON values, with integers of any size and lone surrogates in strings."""
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters()))
    either = st.lists, lambda inner, max_size: st.dictionaries(st.text(), inner, max_size=max_size)
    return st.recursive(leaves, lambda inner: st.one_of(*(collection(inner, max_size=3) for collection in either)), max_leaves=8)


def unknown(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text(max_size=8).filter(lambda name: name not in names), anything(), max_size=2)


@st.composite
def pushes(draw: st.DrawFn) -> Push:
    """Of every type, with times to the millisecond and fields that the document does not name."""
    kind = draw(st.sampled_from(PushType))
    millis = draw(st.integers(0, 999))
    records = draw(st.lists(reports(timed=True) if kind.of_reports else replies(with_sender=draw(st.booleans())), max_size=4))
    records = [replace(record, time=record.time + timedelta(milliseconds=millis)) for record in records]
    names = ("phone", "receive_status", "receive_time", "sub_no", "customer_uuid", "dest_phone", "resp_content", "resp_time", "show_num")
    extra = draw(st.tuples(*(unknown(*names) for _ in records)))
    account = draw(st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip())))
    return Push(account, kind, tuple(records), draw(unknown("list", "account", "type")), extra)


def test_the_documents_reports() -> None:
    """P1, R12, R13: phone, status, milliseconds as China time, batch and customer id to the letter."""
    push = parse_push(REPORTS)
    assert push == Push("zhangsan", PushType.TRIGGER_REPORTS, (REPORT,))
    assert (push.reports, push.replies, push.unknown, push.unknown_in_records) == ((REPORT,), (), {}, ({},))
    assert push.reports[0].time == WHEN
    assert push.reports[0].time.utcoffset() == timedelta(hours=8)
    assert json.loads(format_push(push)) == json.loads(REPORTS)
    assert list(json.loads(format_push(push))["list"][0]) == list(json.loads(REPORTS)["list"][0])


def test_the_documents_replies() -> None:
    """P2, R13"""
    push = parse_push(REPLIES)
    assert push == Push("zhangsan", PushType.TRIGGER_REPLIES, (REPLY,))
    assert (push.reports, push.replies) == ((), (REPLY,))
    assert json.loads(format_push(push)) == json.loads(REPLIES)
    assert list(json.loads(format_push(push))["list"][0]) == list(json.loads(REPLIES)["list"][0])
    assert "回复内容" in format_push(push)


@given(pushes())
def test_pushes_are_read_back(push: Push) -> None:
    """P1, P2, P3, R12, R13: of every type, and what the document does not name as well, by every way a body may come."""
    text = format_push(push)
    assert parse_push(text) == push
    assert parse_push(json.dumps(text)) == push
    for body, content_type in (
        (text.encode(), "application/json"), (text.encode("utf-8-sig"), None), (text.encode(), FORM),
        (text.encode("gb18030"), "text/json; charset=GBK"),
        (urlencode({"json_str": text}).encode(), FORM), (f"a=b&json_str={quote_plus(text)}&c=d".encode(), "text/plain"),
        (f"json_str={text}".encode(), FORM), (b"json_str=" + quote_plus(text.encode("gb18030")).encode(), FORM + "; charset=gb2312"),
    ):
        assert read_body(body, content_type) == push


@pytest.mark.parametrize(("number", "kind"), [(1, "reports"), (2, "reports"), (3, "replies"), (4, "replies")])
@pytest.mark.parametrize("spelling", [int, str, lambda number: f" {number} "])
def test_types(number: int, kind: str, spelling: Any) -> None:
    """P1, P2: trigger and batch; as a string too. An empty list is a push."""
    push = parse_push(json.dumps({"list": [], "account": "a", "type": spelling(number)}))
    assert push == Push("a", PushType(number), ())
    assert push.type.of_reports == (kind == "reports")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (1529466210680, WHEN), ("1529466210680", WHEN), (1529466210680.0, WHEN), (0, datetime(1970, 1, 1, 8, tzinfo=CHINA)),
        ("2018/06/20 11:43:30", WHEN.replace(microsecond=0)), (" 2018-06-20 11:43:30 ", WHEN.replace(microsecond=0)),
    ],
)
def test_spellings_of_a_time(written: Any, read: datetime) -> None:
    """P1, P2, R13: milliseconds are written, the polls' spelling and dashes are read too."""
    assert parse_push(changed(REPORTS, receive_time=written)).reports[0].time == read
    assert parse_push(changed(REPLIES, receive_time=written)).replies[0].time == read
    assert parse_push(changed(REPLIES, receive_time=None, resp_time=written)).replies[0].time == read


def test_both_names_of_a_replys_time() -> None:
    """P2: receive_time goes first, and the other is kept; one that is null or empty counts as not there."""
    push = parse_push(changed(REPLIES, resp_time=1))
    assert (push.replies, push.unknown_in_records) == ((REPLY,), ({"resp_time": 1},))
    assert parse_push(format_push(push)) == push
    for nothing in ('""', "null"):
        text = REPLIES.replace('"receive_time": 1529466210680', f'"receive_time": {nothing}, "resp_time": 1529466210680')
        assert parse_push(text) == parse_push(REPLIES)


def test_ids_and_numbers_as_json_numbers() -> None:
    """P1, P2, R12: digits are kept to the last one."""
    push = parse_push(changed(REPORTS, phone=15021750000, sub_no=2400350000122303487))
    assert push.reports == (REPORT,)
    push = parse_push(changed(REPLIES, dest_phone=15021750000, show_num=10690835400387, resp_content=1))
    assert push.replies == (replace(REPLY, text="1"),)


@pytest.mark.parametrize("sample", [REPORTS, REPLIES])
def test_what_may_be_left_out(sample: str) -> None:
    """P1, P2: null, empty and missing are the same for what nothing hangs on."""
    fields = ("sub_no", "customer_uuid") if sample is REPORTS else ("resp_content", "customer_uuid")
    bare = parse_push(changed(sample, **dict.fromkeys(fields)))
    assert bare == parse_push(changed(sample, **dict.fromkeys(fields, "")))
    value = json.loads(sample)
    value["list"][0].update(dict.fromkeys(fields))
    assert parse_push(json.dumps(value)) == bare
    assert bare.records[0].customer_uuid == ""
    assert parse_push(changed(REPLIES, show_num=None)).replies[0].sent_from is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *((without(REPORTS, name, null=null), name) for name in ("account", "type", "list") for null in (True, False)),
        *((changed(REPORTS, **{name: ""}), f"list[0].{name}") for name in ("phone", "receive_status", "receive_time")),
        *((changed(REPORTS, **{name: None}), f"list[0].{name}") for name in ("phone", "receive_status", "receive_time")),
        *((changed(REPLIES, **{name: each}), f"list[0].{name}") for name in ("dest_phone", "receive_time") for each in ("", None)),
        *((changed(REPORTS, **{name: value}), f"list[0].{name}") for name in ("phone", "sub_no") for value in (1.5e10, True, [], {})),
        *(
            (changed(REPORTS, receive_time=value), "list[0].receive_time")
            for value in (10**17, -(10**17), "9" * 18, "9" * 40, 10**400, 1.5, True, [], "now", "2018/13/20 11:43:30", "2018-06-20", "１")
        ),
        (changed(REPLIES, receive_time=None, resp_time="now"), "list[0].resp_time"),
        *((REPORTS.replace('"type": 1', '"type": ' + value), "type") for value in ("0", "5", "1.0", "true", "[1]", '"x"', "{}", '"１"')),
        ('{"account":"a","list":{},"type":1}', "list"), ('{"account":"a","list":[[]],"type":1}', "list[0]"),
        ('{"account":["a"],"list":[],"type":1}', "account"), ('{"account":" ","list":[],"type":1}', "account"),
    ],
)
def test_what_is_wrong_is_named(text: str, place: str) -> None:
    """P1, P2, R12: the place, and nothing of the value (L2)."""
    with pytest.raises(PushError) as error:
        parse_push(text)
    assert error.value.place == place
    assert str(error.value).startswith(place + " ")
    assert "15021750000" not in repr(error.value)
    again = pickle.loads(pickle.dumps(error.value))
    assert (again.place, again.problem, str(again)) == (place, error.value.problem, str(error.value))


def test_a_later_record_is_counted() -> None:
    """P1"""
    value = json.loads(REPORTS)
    value["list"] = value["list"] * 3 + [{}]
    with pytest.raises(PushError) as error:
        parse_push(json.dumps(value))
    assert error.value.place == "list[3].phone"


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \r\n", b"\xef\xbb\xbf", b"[]", b"1", b"null", b'"x"', b'"', b"{", b"{]", b"NaN", b'{"a": NaN}', b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b"[" * 200_000, b'{"a":' * 200_000, b"[" * 500 + b"]" * 500, b'{"a": ' + b"9" * 10_000 + b"}", b"json_str", b"json_str=", b"x=1",
        b"json_str=%", b"json_str=%7B", b"json_str={", b"json_str=%FF%FF%FF", b"<xml/>", b"\xff\xff\xff\xff", b"\x00", b"&json_str=1",
        b'"\\"\\\\\\"x\\\\\\"\\""', b"-1", b"\xed\xa0\x80", b"--boundary\r\n", b'{"type":1,"account":"a","list":' + b"[" * 90_000,
    ],
)
def test_what_is_no_push(body: bytes) -> None:
    """P3: nothing but PushError, however the body is made."""
    for content_type in (None, "", FORM, "a; charset=undefined", "a; charset=utf-16", "a; charset=hex", "a; charset=\x00", "a; charset="):
        with pytest.raises(PushError):
            read_body(body, content_type)


def test_a_charset_that_does_not_fit_is_not_believed() -> None:
    """P3: UTF-8 that is called something else, GB18030 that is called UTF-8 or nothing."""
    expected = parse_push(REPLIES)
    for body, content_type in (
        (REPLIES.encode("gb18030"), None), (REPLIES.encode("gb18030"), "application/json; charset=utf-8"),
        (REPLIES.encode(), "a; charset=klingon"), (REPLIES.encode("utf-16"), 'application/json;charset="UTF-16"'),
        (REPLIES.encode(), "a; charset=us-ascii"),
    ):
        assert read_body(body, content_type) == expected


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO_8859-1", "latin1", "US-ASCII"])
def test_a_charset_that_servers_name_by_default_gives_way_to_utf_8(charset: str) -> None:
    """P3: Java and others name it where nobody has chosen one; every body would fit it."""
    for body in (REPLIES.encode(), urlencode({"json_str": REPLIES}).encode(), b"json_str=" + REPLIES.encode()):
        assert read_body(body, f"text/plain; charset={charset}") == parse_push(REPLIES)
    latin = changed(REPLIES, resp_content="café")
    if "as" not in charset.lower():
        assert read_body(latin.encode("latin-1"), f"a; charset={charset}") == parse_push(latin)


def test_a_multipart_form_is_told_what_to_be() -> None:
    """P3"""
    body, content_type = encode_multipart_formdata({"json_str": REPLIES, "x": "&json_str={}"})
    for named in (content_type, None):
        for before in (b"", b"\r\n", b"\xef\xbb\xbf"):
            with pytest.raises(PushError, match="application/x-www-form-urlencoded"):
                read_body(before + body, named)


def test_a_reply_that_looks_like_a_form_is_none() -> None:
    """P3, F3: a person may type anything; the way a body came is told by how it begins."""
    text = changed(REPLIES, resp_content="a&json_str={}&b=%41+c")
    as_it_is = (begun + text.encode() for begun in (b"", b"json_str=", b"json_str=\xef\xbb\xbf "))
    for body in (*as_it_is, urlencode({"json_str": text}).encode()):
        assert read_body(body, FORM).replies[0].text == "a&json_str={}&b=%41+c"


def test_a_type_without_a_value_is_missing() -> None:
    """P1: not one of the wrong ones."""
    for value in (None, ""):
        with pytest.raises(PushError, match="type is missing"):
            parse_push(json.dumps({**json.loads(REPORTS), "type": value}))


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=40), st.sampled_from([FORM, "a; charset=gbk", "a; charset=utf-16"])))
def test_arbitrary_bytes(body: bytes, content_type: str | None) -> None:
    """P3"""
    for each in (body, b"json_str=" + body, b"{" + body, b'{"list":[],"account":"a","type":1,' + body):
        try:
            read_body(each, content_type)
        except PushError:
            continue


@given(st.one_of(anything(), st.fixed_dictionaries({}, optional={"list": st.lists(anything()), "account": anything(), "type": anything()})))
def test_arbitrary_json(value: Any) -> None:
    """P1, P2"""
    for each in (value, {"list": [value], "account": "a", "type": 1}, {"list": [value, value], "account": "a", "type": "4"}):
        try:
            push = parse_push(json.dumps(each))
        except PushError:
            continue
        assert parse_push(format_push(push)) == push


@given(st.text())
def test_arbitrary_text(text: str) -> None:
    """P3"""
    with pytest.raises(PushError):
        parse_push(text)


def test_lone_surrogates() -> None:
    """P2: the text is kept as it came, and what is written fits UTF-8."""
    push = parse_push(changed(REPLIES, resp_content="好\ud800\udfff 😀\udc00"))
    assert push.replies[0].text == "好\U000103ff 😀\udc00"
    assert parse_push(format_push(push)) == push
    assert read_body(format_push(push).encode("utf-8"), None) == push


@pytest.mark.parametrize("time", [None, datetime(2018, 6, 20)])  # noqa: DTZ001  # that is the point
def test_a_pushed_record_needs_a_moment(time: datetime | None) -> None:
    """P1, R13"""
    with pytest.raises(ValueError, match="offset"):
        format_push(Push("a", PushType.BATCH_REPORTS, (replace(REPORT, time=time),)))


def test_records_fit_their_type() -> None:
    """P1, P2"""
    for records, kind in (((REPORT,), 3), ((REPLY,), 2), ((REPORT, REPLY), 1)):
        with pytest.raises(ValueError):
            Push("a", PushType(kind), records)
    with pytest.raises(ValueError):
        Push("a", PushType(1), (REPORT,), {}, ({}, {}))


def test_reprs_and_hashes() -> None:
    """L2: numbers, texts, and whatever the fields that the document does not name may hold."""
    for sample in (changed(REPORTS, mobile="15021750000"), changed(REPLIES, copy="回复内容")):
        push = replace(parse_push(sample), unknown={"copy": "15021750000 回复内容"})
        assert "15021750000" not in repr(push)
        assert "回复内容" not in repr(push)
        assert "150****0000" in repr(push)
        assert "unknown=<1 fields>" in repr(push)
        assert pickle.loads(pickle.dumps(push)) == push
        assert hash(push) == hash(parse_push(format_push(push)))


def test_what_is_no_push_takes_little_memory() -> None:
    """P1: a million empty records are a small body."""
    text = f'{{"account": "a", "type": 1, "list": [{"{}," * 400_000}{{}}]}}'
    tracemalloc.start()
    try:
        with pytest.raises(PushError, match=r"list\[0\]\.phone is missing"):
            parse_push(text)
        assert tracemalloc.get_traced_memory()[1] < 60 * len(text)
    finally:
        tracemalloc.stop()
