"""The container: what its Dockerfile says is run as it says, by nobody, where nothing can be written; and the example without containers.

There is no Docker in the suite. The images are linted, and their commands run with this Python's programs.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3
import yaml

from tests.foreign import dockerfiles
from tests.foreign.pages import page

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "container"
BIN = Path(sys.executable).parent
# Without any rights but to read: this Python may be in a folder that only root may enter.
RIGHTS = [f"--{kind}=-all,+dac_read_search" for kind in ("bounding-set", "inh-caps", "ambient-caps")]
READ_ONLY = """
for point in / /tmp; do if mountpoint -q $point; then mount -o remount,bind,ro $point; fi; done
exec "$@"
"""
UNWRITABLE = """
if touch "/tmp/written-$$" 2>/dev/null; then echo "/tmp can be written"; exit 1; fi
exec "$@"
"""


def linter(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([str(BIN), os.environ["PATH"]]))
    if found is None:
        pytest.skip(f"no {name}: make foreign installs it")
    return found


def can_mount() -> bool:
    """Whether a program can be given a root that is read-only: for root on Linux, unless a container forbids it."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return False
    return subprocess.run(["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"], capture_output=True, check=False).returncode == 0


@contextmanager
def started(command: list[str], environment: dict[str, str], ready: str) -> Iterator[dict[str, str]]:
    """A program that is running, and what its banner says by the first word of each line."""
    env = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]), **environment}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        said: dict[str, str] = {}
        for line in process.stdout:
            name, _, rest = line.strip().partition(" ")
            said[name] = rest.strip()
            if name == ready:
                break
        try:
            assert ready in said, said
            yield said
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode in {0, -signal.SIGTERM}


def status(url: str, **headers: str) -> int:
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("GET", url, headers=headers).status


@pytest.mark.skipif(not can_mount(), reason="it takes root on Linux, unshare and setpriv, to make a root that is read-only")
def test_the_mock_serves_as_nobody_from_a_read_only_root():
    """ENV, USER, ENTRYPOINT, CMD and HEALTHCHECK of the Dockerfile, but for the port."""
    image = dockerfiles.read(ROOT / "Dockerfile")
    assert image.user >= 10_000
    nobody = ["setpriv", f"--reuid={image.user}", f"--regid={image.user}", "--clear-groups", "--no-new-privs", *RIGHTS]
    jail = ["unshare", "--mount", "sh", "-euc", READ_ONLY, "sh", *nobody]
    command = [*jail, "sh", "-euc", UNWRITABLE, "sh", *image.command]
    with started(command, {**image.environment, "WINNERLOOK_MOCK_PORT": "0"}, "stop") as banner:
        assert banner["endpoint"].startswith("http://127.0.0.1:")
        token = banner["token"].split(" ")[0]
        assert len(token) >= 32
        accounts = f"{banner['endpoint']}/_mock/api/v1/accounts"
        assert (status(accounts), status(accounts, authorization=f"Bearer {token}")) == (401, 200)
        port = {"WINNERLOOK_MOCK_PORT": banner["endpoint"].rpartition(":")[2], "PATH": f"{BIN}:{os.environ['PATH']}"}
        assert subprocess.run([*jail, *image.health], env={**os.environ, **port}, check=False).returncode == 0
    assert subprocess.run([*jail, *image.health], env={**os.environ, **port}, capture_output=True, check=False).returncode == 1


def test_the_example_works_without_containers(tmp_path):
    """The services' own programs, settings and tests, with addresses of this machine."""
    compose = yaml.safe_load((EXAMPLE / "compose.yaml").read_text("utf-8"))["services"]
    serve = dockerfiles.read(ROOT / "Dockerfile").command
    mock = {**compose["mock"]["environment"], "WINNERLOOK_MOCK_PORT": "0"}
    with started(serve, mock, "stop") as gateway:
        shop = {**compose["shop"]["environment"], "WINNERLOOK_ENDPOINT": gateway["endpoint"], "SHOP_HOST": "127.0.0.1", "SHOP_PORT": "0"}
        with started([sys.executable, str(EXAMPLE / "shop.py")], shop, "ready:") as application:
            tests = {**compose["tests"]["environment"], "SHOP_URL": application["ready:"], "MOCK_URL": gateway["endpoint"]}
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:winnerlook", f"--rootdir={tmp_path}", str(EXAMPLE / "test_shop.py")]
            done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **tests}, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_the_compose_file_hangs_together():
    """Addresses, credentials and the token are the same on both sides; nothing is written, nobody is root, nothing leaves the network."""
    compose = yaml.safe_load((EXAMPLE / "compose.yaml").read_text("utf-8"))
    mock, shop, tests = (compose["services"][name]["environment"] for name in ("mock", "shop", "tests"))
    port = dockerfiles.read(ROOT / "Dockerfile").environment["WINNERLOOK_MOCK_PORT"]
    assert shop["WINNERLOOK_ENDPOINT"] == tests["MOCK_URL"] == f"http://mock:{port}"
    assert mock["WINNERLOOK_MOCK_ACCOUNT"].startswith(f"{shop['WINNERLOOK_USER_CODE']}:{shop['WINNERLOOK_USER_PASS']}:")
    assert tests["MOCK_TOKEN"] == mock["WINNERLOOK_MOCK_TOKEN"]
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in compose["services"].values())
    assert all(service["networks"] == ["inside"] for service in compose["services"].values())
    assert compose["networks"]["inside"]["internal"] is True
    for service in compose["services"].values():
        build = service["build"]
        context = (EXAMPLE / build["context"]).resolve()
        dockerfile = context / build.get("dockerfile", "Dockerfile")
        assert (context, dockerfile.is_file()) == (ROOT, True)
        assert f" AS {build['target']}\n" in dockerfile.read_text("utf-8") if "target" in build else True


@pytest.mark.parametrize("file", ["Dockerfile", "examples/container/Dockerfile"])
def test_what_is_copied_is_there_and_not_ignored(file):
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    for path in " ".join(copies).split():
        assert (ROOT / path).exists(), path
        assert any(path == one or path.startswith(one + "/") for one in kept), path


@pytest.mark.parametrize("file", ["Dockerfile", "examples/container/Dockerfile"])
def test_hadolint_finds_nothing(file):
    done = subprocess.run([linter("hadolint"), str(ROOT / file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_is_valid():
    check = [linter("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(EXAMPLE / "compose.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_shellcheck_finds_nothing():
    scripts = sorted((ROOT / "examples" / "foreign" / "curl").glob("*.sh"))
    check = [linter("shellcheck"), "--external-sources", f"--source-path={scripts[0].parent}", *map(str, scripts)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_page_shows_what_is_in_the_files():
    sources = [file.read_text("utf-8") for file in (ROOT / "Dockerfile", *EXAMPLE.glob("*.*"))]
    for excerpt in page("container").excerpts:
        assert any(excerpt in source for source in sources), excerpt
