"""Where pushed records are put: whole lines or none, whatever the disk does."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.client.raw_server import RawServer, http, read_request, reset
from tests.client.receiver.bodies import push, report
from winnerlook._timeouts import Timeouts
from winnerlook.cli import sinks
from winnerlook.pushes import Push, parse_push
from winnerlook.receiver._answers import NotTakenOnError

BEFORE = b'{"old": 1}\n'


def batches(file: Path) -> list[Any]:
    return [json.loads(line).get("batch_number", "")[-2:] for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_no_half_line_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """P4, L1: a disk that fills up in the middle of a record leaves the file as it was."""
    file = tmp_path / "pushed.jsonl"
    file.write_bytes(BEFORE)
    sink, real = sinks.JsonLines(str(file)), os.write

    def write(descriptor: int, data: bytes) -> int:
        if file.stat().st_size > 100:
            raise OSError(errno.ENOSPC, "full")
        return real(descriptor, data[:60])

    def fsync(descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as broken:
        broken.setattr(os, failing, write if failing == "write" else fsync)
        with pytest.raises(OSError):
            sink(parse_push(push(report(1)).decode()))
    assert file.read_bytes() == BEFORE
    sink(parse_push(push(report(1)).decode()))
    assert file.read_bytes().startswith(BEFORE)
    assert batches(file) == ["", "81"]


def test_a_file_that_is_moved_away(tmp_path: Path) -> None:
    """L1: as log rotation does; the next push begins a new one."""
    file = tmp_path / "pushed.jsonl"
    sink = sinks.JsonLines(str(file))
    sink(parse_push(push(report(1)).decode()))
    file.rename(tmp_path / "old.jsonl")
    sink(parse_push(push(report(2)).decode()))
    assert [batches(each) for each in (file, tmp_path / "old.jsonl")] == [["82"], ["81"]]


def test_several_writers(tmp_path: Path) -> None:
    """L1: threads and processes that append to one file leave each other's lines whole."""
    file = tmp_path / "pushed.jsonl"
    both = [sinks.JsonLines(str(file)), sinks.JsonLines(str(file))]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: both[n % 2](parse_push(push(report(n), report(n + 1)).decode())), range(40)))
    assert sorted(batches(file)) == sorted(f"{80 + n + more:02}"[-2:] for n in range(40) for more in (0, 1))


def test_what_only_the_second_refused(tmp_path: Path) -> None:
    """P4: pushed again, split or merged with others, the file gets each record once all the same."""
    file, broken = tmp_path / "pushed.jsonl", True
    handed: list[str] = []

    def second(taken: Push) -> None:
        if broken:
            raise NotTakenOnError
        handed.extend(each.batch_number[-2:] for each in taken.reports)

    sink = sinks.InTurn(sinks.JsonLines(str(file)), second)
    for numbers in [(1, 2), (2,), (2, 3), (3, 1)]:
        with pytest.raises(NotTakenOnError):
            sink(parse_push(push(*map(report, numbers)).decode()))
    broken = False
    sink(parse_push(push(*map(report, (1, 2, 3))).decode()))
    assert batches(file) == handed == ["81", "82", "83"]
    sink(parse_push(push(report(1)).decode()))
    assert batches(file) == ["81", "82", "83", "81"]  # telling what came before is the store's work


def not_taken(url: str) -> str:
    with pytest.raises(NotTakenOnError) as error:
        sinks.Forward(url + "/hidden?key=hidden")(parse_push(push(report(1)).decode()))
    assert "hidden" not in repr(error.value)
    assert error.value.__cause__ is None
    return str(error.value)


def test_why_a_push_was_not_taken_on() -> None:
    """P4, L2: a status or a kind of failure, never the address."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert not_taken(f"http://127.0.0.1:{port}") == "connection refused"
    with RawServer(lambda connection: (read_request(connection), connection.sendall(http(b"hidden", status="503 hidden")))) as server:
        assert not_taken(server.url) == "it answered 503"
    with RawServer(lambda connection: connection.sendall(http(b"hidden"))) as server:
        assert "ssl" in not_taken(server.url.replace("http:", "https:"))
    with RawServer(lambda connection: (read_request(connection), reset(connection))) as server:
        assert not_taken(server.url) == "connection reset by peer"
    with RawServer(lambda connection: (read_request(connection), connection.sendall(b"hidden\r\n\r\n"))) as server:
        assert not_taken(server.url) == "what came is no http answer"


def test_handing_on_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """P4: however slowly an answer trickles in: the gateway has a time of its own."""
    monkeypatch.setattr(sinks, "_TIMEOUTS", Timeouts(5, 0.3, 0.3))
    done = threading.Event()

    def trickle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.02):
            connection.sendall(b"X-Slow: yes\r\n")

    with RawServer(trickle) as server:
        begun = time.monotonic()
        assert not_taken(server.url) in ("timed out", "the call took longer than 0.3 s")  # whichever limit is seen first
        assert time.monotonic() - begun < 5
        done.set()
