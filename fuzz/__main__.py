"""``python -m fuzz``: each target for a while, in a process of its own, and a table of how far it came.

``python -m fuzz TARGET FILE…`` runs one target on inputs that were found. Inputs that break a promise are kept in ``build/fuzz/TARGET``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TARGETS = ("soap_door", "plain_door", "push_receiver", "answers")
_FOLDER = Path("build/fuzz")
_LINE = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)")
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")


@dataclass(frozen=True)
class Outcome:
    """How far one target came. `edges` are the branches of the product's code that were taken, `inputs` those that took a new one."""

    target: str
    executions: int
    seconds: int
    edges: int
    inputs: int
    failed: bool


def main() -> int:
    """0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", choices=TARGETS)
    parser.add_argument("file", nargs="*", type=Path, help="inputs to run once, without looking for more")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default %(default)s)")
    given = parser.parse_args()
    if given.file:
        target = importlib.import_module(f"fuzz.targets.{given.target}")
        for file in given.file:
            target.one(file.read_bytes())
        return 0
    outcomes = [_fuzzed(name, given.seconds) for name in ([given.target] if given.target else TARGETS)]
    print(f"\n{'target':15}{'executions':>12}{'seconds':>9}{'edges':>8}{'inputs':>8}")
    for one in outcomes:
        print(f"{one.target:15}{one.executions:12,}{one.seconds:9}{one.edges:8,}{one.inputs:8,}"
              f"{'   FAILED' if one.failed else ''}")
    _FOLDER.joinpath("results.json").write_text(json.dumps([vars(one) for one in outcomes], indent=1), "utf-8")
    return int(any(one.failed for one in outcomes))


def _fuzzed(name: str, seconds: int) -> Outcome:
    folder = _FOLDER / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "fuzz.run", name, str(corpus), f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4096",
        "-max_len=20000", f"-artifact_prefix={folder}/", "-print_final_stats=1",
    ]
    print(f"fuzzing {name} for {seconds} s", flush=True)
    with folder.joinpath("log.txt").open("w", encoding="utf-8") as log:
        code = subprocess.run(command, check=False, stderr=subprocess.STDOUT, stdout=log).returncode
    said = folder.joinpath("log.txt").read_text("utf-8", "replace")
    if code:
        print(said[-6000:])
    lines, done = _LINE.findall(said), _DONE.findall(said)
    executions, edges, _, inputs = map(int, lines[-1]) if lines else (0, 0, 0, 0)
    if done:
        executions, seconds = map(int, done[-1])
    return Outcome(name, executions, seconds, edges, inputs, bool(code))


if __name__ == "__main__":
    sys.exit(main())
