"""The route table as a page for people: plain HTML, without scripts and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from winnerlook_mock.control.asking import ROOT, Route
from winnerlook_mock.control.checking import Schema
from winnerlook_mock.control.openapi import PROBLEMS, statuses
from winnerlook_mock.control.routes import ROUTES
from winnerlook_mock.control.search import __doc__ as grammar
from winnerlook_mock.control.security import CSP
from winnerlook_mock.pages import HOME, METRICS

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "code,pre{font:13px/1.5 ui-monospace,monospace;background:#f3f3f3;border-radius:3px;padding:.1em .3em}"
    "pre{padding:.7em;overflow-x:auto}h2{margin-top:2rem;font-size:1rem}"
    "th,td{text-align:left;padding-right:1.5em;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}code,pre{background:#2a2a2a}a{color:#8ab4f8}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_CSP = f"{CSP}; style-src 'sha256-{_HASH}'"


def html() -> bytes:
    """The page."""
    table = "".join(map(_line, ROUTES))
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>winnerlook-mock: control API</title><style>{_STYLE}</style></head><body><h1>winnerlook-mock: control API</h1>",
            f'<p>Paths are below <code>{ROOT}</code>. <a href="{ROOT}/openapi.json">OpenAPI 3.1</a> · <a href="{METRICS}">metrics</a> · ',
            f'<a href="{HOME}">first page</a></p><p>Errors are problem documents (RFC 9457). What changes something is sent as ',
            f"<code>application/json</code>.</p><table>{table}</table>", *map(_section, ROUTES),
            f'<h2 id="search">Searching: q</h2><pre>{escape(grammar or "")}</pre></body></html>\n',
        ]
    ).encode()


def _line(route: Route) -> str:
    link = f'<a href="#{route.name}">{escape(route.path)}</a>'
    return f"<tr><td><code>{route.method}</code></td><td>{link}</td><td>{escape(route.summary)}</td></tr>"


def _section(route: Route) -> str:
    rows = [*_rows(route.where, "in the path"), *_rows(route.query, "in the address"), *_rows(_fields(route.body), "in the body")]
    table = f"<table>{''.join(rows)}</table>" if rows else ""
    python = ", ".join(f"<code>{escape(name)}</code>" for name in route.python)
    said = ", ".join(f"{status} {PROBLEMS[status].rstrip('.').lower()}" for status in statuses(route))
    return (
        f'<h2 id="{route.name}"><code>{route.method} {escape(route.path)}</code></h2><p>{escape(route.summary)}</p>{table}'
        f"<p>Answers {route.status}; {escape(said)}.{f' In Python: {python}.' if python else ''}</p>"
    )


def _fields(body: Schema | None) -> Mapping[str, Schema]:
    fields: Mapping[str, Schema] = (body or {}).get("properties", {})
    return fields


def _rows(schemas: Mapping[str, Schema], place: str) -> list[str]:
    row = "<tr><th><code>{}</code></th><td>{}</td><td>{}</td></tr>"
    return [row.format(escape(name), place, escape(_said(schema))) for name, schema in schemas.items()]


def _said(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"] if value is not None)
    kinds = schema.get("type", "")
    kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
    default = f", {schema['default']} if not given" if "default" in schema else ""
    return f"{kind}{default}{': ' + schema['description'] if 'description' in schema else ''}"
