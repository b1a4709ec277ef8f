"""winnerlook outbox: put, send, find, settle, keep, against a real store and the mock."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.client.cli import conftest
from tests.client.cli.conftest import Run
from tests.client.cli.outboxes import PHONE, TEXT, put, read
from winnerlook_mock import MockAccount, MockServer


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_from_putting_to_the_report(box: Run, account: MockAccount) -> None:
    outcome = box("put", PHONE, "-", "--reference", "order-42", "--dedup-key", "k", stdin=TEXT + "\n")
    assert re.fullmatch(r"put  [0-9A-Z]{26}\n", outcome.out)
    assert box("put", PHONE, TEXT, "--dedup-key", "k").out.startswith("was there already")
    assert box("drain").out == "accepted 1, rejected 0, unknown 0, put back 0\n"
    assert account.messages[0].text == TEXT
    assert "1 of them of this outbox" in box("poll").out
    status = read(box("status", "--json"))
    assert (status["states"], status["last_hour"], status["needs_a_person"]) == ({"DELIVERED": 1}, {"DELIVERED": 1}, False)


JSON_LINES = '\ufeff{"number": "13900000001", "text": "甲【测试】", "priority": 5, "reference": "r"}\n\n["13900000002", "乙【测试】"]\n'
CSV = '\ufeffNumber,Text,Priority,Not_Before\n13900000001,甲【测试】,5,\n13900000002,"乙,\n【测试】",,2020-01-01T08:00\n'
PLAIN_CSV = "13900000001,甲【测试】\n13900000002,乙【测试】\n"


@pytest.mark.parametrize("content", [JSON_LINES, CSV, PLAIN_CSV])
def test_a_file(box: Run, account: MockAccount, content: str, tmp_path: Path) -> None:
    (tmp_path / "messages").write_bytes(content.encode())
    assert box("put", "--file", "messages").out == "put 2, were there already 0\n"
    assert read(box("put", "--file", "-", "--piecewise", "--json", stdin=content)) == {"put": 2, "duplicates": 0}
    box("drain")
    assert sorted(message.phone for message in account.messages) == ["13900000001"] * 2 + ["13900000002"] * 2


@pytest.mark.parametrize(("content", "problem"), [
    ('{"number": "13900000001", "text": "甲"}\n{"number": 1}\n', "line 2"), ("{", "line 1"), ("13900000001\n", "line 1"),
    ('13900000001,"x', "not CSV"), ('{"number": "13900000001", "text": "甲", "txet": "乙"}', "fields"),
    ('{"number": "13900000001", "text": "甲", "not_before": "soon"}', "times"), ("13900000001,甲\n12,乙\n", "message 1"),
    (b"13900000001,\xff\n", "UTF-8"),
])
def test_a_file_with_something_wrong_in_it(box: Run, content: str, problem: str, tmp_path: Path) -> None:
    """Nothing of it is taken in, and the error holds none of it (L2)."""
    (tmp_path / "messages").write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome = box("put", "--file", "messages")
    assert outcome.code == 2
    assert problem in outcome.err
    assert "13900000001" not in outcome.err
    assert read(box("status", "--json"))["states"] == {}


def test_what_is_in_doubt(box: Run, doubtful) -> None:
    assert box("unknown").out == "nothing is in doubt\n"
    message_id = doubtful()
    outcome = box("unknown")
    assert message_id in outcome.out
    assert "sent whole, no answer (ConnectionLostError)" in outcome.out
    assert "139****0000" in outcome.out
    assert "at risk: 1 SMS" in outcome.out
    assert PHONE not in outcome.out
    assert PHONE in box("unknown", "--reveal").out
    value = read(box("unknown", "--json"))
    assert (value["in_doubt"], value["segments_at_risk"]) == (1, 1)
    assert (value["messages"][0]["phone"], value["messages"][0]["attempts"][0]["evidence"]["request_complete"]) == ("139****0000", True)


def test_a_resend_asks_first(box: Run, doubtful, account: MockAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    message_id = doubtful()
    outcome = box("resend", message_id, "--reason", "they called")
    assert outcome.code == 2
    assert "twice" in outcome.err
    monkeypatch.setattr(conftest, "io", SimpleNamespace(StringIO=Terminal))
    assert box("resend", message_id, "--reason", "they called", stdin="n\n").code == 2
    assert read(box("show", message_id, "--json"))["state"] == "UNKNOWN"
    assert box("resend", message_id, "--reason", "they called", stdin="y\n").out == f"QUEUED  {message_id}  possible duplicate\n"
    box("drain")
    assert len(account.messages) == 2
    unsent = put(box)
    assert box("cancel", unsent, "--reason", "not now").code == 0
    assert box("resend", unsent, "--reason", "now", "--expires-in", "5m").code == 0  # certainly not sent: no question


def test_several_at_once_each_by_itself(box: Run, doubtful) -> None:
    first, second, queued = doubtful("--resend-after", "1h"), doubtful(), put(box)
    outcome = box("hold", first, queued, second, "--reason", "they answered", "--by", "anna", "--json")
    assert outcome.code == 2
    value = read(outcome)
    assert [each["id"] for each in value["settled"]] == [first, second]
    assert [(each["id"], each["state"]) for each in value["refused"]] == [(queued, "QUEUED")]
    assert box("mark", "not-sent", first, second, "--reason", "the vendor says so").code == 0
    assert box("cancel", queued, "--reason", f"sent to {PHONE}").code == 2
    log = read(box("show", first, "--json"))["log"]
    held = next(entry for entry in log if "by" in entry)
    assert (held["kind"], held["by"], held["reason"]) == ("HOLD", "anna", "they answered")


def test_the_story_of_a_message(box: Run, account: MockAccount) -> None:
    message_id = put(box, "--reference", "order-42", "--expires-in", "5m")
    box("drain")
    box("poll")
    outcome = box("show", message_id)
    told = [line.split("  ", 1)[1].split()[0:2] for line in outcome.out.split("\n\n")[1].splitlines()]
    assert [words[0] for words in told if words[0] != "-"] == ["PUT", "CLAIM", "ATTEMPT", "ACCEPT", "DELIVER"]
    assert [words[1] for words in told if words[0] == "-"] == ["attempt", "report"]
    assert account.messages[0].batch_number in outcome.out
    assert not [word for word in (PHONE, "2345", "order-42") if word in outcome.out]
    assert all(word in box("show", message_id, "--reveal").out for word in (PHONE, TEXT, "order-42"))
    assert message_id in box("find", "+86 139 0000 0000").out
    assert message_id in box("find", "-", stdin=PHONE).out
    assert box("find", "13911111111").out == "no message to this number\n"


def test_archives(box: Run, tmp_path: Path) -> None:
    put(box)
    box("drain")
    assert box("export", "a.jsonl.gz").code == 0
    assert stat.S_IMODE((tmp_path / "a.jsonl.gz").stat().st_mode) == 0o600
    assert box("export", "a.jsonl.gz").code == 2
    assert "the log names its export" in box("verify", "--archive", "a.jsonl.gz").out
    refused = box("prune", "--archive", "a.jsonl.gz", "--older-than-days", "30")
    assert refused.code == 2
    assert "six months" in refused.err
    assert read(box("prune", "--archive", "a.jsonl.gz", "--json"))["messages"] == 0
    (tmp_path / "a.jsonl.gz").write_bytes((tmp_path / "a.jsonl.gz").read_bytes()[:-9])
    assert box("verify", "--archive", "a.jsonl.gz").code == 1
    (tmp_path / "masked").write_text(box("export", "m", "--contents", "masked").out + (tmp_path / "m").read_text())
    assert PHONE not in (tmp_path / "masked").read_text()


def test_encryption(run: Run, box: Run, url: str, tmp_path: Path) -> None:
    message_id = put(box)
    key = run("outbox", "new-key").out.strip()
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    assert "1 rows" in box("encrypt", "--key-file", "key").out
    assert PHONE.encode() not in (tmp_path / "o.sqlite").read_bytes()
    assert box("show", message_id, "--reveal").code == 2
    assert PHONE in box("show", message_id, "--reveal", "--key-file", "key").out


def test_two_accounts(run: Run, url: str, mock: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, otp = mock.account(), mock.account()
    config = tmp_path / "config.toml"
    config.write_text(f'endpoint = "{mock.url}"\n' + "".join(
        f'[profiles.{name}]\nuser_code = "{account.user_code}"\nuser_pass = "{account.user_pass}"\n'
        for name, account in (("shop", shop), ("otp", otp))
    ))
    config.chmod(0o600)
    monkeypatch.setenv("WINNERLOOK_CONFIG", str(config))
    run("outbox", "init")
    for name in ("shop", "otp"):
        assert run("outbox", "put", PHONE, TEXT, "--profile", name).code == 0
    assert json.loads(run("outbox", "drain", "--profiles", "shop,otp", "--json").out)["accepted"] == 2
    assert len(shop.messages) == len(otp.messages) == 1
    monkeypatch.setenv("WINNERLOOK_USER_CODE", shop.user_code)
    assert "same user_code" in run("outbox", "drain", "--profiles", "shop,otp").err


def test_every_option_that_is_not_a_messages_has_a_variable(run: Run) -> None:
    """In --help, with its default."""
    shown = run("outbox", "work", "--help").out
    flat = re.sub(r"\s+", " ", shown)
    for name, default in (("URL", "none"), ("KEY_FILE", "none"), ("BATCH", "50"), ("PACKING", "individual"), ("POLL_INTERVAL", "5")):
        assert f"[WINNERLOOK_OUTBOX_{name}; default: {default}]" in flat
    assert "[WINNERLOOK_OUTBOX_NO_POLL=1; default: no]" in flat


COMMANDS = (
    "init", "put", "work", "drain", "poll", "status", "unknown", "hold", "resend", "cancel", "mark", "show", "find", "resume", "limit",
    "replies", "unmatched", "replay", "export", "prune", "verify", "new-key", "encrypt",
)


def test_help(run: Run) -> None:
    listed = run("outbox", "--help").out
    for name in COMMANDS:
        assert f"    {name} " in listed
        outcome = run("outbox", name, "--help")
        assert (outcome.code, outcome.err) == (0, "")
        assert f"winnerlook outbox {name}" in outcome.out.split("examples:")[1]
        assert outcome.out.endswith("exit codes: see winnerlook outbox --help\n")


def test_a_message_is_found_by_its_reference(box: Run) -> None:
    message_id = put(box, "--reference", "order-42", "--dedup-key", "key-1")
    for option in (("--reference", "order-42"), ("--dedup-key", "key-1")):
        assert [each["id"] for each in read(box("find", "--json", *option))] == [message_id]
    assert box("find").code == 2
