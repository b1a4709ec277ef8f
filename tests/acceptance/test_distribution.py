"""What is in the sdist and the wheel. ``make check`` builds them and says where they are in DIST_DIR."""

from __future__ import annotations

import importlib.metadata
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

import winnerlook

ROOT = Path(__file__).parents[2]
HOMES = {"client/winnerlook": "winnerlook", "wsdl": "winnerlook/wsdl", "mockserver/winnerlook_mock": "winnerlook_mock"}
SHIPPED = {".py", ".wsdl", ".typed", ".html", ".css", ".js", ".json", ".svg"}

needs_dist = pytest.mark.skipif("DIST_DIR" not in os.environ, reason="nothing was built: make check builds and sets DIST_DIR")


def sources() -> dict[str, str]:
    """Every shipped file of the tree, and where the wheel has it."""
    return {
        str(path.relative_to(ROOT)): f"{package}/{path.relative_to(ROOT / home)}"
        for home, package in HOMES.items()
        for path in (ROOT / home).rglob("*")
        if path.suffix in SHIPPED or path.name == "py.typed"
    }


def built(pattern: str) -> Path:
    (path,) = (ROOT / os.environ["DIST_DIR"]).glob(pattern)
    return path


@needs_dist
def test_the_wheel_holds_every_source_and_nothing_else():
    with zipfile.ZipFile(built("*.whl")) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == set(sources().values())
    assert {"winnerlook/wsdl/trigger.wsdl", "winnerlook/py.typed", "winnerlook_mock/py.typed"} <= names
    assert "winnerlook_mock/scenario/scenario.schema.json" in names
    assert {"winnerlook_mock/console/static/index.html", "winnerlook/outbox/migrations/versions/v0001_first.py"} <= names


@needs_dist
def test_the_wheel_carries_its_licence_and_its_commands():
    with zipfile.ZipFile(built("*.whl")) as wheel:
        home = f"winnerlook-{importlib.metadata.version('winnerlook')}.dist-info"
        commands = wheel.read(f"{home}/entry_points.txt").decode()
        assert wheel.read(f"{home}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        metadata = wheel.read(f"{home}/METADATA").decode()
        assert wheel.read(f"{home}/top_level.txt").decode().split() == ["winnerlook", "winnerlook_mock"]
    assert "winnerlook = winnerlook.cli:main" in commands
    assert "winnerlook-mock = winnerlook_mock.cli:main" in commands
    assert "winnerlook = winnerlook_mock.pytest_plugin" in commands
    for extra in ("async", "mock", "otel", "outbox", "receive"):
        assert f"Provides-Extra: {extra}\n" in metadata
    assert "License-Expression: MIT" in metadata or "License: MIT" in metadata


@needs_dist
def test_the_sdist_holds_what_it_takes_to_build_and_test():
    with tarfile.open(built("*.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert set(sources()) <= names
    assert {"noxfile.py", "tools/release_check.py", "tests/acceptance/api/winnerlook.txt"} <= names
    assert {"setup.cfg", "pyproject.toml", "Makefile", "LICENSE", "README.md", "tests/conftest.py", "examples/main_job.py"} <= names
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")} <= names  # README links to them, the suite runs them
    assert {f"examples/receive_{framework}.py" for framework in ("django", "fastapi", "flask")} <= names
    assert {"examples/outbox_plain.py", "examples/outbox_worker.py", "examples/outbox_django/manage.py"} <= names
    assert {f"examples/outbox_fastapi_celery/{part}.py" for part in ("store", "tasks", "web")} <= names


@needs_dist
def test_the_suite_runs_against_the_wheel():
    assert "site-packages" in winnerlook.__file__


def test_the_release_is_named_once():
    assert importlib.metadata.version("winnerlook") == winnerlook.__version__
