"""spyne 2.14 on Python 3.11 to 3.13.

spyne brings its own copy of six 1.14. That copy serves ``spyne.util.six.moves`` by an import hook of the old kind (``find_module``), which
Python 3.11 answers with an ImportWarning and Python 3.12 no longer calls, so that ``import spyne`` fails. Its SOAP 1.1 protocol also
imports ``cgi``, which Python 3.13 removed, for the one function ``parse_header``. Upstream: arskom/spyne issues 700, 708 and 711.

`load` imports every part of spyne that the mock uses, with the missing modules standing by, and then removes what only the import needed:
a six of the application's own, a ``cgi`` from elsewhere and other people's import hooks are never touched.
"""

from __future__ import annotations

import collections.abc
import http.cookies
import importlib
import importlib.util
import sys
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from types import ModuleType

_SIX = "spyne.util.six"
_MOVED = {
    "collections_abc": collections.abc,
    "http_cookies": http.cookies,
    "urllib": urllib,
    "urllib.error": urllib.error,
    "urllib.parse": urllib.parse,
    "urllib.request": urllib.request,
}
"""Every module that spyne imports by way of ``six.moves``. As entries of sys.modules they need no import hook."""

_NEEDED = (
    "spyne",
    "spyne.const",
    "spyne.interface.wsdl",
    "spyne.interface.xml_schema",
    "spyne.protocol.soap",
    "spyne.server",
)


def load() -> None:
    """Import spyne. Calling it again costs nothing; an import of spyne that came before, by whatever means, is left as it is."""
    if "spyne.protocol.soap.soap11" in sys.modules:
        return
    for name, module in _MOVED.items():
        sys.modules.setdefault(f"{_SIX}.moves.{name}", module)
    with _quiet_import(), _cgi_at_hand():
        for name in _NEEDED:
            importlib.import_module(name)
    _drop_import_hook()


@contextmanager
def _quiet_import() -> Iterator[None]:
    """spyne's sources hold invalid escapes and deprecated imports; a program that turns warnings into errors must start all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _cgi_at_hand() -> Iterator[None]:
    """A stand-in for ``cgi`` where there is none, for as long as spyne is being imported: others test for cgi by importing it."""
    if "cgi" in sys.modules or importlib.util.find_spec("cgi") is not None:
        yield
        return
    sys.modules["cgi"] = _stand_in()
    try:
        yield
    finally:
        del sys.modules["cgi"]


def _stand_in() -> ModuleType:
    module = ModuleType("cgi", "What spyne uses of the cgi module that Python 3.13 removed.")
    module.parse_header = parse_header  # type: ignore[attr-defined]  # a module made at run time
    return module


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """The value of a header such as Content-Type, and its parameters by their lower-cased names."""
    message = Message()
    message["content-type"] = line
    (value, _), *parameters = message.get_params([("", "")])
    return value, {name.lower(): text for name, text in parameters}


def _drop_import_hook() -> None:
    """spyne's six leaves its hook on sys.meta_path, where Python 3.11 warns of it at every import that finds nothing."""
    sys.meta_path[:] = [hook for hook in sys.meta_path if getattr(hook, "name", None) != _SIX]
