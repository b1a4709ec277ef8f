"""The page where a browser shows the mock's token: in its language, in the console's looks, and with nothing that is not in it."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from urllib.parse import quote

from winnerlook_mock.pages import LOGIN

_STYLE = (
    ":root{color-scheme:light dark;font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif}*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;"
    "background:light-dark(#f5f6f8,#14171b);color:light-dark(#1b2026,#e3e7ec)}"
    "main{width:min(380px,100%);padding:24px;border-radius:8px;border:1px solid light-dark(#e1e5ea,#2b323a);"
    "background:light-dark(#fff,#1b2026)}h1{font-size:17px;margin:0 0 12px;display:flex;gap:10px;align-items:center}"
    "p{margin:0 0 16px;color:light-dark(#58626d,#9aa6b2)}.wrong{color:light-dark(#b3231b,#ff9189)}label{display:block;margin-bottom:4px}"
    "input,button{font:inherit;width:100%;min-height:36px;border-radius:6px;padding:4px 10px}"
    "input{color:inherit;border:1px solid light-dark(#8a94a0,#5a6570);background:light-dark(#fff,#14171b);margin-bottom:14px}"
    "button{border:0;font-weight:600;cursor:pointer;background:light-dark(#0b57c2,#7fb3ff);color:light-dark(#fff,#0d1b2e)}"
    ":focus-visible{outline:2px solid light-dark(#0b57c2,#7fb3ff);outline-offset:2px}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_CSP = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

_WORDS = {
    "en": (
        "This mock wants its token", "It was printed when the server started, and is what WINNERLOOK_MOCK_TOKEN says.", "Token", "Log in",
        "That is not this mock's token.",
    ),
    "zh-CN": (
        "请输入模拟网关的令牌", "令牌在服务启动时打印，也可由 WINNERLOOK_MOCK_TOKEN 指定。", "令牌", "登录", "令牌不正确。",
    ),
}


def page(languages: str, *, wrong: bool = False) -> bytes:
    """The page, in the first of the browser's `languages` (its Accept-Language) that there are words in; `wrong` says that a token was."""
    language = _language(languages)
    title, hint, label, submit, refusal = map(escape, _WORDS[language])
    icon = f"data:image/svg+xml,{quote((files('winnerlook_mock.console') / 'static' / 'favicon.svg').read_bytes())}"
    said = f'<p class="wrong" role="alert" id="said">{refusal}</p>' if wrong else f'<p id="said">{hint}</p>'
    field = '<input id="token" name="token" type="password" autocomplete="current-password" aria-describedby="said" required autofocus>'
    return "".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} · winnerlook-mock</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<link rel="icon" type="image/svg+xml" href="{icon}"><style>{_STYLE}</style></head><body><main>',
            f'<h1><img src="{icon}" alt="" width="28" height="28">{title}</h1>{said}<form method="post" action="{LOGIN}">',
            f'<label for="token">{label}</label>{field}<button>{submit}</button></form></main></body></html>\n',
        ]
    ).encode()


def _language(languages: str) -> str:
    for wanted in languages.split(","):
        name = wanted.partition(";")[0].strip().lower()
        if name[:2] in ("en", "zh"):
            return "zh-CN" if name.startswith("zh") else "en"
    return "en"
