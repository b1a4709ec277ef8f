"""winnerlook receive, as a process of its own that is pushed to through real HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.client.cli.conftest import Run
from tests.client.raw_server import RawServer, http, read_request
from tests.client.receiver.bodies import PHONE, SECRET, push, reply, report
from winnerlook.config import PREFIX
from winnerlook.pushes import parse_push, read_body

FIRST = {
    "kind": "report", "account": "zhangsan", "type": 1, "batch_number": "2400350000122303481", "phone": PHONE, "status": "DELIVRD",
    "delivered": True, "time": "2018-06-20T11:43:30.680000+08:00", "customer_uuid": "order-1",
}


class Receiving:
    """The command at work."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url

    def post(self, body: bytes, *, path: str = SECRET, method: str = "POST") -> tuple[int, str]:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request(method, self.url + path, body=body, headers={"Content-Type": "application/json"})
            return answer.status, answer.data.decode()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, the rest of the output, all of the errors."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@contextmanager
def receiving(folder: Path, *flags: str, stdout_is_data: bool = False, **environment: str) -> Iterator[Receiving]:
    variables = {**os.environ, "WINNERLOOK_PUSH_SECRET": SECRET, **environment}
    command = [sys.executable, "-m", "winnerlook", "receive", "--port", "0", *flags]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=folder,
        env=variables,
    ) as process:
        try:
            banner = process.stderr if stdout_is_data else process.stdout
            assert banner
            line = banner.readline()
            ready = re.search(r"http://[0-9.]+:[0-9]+/", line)
            assert ready, process.communicate()
            assert SECRET not in line
            yield Receiving(process, ready[0])
        finally:
            process.kill()


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_records_are_appended_as_json_lines(tmp_path: Path) -> None:
    """P1, P2, P4, R12: a line each, before the push is answered; once, however often it is pushed; the secret is not shown."""
    with receiving(tmp_path, "--jsonl", "pushed.jsonl") as receiver:
        assert receiver.post(push(report(1), report(2))) == (200, "success")
        assert lines(tmp_path / "pushed.jsonl")[0] == FIRST
        assert receiver.post(push(report(1)))[0] == 200
        assert receiver.post(push(reply("好\n\ud800", show_num=None)))[0] == 200
        assert receiver.post(push(report(3)), path="wrong")[0] == 404
        assert receiver.post(b"", method="GET")[0] == 405
        assert receiver.post(b"{}")[0] == 400
        code, _, err = receiver.stop()
    assert code == 0
    assert "answered 404 to 127.0.0.1" in err
    assert SECRET not in err
    kept = lines(tmp_path / "pushed.jsonl")
    assert [each.get("batch_number", "")[-1:] for each in kept] == ["1", "2", ""]
    assert kept[2] == {
        "kind": "reply", "account": "zhangsan", "type": 3, "phone": PHONE, "text": "好\n\ud800", "time": FIRST["time"], "customer_uuid": "",
        "sent_from": None,
    }
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "pushed.jsonl").stat().st_mode) == 0o600


def test_what_is_in_the_file_stays(tmp_path: Path) -> None:
    """L1: what a send log holds is not changed, to the byte, by another start; half a line that a crash left stays on a line of its own."""
    file = tmp_path / "pushed.jsonl"
    before = b'{"old": 1}\r\n\xff half a li'
    file.write_bytes(before)
    for batch in (1, 2):
        with receiving(tmp_path, "--jsonl", "pushed.jsonl", "--store", "seen.sqlite") as receiver:
            assert receiver.post(push(report(1), report(batch)))[0] == 200
            assert receiver.stop(signal.SIGINT)[0] == 0
    held = file.read_bytes()
    assert held.startswith(before + b"\n")
    assert [json.loads(line)["batch_number"][-1] for line in held[len(before) + 1 :].splitlines()] == ["1", "2"]


def test_standard_output(tmp_path: Path) -> None:
    """P4: nothing but the lines stands there."""
    with receiving(tmp_path, "--jsonl", "-", stdout_is_data=True, PYTHONIOENCODING="ascii") as receiver:
        assert receiver.post(push(reply("好")))[0] == 200
        assert receiver.process.stdout
        assert json.loads(receiver.process.stdout.buffer.readline())["text"] == "好"
        assert receiver.stop()[:2] == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_file_that_cannot_be_written(tmp_path: Path, run: Run) -> None:
    """P4: told at the start where it can be, else answered with 500."""
    outcome = run("receive", "--port", "0", "--jsonl", str(tmp_path / "missing" / "file"))
    assert outcome.code == 2
    assert "--jsonl" in outcome.err
    with receiving(tmp_path, "--jsonl", "/dev/full") as receiver:
        assert receiver.post(push())[0] == 500
        assert "OSError" in receiver.stop()[2]


