"""Builds the sdist, and the wheel from it, so that one commit gives the same bytes wherever it is built with the same setuptools.

``python -m tools.dist FOLDER`` is what ``make dist`` does.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def moment_of(source: Path) -> int:
    """What every file in the archives is dated: SOURCE_DATE_EPOCH, or the last commit, or, in an unpacked sdist, its changelog."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=source, capture_output=True, text=True, check=False)
    return int(asked.stdout) if asked.returncode == 0 else int((source / "CHANGELOG.md").stat().st_mtime)


def build(source: Path, out: Path, moment: int) -> None:
    """Put sdist and wheel into a folder. Raises CalledProcessError."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        _run("--sdist", source, work, moment)
        (made,) = work.glob("*.tar.gz")
        sdist = out / made.name
        _even(made, sdist, moment)
        with tarfile.open(sdist) as archive:
            archive.extractall(work, filter="data")
        _run("--wheel", work / made.name.removesuffix(".tar.gz"), out, moment)


def _run(what: str, source: Path, out: Path, moment: int) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment)}
    command = [sys.executable, "-m", "build", what, "--outdir", str(out), str(source)]
    umask = 0o022 if os.name == "posix" else -1  # the wheel has the modes that files are made with
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, umask=umask)


def _even(made: Path, sdist: Path, moment: int) -> None:
    """The same sdist without what differs from machine to machine: order, times, owners, modes. setuptools evens out wheels only."""
    with (
        tarfile.open(made) as archive, sdist.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as even,
    ):
        for member in sorted(archive.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname, member.pax_headers = moment, 0, 0, "", "", {}
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            even.addfile(member, archive.extractfile(member) if member.isfile() else None)


if __name__ == "__main__":
    build(ROOT, Path(sys.argv[1]), moment_of(ROOT))
