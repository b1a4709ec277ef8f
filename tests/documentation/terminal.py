"""A shell in a folder of its own, as a reader has it who types a page's commands one after the other."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import randrange

from tests.documentation.pages import ROOT
from winnerlook_mock.readiness import wait_until_ready

HERE = Path(__file__).parent
_DONE = "== the commands of this block are done =="
_PATIENCE = 30


class CommandFailedError(AssertionError):
    """A block ended with an error, or did not end."""


@contextlib.contextmanager
def warm_commands(folder: Path) -> Iterator[Path]:
    """A folder for PATH with the product's commands, which take little time."""
    path = f"{folder}/warm"
    process = subprocess.Popen([sys.executable, str(HERE / "warm.py"), path])
    binaries = folder / "bin"
    binaries.mkdir()
    for command in ("winnerlook", "winnerlook-mock"):
        stub = binaries / command
        stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -ISs "{HERE / "ask.py"}" "{path}" {command} "$@"\n')
        stub.chmod(0o755)
    try:
        while not Path(path).exists():
            assert process.poll() is None, "the process that runs commands did not start"
        yield binaries
    finally:
        process.terminate()
        process.wait()


class Terminal:
    """One shell for a page's commands, and those for what goes on running. Ports that a page names are others here."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._ports: dict[str, str] = {}
        path = os.pathsep.join([str(binaries), str(Path(sys.executable).parent), os.environ["PATH"]])
        self._environment = {**os.environ, "PATH": path, "HOME": str(folder)}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what one command compiled the next one has
        # A reader's pytest has the product's plugin and none of those that this suite needs, which take seconds to import.
        self._environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "winnerlook_mock.pytest_plugin"}
        self._environment["PYTEST_ADDOPTS"] = "--ignore=examples"  # of which a reader's folder has no tests
        (folder / "examples").symlink_to(ROOT / "examples")
        self._shell = self._start(["bash", "--noprofile", "--norc", "-euo", "pipefail"])
        self._others: list[subprocess.Popen[str]] = []
        self._blocks = 0

    def _start(self, command: list[str], **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=self._folder, env={**self._environment, **more}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True,
        )

    def run(self, commands: str) -> str:
        """What the commands print. Raises CommandFailedError."""
        self._blocks += 1
        script = self._folder / f".block-{self._blocks}.sh"
        script.write_text(self.here(commands), "utf-8")
        assert self._shell.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._shell.stdin.write(f". '{script}' </dev/null\necho '{_DONE}'\n")
            self._shell.stdin.flush()
        return self.there(self._read(commands))

    def _read(self, commands: str) -> str:
        assert self._shell.stdout is not None
        watch = threading.Timer(_PATIENCE, _kill, (self._shell,))
        watch.start()
        printed = []
        try:
            for line in self._shell.stdout:
                if line.rstrip("\n") == _DONE:
                    return "".join(printed)
                printed.append(line)
        finally:
            watch.cancel()
        raise CommandFailedError(f"these commands failed:\n{commands}\n{''.join(printed)}")

    def leave_running(self, commands: str) -> None:
        """In a terminal of its own; gives control back when the mock that it starts is ready."""
        port = self._port("8118")
        self._others.append(self._start(["bash", "-euc", self.here(commands)], WINNERLOOK_MOCK_PORT=port))
        if "winnerlook-mock serve" in commands:
            wait_until_ready(f"http://127.0.0.1:{port}", timeout=_PATIENCE)

    def here(self, text: str) -> str:
        """A page's text with the ports that are used here."""
        return re.sub(r"(?<=127\.0\.0\.1:)\d{4}\b|(?<=-port )\d{4}\b", lambda match: self._port(match[0]), text)

    def there(self, text: str) -> str:
        """The other way round."""
        for named, used in self._ports.items():
            text = text.replace(used, named)
        return text.replace(str(self._folder), "…")

    def _port(self, named: str) -> str:
        if named not in self._ports:
            self._ports[named] = str(free_port())
        return self._ports[named]

    def close(self) -> None:
        """End everything that was started here."""
        ended = [process.args for process in self._others if process.poll() is not None]
        for process in (self._shell, *self._others):
            _kill(process)
            process.communicate()
        assert ended == [], "what was to go on running ended by itself"


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody has, below those that the system gives away, so that nobody gets it meanwhile."""
    while True:
        port = randrange(20_000, 32_000)
        with socket.socket() as candidate, contextlib.suppress(OSError):
            candidate.bind(("127.0.0.1", port))
            return port


def available() -> bool:
    """Whether this machine can run a page's commands."""
    return shutil.which("bash") is not None and hasattr(os, "fork")

