"""winnerlook outbox replies: looked at masked, taken once."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.outboxes import PHONE, put, read
from winnerlook import Client
from winnerlook_mock import MockAccount


@pytest.fixture
def answered(box: Run, account: MockAccount) -> str:
    """A message, and two replies to it: its id."""
    message_id = put(box, "--reference", "order-42")
    box("drain")
    for text in ("退订", "再见"):
        account.reply(PHONE, text)
    assert box("poll").code == 0
    return message_id


def test_replies_are_looked_at_masked(box: Run, answered: str) -> None:
    outcome = box("replies", "--untaken")
    assert answered in outcome.out
    assert not any(word in outcome.out for word in (PHONE, "退订", "order-42"))
    assert {each["text"] for each in read(box("replies", "--json", "--reveal"))} == {"退订", "再见"}
    assert box("replies", "--account", "another").out == "no replies\n"
    assert box("replies", "--jsonl", "x").code == 2


def test_replies_are_taken_once_and_are_on_disk_by_then(box: Run, answered: str, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    assert box("replies", "--take", "--jsonl", "no-such/x").code == 2
    assert box("replies", "--take", "--most", "1", "--jsonl", str(file)).code == 0
    assert box("replies", "--take", "--jsonl", str(file)).code == 0
    assert box("replies", "--take", "--jsonl", str(file)).code == 0
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert sorted(each["text"] for each in found) == ["再见", "退订"]
    assert {(each["kind"], each["message_id"], each["reference"]) for each in found} == {("reply", answered, "order-42")}
    assert {each["phone"] for each in found} == {PHONE}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert box("replies", "--untaken").out == "no replies\n"


def test_what_cannot_be_written_was_not_taken(box: Run, answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("winnerlook.cli.sinks.os.write", full)
    outcome = box("replies", "--take", "--jsonl", "replies.jsonl")
    monkeypatch.undo()
    assert outcome.code == 2
    assert "No space left on device; what is not in it was not taken" in outcome.err


def test_reports_of_no_message_here_are_listed(box: Run, sms: Client, account: MockAccount) -> None:
    """Another program sends by the same account."""
    assert box("unmatched").out == "every report belongs to a message here\n"
    batch = sms.send(PHONE, "别的程序【测试】").batch_number
    assert box("poll").code == 0
    shown = box("unmatched", "--account", account.user_code)
    assert batch in shown.out
    assert PHONE not in shown.out
    (report,) = read(box("unmatched", "--json", "--reveal", "--most", "5"))
    assert (report["phone"], report["batch_number"], report["status"], report["forged"]) == (PHONE, batch, "DELIVRD", False)
    assert box("unmatched", "--since", "2099-01-01").out == "every report belongs to a message here\n"
