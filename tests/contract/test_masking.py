"""Nothing of a customer's reaches a log or a repr."""

from __future__ import annotations

import pickle
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.strategies import phones, replies, reports, sms_texts
from winnerlook import masking
from winnerlook.certainty import Certainty
from winnerlook.china_time import CHINA
from winnerlook.records import Reply
from winnerlook.results import Sent

PHONE = "13912345678"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [(PHONE, "139****5678"), ("139123456789", "139****6789"), ("+8613912345678", "+86****5678"), ("1391234567", "****"), ("", "****")],
)
def test_numbers(phone: str, shown: str) -> None:
    """L2: an operator and four digits are enough to recognise one's own case by; a short number is hidden whole."""
    assert masking.mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("numbers", "shown"), [([], "none"), ([PHONE], "139****5678"), ([PHONE, "13800000000", "13700000000"], "139****5678 and 2 more")]
)
def test_several_numbers(numbers: list[str], shown: str) -> None:
    """L2"""
    assert masking.mask_phones(numbers) == shown
    assert masking.mask_phones(iter(numbers)) == shown


@given(phones())
def test_a_mobile_number_is_never_shown_whole(phone: str) -> None:
    """L2"""
    for shown in (masking.mask_phone(phone), masking.mask_phones([phone] * 3), masking.mask_digits(f"no route to {phone}: refused")):
        assert phone not in shown
        assert "****" in shown


@given(sms_texts())
def test_a_text_shows_its_length_alone(text: str) -> None:
    """L2"""
    assert masking.mask_text(text) == f"<{len(text)} characters>"


def test_what_is_not_there() -> None:
    """L2: absent and empty are told apart where that helps, and secrets never show their length."""
    assert masking.mask_text(None) == "None"
    assert masking.mask_text("") == "<0 characters>"
    assert masking.mask_secret(None) == masking.mask_secret("") == "(not set)"
    assert masking.mask_secret("a") == masking.mask_secret("a-long-password") == "***"


def test_others_words_keep_their_short_numbers() -> None:
    """L2: an HTTP status stays legible where a phone number does not."""
    assert masking.mask_digits("HTTP 500: 13912345678, 1391") == "HTTP 500: ****, 1391"


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b"<?xml version='1.0'?><soap:Envelope><a>13912345678", "text/xml; charset=utf-8", "50 bytes, text/xml, beginning <soap:Envelope>"),
        (b"13912345678", None, "11 bytes, no content type"),
        (b"", "text/html", "0 bytes, text/html"),
        (b"\xff\xfe<\x00s\x00", "text/xml", "6 bytes, text/xml"),
    ],
)
def test_a_body_is_described_without_its_contents(body: bytes, content_type: str | None, shown: str) -> None:
    """L2"""
    assert masking.describe_body(body, content_type) == shown


@given(st.data())
def test_reprs_of_results(data: st.DataObject) -> None:
    """L2: neither a number nor a text, wherever a result is printed."""
    phone = data.draw(phones())
    text = "机密" + data.draw(sms_texts())
    sent = Sent("2200001476358475197", "SendMsg", (phone, phone))
    reply = Reply(phone, text, datetime(2016, 10, 13, tzinfo=CHINA), "yj001", "1069")
    for shown in (repr(sent), str(sent), f"{sent}", repr([sent]), repr(reply), f"{reply}"):
        assert phone not in shown
        assert "机密" not in shown
    assert "2200001476358475197" in repr(sent)
    assert "1069" in repr(reply)


def test_a_repr_shows_what_is_no_secret() -> None:
    """L2, R12"""
    sent = Sent("2200001476358475197", "SendMsg", (PHONE,), "yj001")
    assert repr(sent) == "Sent(batch_number='2200001476358475197', operation='SendMsg', phones=139****5678, customer_uuid='yj001')"
    assert sent.certainty is Certainty.ACCEPTED


@given(reports(timed=True), replies(with_sender=True))
def test_masking_leaves_the_values_alone(report: object, reply: object) -> None:
    """L2: it is for the eye only; equality, hashing and pickling see everything."""
    for record in (report, reply):
        again = pickle.loads(pickle.dumps(record))
        assert again == record
        assert hash(again) == hash(record)
