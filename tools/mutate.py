"""Mutation testing of the modules that embody the facts of the interface: changes them one expression at a time, and sees whether a test
notices (``make mutate``).

mutmut wants sources below ``src``, under the names that they are imported by: it gets a copy. It changes what is inside functions that
have no decorator; the tables of operations and codes are held against the document by tests/contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutation"
MODULES = (
    "winnerlook/operations.py", "winnerlook/codes.py", "winnerlook/records.py", "winnerlook/individual.py", "winnerlook/encryption.py",
    "winnerlook/pushes.py", "winnerlook/sms.py", "winnerlook/china_time.py", "winnerlook/_validation.py", "winnerlook/_calls.py",
    "winnerlook/_plain.py", "winnerlook/_soap/flat.py",
    "winnerlook_mock/gateway/credentials.py", "winnerlook_mock/gateway/purse.py", "winnerlook_mock/gateway/money.py",
    "winnerlook_mock/gateway/rules.py", "winnerlook_mock/gateway/reserved.py", "winnerlook_mock/gateway/submission.py",
    "winnerlook_mock/gateway/batch_numbers.py", "winnerlook_mock/gateway/answering.py", "winnerlook_mock/gateway/waiting.py",
)
TESTS = (
    "tests/contract", "tests/client/test_calls.py", "tests/client/test_validation.py", "tests/client/test_plain.py",
    "tests/client/test_flat.py", "tests/mockserver/gateway/test_delivery.py", "tests/mockserver/gateway/test_diagnosis.py",
    "tests/mockserver/gateway/test_purse.py", "tests/mockserver/gateway/test_timeline.py",
    "tests/mockserver/gateway/test_credentials.py", "tests/mockserver/gateway/test_money.py",
    "tests/mockserver/gateway/test_rules.py", "tests/mockserver/gateway/test_reserved.py", "tests/mockserver/gateway/test_submission.py",
    "tests/mockserver/gateway/test_batch_numbers.py", "tests/mockserver/gateway/test_gateway.py",
    "tests/mockserver/gateway/test_waiting.py", "tests/mockserver/gateway/test_notes.py", "tests/mockserver/plain/test_names.py",
    "tests/mockserver/test_state.py", "tests/mockserver/faults/test_scope.py",
)
_WORDING = r"raise (PushError|RecordsError|DecryptionError|ValueError|self\.wrong|errors\.\w+)\(|^ +return f?\"\w+ .*\"$"
"""How a refusal that carries nothing but its words is worded is no fact of the interface."""
_PROFILE = """
from hypothesis import HealthCheck, settings

settings.register_profile("mutation", max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
"""
"""The same examples for each mutant, and few: there are hundreds."""


def main(arguments: list[str]) -> None:
    """What is left of the command line goes to mutmut: names of mutants to run again, for instance."""
    prepare()
    environment = {**os.environ, "PYTHONPATH": str(WORK / "src")}
    children = str(os.cpu_count() or 2)
    for command in (["run", "--max-children", children, *arguments], ["results"]):
        subprocess.run([sys.executable, "-m", "mutmut", *command], cwd=WORK, env=environment, check=True)
    print(f"what a mutant changes: cd {WORK.relative_to(ROOT)} && python -m mutmut show NAME")


def prepare() -> None:
    """The copy, made anew."""
    shutil.rmtree(WORK, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    homes = {"client/winnerlook": "winnerlook", "wsdl": "winnerlook/wsdl", "mockserver/winnerlook_mock": "winnerlook_mock"}
    for home, package in homes.items():
        shutil.copytree(ROOT / home, WORK / "src" / package, ignore=ignored)
    for folder in ("tests", "wsdl", "docs", "examples"):
        shutil.copytree(ROOT / folder, WORK / folder, ignore=ignored)
    (WORK / "pyproject.toml").write_text(configuration(), encoding="utf-8")
    (WORK / "conftest.py").write_text(_PROFILE, encoding="utf-8")


def configuration() -> str:
    """The suite's own, and mutmut's."""
    return (ROOT / "pyproject.toml").read_text("utf-8") + "\n".join((
        "", "[tool.mutmut]",
        'source_paths = ["src"]',
        f"only_mutate = {[f'src/{module}' for module in MODULES]}",
        f"pytest_add_cli_args_test_selection = {list(TESTS)}",
        'pytest_add_cli_args = ["--hypothesis-profile=mutation"]',
        f"do_not_mutate_patterns = ['{_WORDING}']",
        'also_copy = ["conftest.py", "wsdl", "docs", "examples"]',
        "timeout_multiplier = 10.0",
        "",
    ))


if __name__ == "__main__":
    main(sys.argv[1:])
