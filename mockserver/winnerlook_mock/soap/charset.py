"""Which charset a request is written in, and the request in UTF-8.

Precedence: byte order mark, charset of the Content-Type, XML declaration, UTF-8. Where the header's charset does not fit the bytes but
the declaration's does, the declaration is right: senders set the header once and forget it.
"""

from __future__ import annotations

import codecs
import re

from winnerlook_mock.soap.faults import client_fault

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.-]{0,60})["']""", re.ASCII)
_CHINESE = frozenset({"gb2312", "gbk", "gb18030"})
_KNOWN = re.compile(
    r"utf-8|utf-(16|32)(-[lb]e)?|ascii|gb2312|gbk|gb18030|big5(hkscs)?|hz|iso8859-\d+|cp(125\d|437|850|93[26]|949|950)"
    r"|koi8-[ru]|shift_jis|euc_(jp|kr)"
)
"""Python's names of the charsets that text is written in. Its other codecs (escapes, punycode, …) are no charsets."""


def to_utf8(raw: bytes, header: str) -> tuple[bytes, list[str]]:
    """The request in UTF-8 without a byte order mark, and notes on what was contradictory. Raises SoapFault."""
    if _is_utf8_throughout(raw, header):
        return raw, []
    if not raw.strip():
        raise client_fault("The request has no body: POST a SOAP envelope.")
    for mark, charset in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark):], charset, "its byte order mark"), _notes_on_mark(charset, header)
    declared = _declaration(raw)
    if not header:
        return _decoded(raw, declared or "utf-8", "its XML declaration" if declared else "default, none being stated"), []
    return _by_header(raw, header, declared)


def _is_utf8_throughout(raw: bytes, header: str) -> bool:
    """Whether the Content-Type says UTF-8, nothing contradicts it, and the bytes are: nearly every request."""
    if raw[:1] != b"<" or header.lower() != "utf-8" or b"\0" in raw or _declaration(raw).lower() not in ("", "utf-8"):
        return False
    try:
        raw.decode()
    except UnicodeError:
        return False
    return True


def _by_header(raw: bytes, header: str, declared: str) -> tuple[bytes, list[str]]:
    codec = _codec(header, raw)
    differs = bool(declared) and _codec(declared, raw) != codec
    text = _fitting(raw, header)
    if text is None and codec and differs and _fitting(raw, declared) is not None:
        note = f"the Content-Type says charset={header[:40]}, the bytes are {declared} as the XML declaration says: send the same in both"
        return _decoded(raw, declared, "its XML declaration"), [note]
    notes = [f"the Content-Type says charset={header[:40]} and the XML declaration {declared}; the header was believed"] if differs else []
    return _decoded(raw, header, "its Content-Type"), notes


def _notes_on_mark(charset: str, header: str) -> list[str]:
    try:
        if not header or charset.startswith(codecs.lookup(header).name):
            return []
    except (LookupError, ValueError):
        pass  # an unknown charset is not the mark's
    return [f"the Content-Type says charset={header[:40]}, the byte order mark {charset}; the mark was believed"]


def _decoded(raw: bytes, charset: str, source: str) -> bytes:
    text = _fitting(raw, charset)
    if text is not None:
        return text
    if _codec(charset, raw) is None:
        raise client_fault(f"The charset {charset[:40]!r} (by {source}) is not known: send UTF-8 and say charset=utf-8.")
    raise client_fault(f"The bytes of the request are not {charset[:40]} (by {source}): encode it in UTF-8 and say charset=utf-8.")


def _fitting(raw: bytes, charset: str) -> bytes | None:
    """The bytes in UTF-8, or None when they are not text in this charset. A NUL is in no XML, but in ASCII text read from UTF-16."""
    codec = _codec(charset, raw)
    if codec is None:
        return None
    try:
        text = raw.decode(codec)
        if "\0" in text:
            return None
        return raw if codec == "utf-8" else text.encode()
    except UnicodeError:
        return None


def _codec(charset: str, raw: bytes) -> str | None:
    """Python's name of a charset. GB 2312 and GBK are read as GB 18030, which holds both; UTF-16 without a mark by its first bytes."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    if not _KNOWN.fullmatch(name):
        return None
    if name in _CHINESE:
        return "gb18030"
    if name in ("utf-16", "utf-32"):
        return name + ("-be" if raw.startswith(b"\0") else "-le")
    return str(name)


def _declaration(raw: bytes) -> str:
    """The encoding that the XML declaration names, empty when it names none."""
    head = raw[:1024].replace(b"\0", b"") if b"\0" in raw[:4] else raw[:256]
    match = _DECLARED.match(head.decode("latin-1").lstrip())
    return match[1] if match else ""
