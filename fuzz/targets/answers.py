"""The client's reading of answers: any bytes become a result, or a documented error whose text quotes none of them (S4, H1, F1-F5)."""

from __future__ import annotations

import re
import traceback
from xml.sax.saxutils import escape

from fuzz.document import PAIRS, PHONE
from fuzz.inputs import chosen, read, written
from winnerlook._codecs import BINDINGS, codec_for
from winnerlook._results import typed_result
from winnerlook._wire import WireAnswer
from winnerlook.errors import AnswerError, GatewayError
from winnerlook.individual import DEFAULT_SEPARATORS
from winnerlook.operations import ALL, BY_NAME, NAMESPACE
from winnerlook.records import RecordsError, Report, format_replies, format_reports, parse_replies, parse_reports

_CODECS = {binding: codec_for(binding) for binding in BINDINGS}
_NAMESPACES = {"soap11": "http://schemas.xmlsoap.org/soap/envelope/", "soap12": "http://www.w3.org/2003/05/soap-envelope"}
_NAMES = tuple(BY_NAME)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_PERSONAL = re.compile(r"[0-9]{8,}|[\u4e00-\u9fff]{2,}")


def _body(binding: str, name: str, result: str) -> str:
    if binding not in _NAMESPACES:
        return f'<?xml version="1.0" encoding="utf-8"?><string xmlns="{NAMESPACE}">{escape(result)}</string>'
    inner = f'<{name}Response xmlns="{NAMESPACE}"><{name}Result>{escape(result)}</{name}Result></{name}Response>'
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="{_NAMESPACES[binding]}"><s:Body>{inner}</s:Body></s:Envelope>'


SEEDS: list[bytes] = [
    written(binding, operation.name, "200", "text/xml; charset=utf-8", body=_body(binding, operation.name, result))
    for operation in ALL for binding in BINDINGS[:3] for result in (operation.sample_result, "-7")
]


def one(data: bytes) -> None:
    """One answer; and its body once more as a result string."""
    (binding, name, status, kind), body = read(data, 4)
    operation = BY_NAME[chosen(name, _NAMES)]
    answer = WireAnswer(int(chosen(status, ("200", "500", "404", "302"))), kind or None, body)
    sent = {"DesNo": PHONE, "Msg": PAIRS}
    try:
        result = _CODECS[chosen(binding, BINDINGS)].decode(operation, answer)
        typed_result(operation, sent, DEFAULT_SEPARATORS, result, answer)
    except (AnswerError, GatewayError) as error:
        _check_silence(error, body)
    _check_records(body.decode("utf-8", "replace"))


def _check_silence(error: Exception, body: bytes) -> None:
    """No number and no Chinese of the answer is in what is printed of an error (L2)."""
    told = "".join(traceback.format_exception_only(error)) + repr(error)
    if isinstance(error, GatewayError) and error.meaning:
        told = told.replace(error.meaning, "")  # the document's words
    for piece in _PERSONAL.findall(body.decode("utf-8", "replace")):
        assert piece not in told, (piece, told)


def _is_plain(report: Report) -> bool:
    """Whether its fields are such as a gateway writes: the reader keeps others too, which nobody writes again."""
    return _DIGITS.fullmatch(report.batch_number + report.phone.removeprefix("+")) is not None and not {"|", ","}.intersection(
        report.status + report.customer_uuid
    )


def _check_rest(error: RecordsError) -> None:
    """What could not be read is kept."""
    assert error.rest


def _check_records(result: str) -> None:
    for timed in (False, True):
        try:
            reports = parse_reports(result, timed=timed)
        except RecordsError as error:
            _check_rest(error)
            continue
        if all(map(_is_plain, reports)):
            assert parse_reports(format_reports(reports, timed=timed), timed=timed) == reports
    for with_sender in (False, True):
        try:
            replies = parse_replies(result, with_sender=with_sender)
        except RecordsError as error:
            _check_rest(error)
            continue
        assert parse_replies(format_replies(replies, with_sender=with_sender), with_sender=with_sender) == replies

