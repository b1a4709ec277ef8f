"""Every subcommand of ``winnerlook``: what it prints, what it says when it fails, and what ``ps`` shows of it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.canary.tags import Tags
from tests.acceptance.canary.watch import Watch
from tests.client.cli.conftest import Outcome, Run
from tests.client.raw_server import RawServer
from winnerlook.cli import parser
from winnerlook_mock import MockAccount, MockServer

SHOWN = {
    "replies": "what people wrote, for which it is asked", "reports": "numbers, for which it is asked",
    "send": "the number it was given", "send-many": "the numbers it was given",
    "send-each": "the numbers it was given, and the texts of those that failed",
    "call": "the number it was given", "outbox hold": "the id as it was given, with --json",
    "outbox resend": "the id as it was given, with --json",
    "outbox mark": "the id as it was given, with --json", "outbox cancel": "the id as it was given, with --json",
}
"""What standard output shows on purpose; with ``--reveal`` the outbox's commands show numbers and texts, too.
Standard error shows nothing."""


@pytest.fixture
def settings(server: MockServer, account: MockAccount, tags: Tags, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As they are in production: the password in a file for its owner alone."""
    file = tmp_path / "password"
    file.write_text(tags.password, "utf-8")
    file.chmod(0o600)
    for name, value in {
        "ENDPOINT": server.url, "USER_CODE": account.user_code, "USER_PASS_FILE": str(file), "BALANCE_INTERVAL": "0", "TOTAL_TIMEOUT": "5",
        "OUTBOX_URL": f"sqlite:///{tmp_path}/o.sqlite",
    }.items():
        monkeypatch.setenv(f"WINNERLOOK_{name}", value)
    return tmp_path


@pytest.fixture
def go(run: Run, watch: Watch, tags: Tags, settings: Path) -> Run:
    """Runs the command, and lets the watch see all that it prints."""
    def go(*words: str, stdin: str = "") -> Outcome:
        outcome = run(*words, stdin=stdin)
        name = " ".join(words[: 2 if words[0] == "outbox" else 1])
        watch.say(f"errors of {name}", outcome.err)
        watch.say(f"output of {name}", _without(outcome.out, tags) if name in SHOWN else outcome.out)
        return outcome

    return go


def _without(output: str, tags: Tags) -> str:
    """What is shown besides numbers and texts: of the password nothing may be, nor of these in another form."""
    for shown in (tags.phone, tags.text, json.dumps(tags.text)[1:-1], tags.han, tags.word):
        output = output.replace(shown, "")
    return output


