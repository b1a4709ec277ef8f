"""winnerlook outbox status, resume, limit and work: how it stands, and what goes on until it is stopped."""

from __future__ import annotations

import os
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.outboxes import PHONE, TEXT, put, read
from tests.client.cli.test_process import _INTERRUPTIBLE, start
from winnerlook.outbox import Outbox, State
from winnerlook_mock import MockAccount


def test_status(box: Run, account: MockAccount, doubtful) -> None:
    """What holds an account up, with what to do; --check tells a monitor."""
    assert box("status", "--check").code == 0
    doubtful()
    account.fail_next("SendMsg", -3)
    put(box)
    box("drain")
    outcome = box("status", "--check")
    assert outcome.code == 1
    assert "1 may have been sent" in outcome.out
    assert "code -3" in outcome.out
    assert f"winnerlook outbox resume {account.user_code}" in outcome.out
    assert box("resume", account.user_code).code == 0
    box("drain")
    assert read(box("status", "--json"))["breakers"] == []
    assert 'winnerlook_outbox_messages{state="UNKNOWN"} 1' in box("status", "--format", "prometheus").out


def test_an_account_that_there_is_not_cannot_be_resumed(box: Run, account: MockAccount) -> None:
    account.fail_next("SendMsg", -3)
    put(box)
    outcome = box("drain")
    assert f"winnerlook outbox resume {account.user_code}" in outcome.err
    assert re.search(r"winnerlook: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(UTC\+8\)  BREAKER_STOPPED", outcome.err)
    outcome = box("resume", "typo")
    assert outcome.code == 2
    assert f"no account 'typo' in this store; held up are: {account.user_code}" in outcome.err
    assert f"waiting for {account.user_code}: 1" in box("status").out
    assert read(box("status", "--json"))["queues"][0]["messages"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker(box: Run, account: MockAccount, url: str, tmp_path: Path, number: signal.Signals) -> None:
    """It says that it works, sends what comes, and at a signal what it has done."""
    with start("outbox", "work", cwd=tmp_path, program=("-c", _INTERRUPTIBLE)) as process, Outbox(url, account=account.user_code) as outbox:
        assert process.stdout
        try:
            assert f"working for {account.user_code}, polls every 5 s" in process.stdout.readline()
            message = outbox.put(PHONE, TEXT)
            account.wait_for(to=PHONE, timeout=20)
            while outbox.message(message.id).state in {State.CLAIMED, State.ATTEMPT}:
                pass
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert out == "stopped; accepted 1, rejected 0, unknown 0, put back 0\n"


def test_a_live_view(box: Run, tmp_path: Path) -> None:
    """Lines where nobody looks at a terminal, with how much is done."""
    put(box)
    box("drain")
    with start("outbox", "status", "--watch", "--interval", "0.05", cwd=tmp_path) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert all("ACCEPTED 1  [##############################] 1 of 1 (100%)" in line for line in lines)


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_a_live_view_on_a_terminal_redraws(box: Run, tmp_path: Path) -> None:
    import pty
    import subprocess
    import sys

    put(box, "--not-before", (datetime.now(UTC) + timedelta(days=1)).isoformat())
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "winnerlook", "outbox", "status", "--watch", "--interval", "0.05"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=slave, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        os.close(slave)
        seen = b""
        while seen.count(b"\x1b[H") < 3:
            seen += os.read(master, 4096)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    os.close(master)
    assert b"QUEUED" in seen
    assert b"0 of 1 (0%)" in seen


def test_a_limit_is_shown_where_messages_wait_for_it(box: Run, account: MockAccount) -> None:
    put(box)
    assert box("limit", account.user_code, "0.5").out == f"{account.user_code}: 0.5 messages a second at most\n"
    assert "0.5 a second at most" in box("status").out
    assert read(box("status", "--json"))["queues"][0]["per_second"] == 0.5
    assert box("limit", account.user_code, "none").out == f"{account.user_code}: no limit\n"
    assert "at most" not in box("status").out
