"""The gateway's pushes: the JSON that it POSTs to a receiver, read and written (P1-P3, R12, R13).

Reading is lenient where nothing hangs on it: numbers may stand for strings and strings of digits for numbers, ids and texts that are
null or left out are empty (Java's serializers leave nulls out), and what the document does not name is kept as unknown. A push without
an account, a type or a list, and a record without its phone, status or time, is no push: PushError says what and where, without values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from winnerlook._charsets import decode
from winnerlook.china_time import CHINA, parse_time
from winnerlook.masking import MaskedRepr
from winnerlook.records import Reply, Report

_EPOCH = datetime(1970, 1, 1, 8, tzinfo=CHINA)
_MILLISECOND = timedelta(milliseconds=1)
_DEEPEST = 64
"""Levels of nesting that are read; the document has three. More would break whatever handles the unknown fields next."""
_BLANK = "\ufeff \t\r\n"
_DIGITS = re.compile(r"[0-9]{1,18}")
_FORM_FIELD = re.compile(rb"(?:\A\s*|&)json_str=([^&]*)")


class PushType(IntEnum):
    """What a push holds, and of which kind of sending (P1, P2)."""

    TRIGGER_REPORTS = 1
    BATCH_REPORTS = 2
    TRIGGER_REPLIES = 3
    BATCH_REPLIES = 4

    @property
    def of_reports(self) -> bool:
        """Whether its records are delivery reports; else they are replies."""
        return self <= PushType.BATCH_REPORTS


class PushError(ValueError):
    """A body that is no push. `place` is where the trouble is, such as ``list[3].receive_time``, empty for the whole; `problem` is what."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(problem, place)
        self.problem = problem
        self.place = place

    def __str__(self) -> str:
        return f"{self.place or 'the push'} {self.problem}"


def _count(unknown: Any) -> str:
    return f"<{len(unknown) if isinstance(unknown, Mapping) else sum(map(len, unknown))} fields>"


