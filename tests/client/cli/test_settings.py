"""Flags before environment before file, in the command; and passwords that are never shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from winnerlook.cli import main
from winnerlook.config import SETTINGS
from winnerlook_mock import MockServer
from winnerlook_mock.account import MockAccount


@pytest.mark.parametrize("before", [True, False])
def test_flags_stand_before_or_after_the_command(run: Run, mock: MockServer, before: bool) -> None:
    account = mock.account()
    flags = ["--endpoint", mock.url, "--user-code", account.user_code, "--user-pass", account.user_pass]
    assert run(*(flags if before else []), "balance", *([] if before else flags)).out == "10000\n"


def test_a_flag_goes_before_the_environment(run: Run, account: MockAccount) -> None:
    assert run("balance", "--user-pass", "wrong").code == 3


def test_configuration_file_and_profile(run: Run, mock: MockServer, tmp_path: Path) -> None:
    account = mock.account()
    file = tmp_path / "w.toml"
    file.write_text(f'endpoint = "{mock.url}"\n[profiles.test]\nuser_code = "{account.user_code}"\nuser_pass = "{account.user_pass}"\n')
    file.chmod(0o600)
    assert run("--config", "w.toml", "--profile", "test", "balance").out == "10000\n"
    assert run("--config", "w.toml", "balance").code == 2
    assert "it has test" in run("--config", "w.toml", "--profile", "other", "balance").err


def test_a_broken_file_that_is_not_asked_for_does_no_harm(
    run: Run, mock: MockServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:
    """--config goes before WINNERLOOK_CONFIG, in the client that the command makes as well."""
    account = mock.account()
    (tmp_path / "broken.toml").write_text("=")
    (tmp_path / "good.toml").write_text(f'endpoint = "{mock.url}"\nuser_code = "{account.user_code}"\n')
    monkeypatch.setenv("WINNERLOOK_CONFIG", str(tmp_path / "broken.toml"))
    monkeypatch.setenv("WINNERLOOK_USER_PASS", account.user_pass)
    assert run("--config", "good.toml", "balance").out == "10000\n"


def test_password_from_standard_input(run: Run, account: MockAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINNERLOOK_USER_PASS")
    assert run("balance", "--user-pass-file", "-", stdin=account.user_pass + "\n").out == "10000\n"
    assert "two places" in run("send", "13900000000", "-", "--user-pass-file", "-", stdin="x").err


def test_a_typed_password_is_not_echoed(account: MockAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """L2"""
    terminal = io.StringIO("echoed")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("getpass.getpass", lambda prompt: account.user_pass)
    monkeypatch.delenv("WINNERLOOK_USER_PASS")
    assert main(["balance", "--user-pass-file", "-"]) == 0
    assert terminal.tell() == 0


COMMANDS = ["balance", "send", "send-many", "send-each", "reports", "replies", "call", "codes", "doctor"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=lambda command: command[0] if command else "winnerlook")
def test_help(run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    """Every setting with its variable and default, an example, where the exit codes are; in 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    outcome = run(*command, "--help")
    assert outcome.code == 0
    told = " ".join(outcome.out.split())
    for setting in SETTINGS:
        default = "no default" if setting.default is None else f"default: {str(setting.default).lower() or 'none'}"
        assert f"[{setting.variable}; {default}]" in told
    assert "example" in told
    assert "exit codes" in told
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_json_from_the_environment(run: Run, account: MockAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNERLOOK_JSON", "1")
    assert run("balance").out == '{"balance": "10000"}\n'
    monkeypatch.setenv("WINNERLOOK_JSON", "0")
    assert run("balance").out == "10000\n"
