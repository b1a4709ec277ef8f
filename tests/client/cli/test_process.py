"""The command as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.client.raw_server import RawServer, answering, envelope, read_request
from winnerlook import __version__
from winnerlook_mock.account import MockAccount

# A shell that starts the tests in the background has SIGINT ignored, nohup SIGHUP, and processes inherit that.
_INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "if hasattr(signal, 'SIGHUP'): signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
    "from winnerlook.cli import main; raise SystemExit(main())"
)


class _Bounded(subprocess.Popen[str]):
    """A process that a test which fails does not wait for."""

    def __exit__(self, *raised: object) -> None:
        self.kill()
        super().__exit__(*raised)


def start(*argv: str, program: tuple[str, ...] = ("-m", "winnerlook"), cwd: Path, **environment: str) -> subprocess.Popen[str]:
    return _Bounded(
        [sys.executable, "-X", "dev", *program, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", cwd=cwd, env={**os.environ, **environment},
    )


def test_send(account: MockAccount, tmp_path: Path) -> None:
    """O2: Chinese text through the arguments of a process and out of it, where the locale is not UTF-8 as well."""
    with start("send", "13900000000", "您好【测试】", cwd=tmp_path) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert account.messages[0].text == "您好【测试】"
    assert account.messages[0].batch_number in out
    with start("send", "13900000000", "您好【测试】", cwd=tmp_path, PYTHONIOENCODING="ascii") as process:
        assert process.wait(30) == 0


def test_reports_to_an_ascii_terminal_are_valid_json(account: MockAccount, tmp_path: Path) -> None:
    account.reply("13900000000", "😀好")
    with start("replies", "--json", cwd=tmp_path, PYTHONIOENCODING="ascii") as process:
        out, _ = process.communicate(timeout=30)
    assert json.loads(out)["text"] == "😀好"


def test_zeep_is_imported_only_to_speak_soap(tmp_path: Path) -> None:
    """--help, --version and codes start fast."""
    code = (
        "import sys; from winnerlook.cli import main\n"
        "assert [main([word]) for word in ('--help', '--version', 'codes')] == [0, 0, 0]\n"
        "raise SystemExit('zeep' in sys.modules)"
    )
    with start(program=("-c", code), cwd=tmp_path) as process:
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"winnerlook {__version__}\n" in out


def test_interrupted_during_a_send(tmp_path: Path, configured) -> None:
    """Ctrl-C while the gateway has the request: exit 130, and the outcome is said to be unknown."""
    received = threading.Event()

    def behaviour(connection) -> None:
        read_request(connection)
        received.set()
        connection.recv(1)

    with RawServer(behaviour) as server:
        configured(server.url)
        with start("send", "13900000000", "文", program=("-c", _INTERRUPTIBLE), cwd=tmp_path) as process:
            assert received.wait(30)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "may have been sent" in err
    assert "Traceback" not in err


def test_nobody_reads_the_output(tmp_path: Path, configured) -> None:
    """R1: ``winnerlook reports | head -1`` loses no record."""
    records = "".join(f"{n},13900000000,2014/06/10 15:34:11,DELIVRD,id|" for n in range(1, 501))
    with RawServer(answering(envelope("GetReport2Connect", records))) as server:
        configured(server.url)
        with start("reports", "--json", cwd=tmp_path) as process:
            assert process.stdout
            assert process.stderr
            first = json.loads(process.stdout.readline())
            process.stdout.close()
            assert process.wait(30) == 141
            err = process.stderr.read()
    [file] = tmp_path.glob("winnerlook-reports-*.txt")
    kept = [json.loads(line)["batch_number"] for line in file.read_text("utf-8").splitlines()]
    assert first["batch_number"] == "1"
    assert kept[-1] == "500"
    assert file.name in err
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
