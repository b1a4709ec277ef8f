"""Requests in every charset that clients of this gateway write."""

from __future__ import annotations

import codecs

import pytest

from tests.mockserver.soap.harness import Recorder, post, send_msg
from winnerlook_mock.soap import SoapDoor

_TEXT = "您的验证码是:2345【测试】"
_CHINESE = ["gbk", "gb2312", "gb18030", "GBK", "cp936", "utf-16-le", "utf-16-be", "utf-16", "utf-8", "UTF8", "big5", "utf-32"]


def _body(declaration: str) -> str:
    return send_msg(f"<Msg>{_TEXT if declaration != 'big5' else '驗證碼'}</Msg>", declaration=declaration)


def _arrived(recorder: Recorder) -> tuple[str, tuple[str, ...]]:
    _, parameters, origin = recorder.last
    return parameters["Msg"], origin.notes


@pytest.mark.parametrize("charset", _CHINESE)
def test_charset_in_header_and_declaration(charset: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2: header and declaration agree; UTF-16 of Python brings its byte order mark."""
    assert post(door, _body(charset).encode(charset), f"text/xml; charset={charset}").result
    text, notes = _arrived(recorder)
    assert text in _body(charset)
    assert notes == ()


@pytest.mark.parametrize("charset", _CHINESE)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_charset_in_the_declaration_only(charset: str, quote: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2: without a charset in the header, the declaration counts; UTF-16 without a mark included."""
    body = _body(charset).replace(f'encoding="{charset}"', f"encoding = {quote}{charset}{quote}")
    assert post(door, body.encode(charset), "text/xml").result
    text, notes = _arrived(recorder)
    assert text in body
    assert notes == ()


@pytest.mark.parametrize("charset", ["gbk", "utf-8", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("form", ["{}", '"{}"', "'{}'", " {} "])
def test_charset_in_the_header_only(charset: str, form: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2: the header's charset, however it is quoted, without any declaration."""
    body = _body("").partition("?>")[2]
    assert post(door, body.encode(charset), f"text/xml; charset={form.format(charset)}").result
    assert _arrived(recorder) == (_TEXT, ())


def test_neither_means_utf8(door: SoapDoor, recorder: Recorder) -> None:
    """S2: UTF-8 is the default."""
    assert post(door, _body("").partition("?>")[2], "text/xml").result
    assert _arrived(recorder) == (_TEXT, ())


@pytest.mark.parametrize(
    ("mark", "charset"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
     (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")],
)
@pytest.mark.parametrize("header", ["", "; charset=utf8", "; charset=gbk", "; charset=utf-16", "; charset=nonsense"])
def test_the_byte_order_mark_comes_first(mark: bytes, charset: str, header: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2: the mark wins over header and declaration; a header that says otherwise is noted."""
    assert post(door, mark + _body("gbk").encode(charset), f"text/xml{header}").result
    text, notes = _arrived(recorder)
    assert text == _TEXT
    agrees = not header or charset.replace("-", "").startswith(header.partition("=")[2].replace("-", ""))
    assert len(notes) == (0 if agrees else 1)


@pytest.mark.parametrize(("header", "charset"), [("utf-8", "gbk"), ("utf-8", "utf-16-le"), ("us-ascii", "utf-8"), ("utf-16", "utf-8")])
def test_the_declaration_mends_a_wrong_header(header: str, charset: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2: where the header's charset does not fit the bytes and the declaration's does, it is used, and noted."""
    body = _body(charset)
    body += " " * (len(body.encode(charset)) % 2)  # else UTF-16 would fail by length alone
    reply = post(door, body.encode(charset), f"text/xml; charset={header}")
    if header == "utf-16":  # any even number of bytes may be UTF-16: believed, and then no XML
        assert reply.fault[0] == "Client"
        return
    assert reply.result
    text, notes = _arrived(recorder)
    assert text == _TEXT
    (note,) = notes
    assert header in note
    assert charset in note


def test_the_header_wins_where_both_fit(door: SoapDoor, recorder: Recorder) -> None:
    """S2: header before declaration, with a note that they differ."""
    assert post(door, _body("utf-8").encode("gbk"), "text/xml; charset=gbk").result
    text, notes = _arrived(recorder)
    assert text == _TEXT
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "word"),
    [
        (_body("utf-8").encode(), "text/xml; charset=klingon", "klingon"),
        (_body("klingon").encode(), "text/xml", "klingon"),
        (_body("utf-8").encode(), "text/xml; charset=rot13", "rot13"),
        (_body("utf-8").encode(), "text/xml; charset=unicode_escape", "unicode_escape"),
        (_body("utf-8").encode(), "text/xml; charset=utf-7", "utf-7"),
        (_body("utf-8").encode(), "text/xml; charset=hex", "hex"),
        (_body("utf-8").encode(), "text/xml; charset=a\0b", "not known"),
        (_body("utf-8").encode("gbk"), "text/xml; charset=utf-8", "utf-8"),
        (_body("utf-8").encode("gbk"), "text/xml", "utf-8"),
        (_body("gbk").encode() + b"\xff", "text/xml", "gbk"),
        (_body("utf-8").encode().replace(b"2345", b"\xed\xa0\x80"), "text/xml", "utf-8"),
        (codecs.BOM_UTF16_LE + b"<\0\x00\xd8", "text/xml", "utf-16"),
        (codecs.BOM_UTF16_LE + b"<", "text/xml", "utf-16"),
        (codecs.BOM_UTF8, "text/xml", "not well-formed"),
        (b"\0\0\0\0", "text/xml", "utf-8"),
    ],
)
def test_what_does_not_fit_is_refused(body: bytes, content_type: str, word: str, door: SoapDoor, recorder: Recorder) -> None:
    """S2, S5: an unknown charset, or bytes that are not in it, make a Client fault. They escape spyne as exceptions."""
    code, text = post(door, body, content_type).fault
    assert code == "Client"
    assert word in text
    assert recorder.calls == []
