"""The mock's plain door: any path, query or form gets the one documented element, or an HTTP error in words (A5, H1, H2)."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes, urlencode
from xml.sax.saxutils import unescape

from fuzz.asgi import ask
from fuzz.document import PASSWORD, PHONE, USER, values
from fuzz.gateway import Fresh, check_result
from fuzz.inputs import chosen, read, written
from winnerlook.operations import ALL, BY_NAME, PLAIN_PATH
from winnerlook_mock.percent import unescaped
from winnerlook_mock.plain import PlainDoor, form

_FORM = "application/x-www-form-urlencoded"
_ANSWER = re.compile(r'<\?xml version="1\.0" encoding="utf-8"\?><string xmlns="http://tempuri\.org/">([^<>]*)</string>')
_ERRORS = {204, 400, 404, 405, 408, 413, 415, 500}
_FRESH = Fresh()

SEEDS: list[bytes] = [
    written(method, operation.name, kind, "", body=urlencode(values(operation), encoding=charset))
    for operation in ALL for method, kind, charset in (("GET", "", "utf-8"), ("POST", f"{_FORM}; charset=gbk", "gbk"))
]


def one(data: bytes) -> None:
    """One request, and its body as a text that is sent and must arrive."""
    (method, command, kind, coding), body = read(data, 4)
    method = chosen(method, ("GET", "POST", "OPTIONS", "HEAD", "PUT"))
    headers = [(name, word) for name, word in (("content-type", kind), ("content-encoding", coding)) if word]
    query = body if method == "GET" else b""
    answered = ask(PlainDoor(_FRESH.gateway()), method, PLAIN_PATH + command, b"" if query else body, headers, query=query)
    assert answered.is_whole or method == "HEAD"
    if answered.status == 200:
        assert answered.content_type == "text/xml; charset=utf-8"
        match = _ANSWER.fullmatch(answered.body.decode())
        assert match, answered.body
        check_result(command.strip(" "), unescape(match[1], {"&#13;": "\r"}))
    else:
        assert answered.status in _ERRORS, answered.status
    _check_reading(body)


def _check_reading(body: bytes) -> None:
    assert unescaped(body) == unquote_to_bytes(body)
    text = body.decode("utf-8", "ignore").replace("\ufffe", "").replace("\uffff", "")
    for escaped in (quote(text, safe=""), quote_plus(text)):
        assert form.read(f"Msg={escaped}".encode()).parameters == {"Msg": text}
    plain = {name.decode(): value.decode() for name, value in parse_qsl(body, keep_blank_values=True, max_num_fields=None)} if (
        body.isascii() and b"%" not in body and b";" not in body
    ) else {}
    assert set(form.read(body).parameters) >= set(plain) or len(plain) > form.MAX_FIELDS
    if text.strip():
        gateway = _FRESH.gateway()
        call = {"userCode": USER, "userPass": PASSWORD, "DesNo": PHONE, "Msg": text}
        answered = ask(PlainDoor(gateway), "POST", BY_NAME["SendMsg"].plain_path, urlencode(call).encode(), [("content-type", _FORM)])
        match = _ANSWER.fullmatch(answered.body.decode())
        assert match, answered.body
        if not match[1].startswith("-"):
            assert gateway.accounts[USER].messages[-1].text == text
