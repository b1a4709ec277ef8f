"""What has to hold of a release: same bytes twice, metadata, contents, an installation of each extra alone, and nothing left behind.

``python -m tools.release_check`` is what ``make release-check`` does. It builds what was committed, not the working tree.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tools import dist, extras

ROOT = dist.ROOT
DIST = ROOT / "dist"
_SAMPLE = ("tests/contract", "tests/acceptance/test_every_door.py", "tests/acceptance/test_surface.py")
"""Tests that are run from the sdist; with WHOLE_SUITE=1 in the environment, all are."""


def main() -> None:
    """Ends with an error at the first thing that does not hold."""
    with tempfile.TemporaryDirectory(prefix="winnerlook-release-") as name:
        work = Path(name)
        sdist, wheel = built_twice(work)
        metadata(sdist, wheel)
        contents()
        for extra in extras.ALL:
            installed(work / f"venv-{extra.name or 'bare'}", wheel, extra)
        suite(work, sdist)
    tell("ready: dist/ holds what can be published")


def built_twice(work: Path) -> tuple[Path, Path]:
    """Two checkouts at different paths, made under different umasks, give the same bytes. Fills dist/."""
    moment = dist.moment_of(ROOT)
    sums = []
    for at, umask in enumerate((0o022, 0o077)):
        before = os.umask(umask)
        source = work / f"checkout-{at}" / ("deeper" * at)
        checkout(source)
        dist.build(source, work / f"dist-{at}", moment)
        os.umask(before)
        sums.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((work / f"dist-{at}").iterdir())})
    if sums[0] != sums[1]:
        sys.exit(f"two builds of one commit differ: {sums[0]} and {sums[1]}")
    DIST.mkdir(exist_ok=True)
    for old in DIST.glob("winnerlook-*"):
        old.unlink()
    for path in (work / "dist-0").iterdir():
        path.replace(DIST / path.name)
    for file, digest in sums[0].items():
        tell(f"built twice, the same bytes: {digest}  {file}")
    (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return sdist, wheel


def checkout(folder: Path) -> None:
    """What was committed last."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)


def metadata(sdist: Path, wheel: Path) -> None:
    """As the index will want it; and the version is the same wherever it stands."""
    run(sys.executable, "-m", "twine", "check", "--strict", str(sdist), str(wheel))
    version = wheel.name.split("-")[1]
    heading = f"## [{version}]"
    if heading not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        tell(f"note: CHANGELOG.md has no '{heading} - DATE' yet")
    tell("metadata: twine check --strict")


def contents() -> None:
    """The suite's own tests of what is in the archives."""
    run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/acceptance/test_distribution.py", "-k", "not suite_runs",
        cwd=ROOT, env={"DIST_DIR": str(DIST)},
    )
    tell("contents: tests/acceptance/test_distribution.py")


def installed(home: Path, wheel: Path, extra: extras.Extra) -> None:
    """In an environment of its own: what it promises works, what it does not have names the extra to install, and it goes as it came."""
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", f"{wheel}[{extra.name}]" if extra.name else str(wheel))
    for promise in extra.promises:
        run(python, "-c", promise, cwd=home, env=guarded())
    for lacking, named in extra.lacks():
        environment = {**os.environ, **guarded()}
        done = subprocess.run([python, "-c", lacking], cwd=home, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode == 0 or f"winnerlook[{named}]" not in said or "Traceback" in said:
            sys.exit(f"without the extra {named}, this does not say that it is needed: {lacking}\n{said}")
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "winnerlook")
    left = list(home.rglob("*winnerlook*"))
    if left:
        sys.exit(f"uninstalling left {left}")
    kept, missing = len(extra.promises), len(extra.lacks())
    tell(f"extra {extra.name or '(none)'}: {kept} promises kept, {missing} missing extras named, uninstalled without a trace")


def suite(work: Path, sdist: Path) -> None:
    """The sdist holds all that the suite needs: every test can be collected from it, and those of the contract pass."""
    with tarfile.open(sdist) as archive:
        archive.extractall(work, filter="data")
    source, home = work / sdist.name.removesuffix(".tar.gz"), work / "venv-sdist"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", ".[test]", cwd=source)
    run(python, "-m", "pytest", "-q", "--collect-only", "-qq", cwd=source, quiet=True)
    chosen = () if os.environ.get("WHOLE_SUITE") else _SAMPLE
    run(python, "-m", "pytest", "-q", "--numprocesses", "auto", *chosen, cwd=source)
    tell(f"sdist: every test collected from it, {'the whole suite' if not chosen else ' '.join(chosen)} passed")


def guarded() -> dict[str, str]:
    """Nothing that is tried here leaves the machine."""
    return {"PYTHONPATH": str(ROOT / "tests" / "subprocess_site")}


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Raises CalledProcessError."""
    subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, check=True, stdout=subprocess.DEVNULL if quiet else None)


def tell(text: str) -> None:
    """A line of the report."""
    print(f"release-check: {text}", flush=True)


if __name__ == "__main__":
    main()
