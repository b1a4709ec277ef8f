"""Reading queries and forms (H2)."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest

from winnerlook_mock.plain.form import MAX_FIELDS, read

TEXT = "您的验证码是:2345【测试】"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", {}),
        (b"&&&", {}),
        (b"Msg=a+b%20c%2B", {"Msg": "a b c+"}),
        (b"Msg=", {"Msg": ""}),
        (b"Msg", {"Msg": ""}),
        (b"=x", {"": "x"}),
        (b"Msg=a=b=c", {"Msg": "a=b=c"}),
        (b"Msg=a;b&DesNo=1", {"Msg": "a;b", "DesNo": "1"}),
        (b"Msg=%00%0D%0A", {"Msg": "\0\r\n"}),
        (b"%4Dsg=1&%E6%82%A8=2", {"Msg": "1", "您": "2"}),
        (TEXT.encode(), {TEXT: ""}),
        (b"Msg=" + TEXT.encode(), {"Msg": TEXT}),
        (b"Msg=" + quote(TEXT).encode(), {"Msg": TEXT}),
        (b"Msg=\xf0\x9f\x98\x80", {"Msg": "\U0001f600"}),
    ],
)
def test_what_is_read(raw: bytes, expected: dict[str, str]) -> None:
    """H2: percent-escapes and raw bytes are UTF-8, + is a blank, ; separates nothing, what is empty is there."""
    form = read(raw)
    assert form.parameters == expected
    assert form.notes == ()


@pytest.mark.parametrize("raw", [TEXT.encode("gbk"), quote_from_bytes(TEXT.encode("gbk")).encode()], ids=["raw", "escaped"])
def test_gbk_is_read_and_noted(raw: bytes) -> None:
    """H2: the likeliest mistake on a Chinese system."""
    form = read(b"DesNo=13900000000&Msg=" + raw)
    assert form.parameters == {"DesNo": "13900000000", "Msg": TEXT}
    assert len(form.notes) == 1
    assert "GBK" in form.notes[0]


def test_one_field_in_gbk_decides_for_all() -> None:
    """H2: 一 in GBK is good UTF-8 for something else."""
    assert read(b"Msg=" + "一".encode("gbk")).parameters["Msg"] != "一"
    form = read(b"autograph=" + "一".encode("gbk") + b"&Msg=" + TEXT.encode("gbk"))
    assert form.parameters == {"autograph": "一", "Msg": TEXT}


def test_what_is_no_text_is_marked() -> None:
    """H2: the gateway knows no parameter of that name, and the journal shows the bytes."""
    form = read(b"DesNo=1&Msg=%FF%FE%FF&autograph=" + TEXT.encode())
    assert form.parameters == {"DesNo": "1", "Msg#undecodable": r"\xff\xfe\xff", "autograph": TEXT}
    assert "different charsets" in form.notes[0]


def test_repeated_names_are_kept_apart() -> None:
    assert read(b"a=1&a=2&a%232=3&a=4").parameters == {"a": "1", "a#2": "2", "a#2#": "3", "a#3": "4"}
    assert read(b"a%232=1&a=2&a=3").parameters == {"a#2": "1", "a": "2", "a#2#": "3"}


def test_a_text_encoded_twice_is_left_and_noted() -> None:
    """H2: %25E6 decodes to %E6, which the recipient would read."""
    form = read(b"Msg=" + quote(quote(TEXT)).encode())
    assert form.parameters == {"Msg": quote(TEXT)}
    assert "Msg still looks percent-encoded" in form.notes[0]


@pytest.mark.parametrize("text", ["100%25+off", "%2541%2542", "%25E6", "%25FF%25FE", "%25C3(%25A4"])
def test_a_percent_sign_is_no_second_encoding(text: str) -> None:
    assert read(b"Msg=" + text.encode()).notes == ()


@pytest.mark.parametrize("text", ["100%", "5% off", "%zz", "%4", "%%41"])
def test_a_broken_escape_is_taken_as_it_stands(text: str) -> None:
    form = read(b"Msg=" + text.encode())
    assert form.parameters == {"Msg": text.replace("%41", "A")}
    assert "%25" in form.notes[0]


def test_so_many_fields_are_read_and_no_more() -> None:
    """A body of 4 MB may hold two million fields."""
    assert read(b"&".join(b"p%d=x" % at for at in range(MAX_FIELDS))).notes == ()
    many = read(b"a&" * 2_000_000)
    assert len(many.parameters) == MAX_FIELDS
    assert "more than 1000" in many.notes[0]


@pytest.mark.parametrize("charset", ["GBK", "gb2312", "GB18030", "big5", "iso-8859-1", "windows-1252", "shift_jis"])
def test_a_declared_charset_is_honoured_and_noted(charset: str) -> None:
    """H2: what the Content-Type says goes before what the document says."""
    text = "é" if charset in {"iso-8859-1", "windows-1252"} else "中文"
    form = read(b"Msg=" + quote_from_bytes(text.encode(charset)).encode(), charset)
    assert form.parameters == {"Msg": text}
    assert len(form.notes) == 1
    assert "asks for UTF-8" in form.notes[0]


@pytest.mark.parametrize(
    "charset",
    ["utf-16", "utf-7", "hz", "rot13", "punycode", "idna", "unicode_escape", "hex", "charmap", "undefined", "no-such", "\0", "x" * 99],
)
def test_what_is_no_charset_of_a_form_is_passed_over(charset: str) -> None:
    form = read(b"Msg=" + TEXT.encode(), charset)
    assert form.parameters == {"Msg": TEXT}
    assert "not known" in form.notes[0]


def test_a_declared_charset_that_does_not_fit_is_not_believed() -> None:
    form = read(b"Msg=" + TEXT.encode("gbk"), "utf-8")
    assert form.parameters == {"Msg": TEXT}
    assert "says charset=utf-8" in form.notes[0]
    assert "GBK" in form.notes[1]


def test_notes_quote_no_text() -> None:
    """L2: an unescaped & makes a name of the rest of a text."""
    form = read(b"Msg=a&" + quote(quote(TEXT)).encode() + b"=" + quote(quote(TEXT)).encode())
    assert "a parameter with a name of" in " ".join(form.notes)
    assert "%E6" not in " ".join(form.notes)
    assert TEXT not in repr(read(b"Msg=" + TEXT.encode()))
