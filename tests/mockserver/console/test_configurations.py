"""The configurations that an account's page offers are run, by each language that is on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mockserver.console.browser import expect
from tests.mockserver.console.desk import PHONE, TEXT, Desk

PASSWORD = "it's $5 \"a\\\\b\" <&>"


@pytest.fixture
def odd(desk: Desk) -> Desk:
    """An account whose password has to be escaped in every language."""
    desk.account = desk.mock.account(f"{desk.user}-odd", PASSWORD, balance=100)
    return desk


def _copied(desk: Desk, language: str) -> str:
    panel = desk.open(f"accounts/{desk.user}").get_by_role("region", name="Configuration").first
    panel.get_by_role("tab", name=language, exact=True).click()
    expect(panel.locator("pre")).to_contain_text(desk.mock.url)
    return str(panel.locator("pre code").evaluate("code => code.textContent"))


def _prints_its_batch_number(desk: Desk, command: list[str], folder: Path) -> None:
    ran = subprocess.run(command, check=False, capture_output=True, cwd=folder, timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    (message,) = desk.account.messages
    assert (message.phone, message.text) == (PHONE, TEXT)
    assert message.batch_number in ran.stdout.decode()


def _needs(program: str, *check: str) -> str:
    path = shutil.which(program)
    if path is None or (check and subprocess.run([path, *check], check=False, capture_output=True).returncode):
        pytest.skip(f"the configuration was NOT run: there is no {program} {' '.join(check)}")
    return path


def test_curl(odd: Desk, tmp_path: Path) -> None:
    _needs("curl")
    _prints_its_batch_number(odd, ["sh", "-c", _copied(odd, "curl")], tmp_path)


def test_environment(odd: Desk, tmp_path: Path) -> None:
    """By our own command, which reads it."""
    command = f"{_copied(odd, 'env')}\n{sys.executable} -m winnerlook send {PHONE} '{TEXT}'"
    _prints_its_batch_number(odd, ["sh", "-c", command], tmp_path)


def test_python(odd: Desk, tmp_path: Path) -> None:
    (tmp_path / "copied.py").write_text(_copied(odd, "Python"), encoding="utf-8")
    _prints_its_batch_number(odd, [sys.executable, "copied.py"], tmp_path)


def test_java(odd: Desk, tmp_path: Path) -> None:
    java = _needs("java", "--describe-module", "jdk.compiler")
    (tmp_path / "SendSms.java").write_text(_copied(odd, "Java"), encoding="utf-8")
    _prints_its_batch_number(odd, [java, "-Dfile.encoding=UTF-8", "SendSms.java"], tmp_path)


def test_php(odd: Desk, tmp_path: Path) -> None:
    php = _needs("php", "-r", "exit(class_exists('SoapClient') ? 0 : 1);")
    (tmp_path / "copied.php").write_text(_copied(odd, "PHP"), encoding="utf-8")
    _prints_its_batch_number(odd, [php, "copied.php"], tmp_path)
