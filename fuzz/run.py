"""One target under atheris: ``python -m fuzz.run TARGET CORPUS [options of libFuzzer]``. `fuzz.__main__` starts it."""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

import atheris


def main() -> None:
    """Does not return."""
    name, corpus = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=["winnerlook", "winnerlook_mock"]):
        target = importlib.import_module(f"fuzz.targets.{name}")
    for seed in target.SEEDS:
        corpus.joinpath(hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    atheris.Setup([f"fuzz {name}", *sys.argv[2:]], target.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
