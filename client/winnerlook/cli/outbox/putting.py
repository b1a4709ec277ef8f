"""``winnerlook outbox put``: one message, or a file of any length."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from winnerlook.china_time import CHINA
from winnerlook.cli.exits import DONE
from winnerlook.cli.inputs import STDIN
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import Given, Option
from winnerlook.cli.usage import UsageError

if TYPE_CHECKING:
    from winnerlook.outbox import Message


def _own(name: str, unit: str, meaning: str, **more: Any) -> Option:
    return Option(name, unit, meaning, has_variable=False, **more)


OPTIONS = (
    _own("file", "FILE", "more messages: JSON lines or CSV; - is standard input"),
    _own("reference", "TEXT", "anything of yours, kept beside the message"),
    _own("dedup-key", "KEY", "a second message of the account with the same key is not taken in"),
    _own("priority", "N", "higher goes first", default="0"),
    _own("not-before", "TIME", "not sent sooner, such as 2026-12-24T08:00 (China time)", shown="now"),
    _own("expires-at", "TIME", "not begun to be sent from then on", shown="never"),
    _own("expires-in", "SPAN", "the same, from now on, such as 5m", shown="never"),
    _own("resend-after", "SPAN", "where it is in doubt, send it again after so long; it may double", shown="hold it"),
    _own("extension", "DIGITS", "extension of the sending number, 1-16 digits (sendMsgExt)"),
    _own("sms-type", "N", "kind of SMS", shown="left to the gateway"),
    _own("autograph", "N", "signature number"),
    _own("bulk", "", "it may share a call with others"),
    Option("piecewise", "", "of --file, commit each thousand by itself; give dedup keys, to be able to begin again"),
)
NOTES = """
FILE holds JSON lines, {"number": "13900000000", "text": "甲【测试】", "reference": "order-42"}, or CSV whose
first line names its columns; without one they are number,text. Fields: number, text, account, reference, dedup_key,
priority, not_before, expires_at, extension, sms_type, autograph, bulk. It is read as it is put, however long it is;
what is wrong with one line leaves all of them out (with --piecewise, its thousand and the rest).
"""
_TIMES, _WHOLE = ("not_before", "expires_at"), ("priority", "sms_type")
_FIELDS = {"account", "reference", "dedup_key", "extension", "autograph", "bulk", *_TIMES, *_WHOLE}
_NAMES = {"number": "phone"}


def put(run: Invocation) -> int:
    """Take messages in."""
    given = Given(run, OPTIONS)
    number, text, file = run.args.number, run.args.text, given.text("file")
    if (number is None) != (text is None) or (number is None) == (file is None):
        raise UsageError("give NUMBER and TEXT, or --file FILE")
    options = _common(given)
    if file is not None:
        return _put_file(run, given, file, options)
    with opened(run) as outbox:
        taken = outbox.put(number.strip(), run.inputs.text(text), **options)
    if run.output.as_json:
        run.output.document({"id": taken.id, "duplicate": taken.duplicate})
    else:
        run.output.line(f"{'was there already' if taken.duplicate else 'put'}  {taken.id}")
    return DONE


def _common(given: Given) -> dict[str, Any]:
    from winnerlook.outbox import Hold, ResendAfter  # noqa: PLC0415  # an extra

    expires_at, expires_in, wait = given.moment("expires-at"), given.duration("expires-in"), given.duration("resend-after")
    if expires_at is not None and expires_in is not None:
        raise UsageError("--expires-at and --expires-in contradict each other: give one")
    return {
        "reference": given.text("reference"), "dedup_key": given.text("dedup-key"), "priority": given.number("priority", -10**6, 10**6),
        "not_before": given.moment("not-before"),
        "expires_at": expires_at if expires_in is None else datetime.now(UTC) + expires_in,
        "policy": Hold() if wait is None else ResendAfter(wait), "extension": given.text("extension"),
        "sms_type": given.number("sms-type", 0), "autograph": given.text("autograph"), "bulk": given.switch("bulk"),
    }


def _put_file(run: Invocation, given: Given, file: str, options: dict[str, Any]) -> int:
    if options["dedup_key"] is not None:
        raise UsageError("--dedup-key is one message's: give each line of the file its own dedup_key")
    with _content(file) as lines, opened(run) as outbox:
        taken = outbox.put_many(_messages(lines, options), atomic=not given.switch("piecewise"))
    if run.output.as_json:
        run.output.document({"put": taken.put, "duplicates": taken.duplicates})
    else:
        run.output.line(f"put {taken.put}, were there already {taken.duplicates}")
    return DONE


@contextmanager
def _content(file: str) -> Iterator[IO[str]]:
    try:
        if file == STDIN:
            yield sys.stdin
        else:
            with Path(file).open(encoding="utf-8-sig", newline="") as content:
                yield content
    except UnicodeDecodeError:
        raise UsageError(f"{'standard input' if file == STDIN else file} is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None


def _messages(lines: IO[str], options: Mapping[str, Any]) -> Iterator[Message]:
    first = next((line for line in lines if line.strip().removeprefix("\ufeff")), "").removeprefix("\ufeff")
    if first.lstrip()[:1] in {"{", "["}:
        yield from _of_json(_chained(first, lines), options)
    else:
        yield from _of_csv(_chained(first, lines), options)


def _chained(first: str, rest: IO[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _of_json(lines: Iterator[str], options: Mapping[str, Any]) -> Iterator[Message]:
    for position, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise UsageError(f'line {position}: write {{"number": "…", "text": "…"}}, one to a line') from None
        fields = dict(zip(("number", "text"), value, strict=False)) if isinstance(value, list) else value
        yield _message(position, fields, options)


def _of_csv(lines: Iterator[str], options: Mapping[str, Any]) -> Iterator[Message]:
    reader = csv.reader(lines, strict=True)
    names = ["number", "text"]
    try:
        for position, row in enumerate(reader):
            if position == 0 and row and row[0].strip().lower() in {"number", "phone"}:
                names = [name.strip().lower() for name in row]
            elif row:
                if len(row) != len(names):
                    raise UsageError(
                        f"line {reader.line_num} has {len(row)} columns, not {len(names)}: a text with a comma stands in double quotes"
                    )
                yield _message(reader.line_num, {name: value for name, value in zip(names, row, strict=True) if value}, options)
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} is not CSV: {error}") from None


def _message(position: int, fields: Any, options: Mapping[str, Any]) -> Message:
    from winnerlook.outbox import Message  # noqa: PLC0415  # an extra

    given = {_NAMES.get(str(name), str(name)): value for name, value in fields.items()} if isinstance(fields, dict) else dict[str, Any]()
    if not isinstance(given.get("phone"), str) or not isinstance(given.get("text"), str):
        raise UsageError(f"line {position}: number and text must be strings, and there")
    unknown = sorted(set(given) - _FIELDS - {"phone", "text"})
    if unknown:
        raise UsageError(f"line {position}: {len(unknown)} of its fields are none; there are number, text, {', '.join(sorted(_FIELDS))}")
    try:
        values = {name: _value(name, value) for name, value in given.items() if value is not None}
    except (ValueError, TypeError):
        raise UsageError(f"line {position}: {', '.join(_TIMES)} are times such as 2026-12-24T08:00, {', '.join(_WHOLE)} numbers") from None
    values["phone"] = values["phone"].strip()
    return Message(**{**options, **values})


def _value(name: str, value: Any) -> Any:
    if name in _TIMES:
        time = datetime.fromisoformat(value)
        return time if time.utcoffset() is not None else time.replace(tzinfo=CHINA)
    if name in _WHOLE:
        return int(value)
    return str(value).lower() in {"1", "true", "yes"} if name == "bulk" else value
