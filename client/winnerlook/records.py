"""Delivery reports and replies: the result strings of the polls, read and written (F1-F3, R11, R13-R15).

A report is ``batch,phone,status,customId|`` or ``batch,phone,time,status,customId|``. A reply is ``phone|,|text|,|time|,|customId``
(with the sending number before customId in O4), replies joined by ``|;|``.

A reply's text is whatever a person typed, so no separator can be trusted by itself: a reply ends only where a time and the ids behind
it stand directly before the end or before ``|;|``, a phone number and a field separator. A person who types exactly such a sequence
is read as two replies; the string holds nothing that could tell. Reading never raises for a text, and writing what was read gives the
same string again, but for blanks around a typed time and ids, and missing zeros in that time.

Ids are the sender's own, and nothing marks their ends either: one that holds ``|,|`` or ``|;|`` or ends in ``|,`` or ``|;`` is not read
back from a reply, one that holds ``|digits,digits,`` not from a report. Blanks around an id are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from winnerlook.china_time import TIME_SHAPE, format_time, parse_time
from winnerlook.masking import MaskedRepr, mask_phone, mask_text

DELIVERED = "DELIVRD"
"""The status of a message that reached its handset (R15)."""


@dataclass(frozen=True, slots=True, repr=False)
class Report(MaskedRepr):
    """What became of one message to one number.

    `time` is aware, in China time, and None where the operation gives none (O5). `customer_uuid` is the sender's own id, empty where
    none was given. `status` is the operator's word, DELIVRD for success; others pass through as they are.
    """

    _masks: ClassVar = {"phone": mask_phone}
    batch_number: str
    phone: str
    status: str
    customer_uuid: str = ""
    time: datetime | None = None

    @property
    def delivered(self) -> bool:
        """Whether the message reached its handset."""
        return self.status == DELIVERED


@dataclass(frozen=True, slots=True, repr=False)
class Reply(MaskedRepr):
    """What a person answered. `time` is aware, in China time; `sent_from` is the number that the SMS was sent from, None but for O4."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text}
    phone: str
    text: str
    time: datetime
    customer_uuid: str = ""
    sent_from: str | None = None


class RecordsError(ValueError):
    """A result string that is not wholly made of records.

    `records` are those read before the trouble, `rest` is what could not be read, from there to the end. Neither is in its text or repr.
    """

    def __init__(self, problem: str, records: tuple[Report, ...] | tuple[Reply, ...], rest: str) -> None:
        super().__init__(problem, records, rest)
        self.records = records
        self.rest = rest

    def __str__(self) -> str:
        return f"{self.args[0]} after {len(self.records)} good records; {len(self.rest)} characters were not read"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


# A bar ends a report only where nothing or another report follows, so that a customer's id may hold bars and commas.
_REPORT_END = re.compile(r"\|(?=\s*(?:[0-9]+\s*,\s*\+?[0-9]+\s*,|\Z))", re.ASCII)


# What nearly every report is, read at once: nothing in it could be taken in two ways.
_FLAT_TIMED, _FLAT_UNTIMED = (
    re.compile(rf"(([0-9]+),(\+?[0-9]+),{time}([^,|\s]+),([^,|\s]*)\|)") for time in (rf"({TIME_SHAPE}),", "")
)


def parse_reports(result: str, *, timed: bool) -> tuple[Report, ...]:
    """Read the result of O5 (`timed` False) or of O6 and O9 (`timed` True). Blanks around fields are dropped; an empty string is
    no report (R11). Raises RecordsError."""
    result = result.rstrip()
    flat = _flat_reports(result, timed=timed)
    return _odd_reports(result, timed=timed) if flat is None else flat


def _flat_reports(result: str, *, timed: bool) -> tuple[Report, ...] | None:
    """The reports in a string that holds nothing but plain ones; None for any other."""
    rows = (_FLAT_TIMED if timed else _FLAT_UNTIMED).findall(result)
    if sum(len(row[0]) for row in rows) != len(result):
        return None
    if not timed:
        return tuple(Report(batch, phone, status, uuid) for _, batch, phone, status, uuid in rows)
    try:
        return tuple(Report(batch, phone, status, uuid, parse_time(when)) for _, batch, phone, when, status, uuid in rows)
    except ValueError:
        return None


def _odd_reports(result: str, *, timed: bool) -> tuple[Report, ...]:
    reports: list[Report] = []
    start = 0
    while start < len(result):
        end = _REPORT_END.search(result, start)
        stop = end.start() if end else len(result)
        try:
            reports.append(_report(result[start:stop], timed=timed))
        except ValueError as error:
            raise RecordsError(f"not a delivery report ({error})", tuple(reports), result[start:]) from None
        start = end.end() if end else len(result)
    return tuple(reports)


def _report(group: str, *, timed: bool) -> Report:
    count = 5 if timed else 4
    fields = [field.strip() for field in group.split(",", count - 1)]
    if len(fields) == count - 1:  # before V1.6 of the document there was no customId
        fields.append("")
    if len(fields) != count:
        raise ValueError(f"expected {count} fields, found {len(fields)}")
    if not fields[0] or not fields[1]:
        raise ValueError("batch or phone is empty")
    if not timed:
        batch, phone, status, customer_uuid = fields
        return Report(batch, phone, status, customer_uuid)
    batch, phone, when, status, customer_uuid = fields
    try:
        time = parse_time(when)
    except ValueError:
        raise ValueError("its time is not YYYY/MM/DD HH:MM:SS") from None
    return Report(batch, phone, status, customer_uuid, time)


