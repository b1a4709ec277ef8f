"""Examples in other languages as processes, each with an account of its own, and what must have arrived at the mock."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.foreign.runtimes import NODE_MODULES, PATH
from winnerlook_mock import MockAccount, MockServer

REPLY = "收到|;|谢|,|\n谢"
OPERATIONS = (
    "GetBalanceConnect", "SendMsg", "SendIndividualMsg", "sendMsgByEncrypt", "GetReport2Connect", "GetMo2Connect", "SendMsg",
)
SENT = [
    ("SendMsg", "13900000000", "您的验证码是:2345【测试】", "order-42"),
    ("SendIndividualMsg", "13900000001", "张三您好,订单已发货【测试】", ""),
    ("SendIndividualMsg", "13900000002", "李四您好,订单已签收【测试】", ""),
    ("sendMsgByEncrypt", "13900000003", "消费100元,余额=900&积分=5【测试】", ""),
]
_FOREIGN_SETTINGS = ("PROXY", "JAVA_TOOL_OPTIONS", "PYTEST", "NODE_", "WSIMPORT_OPTS", "MONO_")


@dataclass(frozen=True)
class Programs:
    """Runs programs that call the mock, and nothing else: the address is the mock's, and no proxy is used."""

    mock: MockServer

    def run(self, command: Sequence[str | Path], cwd: Path, account: MockAccount | None = None, **more: str) -> str:
        """Its standard output; fails where the program does."""
        kept = {name: value for name, value in os.environ.items() if not any(part in name.upper() for part in _FOREIGN_SETTINGS)}
        mine = {"PATH": PATH, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "WINNERLOOK_ENDPOINT": self.mock.url, **more}
        if account is not None:
            mine |= {"WINNERLOOK_USER_CODE": account.user_code, "WINNERLOOK_USER_PASS": account.user_pass}
        done = subprocess.run(
            [*map(str, command)], cwd=cwd, env={**kept, **mine}, capture_output=True, encoding="utf-8", timeout=300, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_example(self, script: str, cwd: Path, binding: str, **more: str) -> None:
        """Run an example's main program over one binding, and look at what reached the mock."""
        account = self.mock.account(balance=10_000)
        account.reply("13900000000", REPLY)
        printed = self.run(["bash", "-euc", script], cwd, account, WINNERLOOK_BINDING=binding, **more)
        assert [(m.operation, m.phone, m.text, m.customer_uuid) for m in account.messages] == SENT
        assert [(entry.operation, entry.door, entry.notes) for entry in account.journal] == [(name, binding, ()) for name in OPERATIONS]
        assert account.journal[-1].answer == "-7"
        assert printed.replace("\r\n", "\n") == told(account)

    def run_tests(self, script: str, cwd: Path, **more: str) -> tuple[str, int]:
        """Run an example's own tests: what they print, and how many SMS they have sent. Nothing in them may be odd to the mock."""
        before = max((entry.number for entry in self.mock.journal), default=0)
        printed = self.run(["bash", "-euc", script], cwd, **more)
        calls = [entry for entry in self.mock.journal if entry.number > before]
        assert [entry.notes for entry in calls if entry.notes] == []
        return printed, sum(entry.operation == "SendMsg" and not str(entry.answer).startswith("-") for entry in calls)


def told(account: MockAccount) -> str:
    """What an example prints of these messages."""
    batch = {message.operation: message.batch_number for message in account.messages}
    return "".join([
        "balance: 10000\n",
        f"sent: {batch['SendMsg']}\n",
        f"sent each: {batch['SendIndividualMsg']}\n",
        f"sent encrypted: {batch['sendMsgByEncrypt']}\n",
        *(f"report: {message.batch_number} DELIVRD {message.customer_uuid}\n" for message in account.messages),
        f"reply: {REPLY}\n",
        "refused: -7 balance too low: top up, then send again\n",
    ])


@pytest.fixture(scope="session")
def programs(mock: MockServer) -> Programs:
    return Programs(mock)


@pytest.fixture
def node_folder(tmp_path: Path) -> Path:
    """A folder in which Node finds the modules that were installed."""
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    return tmp_path