class Upstream:
    """What pushes are handed on to: answers as it is told, and keeps what it was sent."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.bodies: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        request = read_request(connection)
        self.bodies.append(request.partition(b"\r\n\r\n")[2])
        connection.sendall(self._answers.pop(0))


def test_handing_on(tmp_path: Path) -> None:
    """P4: the same JSON, of the new records. Unless it is taken with 2xx the gateway is told 502; a redirect is not followed."""
    upstream = Upstream(
        http(b"", status="204 No Content"), http(b"", status="500 Broken"), http(b"", status="302 Found\r\nLocation: /other"), b"",
        http(b"success", status="200 OK"),
    )
    with RawServer(upstream) as server, receiving(tmp_path, "--forward-to", server.url + "/sms?key=hidden") as receiver:
        assert receiver.post(push(report(1, extra=1), x=2)) == (200, "success")
        assert [receiver.post(push(report(1), report(2), reply_to="")) for _ in range(4)] == [
            *[(502, "the push could not be handed on: push it again")] * 3, (200, "success"),
        ]
        code, _, err = receiver.stop()
    assert code == 0
    assert "hidden" not in err
    assert "could not be handed on: push it again (it answered 500)" in err
    assert "(it answered 302)" in err
    assert read_body(upstream.bodies[0], "application/json") == parse_push(push(report(1, extra=1), x=2).decode())
    assert [read_body(body, None).reports[0].batch_number[-1] for body in upstream.bodies[1:]] == ["2"] * 4


def test_handing_on_to_nobody(tmp_path: Path) -> None:
    """P4: both were asked for, the file was written; pushed again, it holds each record once all the same."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with receiving(tmp_path, "--jsonl", "pushed.jsonl", "--forward-to", f"http://127.0.0.1:{port}/") as receiver:
        assert [receiver.post(push(report(1)))[0] for _ in range(3)] == [502] * 3
        assert lines(tmp_path / "pushed.jsonl") == [FIRST]


def test_settings_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is separated by commas or blanks; a flag goes before a variable. None of the client's settings is needed."""
    environment = {
        "JSONL": "env.jsonl", "ACCOUNT": "zhangsan, lisi", "ALLOW_FROM": "127.0.0.0/8,::1", "STORE": "seen.sqlite", "MAX_BYTES": "400",
        "HOST": "127.0.0.1", "PORT": "1",
    }
    with receiving(tmp_path, "--json", **{f"{PREFIX}RECEIVE_{name}": value for name, value in environment.items()}) as receiver:
        assert receiver.post(push(account="lisi"))[0] == 200
        assert receiver.post(push(account="wangwu"))[0] == 403
        assert receiver.post(push(*[report()] * 9))[0] == 413
    assert (tmp_path / "seen.sqlite").exists()
    assert len(lines(tmp_path / "env.jsonl")) == 1


def test_others_addresses_are_refused(tmp_path: Path) -> None:
    with receiving(tmp_path, "--jsonl", "x", "--allow-from", "192.0.2.1", "--allow-from", "198.51.100.0/24") as receiver:
        assert receiver.post(push())[0] == 403