def _commands(made: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return next((dict(action.choices) for action in made._actions if isinstance(action, argparse._SubParsersAction)), {})


def every_command() -> Iterator[str]:
    for name, made in _commands(parser.build()).items():
        within = list(_commands(made))
        yield from [f"{name} {one}" for one in within] or [name]


def calls(tags: Tags, outbox_id: str, folder: Path) -> dict[str, list[list[str]]]:
    """What follows each command, in ways that go well and ways that do not."""
    phone, text, reason = tags.phone, tags.text, ["--reason", "they called"]
    batch = folder / "batch.csv"
    batch.write_text(f'"{phone}","{text}"\n', "utf-8")
    lines = folder / "lines.jsonl"
    lines.write_text(json.dumps({"phone": phone, "text": text}) + "\n" + f'{{"phone": "{phone}", "text": {text}\n', "utf-8")
    return {
        "balance": [[]],
        "send": [[phone, text], [phone, "-"], [text, phone], [phone, text, "--encrypted"]],
        "send-many": [[text, phone], [text, phone + "x"], [text, "--numbers-from", str(batch)]],
        "send-each": [[f"{phone}={text}"], [text], ["--from", str(batch)], ["--from", str(lines)]],
        "reports": [["--nowhere"]], "replies": [["--interval", "x"]], "receive": [["--port", "x"]],
        "call": [["SendMsg", f"DesNo={phone}", f"Msg={text}"], ["SendMsg", phone, text], [phone], ["SendMsg", f"Msg={text}"]],
        "codes": [[]], "doctor": [[], ["--json"]],
        "outbox init": [[]],
        "outbox put": [[phone, text, "--reference", text], [text, phone], ["--file", str(lines)]],
        "outbox work": [["--idle", "x"]],
        "outbox drain": [[], ["--endpoint", "http://127.0.0.1:1"]],
        "outbox poll": [[]], "outbox replies": [[], ["--untaken", "--json"]],
        "outbox status": [[], ["--json"]],
        "outbox unknown": [[], ["--json"]],
        "outbox hold": [[outbox_id, *reason], [phone, *reason]],
        "outbox resend": [[outbox_id, *reason], [text, "--yes", *reason]],
        "outbox cancel": [[outbox_id, *reason]],
        "outbox mark": [["sent", outbox_id, *reason], [text, phone, *reason]],
        "outbox show": [[outbox_id], [outbox_id, "--json"], [phone]],
        "outbox unmatched": [[], ["--json"]],
        "outbox find": [[phone], [phone, "--json"], [text], ["--reference", text]],
        "outbox resume": [["shop"]], "outbox limit": [["shop", "x"]],
        "outbox replay": [[]],
        "outbox export": [[str(folder / "a.jsonl.gz")]],
        "outbox prune": [["--archive", str(folder / "a.jsonl.gz")]],
        "outbox verify": [[], ["--archive", str(folder / "a.jsonl.gz")]],
        "outbox new-key": [[]],
        "outbox encrypt": [["--key-file", str(batch)]],
    }


def test_every_command(go: Run, tags: Tags, account: MockAccount, settings: Path) -> None:
    """L2: none is left out here, and each is done as text and as JSON, in turns where there are several ways."""
    assert go("outbox", "init").code == 0
    outbox_id = json.loads(go("outbox", "put", tags.phone, tags.text, "--json").out)["id"]
    listed = calls(tags, outbox_id, settings)
    assert set(listed) == set(every_command())
    codes = []
    for name, ways in listed.items():
        account.reply(tags.phone, tags.text)
        turns = [((), ("--json",)) if len(ways) == 1 else ((), ("--json",))[at % 2 :][:1] for at in range(len(ways))]
        codes += [go(*name.split(), *words, *more, stdin=tags.text).code for words, turn in zip(ways, turns, strict=True) for more in turn]
    assert codes.count(0) > len(listed) / 2
    assert codes.count(2) > 5, codes


def test_failures(go: Run, tags: Tags, account: MockAccount) -> None:
    """L2: codes, answers that cannot be read, and a split send of which a part failed. What is saved goes to a file for its owner alone."""
    for arrange, words in (
        (lambda: account.fail_next("SendMsg", -7), ["send", tags.phone, tags.text]),
        (lambda: account.answer_next("SendMsg", tags.text), ["send", tags.phone, tags.text]),
        (lambda: account.fault("soap-fault", reason=tags.text, times=1), ["send", tags.phone, tags.text]),
        (lambda: account.fault("reset", times=1), ["send", tags.phone, tags.text]),
        (lambda: account.fail_next("GetBalanceConnect", -3), ["balance"]),
        (lambda: account.answer_next("GetMo2Connect", f"{tags.phone}|,|{tags.text}"), ["replies"]),
        (lambda: account.answer_next("GetReport2Connect", f"12,{tags.phone},{tags.text}"), ["reports", "--json"]),
    ):
        arrange()
        assert go(*words).code != 0


def test_a_split_send_tells_what_became_of_each(go: Run, tags: Tags, account: MockAccount, settings: Path) -> None:
    """Shown on purpose, and on standard output only: whoever gave the numbers has to know which to repeat."""
    account.fail_next("SendIndividualMsg", -7)
    outcome = go("send-each", f"{tags.phone}={tags.text}")
    assert outcome.code != 0
    assert "number, as it is" in tags.found_in(outcome.out)


@pytest.mark.parametrize("content", ['user_pass = "{}', 'user_pass = ["{}"]', 'user_passs = "{}"', "[a]\nuser_pass = 1 # {}"])
def test_configuration_files_that_are_wrong(
    content: str, go: Run, tags: Tags, settings: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """L2"""
    file = settings / "winnerlook.toml"
    file.write_text(content.format(tags.password), "utf-8")
    monkeypatch.delenv("WINNERLOOK_USER_PASS_FILE")
    assert go("balance", "--config", str(file)).code != 0
    assert go("doctor", "--config", str(file)).code != 0


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see a process's arguments: Linux")
def test_what_ps_shows(watch: Watch, tags: Tags, settings: Path) -> None:
    """L2: the password comes from a file, number and text by standard input; nothing is put among the arguments by the program."""
    seen: list[str] = []

    def listed(_connection: object) -> None:
        seen.extend(path.read_text("utf-8", "replace") for path in Path("/proc").glob("[0-9]*/cmdline") if _is_readable(path))

    with RawServer(listed) as gateway:
        command = [sys.executable, "-m", "winnerlook", "send-each", "--from", "-", "--endpoint", gateway.url]
        given = json.dumps({"number": tags.phone, "text": tags.text})
        done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False, timeout=30)
    assert done.returncode != 0
    assert any("send-each" in line for line in seen)
    watch.say("ps", "\n".join(seen))
    watch.say("errors", done.stderr)


def _is_readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True

