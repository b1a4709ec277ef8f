"""reports --follow, replies --follow: every record as it comes, an end when it is asked for, and nothing lost."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.test_polling import FIRST, GOOD, saved
from tests.client.cli.test_process import _INTERRUPTIBLE, start
from tests.client.raw_server import RawServer, envelope, http, read_request, reset
from tests.client.waits import LateServer
from winnerlook.cli.output import Output, OutputClosedError
from winnerlook_mock.account import MockAccount

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
FAST = ("--follow", "--interval", "0.001")
posix = pytest.mark.skipif(os.name != "posix", reason="signals to a process")


def terminate(_connection: object) -> None:
    """Sends this process a SIGTERM, if the command under test is there to handle it."""
    if callable(signal.getsignal(signal.SIGTERM)):
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def terminated_after(account: MockAccount, calls: int) -> Iterator[None]:
    """Ends the command once the gateway has had so many calls of it."""

    def work() -> None:
        end = time.monotonic() + 30
        while len(account.journal) < calls and time.monotonic() < end:
            time.sleep(0.001)
        terminate(None)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def scripted(*acts: str | bytes | Callable[..., None], operation: str = "GetReport2Connect") -> Callable[..., None]:
    """A gateway that answers poll by poll, or does something first and answers with nothing; at last it ends the command."""
    coming: Iterator[str | bytes | Callable[..., None]] = iter(acts)

    def behaviour(connection) -> None:
        while read_request(connection):
            act = next(coming, terminate)
            if callable(act):
                act(connection)
            connection.sendall(act if isinstance(act, bytes) else envelope(operation, act if isinstance(act, str) else ""))

    return behaviour


@posix
def test_records_are_printed_as_they_come(run: Run, configured) -> None:
    """O6, R1: over several rounds, under one heading; SIGTERM is the normal end."""
    handlers = [signal.getsignal(getattr(signal, name)) for name in SIGNALS]
    with RawServer(scripted("", "", GOOD, "", GOOD.replace("yj001", "yj002"), "")) as server:
        configured(server.url)
        outcome = run("reports", *FAST)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["TIME", *["2014-06-10"] * 4]
    assert outcome.err == ""
    assert [signal.getsignal(getattr(signal, name)) for name in SIGNALS] == handlers


@posix
def test_nothing_is_printed_where_nothing_came(run: Run, configured) -> None:
    with RawServer(scripted("", operation="GetMo2Connect")) as server:
        configured(server.url)
        outcome = run("replies", *FAST)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


@posix
@pytest.mark.parametrize("command", ["reports", "replies"])
@pytest.mark.parametrize("option", [[], ["--encrypted"]])
def test_only_what_was_asked_for_is_polled(run: Run, account: MockAccount, command: str, option: list[str]) -> None:
    """O4, O6, O9, O10."""
    expected = {"reports": "GetReport2", "replies": "GetMo2"}[command] + ("ByEncrypt" if option else "Connect")
    with terminated_after(account, 3):
        assert run(command, *FAST, *option).code == 0
    assert {entry.operation for entry in account.journal} == {expected}


@posix
def test_the_poll_under_way_is_printed_before_the_end(run: Run, configured) -> None:
    def last(connection) -> None:
        terminate(connection)
        connection.sendall(envelope("GetReport2Connect", GOOD))
        read_request(connection)

    with RawServer(scripted(last)) as server:
        configured(server.url)
        outcome = run("reports", *FAST, "--json")
    assert outcome.code == 0
    assert [json.loads(line)["phone"] for line in outcome.out.splitlines()] == ["13900000000", "13900000001"]


@posix
def test_throttling_is_waited_out(run: Run, account: MockAccount) -> None:
    """C11."""
    account.fail_next("GetMo2Connect", -16)
    account.reply("13900000000", "收到")
    with terminated_after(account, 4):
        outcome = run("replies", *FAST, "--json", "--retries", "0")
    assert (outcome.code, json.loads(outcome.out)["text"]) == (0, "收到")


@posix
def test_a_gateway_that_restarts_is_waited_for(run: Run, configured, caplog: pytest.LogCaptureFixture) -> None:
    """A warning says so; outside of pytest it goes to standard error. Here it lets the server open."""
    server = LateServer(scripted(GOOD))
    configured(server.url)
    logger = logging.getLogger("winnerlook")

    class Told(logging.Handler):
        def emit(self, _record: logging.LogRecord) -> None:
            logger.removeHandler(self)
            server.open()

    logger.addHandler(Told(logging.WARNING))
    outcome = run("reports", *FAST, "--json", "--retries", "0")
    server.__exit__(None, None, None)
    assert (outcome.code, len(outcome.out.splitlines())) == (0, 2)
    assert "nothing was sent" in caplog.text


def test_a_poll_that_may_have_lost_records_ends_it(run: Run, configured) -> None:
    with RawServer(scripted(GOOD, "", reset)) as server:
        configured(server.url)
        outcome = run("reports", *FAST)
    assert outcome.code == 5
    assert len(outcome.out.splitlines()) == 3
    assert "may have handed out records" in outcome.err


def test_wrong_credentials_end_it(run: Run, account: MockAccount) -> None:
    """C2."""
    assert run("reports", "--follow", "--user-pass", "wrong").code == 3


def test_the_unreadable_rest_of_a_poll_is_saved(run: Run, configured, tmp_path: Path) -> None:
    """R1: what could be read is printed, once."""
    with RawServer(scripted("", GOOD + "1,13912345678,密文|")) as server:
        configured(server.url)
        outcome = run("reports", *FAST, "--json")
    assert outcome.code == 5
    first, second, error = map(json.loads, outcome.out.splitlines())
    assert (first, second["phone"]) == (FIRST, "13900000001")
    assert error["error"]["saved_in"] == str(saved(tmp_path))
    assert saved(tmp_path).read_text("utf-8") == "1,13912345678,密文|"
    assert "never taken" not in outcome.err


def test_an_answer_that_is_no_soap_is_saved_whole(run: Run, configured, tmp_path: Path) -> None:
    """R1."""
    with RawServer(scripted("", http(b"<broken>" + GOOD.encode()))) as server:
        configured(server.url)
        assert run("reports", *FAST).code == 5
    assert saved(tmp_path).read_bytes() == b"<broken>" + GOOD.encode()


@pytest.mark.parametrize("failure", [(OutputClosedError, 141), (KeyboardInterrupt, 130), (UnicodeError, 5)])
def test_records_that_could_not_be_printed_are_saved(
    run: Run, configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: tuple[type[BaseException], int],
) -> None:
    """R1."""
    printed = []

    def line(self: Output, text: str = "") -> None:
        printed.append(text)
        if len(printed) == 2:
            raise failure[0]

    with RawServer(scripted("", GOOD + GOOD)) as server:
        configured(server.url)
        monkeypatch.setattr(Output, "line", line)
        outcome = run("reports", *FAST, "--json")
    assert json.loads(printed[0]) == FIRST
    kept = [json.loads(line)["phone"] for line in saved(tmp_path).read_text("utf-8").splitlines()]
    assert kept == ["13900000001", "13900000000", "13900000001"]
    assert outcome.code == failure[1]
    assert "never taken" not in outcome.err


@pytest.mark.parametrize(
    "arguments", [["--interval", "1"], ["--follow", "--interval", "0"], ["--follow", "--interval", "x"], ["--follow", "--interval", "nan"]]
)
def test_a_wrong_interval_is_refused(run: Run, account: MockAccount, arguments: list[str]) -> None:
    outcome = run("reports", *arguments)
    assert outcome.code == 2
    assert "interval" in outcome.err
    assert account.journal == []


def test_an_interval_may_be_longer_than_the_longest_wait(run: Run, configured) -> None:
    with RawServer(scripted(reset)) as server:
        configured(server.url)
        assert run("reports", "--follow", "--interval", "3600").code == 5


def test_it_follows_outside_the_main_thread_too(run: Run, configured) -> None:
    """Where Python lets nobody handle signals."""
    codes: list[int] = []
    with RawServer(scripted(reset)) as server:
        configured(server.url)
        thread = threading.Thread(target=lambda: codes.append(run("reports", *FAST).code))
        thread.start()
        thread.join(10)
    assert codes == [5]


def follower(account: MockAccount, folder: Path, *options: str) -> subprocess.Popen[str]:
    return start("replies", "--follow", "--interval", "0.01", *options, program=("-c", _INTERRUPTIBLE), cwd=folder)


@posix
@pytest.mark.parametrize("name", SIGNALS)
def test_a_process_prints_at_once_and_ends_cleanly(account: MockAccount, tmp_path: Path, name: str) -> None:
    """O4: through a pipe as well, which Python would fill first."""
    with follower(account, tmp_path, "--json") as process:
        assert process.stdout
        for text in ("一", "二"):
            account.reply("13900000000", text)
            assert json.loads(process.stdout.readline())["text"] == text
        process.send_signal(getattr(signal, name))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


@posix
def test_a_second_interruption_does_not_wait_for_the_poll(tmp_path: Path, configured) -> None:
    received = threading.Event()

    def behaviour(connection) -> None:
        read_request(connection)
        received.set()
        connection.recv(1)

    with RawServer(behaviour) as server:
        configured(server.url)
        with start("reports", "--follow", program=("-c", _INTERRUPTIBLE), cwd=tmp_path) as process:
            assert received.wait(30)
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "may have handed out records" in err


@posix
def test_nobody_reads_the_output(account: MockAccount, tmp_path: Path) -> None:
    """R1: ``winnerlook replies --follow | head -1``; the next record finds out, and is saved."""
    with follower(account, tmp_path, "--json") as process:
        assert process.stdout
        assert process.stderr
        account.reply("13900000000", "一")
        assert json.loads(process.stdout.readline())["text"] == "一"
        process.stdout.close()
        account.reply("13900000000", "二")
        assert process.wait(30) == 141
        err = process.stderr.read()
    assert json.loads(saved(tmp_path).read_text("utf-8"))["text"] == "二"
    assert "Traceback" not in err


@posix
def test_an_ignored_signal_stays_ignored(account: MockAccount, tmp_path: Path) -> None:
    """Under nohup a hangup does not end it."""
    program = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\nfrom winnerlook.cli import main; raise SystemExit(main())"
    with start("replies", "--follow", "--interval", "0.01", "--json", program=("-c", program), cwd=tmp_path) as process:
        assert process.stdout
        for text in ("一", "二"):
            account.reply("13900000000", text)
            assert json.loads(process.stdout.readline())["text"] == text
            process.send_signal(signal.SIGHUP)
        process.terminate()
        assert process.wait(30) == 0
