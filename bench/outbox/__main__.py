"""The command."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.chaos.report import machine
from bench.outbox.measuring import WORKERS, Figure, measure

_RESULTS = Path(__file__).parents[1] / "results"


def main() -> int:
    """Measures, prints tables and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.outbox", description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds that the mock takes for each send (default %(default)s)")
    parser.add_argument(
        "--directory", type=Path, default=Path(tempfile.gettempdir()), help="where the databases are (default %(default)s: on disk)",
    )
    parser.add_argument("--results", type=Path, default=_RESULTS, help="directory for the figures as JSON")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # databases are stopped and deleted on the way out
    given.results.mkdir(parents=True, exist_ok=True)
    for store in ("sqlite", "postgresql") if given.store == "both" else (given.store,):
        version, figures = measure(store, given.directory, given.latency, given.rounds, lambda line: print(line, flush=True))
        print(table(version, figures), flush=True)
        result = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "database": version, "latency": given.latency, "machine": machine(),
            "figures": [{**asdict(figure.case), **asdict(figure), "case": None, "median": figure.median} for figure in figures],
        }
        (given.results / f"outbox-{store}.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return 0


def table(version: str, figures: list[Figure]) -> str:
    """Messages a second: the median, and the slowest and fastest round."""
    lines = [f"| {version}, messages/s | {' | '.join(f'{count} workers' for count in WORKERS)} |", "|---" * (len(WORKERS) + 1) + "|"]
    lines += [f"| {figure.case.what} | {_shown(figure)} |{' |' * (len(WORKERS) - 1)}" for figure in figures if figure.case.what != "drain"]
    drains = [figure for figure in figures if figure.case.what == "drain"]
    for packing, batch in dict.fromkeys((figure.case.packing, figure.case.batch) for figure in drains):
        row = [figure for figure in drains if (figure.case.packing, figure.case.batch) == (packing, batch)]
        name = f"drain, batch {batch}, {'one a call' if packing == 'off' else f'packed ({packing})'}"
        lines.append(f"| {name} | {' | '.join(map(_shown, row))} |")
    costs = [figure for figure in drains if figure.wal_bytes]
    if costs:
        lines += ["", "| per message sent | WAL bytes | commits | rows written |", "|---|---|---|---|"]
        lines += [
            f"| {figure.case.workers} workers, batch {figure.case.batch}, packing {figure.case.packing} | {figure.wal_bytes:,.0f} "
            f"| {figure.commits:.2f} | {figure.rows:.2f} |" for figure in costs
        ]
    return "\n".join(lines)


def _shown(figure: Figure) -> str:
    return f"{figure.median:,.0f} ({min(figure.rounds):,.0f}–{max(figure.rounds):,.0f})"


if __name__ == "__main__":
    sys.exit(main())
