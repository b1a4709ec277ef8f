"""The suite over every interpreter that is on this machine, with the newest dependencies and with the oldest that are allowed.

``make matrix`` runs it; ``make matrix NOX="-s tests-3.12 -- tests/contract"`` a part. The console's tests need a browser and are the same
everywhere: they are left out.
"""

import os
import shutil
import subprocess
from pathlib import Path

import nox

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
LOWEST = "3.11"
_LEFT_OUT = ("--ignore=tests/mockserver/console",)

nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
os.environ["UV_PYTHON_DOWNLOADS"] = "never"


def interpreter(version: str) -> str:
    """The path of one that runs: from the PATH, or of pyenv's. Its mere name where there is none, which nox then skips and says so."""
    found = [shutil.which(f"python{version}"), *sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), reverse=True)]
    for path in filter(None, found):
        asked = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            return str(path)
    return version


def suite(session: nox.Session) -> None:
    """What is left of the command line goes to pytest."""
    session.run("python", "-m", "pytest", "--quiet", "--numprocesses", "auto", *_LEFT_OUT, *session.posargs)


def newest(session: nox.Session) -> None:
    """The newest dependencies."""
    session.install(".[test]")
    suite(session)


for _version in VERSIONS:
    nox.session(newest, name=f"tests-{_version}", python=interpreter(_version))


@nox.session(python=interpreter(LOWEST))
def lowest(session: nox.Session) -> None:
    """The oldest dependencies that setup.cfg allows, those that they need as new as can be."""
    pinned = Path(session.create_tmp()) / "lowest.txt"
    session.run(
        "uv", "pip", "compile", "--quiet", "setup.cfg", "--extra", "test", "--resolution", "lowest-direct", "--python", session.python,
        "--output-file", str(pinned), external=True,
    )
    session.install("--requirement", str(pinned))
    session.install("--no-deps", ".")
    suite(session)
