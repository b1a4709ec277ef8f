"""Reports and replies, read and written."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.strategies import FORGED, SEPARATORS, TIME, replies, reports, seen_phones, typed_texts
from winnerlook import records
from winnerlook.china_time import CHINA
from winnerlook.records import RecordsError, Reply, Report, format_replies, format_reports, parse_replies, parse_reports

WHEN = datetime(2016, 10, 13, 13, 51, 8, tzinfo=CHINA)
both_report_kinds = pytest.mark.parametrize("timed", [False, True], ids=["plain", "timed"])
both_reply_kinds = pytest.mark.parametrize("with_sender", [False, True], ids=["plain", "with sender"])

# The six groups of the document's table of O5, its bars put back.
SIX = (
    "2314357620085030624,139000000000,DELIVRD,yj001|2314357620085030653,139000000001,DELIVRD,yj002|"
    "2314357620085030623,139000000002,DELIVRD,yj003|2314357620085030667,139000000003,DELIVRD,yj004|"
    "2314357620085030665,139000000004,UNDELIVRD,yj005|2314357620085030629,139000000005,DELIVRD,yj006|"
)
# Those of O6, with the stray blanks and line ends of its samples.
SIX_TIMED = """2314357620085030624,13900000000, 2014/06/10 15:34:11, DELIVRD,yj001|
2314357620085030653,13900000001, 2014/06/10 15:34:11, DELIVRD,yj002|   2314357620085030623,13900000002,
2014/06/10 15:34:11, DELIVRD,yj003| 2314357620085030667,13900000003,2014/06/10 15:34:11, DELIVRD,yj004|
2314357620085030665, 13900000004, 2014/06/10 15:34:11, UNDELIVRD,yj005|
2314357620085030629, 13900000005, 2014/06/10 15:34:11, DELIVRD,yj006|  """
BATCHES = [f"23143576200850306{end}" for end in ("24", "53", "23", "67", "65", "29")]


def reply_end(with_sender: bool) -> str:
    return f"|,|{TIME}|,|106911378882931|,|yj001" if with_sender else f"|,|{TIME}|,|yj001"


def without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_documents_reports() -> None:
    """F1, O5, R12, R14, R15: numbers of 12 digits, batch numbers and ids to the letter, statuses as they are."""
    read = parse_reports(SIX, timed=False)
    assert [r.batch_number for r in read] == BATCHES
    assert [r.phone for r in read] == [f"13900000000{n}" for n in range(6)]
    assert [r.status for r in read] == ["DELIVRD"] * 4 + ["UNDELIVRD", "DELIVRD"]
    assert [r.delivered for r in read] == [True] * 4 + [False, True]
    assert [r.customer_uuid for r in read] == [f"yj00{n}" for n in range(1, 7)]
    assert {r.time for r in read} == {None}
    assert format_reports(read, timed=False) == SIX


def test_the_documents_reports_with_time() -> None:
    """F1, O6, O9, R13: blanks and line ends around fields are stripped, the time is China's."""
    read = parse_reports(SIX_TIMED, timed=True)
    assert [r.batch_number for r in read] == BATCHES
    assert [r.phone for r in read] == [f"1390000000{n}" for n in range(6)]
    assert [r.status for r in read] == ["DELIVRD"] * 4 + ["UNDELIVRD", "DELIVRD"]
    assert [r.customer_uuid for r in read] == [f"yj00{n}" for n in range(1, 7)]
    assert {r.time for r in read} == {datetime(2014, 6, 10, 15, 34, 11, tzinfo=CHINA)}
    assert without_blanks(format_reports(read, timed=True)) == without_blanks(SIX_TIMED)


@both_report_kinds
@given(st.data())
def test_reports_are_read_back(timed: bool, data: st.DataObject) -> None:
    """F1, R12, R13, R15: whatever the ids hold, bars and commas included; each group ends in a bar, the last one too."""
    wanted = tuple(data.draw(st.lists(reports(timed=timed), max_size=6)))
    written = format_reports(wanted, timed=timed)
    assert parse_reports(written, timed=timed) == wanted
    assert written == "" or written.endswith("|")
    assert parse_reports(written.removesuffix("|") if not written.endswith("||") else written, timed=timed) == wanted


@both_report_kinds
@pytest.mark.parametrize("nothing", ["", " ", "\r\n"])
def test_no_reports(nothing: str, timed: bool) -> None:
    """R11"""
    assert parse_reports(nothing, timed=timed) == ()


