"""Servers as processes of their own, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that answers at `url`."""

    url: str
    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used, all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(command: Sequence[str], **environment: str) -> Iterator[Server]:
    """Start a server that prints its port in a line of its own, ``PORT 8118``, when it answers; end it afterwards."""
    env = {**os.environ, **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            port = next((line.split()[1] for line in process.stdout if line.startswith("PORT ")), None)
            if port is None:
                raise RuntimeError(f"{command[0]} ended before it answered")
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.kill()


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of the benchmark."""
    return [sys.executable, "-m", f"bench.speed.{name}", *arguments]
