"""The search grammar of messages and journal."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook.china_time import CHINA
from winnerlook_mock.control.search import SearchError, read_search
from winnerlook_mock.gateway.message import Message, Step
from winnerlook_mock.journal import Entry

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
MESSAGE = Message(
    batch_number="2200001476358475197", phone="13900000000", text="您的验证码 is: 2345【测试】", operation="SendMsg", door="soap12",
    accepted_at=NOW, segments=1, cost=Decimal(1), sms_type=101, sent_from="106", customer_uuid="Order-42", number=7,
    timeline=[Step(NOW, "accepted"), Step(NOW, "report", "UNDELIV")],
)
ENTRY = Entry(
    3, NOW, "post", "127.0.0.1", "SendBatchMsg", "shop", {"DesNo": "13900000000,13800000001", "Msg": "hello world", "customerUuid": "u1"},
    "-7", notes=("the number is twice there",), fault="fault 2: reset after-accepting",
)
REFUSED = Entry(4, NOW, "soap11", "127.0.0.1", status=400, reason="this is not SOAP")
KEYS = ["", "to:", "op:", "uuid:", "status:", "batch:", "account:", "fault:", "code:"]
QUOTED, ESCAPE = r'(["\\])', r"\\\1"
VALUES = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)


@pytest.mark.parametrize(
    "q",
    ["", "  ", "验证码", "IS:", "order-42", "139", '"is: 2345"', "to:139", "to:13900000000", "op:sendmsg", "op:Msg", "door:soap",
     "door:SOAP12",
     "account:shop", "batch:2200001476358475197", "status:undeliv", "uuid:Order-42", "is:undelivered", "-is:delivered", "code:ok",
     '-to:138 -"other" 验证码', "-is:refused -is:faulted -has:warning", "TO:139", '-fault:"x"', "-", '""'],
)
def test_what_finds_the_message(q: str) -> None:
    if q == "IS:":
        q = '"IS:"'
    assert read_search(q).fits_message("shop", MESSAGE) is (q != "-" or "-" in MESSAGE.customer_uuid)


@pytest.mark.parametrize(
    "q",
    ["missing", "to:900", "op:report", "door:plain", "door:get", "account:other", "batch:22", "status:DELIVRD", "uuid:order",
     "is:delivered",
     "-is:undelivered", "code:-7", "fault:reset", "is:refused", "has:warning", "验证码 missing", "-验证码"],
)
def test_what_does_not(q: str) -> None:
    assert not read_search(q).fits_message("shop", MESSAGE)


@pytest.mark.parametrize(
    ("q", "fits"),
    [("hello", (True, False)), ("to:138", (True, False)), ("to:137", (False, False)), ("code:-7", (True, False)), ("code:7", (True, False)),
     ("-code:7", (False, True)), ("is:refused", (True, True)), ("is:faulted", (True, False)), ("fault:reset", (True, False)),
     ('fault:"fault 2"', (True, False)), ("has:warning", (True, False)), ("-has:warning", (False, True)), ("status:400", (False, True)),
     ("door:plain", (True, False)), ("op:batch", (True, False)), ("uuid:u1", (True, False)), ("account:shop", (True, False)),
     ('"not SOAP"', (False, True)), ("is:delivered", (False, False)), ("batch:-7", (True, False)), ("twice", (True, False))],
)
def test_the_journal_is_searched_alike(q: str, fits: tuple[bool, bool]) -> None:
    search = read_search(q)
    assert (search.fits_entry(ENTRY), search.fits_entry(REFUSED)) == fits


@pytest.mark.parametrize(
    ("q", "said"),
    [("phone:139", "to:"), ("http://x", "quotes"), ("is:gone", "undelivered"), ("has:x", "warning"), ("door:https", "soap12"),
     ('"open', "character 1"),
     ('a "b" "c', "character 7"), ('a"b', "character 1"), ("to:", "value"), ('to:"1"x', "character 1")],
)
def test_what_cannot_be_read_is_said(q: str, said: str) -> None:
    with pytest.raises(SearchError, match=said):
        read_search(q)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """And what was read is written so that it is read again as the same."""
    try:
        search = read_search(text)
    except SearchError:
        return
    assert read_search(str(search)) == search
    assert isinstance(search.fits_message("shop", MESSAGE), bool)
    assert isinstance(search.fits_entry(ENTRY), bool)


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=5))
def test_terms_in_quotes_are_what_they_say(terms: list[tuple[str, str]]) -> None:
    """All of them have to fit, and a minus turns one round."""
    quoted = [f'{key}"{re.sub(QUOTED, ESCAPE, value)}"' for key, value in terms]
    search = read_search(" ".join(quoted))
    assert [(term.key, term.value) for term in search.terms] == [(key.rstrip(":"), value) for key, value in terms]
    each = [read_search(one).fits_message("shop", MESSAGE) for one in quoted]
    assert search.fits_message("shop", MESSAGE) is all(each)
    assert [read_search("-" + one).fits_message("shop", MESSAGE) for one in quoted] == [not fits for fits in each]