def test_reports_from_before_the_customers_id() -> None:
    """F1: gateways older than V1.6 leave it out, newer ones leave it empty when none was given."""
    expected = Report("1", "139", "DELIVRD", "")
    assert parse_reports("1,139,DELIVRD|1,139,DELIVRD,|", timed=False) == (expected, expected)
    assert parse_reports(f"1,139,{TIME},DELIVRD|", timed=True) == (replace(expected, time=WHEN),)


@pytest.mark.parametrize(
    ("timed", "rest"),
    [
        (False, "nonsense"), (False, "1,139|"), (False, ",139,DELIVRD,x|"), (False, "1,,DELIVRD,x|"), (False, "||"),
        (True, "1,139,2014/06/10,DELIVRD,yj001|"), (True, "1,139,,DELIVRD,yj001|"), (True, "1,139,2014/13/10 15:34:11,DELIVRD,x|"),
        (True, "1,139,DELIVRD,yj001|"), (True, "1,139,DELIVRD|"),
    ],
)
def test_what_is_no_report_is_kept(timed: bool, rest: str) -> None:
    """F1: the gateway hands records out once, so those before the trouble and the exact remainder stay at hand."""
    with pytest.raises(RecordsError) as alone:
        parse_reports(rest, timed=timed)
    assert (alone.value.records, alone.value.rest) == ((), rest)


@given(st.lists(reports(timed=True), max_size=4), st.sampled_from(["2314357620085030624,13900000000,", "1,139,x,DELIVRD,yj001|2,139,y,z|"]))
def test_reports_before_the_trouble_are_kept(good: list[Report], rest: str) -> None:
    """F1"""
    with pytest.raises(RecordsError) as error:
        parse_reports(format_reports(good, timed=True) + rest, timed=True)
    assert (error.value.records, error.value.rest) == (tuple(good), rest)


def test_a_timed_report_needs_its_time() -> None:
    """F1, O6"""
    with pytest.raises(ValueError):
        format_reports([Report("1", "139", "DELIVRD")], timed=True)


@both_reply_kinds
@pytest.mark.parametrize(("field", "group"), [("|,|", "|;|"), (" , ", " ; ")], ids=["barred", "unbarred"])
def test_the_documents_replies_in_both_spellings(field: str, group: str, with_sender: bool) -> None:
    """F2, O3, O4, O10, R13: with their bars, and as the converted document shows them."""
    ids = ["106911378882931", "yj001"] if with_sender else ["yj001"]
    one = field.join(["13816025285", "宋超测试的 MO 信息! 123456789", TIME, *ids])
    two = field.join(["13816025286", "好 的", TIME, *ids])
    sender = "106911378882931" if with_sender else None
    first = Reply("13816025285", "宋超测试的 MO 信息! 123456789", WHEN, "yj001", sender)
    second = Reply("13816025286", "好 的", WHEN, "yj001", sender)
    assert parse_replies(one, with_sender=with_sender) == (first,)
    assert parse_replies(one + group + two, with_sender=with_sender) == (first, second)


@both_reply_kinds
@given(st.data())
def test_replies_are_read_back(with_sender: bool, data: st.DataObject) -> None:
    """F2, F3, R13: whatever the texts hold, short of the end of one reply and the beginning of another."""
    wanted = tuple(data.draw(st.lists(replies(with_sender=with_sender), max_size=5)))
    assert parse_replies(format_replies(wanted, with_sender=with_sender), with_sender=with_sender) == wanted


@both_reply_kinds
@given(st.data())
def test_no_text_that_a_person_types_breaks_the_reader(with_sender: bool, data: st.DataObject) -> None:
    """F3: nothing raises, and nothing of the string is lost: written again it is the same, but for blanks around fields."""
    harmless = data.draw(st.lists(replies(with_sender=with_sender), min_size=1, max_size=4))
    hostile = st.one_of(typed_texts(), st.lists(st.sampled_from(FORGED), max_size=6).map("".join))
    typed = data.draw(st.lists(hostile, min_size=4, max_size=4))
    written = format_replies([replace(r, text=text) for r, text in zip(harmless, typed, strict=False)], with_sender=with_sender)
    read = parse_replies(written, with_sender=with_sender)
    assert len(read) >= 1
    assert without_blanks(format_replies(read, with_sender=with_sender)) == without_blanks(written)


