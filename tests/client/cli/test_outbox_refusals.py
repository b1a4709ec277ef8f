"""What winnerlook outbox says to the mistakes of the night, and that it changes nothing then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.outboxes import PHONE, TEXT, put, read
from winnerlook.outbox import Outbox


@pytest.mark.parametrize("words", [
    ("put",), ("put", PHONE), ("put", PHONE, TEXT, "--file", "x"), ("put", "--file", "missing"), ("put", "12", TEXT),
    ("put", PHONE, TEXT, "--expires-in", "soon"), ("put", PHONE, TEXT, "--expires-in", "1m", "--expires-at", "2030-01-01"),
    ("put", PHONE, TEXT, "--not-before", "soon"), ("put", PHONE, TEXT, "--priority", "x"), ("put", "--file", "x", "--dedup-key", "k"),
    ("drain", "--packing", "tight"), ("drain", "--batch", "0"), ("work", "--poll-interval", "0"), ("status", "--format", "xml"),
    ("status", "--watch", "--format", "prometheus"), ("cancel", "ID"), ("mark", "lost", "ID", "--reason", "x"), ("show", "ID"),
    ("cancel", "ID", "--reason", "x"), ("prune",), ("export", "x", "--contents", "all"), ("export", "no/such/folder"),
    ("limit", "a", "fast"),
    ("status", "--database", "sqlite:///missing"), ("status", "--database", "mysql://x/y"), ("encrypt",), ("find", "nobody"),
])
def test_what_is_refused_says_why_and_changes_nothing(box: Run, words: tuple[str, ...]) -> None:
    before = read(box("verify", "--json"))
    outcome = box(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("winnerlook: ")
    assert not [word for word in (PHONE, TEXT, "Traceback") if word in outcome.err]
    assert read(box("verify", "--json")) == before


def test_without_a_store(run: Run, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is misspelt makes no new store; one that does not answer is told apart, and its password is not shown."""
    assert run("outbox", "status").code == 2
    assert not (tmp_path / "o.sqlite").exists()
    Outbox(url).close()
    outcome = run("outbox", "status")
    assert outcome.code == 2
    assert "outbox init" in outcome.err
    outcome = run("outbox", "resume", "shop", "--database", "postgresql://u:secret-word@127.0.0.1:9/x", "--patience", "0.1")
    assert outcome.code == 4
    assert "secret-word" not in outcome.out + outcome.err
    monkeypatch.delenv("WINNERLOOK_OUTBOX_URL")
    assert "WINNERLOOK_OUTBOX_URL" in run("outbox", "status").err


def test_a_path_that_is_misspelt_is_told_in_full(run: Run, url: str, tmp_path: Path) -> None:
    """And not only how to make a second, empty store there."""
    outcome = run("outbox", "status", "--database", "sqlite:///mispelt.sqlite")
    assert f"there is no file {tmp_path / 'mispelt.sqlite'}: is the path right?" in outcome.err


@pytest.mark.parametrize("command", ["init", "status"])
def test_a_file_that_is_no_database(run: Run, url: str, tmp_path: Path, command: str) -> None:
    (tmp_path / "o.sqlite").write_text("a page of notes, which SQLite cannot make anything of\n" * 99)
    outcome = run("outbox", command)
    assert outcome.code == 4
    assert "The file is no SQLite database: is the path right?" in outcome.err


@pytest.mark.parametrize("command", ["prune", "verify"])
def test_an_archive_that_is_not_there_is_no_change_of_one(box: Run, command: str) -> None:
    """Exit code 1 is for what was changed."""
    outcome = box(command, "--archive", "missing")
    assert outcome.code == 2
    assert "cannot read missing: No such file or directory" in outcome.err


@pytest.mark.parametrize(("variable", "words"), [
    ("YES", ("resend", "{id}", "--reason", "they called")), ("TAKE", ("replies",)),
])
def test_no_variable_says_yes_or_takes(box: Run, doubtful, monkeypatch: pytest.MonkeyPatch, variable: str, words: tuple[str, ...]) -> None:
    """What was exported once and forgotten must not double a message."""
    message_id = doubtful()
    plain = box(*(word.format(id=message_id) for word in words))
    monkeypatch.setenv(f"WINNERLOOK_OUTBOX_{variable}", "1")
    outcome = box(*(word.format(id=message_id) for word in words))
    assert (outcome.code, outcome.err, outcome.out) == (plain.code, plain.err, plain.out)
    assert read(box("show", message_id, "--json"))["state"] == "UNKNOWN"


def test_an_archive_that_nobody_reads_on(box: Run, tmp_path: Path) -> None:
    """``export - | head -1``"""
    put(box)
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        [sys.executable, "-m", "winnerlook", "outbox", "export", "-"], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE,
    ) as process:
        os.close(writing)
        assert process.stderr
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_server_that_cannot_be_reached_is_told_as_that(run: Run) -> None:
    """Without the words of psycopg, which quote the URL."""
    outcome = run("outbox", "status", "--database", "postgresql+psycopg://someone:secret@127.0.0.1:1/sms")
    assert outcome.code not in (0, 2)
    assert "There is no connection to it: does the server run" in outcome.err
    assert not any(part in outcome.err for part in ("someone", "secret", "Traceback"))