def nothing_of_that_name(*_: Any, **__: Any) -> None:
    raise socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "--jsonl"), (["--forward-to", "ftp://127.0.0.1/"], "--forward-to"), (["--forward-to", "http://u:hidden@h/"], "--forward-to"),
        (["--forward-to", "http://[/"], "--forward-to"), (["--forward-to", "http://127.0.0.1:x/"], "--forward-to"),
        (["--port", "hidden"], "--port"), (["--port", "65536"], "--port"), (["--max-bytes", "0"], "--max-bytes"),
        (["--secret", ""], "secret"), (["--secret", "hidden/x"], "secret"),
        (["--store", ""], "store"), (["--jsonl", ""], "--jsonl"), (["--forward-to", ""], "--forward-to"),
        (["--allow-from", ""], "allowed_ips"),
        (["--allow-from", "10.0.0"], "allowed_ips"), (["--account", ""], "account"), (["--store", "/missing/folder/x"], "store"),
        (["--host", "hidden.invalid."], "--host"), (["--host", "300.1.1.1"], "--host"),
    ],
)
def test_wrong_settings(run: Run, flags: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """L2: told before anything listens, without values that may be secret."""
    jsonl = ["--jsonl", "x"] if flags and flags[0] != "--forward-to" else []
    if flags[:1] == ["--host"]:  # no name is looked up in a test
        monkeypatch.setattr("socket.create_server", nothing_of_that_name)
    outcome = run("receive", "--port", "0", *jsonl, *flags)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""
    assert flags[:1] == ["--host"] or "hidden" not in outcome.err


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run("receive", "--port", str(port), "--jsonl", "x")
    assert outcome.code == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in outcome.err


def test_without_waitress(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "waitress", None)
    outcome = run("receive", "--port", "0", "--jsonl", "x")
    assert outcome.code == 2
    assert "pip install 'winnerlook[receive]'" in outcome.err


def test_help_names_every_variable(run: Run) -> None:
    told = " ".join(run("receive", "--help").out.split())
    for name in ("HOST", "PORT", "JSONL", "FORWARD_TO", "ACCOUNT", "ALLOW_FROM", "STORE", "MAX_BYTES"):
        assert f"[{PREFIX}RECEIVE_{name}; default: " in told
    assert f"[{PREFIX}PUSH_SECRET; default: " in told


def test_a_push_under_way_is_answered_before_it_stops(tmp_path: Path) -> None:
    """P4: what was kept is said to be kept."""
    received, go_on = threading.Event(), threading.Event()

    def upstream(connection: socket.socket) -> None:
        read_request(connection)
        received.set()
        assert go_on.wait(20)
        connection.sendall(http(b"", status="200 OK"))

    answers: list[tuple[int, str]] = []
    with RawServer(upstream) as server, receiving(tmp_path, "--forward-to", server.url) as receiver:
        thread = threading.Thread(target=lambda: answers.append(receiver.post(push())))
        thread.start()
        assert received.wait(20)
        receiver.process.send_signal(signal.SIGTERM)
        go_on.set()
        thread.join(20)
        assert receiver.process.wait(20) == 0
    assert answers == [(200, "success")]


class _Waiting:
    """An upstream that says when it was asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        read_request(connection)
        self.asked.set()
        assert self.go_on.wait(20)
        connection.sendall(http(b"", status="200 OK"))


def test_requests_under_way_have_longer_than_the_servers_five_seconds(tmp_path: Path) -> None:
    """P4: and whoever comes meanwhile is refused at once, to try again, rather than left waiting."""
    upstream, answers = _Waiting(), []
    with RawServer(upstream) as server, receiving(tmp_path, "--forward-to", server.url) as receiver:
        thread = threading.Thread(target=lambda: answers.append(receiver.post(push())))
        thread.start()
        assert upstream.asked.wait(20)
        receiver.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            receiver.process.wait(6)
        with pytest.raises(urllib3.exceptions.HTTPError):
            receiver.post(push())
        upstream.go_on.set()
        thread.join(20)
        _, err = receiver.process.communicate(timeout=20)
        assert receiver.process.returncode == 0
    assert answers == [(200, "success")]
    assert "thread(s)" not in err


def test_a_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    upstream = _Waiting()
    with RawServer(upstream) as server, receiving(tmp_path, "--forward-to", server.url) as receiver:

        def unanswered() -> None:
            with pytest.raises(urllib3.exceptions.HTTPError):
                receiver.post(push())

        thread = threading.Thread(target=unanswered)
        thread.start()
        assert upstream.asked.wait(20)
        receiver.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            receiver.process.wait(0.5)
        assert receiver.stop(signal.SIGINT)[0] == 0
        upstream.go_on.set()
        thread.join(20)


def test_slow_clients_keep_nobody_out(tmp_path: Path) -> None:
    """P4: strangers who hold a hundred requests half sent."""
    with receiving(tmp_path, "--jsonl", "pushed.jsonl") as receiver, ExitStack() as slow:
        address = urlsplit(receiver.url)
        for _ in range(120):
            connection = slow.enter_context(socket.create_connection((address.hostname or "", address.port or 0)))
            connection.sendall(b"POST /guessed HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n")
        assert receiver.post(push()) == (200, "success")