@dataclass(frozen=True, slots=True, repr=False)
class Push(MaskedRepr):
    """One push. `account` is the login name that the records belong to.

    `unknown` are the top-level fields that the document does not name, `unknown_in_records` the same of each record, in order, as many
    as there are records. Raises ValueError where records and type do not fit each other.
    """

    _masks: ClassVar = {"unknown": _count, "unknown_in_records": _count}
    account: str
    type: PushType
    records: tuple[Report, ...] | tuple[Reply, ...]
    unknown: Mapping[str, Any] = field(default_factory=dict, hash=False)
    unknown_in_records: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", PushType(self.type))
        kind = Report if self.type.of_reports else Reply
        if not all(isinstance(record, kind) for record in self.records):
            raise ValueError(f"a push of type {self.type:d} holds records of {kind.__name__} only")
        if not self.unknown_in_records:
            object.__setattr__(self, "unknown_in_records", tuple({} for _ in self.records))
        if len(self.unknown_in_records) != len(self.records):
            raise ValueError("unknown_in_records needs one mapping for each record")

    @property
    def reports(self) -> tuple[Report, ...]:
        """The delivery reports, none for a push of replies."""
        return tuple(record for record in self.records if isinstance(record, Report))

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The replies, none for a push of reports."""
        return tuple(record for record in self.records if isinstance(record, Reply))


class _Fields:
    """The fields of one JSON object. What nobody takes, the document does not name."""

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, dict):
            raise PushError("is not a JSON object", place)
        self.left: dict[str, Any] = dict(value)
        self._place = place

    def wrong(self, name: str, problem: str) -> PushError:
        return PushError(problem, f"{self._place}.{name}" if self._place else name)

    def text(self, name: str, *, required: bool = False) -> str:
        """A string, or a whole number as its digits. A float has lost digits of an id already (R12)."""
        value = self.left.pop(name, None)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        value = "" if value is None else value
        if not isinstance(value, str):
            raise self.wrong(name, "is neither a string nor a whole number")
        if required and not value.strip():
            raise self.wrong(name, "is missing")
        return value

    def optional(self, name: str) -> str | None:
        """The same, None where it is null or left out."""
        return self.text(name) if self.left.get(name) is not None else self.left.pop(name, None)

    def time(self, *names: str) -> datetime:
        """The first of these fields that is there; a second one stays among the unknown."""
        for name in names:
            if self.left.get(name) in (None, ""):
                self.left.pop(name, None)
        name = next((name for name in names if name in self.left), "")
        if not name:
            raise self.wrong(names[0], "is missing")
        try:
            return _moment(self.left.pop(name))
        except (ValueError, OverflowError):
            raise self.wrong(name, "is no time: milliseconds since 1970, or YYYY/MM/DD HH:MM:SS in China time") from None

    def type(self) -> PushType:
        value = self.left.pop("type", None)
        if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
            value = int(value)
        if value in (None, ""):
            raise self.wrong("type", "is missing")
        if not isinstance(value, int) or isinstance(value, bool) or value not in set(PushType):
            raise self.wrong("type", "is not 1, 2, 3 or 4")
        return PushType(value)

    def list(self) -> list[Any]:
        value = self.left.pop("list", None)
        if value is None:
            raise self.wrong("list", "is missing")
        if not isinstance(value, list):
            raise self.wrong("list", "is not a JSON array")
        return value


def _moment(value: Any) -> datetime:
    """Milliseconds since 1970, or a time as the polls write it, in China time (R13). Raises ValueError and OverflowError."""
    if isinstance(value, str):
        text = value.strip()
        if not _DIGITS.fullmatch(text):
            return parse_time(text.replace("-", "/"))
        value = int(text)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("no number")  # noqa: TRY004  # one error for whatever is no time
    return _EPOCH + timedelta(milliseconds=value)


def parse_push(text: str) -> Push:
    """Read the JSON of a push, or a JSON string that holds it (P1, P2). An empty list is a push without records. Raises PushError.

    A reply's time is read from receive_time, else from resp_time, which stays among the unknown where both are there (P2).
    """
    fields = _Fields(_value(text))
    account, type_, items = fields.text("account", required=True), fields.type(), fields.list()
    read: Callable[[_Fields], Any] = _report if type_.of_reports else _reply
    records, unknown = [], []
    for position, item in enumerate(items):  # the first wrong one ends it: a million of them are a small body
        each = _Fields(item, f"list[{position}]")
        records.append(read(each))
        unknown.append(each.left)
    return Push(account, type_, tuple(records), fields.left, tuple(unknown))


def _report(fields: _Fields) -> Report:
    return Report(
        batch_number=fields.text("sub_no"), phone=fields.text("phone", required=True), status=fields.text("receive_status", required=True),
        customer_uuid=fields.text("customer_uuid"), time=fields.time("receive_time"),
    )


def _reply(fields: _Fields) -> Reply:
    return Reply(
        phone=fields.text("dest_phone", required=True), text=fields.text("resp_content"), time=fields.time("receive_time", "resp_time"),
        customer_uuid=fields.text("customer_uuid"), sent_from=fields.optional("show_num"),
    )


def _value(text: str) -> Any:
    value = _json(text)
    if isinstance(value, str):
        value = _json(value)
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for item in level if isinstance(item, dict | list) for child in (item.values() if isinstance(item, dict) else item)]
    if level:
        raise PushError("is nested too deeply")
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text.lstrip(_BLANK), parse_constant=_no_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise PushError(f"is not JSON, see line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise error if isinstance(error, PushError) else PushError("holds a number that is too long") from None
    except RecursionError:
        raise PushError("is nested too deeply") from None


def _no_number(_name: str) -> None:
    raise PushError("is not JSON: NaN and Infinity are no JSON numbers")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise PushError("holds a number that is too large")
    return number


def read_body(body: bytes, content_type: str | None) -> Push:
    """Read the body of a request: the JSON itself, or a form whose field json_str holds it, whatever the content type calls it (P3).

    The text is in the charset that the content type names if that is known and fits, else in UTF-8, else in GB18030. Raises PushError.
    """
    text = _decoded(body, content_type)
    start = text.lstrip(_BLANK)[:1]
    if not start:
        raise PushError("is empty")
    if start in '{["':
        return parse_push(text)
    if text.lstrip(_BLANK).startswith("--"):  # the document has no such form, and a parser for it would have to be as wary as the rest
        raise PushError("is a multipart form: send that form as application/x-www-form-urlencoded")
    form = _FORM_FIELD.search(body)
    if form is None:
        raise PushError("is neither JSON nor a form with a field json_str")
    unescaped = _decoded(body[form.start(1) :], content_type)
    if unescaped.lstrip(_BLANK)[:1] == "{":  # JSON put into the field as it is may hold & and %
        with suppress(PushError):
            return parse_push(unescaped)
    return parse_push(_decoded(unquote_to_bytes(form[1].replace(b"+", b" ")), content_type))


def _decoded(data: bytes, content_type: str | None) -> str:
    text = decode(data, content_type)
    if text is None:
        raise PushError("is text in no known charset: send UTF-8")
    return text


def format_push(push: Push) -> str:
    """Write a push as the document's samples do, times in milliseconds, with its unknown fields behind the known (P1, P2).

    The text fits UTF-8: a lone surrogate is its JSON escape. Raises ValueError for a time that is missing or has no offset from UTC.
    """
    records: Sequence[Report | Reply] = push.records
    each = [_with(_record_value(record), unknown) for record, unknown in zip(records, push.unknown_in_records, strict=True)]
    value = {"list": each, "account": push.account, "type": int(push.type)}
    return json.dumps(_with(value, push.unknown), ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _with(known: dict[str, Any], unknown: Mapping[str, Any]) -> dict[str, Any]:
    return {**known, **{name: value for name, value in unknown.items() if name not in known}}


def _record_value(record: Report | Reply) -> dict[str, Any]:
    if isinstance(record, Report):
        return {
            "phone": record.phone, "receive_status": record.status, "receive_time": milliseconds(record.time),
            "sub_no": record.batch_number, "customer_uuid": record.customer_uuid,
        }
    return {
        "dest_phone": record.phone, "resp_content": record.text, "receive_time": milliseconds(record.time), "show_num": record.sent_from,
        "customer_uuid": record.customer_uuid,
    }


def milliseconds(time: datetime | None) -> int:
    """A time as pushes write it, whole milliseconds since 1970 (R13). Raises ValueError for None and for a time without an offset."""
    if time is None or time.utcoffset() is None:
        raise ValueError("a pushed record needs a time with its offset from UTC")
    return (time - _EPOCH) // _MILLISECOND
