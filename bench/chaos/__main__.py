"""The command."""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from bench.chaos.report import as_json, table
from bench.chaos.run import Options, run

_RESULTS = Path(__file__).parents[1] / "results"
_MEMORY = Path("/dev/shm")
_SHOWN = 20


def main() -> int:
    """0 where every message is accounted for."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=8, help="processes that send; every second one polls as well")
    parser.add_argument("--seed", type=int, default=None, help="by default one that is made up, and said")
    parser.add_argument(
        "--directory", type=Path, default=_MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir()),
        help="where the databases are (default %(default)s: killed processes lose nothing that a file system has, so memory will do)",
    )
    parser.add_argument("--results", type=Path, default=_RESULTS, help="directory for the figures as JSON")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # databases are stopped and deleted on the way out
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    failed = False
    for store in ("sqlite", "postgresql") if given.store == "both" else (given.store,):
        print(f"{store}: {given.messages} messages, {given.workers} workers, --seed {seed}", flush=True)
        outcome = run(Options(store, given.messages, given.workers, seed, given.directory, lambda line: print(line, flush=True)))
        given.results.mkdir(parents=True, exist_ok=True)
        (given.results / f"chaos-{store}.json").write_text(json.dumps(as_json(outcome), indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(table(outcome))
        for problem in outcome.problems[:_SHOWN]:
            print(f"PROBLEM {problem.kind}: {problem.about}")
        if len(outcome.problems) > _SHOWN:
            print(f"and {len(outcome.problems) - _SHOWN} more problems")
        failed = failed or bool(outcome.problems)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
