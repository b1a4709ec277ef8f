"""Hypothesis strategies for what the gateway's contract carries, shared by every folder of tests.

They lean towards trouble: separators, field names and times stand in texts and passwords far more often than people type them.
"""

from __future__ import annotations

import re
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from winnerlook.china_time import CHINA
from winnerlook.records import Reply, Report

TIME = "2016/10/13 13:51:08"
SEPARATORS = ("|,|", "|;|", "|~|", "|-|", "|", ",", ";", "~", "-", " , ", " ; ")
FIELDS = ("&", "=", "&smsType=1", "&Channel=", "&Channel=0", "smsType=101", "userPass=")
FORGED = (
    "|,|" + TIME, f"|,|{TIME}|,|yj001", f"|,|{TIME}|,|1069|,|yj001", "|;|13900000000", "|;|13900000000|,|", "|,|2016/99/99 25:61:61|,|",
)

_FORGED_REPLY = re.compile(
    r"\|,\|[ \t]*[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} +[0-9]{1,2}:[0-9]{2}:[0-9]{2}[ \t]*\|,\|.*\|;\|\s*\+?[0-9]+\s*\|,\|", re.DOTALL
)
_FORGED_REPORT = re.compile(r"\|\s*[0-9]+\s*,\s*\+?[0-9]+\s*,")


def xml_characters() -> SearchStrategy[str]:
    """Characters that XML carries unchanged. A carriage return is none of them: parsers turn it into a newline."""
    return st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\t\n", exclude_characters="\ufffe\uffff")


def gbk_characters() -> SearchStrategy[str]:
    """Characters that GBK and XML both hold (E4)."""
    return st.characters(codec="gbk", exclude_categories=("Cc", "Cs"), include_characters="\t\n")


def mixed(characters: SearchStrategy[str], pieces: tuple[str, ...], *, min_size: int = 0, max_size: int = 300) -> SearchStrategy[str]:
    """Texts made of characters with whole pieces among them."""
    parts = st.lists(st.one_of(st.text(characters, max_size=8), st.sampled_from(pieces)), max_size=12)
    return parts.map("".join).filter(lambda text: min_size <= len(text) <= max_size)


def phones() -> SearchStrategy[str]:
    """Mainland mobile numbers, as one sends to."""
    return st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def seen_phones() -> SearchStrategy[str]:
    """Numbers as the gateway writes them: the document's samples have 11 and 12 digits, abroad they differ (R14)."""
    return st.one_of(phones(), st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True))


def sms_texts() -> SearchStrategy[str]:
    """Texts to send: not blank, and nothing that XML cannot carry."""
    return mixed(xml_characters(), (*SEPARATORS, *FIELDS, "【测试】", "验证码"), min_size=1).filter(lambda text: bool(text.strip()))


def gbk_texts() -> SearchStrategy[str]:
    """Texts to send encrypted."""
    return mixed(gbk_characters(), (*SEPARATORS, *FIELDS, "【测试】", "验证码"), min_size=1).filter(lambda text: bool(text.strip()))


def typed_texts() -> SearchStrategy[str]:
    """Whatever a person may answer, forged separators and control characters included."""
    return mixed(st.characters(exclude_categories=("Cs",)), (*SEPARATORS, *FORGED, "13900000000", TIME, " ", "\n"))


def user_codes() -> SearchStrategy[str]:
    """Login names."""
    return st.from_regex(r"[A-Za-z][A-Za-z0-9_]{2,19}", fullmatch=True)


def user_passes() -> SearchStrategy[str]:
    """Passwords that every operation carries: in GBK, and without the two names that end a password in a plaintext (E2)."""
    passes = mixed(gbk_characters().filter(lambda c: not c.isspace()), FIELDS, min_size=1, max_size=40)
    return passes.filter(lambda text: "&DesNo=" not in text and "&Msg=" not in text)


def customer_uuids() -> SearchStrategy[str]:
    """Ids of the sender's own that every operation carries and gives back: at most 60 characters, no blanks around them, and nothing
    that reads as the end of a record."""
    return mixed(xml_characters(), (*SEPARATORS, "yj001", "0000a8ae8c1544e8b5723d77882d1280"), max_size=60).filter(_comes_back)


def _comes_back(uuid: str) -> bool:
    in_a_reply = "|,|" not in uuid and "|;|" not in uuid and not uuid.endswith(("|,", "|;"))
    return in_a_reply and _FORGED_REPORT.search(uuid) is None and uuid == uuid.strip()


def batch_numbers() -> SearchStrategy[str]:
    """19 digits (R12)."""
    return st.from_regex(r"[1-9][0-9]{18}", fullmatch=True)


def moments() -> SearchStrategy[datetime]:
    """Whole seconds in China time (R13)."""
    first, last = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001  # hypothesis wants naive bounds
    return st.datetimes(first, last, timezones=st.just(CHINA)).map(lambda moment: moment.replace(microsecond=0))


def statuses() -> SearchStrategy[str]:
    """Delivery statuses: those that the document shows, those of SMPP and CMPP, and others' (R15)."""
    known = ("DELIVRD", "UNDELIVRD", "UNDELIV", "EXPIRED", "REJECTD", "ACCEPTD", "DELETED", "UNKNOWN")
    return st.one_of(st.sampled_from(known), st.from_regex(r"[A-Z]{2}:[0-9]{4}", fullmatch=True))


def reports(*, timed: bool) -> SearchStrategy[Report]:
    """Delivery reports of O6 and O9 (`timed`) or of O5."""
    return st.builds(
        Report, batch_number=batch_numbers(), phone=seen_phones(), status=statuses(), customer_uuid=customer_uuids(),
        time=moments() if timed else st.none(),
    )


def replies(*, with_sender: bool, texts: SearchStrategy[str] | None = None) -> SearchStrategy[Reply]:
    """Replies of O4 (`with_sender`) or of O3 and O10, without those whose text reads as the end of one reply and the start of another."""
    wanted = st.builds(
        Reply, phone=seen_phones(), text=typed_texts() if texts is None else texts, time=moments(), customer_uuid=customer_uuids(),
        sent_from=st.from_regex(r"106[0-9]{5,17}", fullmatch=True) if with_sender else st.none(),
    )
    # A text that ends in |;| and a number is completed by the separator behind it.
    return wanted.filter(lambda reply: _FORGED_REPLY.search(reply.text + "|,|") is None)
