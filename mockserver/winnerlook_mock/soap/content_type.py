"""What a request's Content-Type header says (S2, S3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from winnerlook_mock.soap.version import BY_MEDIA_TYPE, SoapVersion

_PARAMETER = re.compile(r""";\s*([\w.+-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^;\s]*))""", re.ASCII)
_UNSPECIFIC = frozenset({"", "text/plain", "application/octet-stream"})
"""Media types that say nothing of what the body is."""


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type, read leniently: `media_type` in lower case, empty when there is none; `action` is SOAP 1.2's parameter."""

    media_type: str = ""
    charset: str = ""
    action: str = ""

    @property
    def version(self) -> SoapVersion | None:
        """The SOAP version that owns this media type."""
        return BY_MEDIA_TYPE.get(self.media_type)

    @property
    def may_be_xml(self) -> bool:
        """Whether a body of this type may be an envelope: XML of any kind, or a type that says nothing."""
        return self.media_type in _UNSPECIFIC or self.media_type.endswith(("/xml", "+xml"))


@lru_cache(64)
def read(header: str | None) -> ContentType:
    """Read the header's value, None when there was none."""
    media_type, semicolon, rest = (header or "").partition(";")
    parameters = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _PARAMETER.finditer(semicolon + rest)}
    return ContentType(media_type.strip().lower(), parameters.get("charset", "").strip(), parameters.get("action", "").strip())


def notes_on(content_type: ContentType, version: SoapVersion) -> list[str]:
    """What the Content-Type says wrong about an envelope of this version, which is answered all the same."""
    if content_type.version is version:
        return []
    if not content_type.media_type:
        return [f"no Content-Type was sent; {version.label} needs {version.content_type}"]
    return [f"Content-Type {content_type.media_type[:100]} does not fit a {version.label} envelope; send {version.content_type}"]
