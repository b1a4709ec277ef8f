"""``make run``: the mock in a process of its own, a client in another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "main_job.py"


def test_the_main_job_passes_and_says_so():
    """O1-O12 and C1-C28 through every door over http and https, sync and async, E3, the document's samples, and P1-P4."""
    done = subprocess.run([sys.executable, str(EXAMPLE)], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    passed = [line for line in lines if line.startswith("ok  ")]
    assert lines[-1] == f"{len(passed)} passed, 0 failed"
    assert len(passed) == 1 + 4 * 12 + 28 + 12 + 5
