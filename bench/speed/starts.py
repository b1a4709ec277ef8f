"""What is paid once: imports, starting and stopping the mock, accounts; and reading what a poll brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import timeit
from functools import cache
from pathlib import Path

from winnerlook import records

_REPORTS = "".join(f"22000014763584{n:05},139{n:08},2016/10/13 13:51:08,DELIVRD,order-{n}|" for n in range(500))
_REPLIES = "|;|".join(f"139{n:08}|,|收到 {n}|,|2016/10/13 13:51:08|,|order-{n}" for n in range(500))
_PROGRAMS = {
    "import winnerlook": "import winnerlook",
    "from winnerlook import Client": "from winnerlook import Client",
    "first client over SOAP": "import winnerlook; winnerlook.Client('u', 'p', endpoint='http://127.0.0.1:9')",
}
_MOCK = """
import json, time
from winnerlook_mock import MockServer
MockServer().__enter__().__exit__(None, None, None)
marks = [time.perf_counter()]
mock = MockServer().__enter__(); marks.append(time.perf_counter())
for _ in range(100): mock.account()
marks.append(time.perf_counter())
mock.__exit__(None, None, None); marks.append(time.perf_counter())
print(json.dumps([(marks[1] - marks[0]) * 1e3, (marks[2] - marks[1]) * 10, (marks[3] - marks[2]) * 1e3]))
"""


def one_round() -> dict[str, float]:
    """Milliseconds of each."""
    _prepare()
    found = {name: _program(program) for name, program in _PROGRAMS.items()}
    start, account, stop = json.loads(subprocess.run([sys.executable, "-c", _MOCK], capture_output=True, check=True).stdout)
    found |= {"MockServer() after imports": start, "a fresh account": account, "stop": stop, "serve to first answer": _serve()}
    for name, read in (
        ("500 reports", lambda: records.parse_reports(_REPORTS, timed=True)),
        ("500 replies", lambda: records.parse_replies(_REPLIES, with_sender=False)),
    ):
        assert len(read()) == 500
        found[name] = min(timeit.repeat(read, number=1, repeat=40)) * 1e3  # the least: whatever is more is others' work
    return found


@cache
def _prepare() -> None:
    """Let everything be compiled once, as installing a package does: compiling takes longer than all the rest of a start."""
    _serve()
    for program in _PROGRAMS.values():
        _program(program)


@cache
def _byte_code() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="winnerlook-bench-")


def _with_byte_code() -> dict[str, str]:
    """The environment, but byte code is kept, whatever it says of that."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _byte_code().name}


def _program(program: str) -> float:
    code = f"import time; begun = time.perf_counter(); {program}; print((time.perf_counter() - begun) * 1e3)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=_with_byte_code()).stdout)


def _serve() -> float:
    command = [str(Path(sys.executable).with_name("winnerlook-mock")), "serve", "--port", "0"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_with_byte_code()) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "127.0.0.1" in line)  # it is ready when it says where
        took = (time.perf_counter() - begun) * 1e3
        process.kill()
    return took