@both_reply_kinds
@pytest.mark.parametrize("separator", [*SEPARATORS, "|,|" + TIME, "\n", "\r\n", "\x00", "|,|,|", "|;|;|", "|,|2016/99/99 25:61:61|,|x"])
def test_separators_in_a_text_stay_in_it(separator: str, with_sender: bool) -> None:
    """F3: at its start, in its middle, at its end, and alone."""
    for text in (separator, "a" + separator, separator + "b", "a" + separator + "b", separator * 3):
        written = "13900000000|,|" + text + reply_end(with_sender)
        (read,) = parse_replies(written + "|;|" + written, with_sender=with_sender)[:1]
        assert (read.phone, read.text, read.time, read.customer_uuid) == ("13900000000", text, WHEN, "yj001")


@both_reply_kinds
def test_a_typed_end_without_a_next_reply_is_text(with_sender: bool) -> None:
    """F3: a whole end stands in the text, but what follows it is no reply: not even where the text closes with |;| and a number."""
    for tail in ("", "x", "|;|", "|;|no number|,|x", "|;|13900000000"):
        text = "a" + reply_end(with_sender) + tail
        (read,) = parse_replies("13900000000|,|" + text + reply_end(with_sender), with_sender=with_sender)
        assert read.text == text


@both_reply_kinds
def test_a_typed_reply_counts_as_one(with_sender: bool) -> None:
    """F3: what a person types as a whole end and a whole beginning cannot be told from one."""
    text = "a" + reply_end(with_sender) + "|;|13900000001|,|b"
    read = parse_replies("13900000000|,|" + text + reply_end(with_sender), with_sender=with_sender)
    assert [(r.phone, r.text) for r in read] == [("13900000000", "a"), ("13900000001", "b")]


@both_reply_kinds
@given(st.data())
def test_replies_before_the_trouble_are_kept(with_sender: bool, data: st.DataObject) -> None:
    """F2, F3: a poll that was cut short gives the replies that were whole, and the exact remainder."""
    good = tuple(data.draw(st.lists(replies(with_sender=with_sender), max_size=3)))
    phone = data.draw(seen_phones())
    rest = phone + "|,|" + data.draw(st.text("ab,; ", max_size=8))
    written = "|;|".join([*(format_replies([r], with_sender=with_sender) for r in good), rest])
    with pytest.raises(RecordsError) as error:
        parse_replies(written, with_sender=with_sender)
    assert (error.value.records, error.value.rest) == (good, rest)


@both_reply_kinds
@pytest.mark.parametrize(
    "text", ["x", "13900000000", "|,|text|,|" + TIME, "139|,|" + TIME + "|,|yj001", "139|,|text|,|2016/99/99 00:00:00|,|a"]
)
def test_what_is_no_reply_is_kept(text: str, with_sender: bool) -> None:
    """F2"""
    with pytest.raises(RecordsError) as error:
        parse_replies(text, with_sender=with_sender)
    assert (error.value.records, error.value.rest) == ((), text)


@both_reply_kinds
@pytest.mark.parametrize("nothing", ["", " ", "\r\n"])
def test_no_replies(nothing: str, with_sender: bool) -> None:
    """R11"""
    assert parse_replies(nothing, with_sender=with_sender) == ()
    assert format_replies([], with_sender=with_sender) == ""


def test_a_reply_to_an_unknown_number_has_an_empty_field() -> None:
    """F2"""
    reply = parse_replies(f"13900000000|,|a{reply_end(True)}", with_sender=True)[0]
    written = format_replies([replace(reply, sent_from=None)], with_sender=True)
    assert written == format_replies([replace(reply, sent_from="")], with_sender=True)
    assert "|,||,|" in written


@both_reply_kinds
@pytest.mark.parametrize(
    "run", [" ", "\t", "\n", "|", ",", "|,|", "|;|", " , ", "|,|" + TIME, f"|,|{TIME}|,|", f"|,|{TIME}|,| |,| ", "|;|1"]
)
def test_a_text_made_to_slow_the_reader_down_does_not(run: str, with_sender: bool) -> None:
    """F3: a reader that tried a place twice for each blank or separator would need hours for this."""
    text = f"a|,|{TIME}|,|" + run * 5000 + "b"
    (read,) = parse_replies("13900000000|,|" + text + reply_end(with_sender), with_sender=with_sender)
    assert read.text == text


