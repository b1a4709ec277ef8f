"""The command, run in this process against a real gateway on a real socket."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.outbox.lossy import losing
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


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/o.sqlite"
    monkeypatch.setenv("WINNERLOOK_OUTBOX_URL", url)
    monkeypatch.setenv("WINNERLOOK_BINDING", "http")
    return url


@pytest.fixture
def box(run: Run, url: str, account: MockAccount, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``box("status")`` runs the command on a store of the test's own; with ``--json``, `out` is read."""
    monkeypatch.delenv("WINNERLOOK_OUTBOX_KEY", raising=False)
    assert run("outbox", "init").code == 0
    return lambda *words, **more: run("outbox", *words, **more)


@pytest.fixture
def doubtful(box: Run, mock: MockServer) -> Callable[..., str]:
    """Puts a message whose answer is lost: its id."""

    def make(*options: str) -> str:
        message_id = str(json.loads(box("put", "13900000000", "您的验证码是:2345【测试】", "--json", *options).out)["id"])
        with losing(mock.url, lambda request: b"SendMsg" in request.split(b"\r\n")[0]) as server:
            assert json.loads(box("drain", "--json", "--endpoint", server.url).out)["unknown"] == 1
        return message_id

    return make
