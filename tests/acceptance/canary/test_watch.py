"""The watch finds what it is there to find: else all the others prove nothing."""

from __future__ import annotations

import base64
import logging
import warnings
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import pytest

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch, watching
from winnerlook import encryption


@pytest.mark.parametrize("hide", [
    str, repr, ascii, escape, quote, lambda value: urlencode({"a": value}, encoding="gbk"), lambda value: repr(value.encode("gbk")),
    lambda value: base64.b64encode(b"xy" + value.encode()).decode(), lambda value: value.encode().hex(),
    lambda value: f"before {value[:9]}",
])
def test_every_form_is_found(hide) -> None:
    """L2"""
    tags = Tags()
    shown = [hide(tags.password), hide(tags.text)] if hide("123456789012") != "before 123456789" else [hide(tags.text)]
    assert all(tags.found_in(text) for text in (*shown, f"<{hide(tags.phone + '..')}>" if len(shown) > 1 else shown[0]))


def test_encrypted_parameters_are_found() -> None:
    """E2: whoever has them can repeat the call."""
    tags = Tags()
    assert tags.found_in(encryption.encrypt(encryption.send_plaintext(tags.password, tags.phone, tags.text, 7), tags.password))
    assert tags.found_in(f"key {encryption.derive_key(tags.password)!r}")


def _log(watch: Watch, secret: str) -> None:
    logging.getLogger("uvicorn.error").log(5, "a record of %s", secret)


def _warn(watch: Watch, secret: str) -> None:
    warnings.warn(secret, UserWarning, stacklevel=1)


def _chain(watch: Watch, secret: str) -> None:
    error = ValueError("another")
    error.__cause__ = KeyError(secret)
    watch.see("here", error)


@pytest.mark.parametrize("leak", [_log, _warn, _chain, lambda watch, secret: watch.see("here", {"a": [secret]})])
def test_every_place_is_looked_at(leak) -> None:
    """L2"""
    tags = Tags()
    with pytest.raises(AssertionError, match="password, as it is in"), watching(tags) as watch:
        leak(watch, tags.password)


def test_masked_values_are_none() -> None:
    tags = Tags()
    assert tags.found_in(f"{tags.phone[:3]}****{tags.phone[-4:]} <{len(tags.text)} characters> 【测试】 ***") == []
