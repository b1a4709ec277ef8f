"""The examples in other languages: built of the WSDL as the mock serves it, run as programs, and their own tests run by their own tools.

What they sent, over which door, and that nothing in it is odd, is read from the mock. A3, A4, S1-S5, O1, O2, O4, O6, O8, O12, E1-E4, F1-F5.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.foreign.pages import page
from tests.foreign.runtimes import CSHARP, EXAMPLES, JAVA, NODE, PHP, Runtime

SHORT_LIVED = {
    # A program of a second gains nothing from the second compiler; the other is about a message that Debian's JAX-WS gives on each call.
    "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -Djavax.xml.soap.SAAJMetaFactory=com.sun.xml.messaging.saaj.soap.SAAJMetaFactoryImpl",
    "JDK_JAVAC_OPTIONS": "-J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC",
}


def needs(runtime: Runtime) -> pytest.MarkDecorator:
    return pytest.mark.skipif(bool(runtime.missing()), reason=runtime.reason())


def copied(language: str, folder: Path) -> Path:
    """A copy of the example, to build in."""
    return Path(shutil.copytree(EXAMPLES / language, folder, dirs_exist_ok=True))


@needs(JAVA)
def test_java(programs, tmp_path):
    """JAX-WS, its classes made by wsimport."""
    _, _, build, run, test = page("java").commands
    here = copied("java", tmp_path)
    programs.run(["bash", "-euc", build], here, **SHORT_LIVED)
    settings = "".join(line for line in build.splitlines(keepends=True) if line.startswith(("lib=", "export ")))
    for binding in ("soap11", "soap12"):
        programs.run_example(settings + run, here, binding, **SHORT_LIVED)
    printed, sent = programs.run_tests(settings + test, here, **SHORT_LIVED)
    assert "2 tests successful" in printed
    assert sent == 1


@needs(PHP)
def test_php(programs, tmp_path):
    """SoapClient."""
    _, _, run, test = page("php").commands
    here = copied("php", tmp_path)
    for binding in ("soap11", "soap12"):
        programs.run_example(run, here, binding)
    printed, sent = programs.run_tests(test, here)
    assert "OK (2 tests" in printed
    assert sent == 1


@needs(NODE)
def test_node(programs, node_folder):
    """The package ``soap``."""
    _, _, run, test = page("node").commands
    here = copied("node", node_folder)
    for binding in ("soap11", "soap12"):
        programs.run_example(run, here, binding)
    printed, sent = programs.run_tests(test, here)
    assert "# pass 2\n" in printed or "ℹ pass 2\n" in printed  # newer ones write for people
    assert sent == 1


@needs(CSHARP)
def test_csharp(programs, tmp_path):
    """SoapHttpClientProtocol, its class made by the wsdl tool."""
    _, _, build, run, test = page("csharp").commands
    here = copied("csharp", tmp_path)
    programs.run(["bash", "-euc", build], here)
    for binding in ("soap11", "soap12"):
        programs.run_example(run, here, binding)
    printed, sent = programs.run_tests(test, here)
    assert "Tests run: 2, Errors: 0, Failures: 0" in printed
    assert sent == 1


@pytest.mark.parametrize("language", ["java", "php", "node", "csharp", "curl"])
def test_no_example_has_an_address_to_call(language):
    """A1, A2: who sets none is told to set the mock's, which is the only one that is named."""
    text = "".join(source.read_text("utf-8") for source in (EXAMPLES / language).iterdir())
    assert set(re.findall(r"https?://([0-9][0-9.:]*)", text)) == {"127.0.0.1:8118"}
    assert "118.178" not in text