def format_reports(reports: Iterable[Report], *, timed: bool) -> str:
    """Write reports as the gateway does; every one needs a `time` when `timed`."""
    groups = []
    for report in reports:
        fields = [report.batch_number, report.phone, report.status, report.customer_uuid]
        if timed:
            if report.time is None:
                raise ValueError("a timed report needs a time")
            fields.insert(2, format_time(report.time))
        groups.append(",".join(fields) + "|")
    return "".join(groups)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How the separators are spelt: with their bars, or as the converted document shows them (F2)."""

    field: str
    group: str

    def end_of_reply(self, *, with_sender: bool) -> re.Pattern[str]:
        """A reply's time and ids, and the number that begins the next reply. Nothing in it is tried twice at the same place, so that a
        text made to slow the reader down cannot."""
        field, group = re.escape(self.field), re.escape(self.group)
        value = rf"(?:(?!{field}|{group}).)*+"
        sender = rf"{field}(?P<sender>{value})" if with_sender else ""
        return re.compile(
            rf"{field}[ \t]*+(?P<time>{TIME_SHAPE})[ \t]*{sender}{field}(?P<uuid>{value})"
            rf"(?:\Z|{group}(?=\s*(?P<next>\+?[0-9]+)(?P<next_separator>\s*{field})))",
            re.DOTALL | re.ASCII,
        )


_BARRED = _Spelling("|,|", "|;|")
_UNBARRED = _Spelling(" , ", " ; ")
_ENDS = {(spelling, sender): spelling.end_of_reply(with_sender=sender) for spelling in (_BARRED, _UNBARRED) for sender in (False, True)}
_FIRST_FIELD = re.compile(r"\s*(?P<phone>[^|,\s]+)\s*?(?P<separator>\|,\|| , )", re.ASCII)


# A text without a bar cannot be taken for anything else.
_FLAT_REPLY, _FLAT_SENDER_REPLY = (
    re.compile(rf"((\+?[0-9]+)\|,\|([^|]*)\|,\|({TIME_SHAPE})\|,\|{sender}([^|\s]*)(\|;\||\Z))") for sender in ("", r"([^|\s]*)\|,\|")
)


def parse_replies(result: str, *, with_sender: bool) -> tuple[Reply, ...]:
    """Read the result of O3 and O10 (`with_sender` False) or of O4 (`with_sender` True). The text is kept to the letter; blanks around
    the other fields are dropped; an empty string is no reply (R11). Raises RecordsError."""
    if not result.strip():
        return ()
    flat = _flat_replies(result, with_sender=with_sender)
    return _odd_replies(result, with_sender=with_sender) if flat is None else flat


def _flat_replies(result: str, *, with_sender: bool) -> tuple[Reply, ...] | None:
    """The replies in a string that holds nothing but plain ones; None for any other."""
    rows = (_FLAT_SENDER_REPLY if with_sender else _FLAT_REPLY).findall(result)
    if not rows or rows[-1][-1] or sum(len(row[0]) for row in rows) != len(result):  # something follows the last, or stands between
        return None
    try:
        return tuple(Reply(phone, text, parse_time(when), uuid, *sender) for _, phone, text, when, *sender, uuid, _ in rows)
    except ValueError:
        return None


def _odd_replies(result: str, *, with_sender: bool) -> tuple[Reply, ...]:
    first = _FIRST_FIELD.match(result)
    if first is None:
        raise RecordsError("the replies do not begin with a phone number and a separator", (), result)
    spelling = _BARRED if first["separator"] == _BARRED.field else _UNBARRED
    ends = [end for end in _ENDS[spelling, with_sender].finditer(result) if _is_time(end["time"])]
    last = ends[-1].start() if ends and ends[-1]["next"] is None else len(result)
    replies: list[Reply] = []
    start, phone, text_start = 0, first["phone"], first.end()
    for end in ends:
        # A next reply whose separator is that of the very last time has no text and no end: its number was typed.
        typed = end["next"] is not None and end.end("next_separator") > last
        if typed or end.start() < text_start:
            continue
        sender = end["sender"].strip() if with_sender else None
        replies.append(Reply(phone, result[text_start : end.start()], parse_time(end["time"]), end["uuid"].strip(), sender))
        if end["next"] is None:
            return tuple(replies)
        start, phone, text_start = end.end(), end["next"], end.end("next_separator")
    raise RecordsError("a reply does not end with a time and its ids", tuple(replies), result[start:])


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def format_replies(replies: Iterable[Reply], *, with_sender: bool) -> str:
    """Write replies as the gateway does, separators with their bars."""
    groups = []
    for reply in replies:
        fields = [reply.phone, reply.text, format_time(reply.time)]
        if with_sender:
            fields.append(reply.sent_from or "")
        fields.append(reply.customer_uuid)
        groups.append(_BARRED.field.join(fields))
    return _BARRED.group.join(groups)
