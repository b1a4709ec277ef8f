"""Peers from npm, kept outside the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(os.environ.get("WINNERLOOK_BENCH_CACHE") or Path.home() / ".cache" / "winnerlook-bench")


def node_modules(*names: str) -> Path | None:
    """Where these npm packages are, installed where they were not; None where they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    home = CACHE / "node_modules"
    missing = [name for name in names if not (home / name).is_dir()]
    if missing:
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--silent", *missing]
        if subprocess.run(command, check=False, capture_output=True, timeout=600).returncode:
            return None
    return home


def wiremock_jar() -> Path | None:
    """WireMock's one file; None where it or a Java is missing."""
    home = node_modules("wiremock") if shutil.which("java") else None
    return next(home.glob("wiremock/build/wiremock-standalone-*.jar"), None) if home else None


def wrk() -> str | None:
    """The load generator, from Debian where that can be had."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run("apt-get update -qq && apt-get install -qq -y wrk", shell=True, check=False, capture_output=True, timeout=300)
    return shutil.which("wrk")
