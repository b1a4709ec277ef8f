"""Stores: a key is new once, however many ask, and again when its block failed."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from winnerlook import ConfigurationError
from winnerlook.receiver import BusyError, MemoryStore, SqliteStore, Store

Make = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "seen.sqlite", wait=0.05)


def new(store: Store, *keys: str) -> list[str]:
    with store.once(keys) as found:
        return list(found)


def fail() -> None:
    raise ValueError


def test_a_key_is_new_once(store: Store) -> None:
    assert new(store, "a", "b", "a") == ["a", "b"]
    assert new(store, "b", "c") == ["c"]
    assert new(store, "a", "b", "c") == []
    assert new(store) == []


def test_a_failed_block_releases_its_keys(store: Store) -> None:
    new(store, "old")
    for failure in (ValueError, KeyboardInterrupt, GeneratorExit, StopIteration):
        with pytest.raises(failure), store.once(["old", "a"]) as found:
            raise failure(found)
    assert new(store, "a", "old") == ["a"]


def test_a_key_that_another_block_holds(store: Store) -> None:
    with store.once(["a"]):
        with pytest.raises(BusyError):
            new(store, "b", "a")
    assert new(store, "a", "b") == ["b"]


def test_many_threads(store: Store, tmp_path: Path) -> None:
    """Every key goes to exactly one of many that want it; a third of the blocks fail."""
    lock, handled, busy = threading.Lock(), [], []
    if isinstance(store, SqliteStore):
        store = SqliteStore(tmp_path / "seen.sqlite", wait=10)

    def take(number: int) -> None:
        keys = [f"{number % 7}", f"x{number % 5}"]
        try:
            with store.once(keys) as found:
                if number % 3 == 0:
                    fail()
                with lock:
                    handled.extend(found)
        except BusyError:
            busy.append(number)
        except ValueError:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(200)))
    assert sorted(handled) == sorted({*map(str, range(7)), *(f"x{n}" for n in range(5))})
    assert isinstance(store, MemoryStore) or not busy  # a file makes them wait


def test_memory_forgets_the_oldest_and_no_claim() -> None:
    store = MemoryStore(limit=3)
    with store.once(["claimed"]):
        assert new(store, "a", "b", "c", "d") == ["a", "b", "c", "d"]
        assert new(store, "b", "c", "d") == []
        with pytest.raises(BusyError):
            new(store, "claimed")
        assert new(store, "a") == ["a"]
    assert new(store, "c") == ["c"]
    assert new(store, "claimed", "a") == []


def test_sqlite_while_somebody_reads_the_file(tmp_path: Path) -> None:
    """P4: whoever reads it, a backup say, has pushes wait before their handler runs, not after."""
    path, ran = tmp_path / "seen.sqlite", []
    store = SqliteStore(path, wait=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM seen").fetchall()
        with pytest.raises(BusyError), store.once(["a"]):
            ran.append("a")
    with store.once(["a"]), pytest.raises(BusyError):
        new(SqliteStore(path, wait=0.05), "b")  # the store of a process that starts meanwhile
    assert ran == []
    assert new(store, "a", "b") == ["b"]


def test_sqlite_forgets_after_its_days(tmp_path: Path) -> None:
    now = [1_000_000.0]
    store = SqliteStore(tmp_path / "seen.sqlite", days=2, clock=lambda: now[0])
    new(store, "a")
    now[0] += 2 * 86_400 - 1
    assert new(store, "a", "b") == ["b"]
    now[0] += 1
    assert new(store, "a", "b") == ["a"]


def test_sqlite_lasts_and_is_private(tmp_path: Path) -> None:
    """L2: only its owner may read it, and it holds digests only."""
    path = tmp_path / "seen.sqlite"
    new(SqliteStore(path), "a")
    assert new(SqliteStore(str(path)), "a", "b") == ["b"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with SqliteStore(path).once(["c"]):
            assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_sqlite_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may change its folder after the start."""
    monkeypatch.chdir(tmp_path)
    store = SqliteStore("seen.sqlite")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir("other")
    assert new(store, "a") == ["a"]
    assert not list(Path().iterdir())


def test_sqlite_that_is_read_meanwhile(tmp_path: Path) -> None:
    """A reader in the way of the commit: the push is tried again, and nothing is said to be kept that is not."""
    store = SqliteStore(tmp_path / "seen.sqlite", wait=0.05)
    with closing(sqlite3.connect(tmp_path / "seen.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM seen").fetchall()
        with pytest.raises(BusyError):
            new(store, "a")
    assert new(store, "a") == ["a"]


def test_an_error_of_the_handlers_own_database_is_its_own(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "seen.sqlite")
    with pytest.raises(sqlite3.OperationalError):
        with store.once(["a"]):
            raise sqlite3.OperationalError("database is locked")


def test_stores_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, and longer than the header of one would be" * 10)
    for path in (tmp_path, tmp_path / "missing" / "seen.sqlite", tmp_path / "text", "a\x00b"):
        with pytest.raises(ConfigurationError):
            SqliteStore(path)
    for days in (0, -1, float("nan")):
        with pytest.raises(ConfigurationError):
            SqliteStore(tmp_path / "seen.sqlite", days=days)
    with pytest.raises(ConfigurationError):
        MemoryStore(0)


_HANDLER = """
import sys
from winnerlook.receiver import Receiver, SqliteStore
def handle(push):
    if push.records[0].status == "HOLD":
        print("entered", flush=True)
        sys.stdin.read()
receiver = Receiver(handle, store=SqliteStore(sys.argv[1]))
for line in sys.argv[2:]:
    print(receiver.receive("POST", "/", line.encode(), None).status, flush=True)
"""
_RECORD = '{"list":[{"phone":"1","receive_status":"%s","receive_time":1}],"account":"a","type":1}'


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_kill_9_in_the_middle_of_a_handler(tmp_path: Path) -> None:
    """P4: what was answered stays known, what was under way is handed on again; another process was kept out meanwhile."""
    path = tmp_path / "seen.sqlite"
    command = [sys.executable, "-c", _HANDLER, str(path), _RECORD % "DELIVRD", _RECORD % "HOLD"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert [process.stdout.readline(), process.stdout.readline()] == ["200\n", "entered\n"]
        with pytest.raises(BusyError):
            new(SqliteStore(path, wait=0.05), "another")
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    again = subprocess.run([*command[:4], *command[4:]], input="", capture_output=True, text=True, check=True)
    assert again.stdout.splitlines() == ["200", "entered", "200"]
    third = subprocess.run(command, input="", capture_output=True, text=True, check=True)
    assert third.stdout.splitlines() == ["200", "200"]
