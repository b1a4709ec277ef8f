"""spyne imports on every supported Python, and leaves no trace of how."""

from __future__ import annotations

import subprocess
import sys

import pytest

from winnerlook_mock.soap import _compat

_CHECK = """
import sys, types, warnings
warnings.simplefilter("error")
{before}
hooks = list(sys.meta_path)
from winnerlook_mock.soap import _compat, SoapDoor
_compat.load()
import spyne.protocol.soap.soap11 as soap11, collections.abc, urllib.parse
assert sys.meta_path == hooks, sys.meta_path
assert soap11.cgi.parse_header('text/xml; charset="utf-8"') == ("text/xml", {{"charset": "utf-8"}})
assert collections.abc.__spec__.name in ("collections.abc", "_collections_abc") and urllib.parse.__spec__.name == "urllib.parse"
try:
    import winnerlook_nowhere
except ImportError:
    pass
{after}
"""
_SIX = """
six = types.ModuleType("six"); moves = types.ModuleType("six.moves")
sys.modules.update({"six": six, "six.moves": moves})
class Hook:
    name = "six"
    def find_spec(self, *_): return None
sys.meta_path.append(Hook())
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'assert ("cgi" in sys.modules) == (sys.version_info < (3, 13)), "the stand-in stayed"'),
        ('cgi = types.ModuleType("cgi"); cgi.parse_header = lambda v: ("text/xml", {"charset": "utf-8"}); sys.modules["cgi"] = cgi',
         'assert sys.modules["cgi"] is cgi and soap11.cgi is cgi'),
        (_SIX, 'assert sys.modules["six"] is six and sys.modules["six.moves"] is moves'),
    ],
    ids=["bare", "with a cgi", "with a six"],
)
def test_spyne_imports_without_a_warning_or_a_trace(before: str, after: str) -> None:
    """S1: with warnings as errors; an application's own six and cgi are not disturbed."""
    program = _CHECK.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("text/xml", ("text/xml", {})),
        ('multipart/related; Type="a;b"; start=x', ("multipart/related", {"type": "a;b", "start": "x"})),
        ("", ("", {})),
    ],
)
def test_the_stand_in_reads_headers(line: str, parsed: tuple[str, dict[str, str]]) -> None:
    """S2: what spyne uses of cgi, where Python has none."""
    assert _compat.parse_header(line) == parsed


def test_the_package_imports_nothing_heavy() -> None:
    """S1: spyne and lxml are loaded with the SOAP door, not with the mock's name."""
    program = "import sys, winnerlook_mock, winnerlook_mock.http_body; assert not {'spyne', 'uvicorn'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
