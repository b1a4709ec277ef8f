"""An environment with nothing in it but the wheel and what its extras need, those of the tests left out."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

EXTRAS = ("async", "mock", "otel", "outbox", "receive")


def wheel() -> Path:
    """The one in ``dist/``; ends the program where there is none, or more than one."""
    found = sorted(Path("dist").glob("winnerlook-*.whl"))
    if len(found) != 1:
        sys.exit(f"dist/ holds {len(found)} wheels of winnerlook: make dist")
    return found[0]


def environment(folder: Path) -> Path:
    """Made anew in `folder`, without pip. Gives the folder."""
    venv.create(folder, clear=True, with_pip=False)
    target = f"{wheel().resolve()}[{','.join(EXTRAS)}]"
    pip(["--python", str(folder), "install", "--quiet", target])
    return folder


def tool(name: str, package: str, folder: Path) -> Path:
    """A command of a package that gets an environment of its own, kept for the next time."""
    command = folder / "bin" / name
    if not command.exists():
        venv.create(folder, clear=True, with_pip=False)
        pip(["--python", str(folder), "install", "--quiet", package])
    return command


def pip(arguments: list[str]) -> str:
    """Run this interpreter's pip. Gives what it prints."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout
