"""Request lines with raw bytes in them, which the document's https sample sends: it puts text into the address without escaping it.

Java's HttpURLConnection writes such an address as it is, in the platform's charset (UTF-8 on most systems, GBK on a Chinese Windows),
blanks included. The HTTP parser refuses that, so it is percent-encoded before the parser sees it, and noted.
"""

from __future__ import annotations

import re

from winnerlook_mock.at_once import AtOnceProtocol
from winnerlook_mock.http_body import NOTES

_MAX_LINE = 65_536
"""Longest beginning of a request line that is held back until its end comes."""
_LINE = re.compile(rb"([A-Z]{1,20} )(/[^\n]*)( HTTP/1\.[01]\r?\n)")
_RAW = re.compile(rb"[ \x80-\xff]")
_NOTE = "the request line holds blanks or raw bytes beyond ASCII: percent-encode the parameters, most servers answer 400"


def mended(data: bytes) -> bytes:
    """A request's beginning, with blanks and raw bytes in its address percent-encoded; anything else is returned as it is."""
    line = _LINE.match(data)
    if line is None:
        return data
    target = _RAW.sub(lambda match: b"%%%02X" % match[0][0], line[2])
    return data if target == line[2] else line[1] + target + line[3] + data[line.end():]


class TolerantProtocol(AtOnceProtocol):
    """uvicorn's HTTP/1.1, taking such request lines. Only the first of several requests sent at once is mended."""

    _expects_line = True
    _held = b""
    _was_mended = False

    def data_received(self, data: bytes) -> None:
        """Mend what begins a request, and parse."""
        if self._expects_line:
            data = self._held + data
            if b"\n" not in data and len(data) <= _MAX_LINE:
                self._held = data
                return
            whole = mended(data)
            self._held, self._was_mended, self._expects_line = b"", whole != data, False
            data = whole
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Let the doors know what was mended."""
        super().on_message_begin()
        if self._was_mended:
            self.scope[NOTES] = (_NOTE,)  # type: ignore[literal-required]  # a key of the mock's own
        self._expects_line = self._was_mended = False

    def on_message_complete(self) -> None:
        """The next bytes begin a request."""
        super().on_message_complete()
        self._expects_line = True
