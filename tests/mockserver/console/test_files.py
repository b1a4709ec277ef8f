"""The console's files: what is served, how browsers are told to treat it, and what it is made of."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.mockserver.control.caller import Api
from winnerlook_mock import MockServer

STATIC = Path(str(files("winnerlook_mock.console") / "static"))
SCRIPTS = sorted(STATIC.rglob("*.js"))


@pytest.fixture
def get(mock: MockServer) -> Api:
    return Api(mock.url)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("", "text/html"), ("index.html", "text/html"), ("css/base.css", "text/css"), ("js/main.js", "text/javascript"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_files_are_served_for_what_they_are(get: Api, path: str, content_type: str) -> None:
    answer = get.raw("GET", f"/_mock/{path}")
    assert (answer.status, answer.headers["content-type"]) == (200, f"{content_type}; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_sent_once(get: Api) -> None:
    first = get.raw("GET", "/_mock/js/main.js")
    again = get.raw("GET", "/_mock/js/main.js", if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert get.raw("GET", "/_mock/js/main.js", if_none_match='"other"').status == 200


@pytest.mark.parametrize("path", ["js/../files.py", "../console/files.py", "%2e%2e/files.py", "js/", "js", "static/index.html", "files.py"])
def test_nothing_else_is(get: Api, path: str) -> None:
    assert get.raw("GET", f"/_mock/{path}").status == 404


def test_files_are_only_read(get: Api) -> None:
    answer = get.raw("DELETE", "/_mock/js/main.js", content_type="application/json")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    head = get.raw("HEAD", "/_mock/")
    assert (head.status, head.body) == (200, b"")


def test_the_way_without_a_slash(get: Api) -> None:
    answer = get.raw("GET", "/_mock")
    assert (answer.status, answer.headers["location"]) == (307, "/_mock/")


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?://", page)
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (*SCRIPTS, *STATIC.rglob("*.css")))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|@import|\burl\(", sources)
    assert set(re.findall(r"https?://[\w.]+", sources)) <= {"http://www.w3.org", "http://tempuri.org", "http://127.0.0.1"}


def test_modules_are_small() -> None:
    assert {path.name: lines for path in SCRIPTS if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300} == {}


def test_both_languages_have_the_same_words() -> None:
    """Each key that a module names has words, in both."""
    english, chinese = (_words(name) for name in ("en", "zh"))
    assert english.keys() == chinese.keys()
    assert {key for key in english if _holes(english[key]) != _holes(chinese[key])} == set()
    named = {key for path in SCRIPTS for key in re.findall(r"\bt\('([\w.-]+)'", path.read_text(encoding="utf-8"))}
    assert named - english.keys() == set()


def _words(language: str) -> dict[str, str]:
    text = "\n".join((STATIC / "js" / "lang" / f"{language}{part}.js").read_text(encoding="utf-8") for part in ("", "-views", "-settings"))
    return {key: words for key, _quote, words in re.findall(r"""^  '([^']+)':\s+(['"])(.*)\2,$""", text, re.MULTILINE)}


def _holes(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))
