"""The command, run in this process against a real gateway on a real socket."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from winnerlook.cli import main
from winnerlook_mock import MockServer
from winnerlook_mock.account import MockAccount


@dataclass(frozen=True)
class Outcome:
    """What a run of the command gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """``run("send", "13900000000", "-", stdin="text")``, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def go(*argv: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main(argv)
        return Outcome(code, *capsys.readouterr())

    return go


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Settings for an endpoint that looks at no credentials."""

    def configure(endpoint: str) -> None:
        monkeypatch.setenv("WINNERLOOK_ENDPOINT", endpoint)
        monkeypatch.setenv("WINNERLOOK_USER_CODE", "demo")
        monkeypatch.setenv("WINNERLOOK_USER_PASS", "demo-pass")
        monkeypatch.setenv("WINNERLOOK_TOTAL_TIMEOUT", "5")

    return configure


@pytest.fixture
def account(mock: MockServer, monkeypatch: pytest.MonkeyPatch) -> MockAccount:
    """An account that the command is set up for."""
    account = mock.account()
    monkeypatch.setenv("WINNERLOOK_ENDPOINT", mock.url)
    monkeypatch.setenv("WINNERLOOK_USER_CODE", account.user_code)
    monkeypatch.setenv("WINNERLOOK_USER_PASS", account.user_pass)
    return account