@both_reply_kinds
def test_full_polls_of_separators_are_read(with_sender: bool) -> None:
    """F3, R14: 500 replies, each 500 separators long."""
    sender = "1069" if with_sender else None
    wanted = tuple(Reply(f"139{n:08}", "".join(SEPARATORS) * 45 + "|", WHEN, f"id-{n}", sender) for n in range(500))
    assert parse_replies(format_replies(wanted, with_sender=with_sender), with_sender=with_sender) == wanted


@pytest.mark.parametrize(
    "record",
    [Report("2200001476358475197", "13912345678", "DELIVRD"), Reply("13912345678", "机密的回复", WHEN), Reply("13912345678", "", WHEN)],
)
def test_reprs_hide_number_and_text(record: Report | Reply) -> None:
    """L2"""
    assert "13912345678" not in repr(record)
    assert "139****5678" in repr(record)
    assert "机密" not in repr(record)
    assert pickle.loads(pickle.dumps(record)) == record


def test_the_error_hides_what_it_keeps() -> None:
    """L2, F1: neither text nor repr, for the gateway's remainder holds numbers and texts; pickling keeps both."""
    error = RecordsError("not a delivery report", (Report("1", "13912345678", "DELIVRD"),), "13987654321|,|机密的回复")
    for shown in (str(error), repr(error)):
        assert "13987654321" not in shown
        assert "13912345678" not in shown
        assert "机密" not in shown
        assert "1 good records" in shown
        assert "19 characters" in shown
    again = pickle.loads(pickle.dumps(error))
    assert (again.records, again.rest, str(again)) == (error.records, error.rest, str(error))


# What a string of records is made of, and what may stand anywhere in it.
PARTS = [
    "22", "139", "+86139", ",", "|", "|,|", "|;|", " , ", " ; ", "2016/10/13 13:51:08", "2016/1/3  3:51:08", "2016/13/45 13:51:08",
    "DELIVRD", " ", "\n", "\x1f", "\u3000", "收到", "order-1", "١",
]
REPORTS = [
    "22,139,2016/10/13 13:51:08,DELIVRD,a|", "22,139,2016/10/13 13:51:08,DELIVRD,|", "22,139,DELIVRD,a|",
    "22,139,2016/10/13 13:51:08,DELIVRD|",
]
REPLIES = ["139|,|收到|,|2016/10/13 13:51:08|,|a", "139|,||,|2016/10/13 13:51:08|,|1069|,|a", "139|,|a , b|,|2016/10/13 13:51:08|,|"]


def result_of(read, *arguments, **options):
    try:
        return read(*arguments, **options)
    except records.RecordsError as error:
        return str(error), error.records, error.rest


def strings(good: list[str], separator: str) -> st.SearchStrategy[str]:
    """Good records, few things wrong."""
    joined = st.lists(st.sampled_from(good), max_size=4).map(separator.join)
    spoilt = st.tuples(joined, st.integers(0, 200), st.integers(0, 3), st.sampled_from(["", *PARTS])).map(
        lambda it: it[0][: it[1]] + it[3] + it[0][it[1] + it[2] :],
    )
    return joined | spoilt | st.lists(st.sampled_from(PARTS), max_size=16).map("".join)


@given(text=strings(REPORTS, ""), timed=st.booleans())
@settings(max_examples=150, deadline=None)
def test_plain_reports_are_read_as_any_are(text, timed):
    assert result_of(records.parse_reports, text, timed=timed) == result_of(records._odd_reports, text.rstrip(), timed=timed)


@given(text=strings(REPLIES, "|;|"), with_sender=st.booleans())
@settings(max_examples=150, deadline=None)
def test_plain_replies_are_read_as_any_are(text, with_sender):
    expected = result_of(records._odd_replies, text, with_sender=with_sender) if text.strip() else ()
    assert result_of(records.parse_replies, text, with_sender=with_sender) == expected


def test_what_the_gateway_writes_is_read_at_once():
    """Else the two tests above would compare the long way with itself."""
    assert len(records._flat_reports(REPORTS[0] * 3, timed=True) or ()) == 3
    assert len(records._flat_reports(REPORTS[2] * 3, timed=False) or ()) == 3
    assert len(records._flat_replies("|;|".join(REPLIES[:1] * 3), with_sender=False) or ()) == 3
    assert len(records._flat_replies("|;|".join(REPLIES[1:2] * 3), with_sender=True) or ()) == 3
