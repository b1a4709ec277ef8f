"""``winnerlook-mock record`` and ``serve --from`` as programs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.mockserver.recording.calls import send
from winnerlook import encryption
from winnerlook_mock import MockServer
from winnerlook_mock.cli import main
from winnerlook_mock.recording.files import read_all


@contextmanager
def _running(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "winnerlook_mock", *arguments, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                found = re.match(r"  endpoint +(\S+)", line)
                if found:
                    yield found[1]
                    break
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")


def test_recorded_and_served(tmp_path):
    """E1: the password is read from a file, and the encrypted call is looked into."""
    directory, passwords = tmp_path / "kept", tmp_path / "passwords"
    with MockServer() as upstream:
        account = upstream.account(balance=77)
        passwords.write_text(f"# accounts\n{account.user_code}:{account.user_pass}\n")
        given = {"userCode": account.user_code, "userPass": account.user_pass}
        submit_info = encryption.encrypt(encryption.poll_plaintext(account.user_pass), account.user_pass)
        with _running("record", "--upstream", upstream.url, "--to", str(directory), "--user-pass-file", str(passwords)) as url:
            recorded = send(url, "soap12", "GetBalanceConnect", given)
            send(url, "get", "GetMo2ByEncrypt", {"userCode": account.user_code, "submitInfo": submit_info})
    assert [one.encrypted for one in read_all(directory)] == [{}, {"userPass": "password-1"}]
    with _running("serve", "--from", str(directory)) as url:
        assert send(url, "soap12", "GetBalanceConnect", given)[2] == recorded[2]


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["--to", "x"], 2, "record needs --upstream"), (["--upstream", "http://h"], 2, "record needs --to"),
    (["--upstream", "http://h/p", "--to", "x"], 1, "scheme, host and port"),
    (["--upstream", "http://h", "--to", "x", "--key", "k"], 2, "--https-port"),
    (["--upstream", "http://h", "--to", "x", "--timeout", "0"], 2, "above 0"),
    (["--upstream", "http://h", "--to", "x", "--user-pass-file", "none"], 1, "cannot be read"),
    (["--upstream", "http://h", "--to", "x", "--upstream-ca-file", "none"], 1, "CA file"),
    (["--upstream", "https://h", "--to", "x", "--upstream-ca-file", "none"], 1, "cannot be used"),
    (["--upstream", "http://h", "--to", "file"], 1, "cannot be recorded to"),
])
def test_wrong_usage(arguments, code, words, tmp_path, monkeypatch, capsys):  # noqa: PLR0917
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert main(["record", *arguments]) == code
    assert words in capsys.readouterr().err


def test_a_line_without_a_password_is_told_by_its_number_only(tmp_path, monkeypatch, capsys):
    """L2."""
    (tmp_path / "passwords").write_text("a:b\nsecretword\n")
    assert main(["record", "--upstream", "http://h", "--to", str(tmp_path / "d"), "--user-pass-file", str(tmp_path / "passwords")]) == 1
    told = capsys.readouterr().err
    assert "passwords:2: a line is CODE:PASS" in told
    assert "secretword" not in told


def test_a_broken_recording_is_told_before_anything_listens(tmp_path, capsys):
    (tmp_path / "0001-x.toml").write_text("format = 1\ndoor =\n")
    assert main(["serve", "--port", "0", "--from", str(tmp_path)]) == 1
    assert "0001-x.toml:2: is not TOML" in capsys.readouterr().err
