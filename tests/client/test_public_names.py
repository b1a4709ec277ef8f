"""What importing costs, and what it offers; the names themselves are pinned by tests/acceptance/test_surface.py."""

from __future__ import annotations

import subprocess
import sys

import winnerlook


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; before = {{*sys.modules}}; {statement}; print(*({{*sys.modules}} - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_receiver_loads_no_framework():
    """Its applications speak WSGI and ASGI by themselves."""
    loaded = loaded_by("import winnerlook.receiver")
    assert not loaded & {"zeep", "requests", "aiohttp", "waitress", "uvicorn", "starlette", "flask", "django"}


def test_importing_the_sdk_loads_no_soap_engine():
    """Only a client that speaks SOAP pays for zeep; the SDK never loads its own mock."""
    loaded = loaded_by("from winnerlook import Client")
    assert not loaded & {"zeep", "requests", "spyne", "uvicorn", "aiohttp", "lxml.objectify", "winnerlook_mock"}


def test_importing_the_sdk_loads_nothing_of_others():
    """Whatever is heavy waits until it is asked for: urllib3 for a client, lxml for a call, the ciphers for an encrypted one."""
    heavy = {"urllib3", "lxml", "Crypto", "logging", "ssl", "asyncio", "dataclasses"}
    assert not loaded_by("import winnerlook") & heavy
    assert not loaded_by("from winnerlook import Client") & (heavy - {"logging", "ssl", "dataclasses"})


def test_public_modules_are_attributes():
    """As they were when the package imported them all."""
    reached = subprocess.run(
        [sys.executable, "-c", "import winnerlook; print(winnerlook.errors.WinnerlookError.__name__, len(winnerlook.operations.ALL))"],
        capture_output=True, text=True, check=True,
    )
    assert reached.stdout.split() == ["WinnerlookError", "12"]


def test_every_public_name_is_offered_before_it_is_imported():
    """For tab completion; and a wrong name is an AttributeError, as of any module."""
    code = "import winnerlook; print(set(winnerlook.__all__) <= set(dir(winnerlook)), hasattr(winnerlook, 'Clinet'))"
    offered = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert offered.stdout.split() == ["True", "False"]


def test_importing_the_mock_loads_no_server():
    assert not loaded_by("import winnerlook_mock") & {"spyne", "uvicorn", "zeep", "lxml"}


def test_zeep_is_imported_in_one_package_only():
    import re
    from pathlib import Path

    home, imports = Path(winnerlook.__file__).parent, re.compile(r"^\s*(import|from) zeep\b", re.MULTILINE)
    users = {path.relative_to(home).as_posix() for path in home.rglob("*.py") if imports.search(path.read_text("utf-8"))}
    assert users == {"_soap/codec.py", "_soap/transport.py"}


def test_the_sdk_never_imports_its_mock():
    from pathlib import Path

    for path in Path(winnerlook.__file__).parent.rglob("*.py"):
        assert "winnerlook_mock" not in path.read_text("utf-8"), path
