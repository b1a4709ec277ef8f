"""The console's files as HTTP answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from winnerlook_mock.pages import HOME, Page

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
"""No script and no style but those of the package: what a caller sends can be shown, and never runs."""

_INDEX = "index.html"
_TYPES = {
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    content_type: str
    etag: str


def answer(path: str, method: str = "GET", if_none_match: str = "") -> Page | None:
    """The answer for a path, None where the console has nothing. Browsers keep a file and ask each time whether it is still that one: 304
    where `if_none_match` names it."""
    file = _files().get(path)
    if file is None:
        return None
    headers = {"cache-control": "no-cache", "etag": file.etag, "content-security-policy": CSP}
    if method not in ("GET", "HEAD"):
        return Page(405, b"The console's files are read by GET and HEAD.\n", headers={"allow": "GET, HEAD"})
    if _is_named(file.etag, if_none_match):
        return Page(304, b"", file.content_type, headers)
    return Page(200, file.body, file.content_type, headers)


def _is_named(etag: str, if_none_match: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


@cache
def _files() -> dict[str, _File]:
    """All that there is, by path. Nothing else can be asked for, whatever a path looks like."""
    held = {HOME + name: _read(file) for name, file in _walk(files(__package__ or "").joinpath("static"), "")}
    return {**held, HOME: held[HOME + _INDEX]}


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.rpartition(".")[2] in _TYPES:
            yield prefix + entry.name, entry


def _read(file: Traversable) -> _File:
    body = file.read_bytes()
    return _File(body, _TYPES[file.name.rpartition(".")[2]], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
