"""The charset of what a stranger sends."""

from __future__ import annotations

import re

_NAMED = re.compile(r"""charset\s*=\s*["']?([\w-]{1,20})""", re.IGNORECASE | re.ASCII)
# Not every codec of Python: some transform bytes, some warn, some are slow on purpose-made input.
_CODECS = {
    "utf8": "utf-8-sig", "ascii": "utf-8-sig", "usascii": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030",
    "cp936": "gb18030", "big5": "big5", "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "iso88591": "latin-1",
    "latin1": "latin-1",
}


def decode(data: bytes, content_type: str | None) -> str | None:
    """Text in the charset that the content type names if that is known and fits, else in UTF-8, else in GB18030; None if none fits.

    ISO-8859-1 fits whatever comes, and Java and others name it where nobody has chosen: it gives way to UTF-8.
    """
    named = _NAMED.search(content_type or "")
    codec = _CODECS.get(re.sub(r"[-_]", "", named[1]).lower()) if named else None
    for each in ("utf-8-sig", codec) if codec == "latin-1" else (codec, "utf-8-sig", "gb18030"):
        try:
            if each:
                return data.decode(each)
        except UnicodeDecodeError:
            continue
    return None
