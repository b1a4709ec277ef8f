"""The table: each bar of what was set out to reach, what was measured, and whether that is reached."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Rounds = Mapping[str, Sequence[float]]
"""Figures by what they are of, one a round."""

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class Row:
    """One bar. `figure` is the median over the rounds, `spread` its smallest and largest; None where a peer is missing."""

    what: str
    bar: str
    figure: float | None
    spread: tuple[float, float] | None
    met: bool | None

    def __str__(self) -> str:
        if self.figure is None or self.spread is None:
            return f"| {self.what} | {self.bar} | not measured | | skipped |"
        low, high = self.spread
        return f"| {self.what} | {self.bar} | {self.figure:.3g} | {low:.3g} – {high:.3g} | {'met' if self.met else 'not met'} |"


def at_least(what: str, bar: float, ours: Sequence[float], theirs: Sequence[float] | None) -> Row:
    """How many times their figure ours is, round by round."""
    return _row(what, f"≥ {bar} ×", _ratios(ours, theirs), lambda ratio: ratio >= bar)


def at_most(what: str, bar: float, ours: Sequence[float], theirs: Sequence[float] | None) -> Row:
    """The same, where less is better."""
    return _row(what, f"≤ {bar} ×", _ratios(ours, theirs), lambda ratio: ratio <= bar)


def within(what: str, bar: float, unit: str, figures: Sequence[float]) -> Row:
    """A figure of its own."""
    return _row(what, f"≤ {bar:g} {unit}", figures, lambda figure: figure <= bar)


def _ratios(ours: Sequence[float], theirs: Sequence[float] | None) -> list[float]:
    return [] if theirs is None else [mine / other for mine, other in zip(ours, theirs, strict=True)]


def _row(what: str, bar: str, figures: Sequence[float], met: Callable[[float], bool]) -> Row:
    if not figures:
        return Row(what, bar, None, None, None)
    middle = statistics.median(figures)
    return Row(what, bar, middle, (min(figures), max(figures)), met(middle))


def table(rows: Sequence[Row], raw: Mapping[str, Rounds]) -> str:
    """Markdown: the bars, then what they were made of."""
    lines = [described(), "", "| what | bar | measured | spread | |", "|---|---|---|---|---|", *map(str, rows), ""]
    for title, rounds in raw.items():
        lines += [f"| {title} | median | smallest | largest |", "|---|---|---|---|"]
        lines += [f"| {name} | {statistics.median(v):.4g} | {min(v):.4g} | {max(v):.4g} |" for name, v in rounds.items() if v]
        lines.append("")
    return "\n".join(lines)


def described() -> str:
    """The machine, and how busy others kept it."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return f"{os.cpu_count()} × {model}, {system}, load {os.getloadavg()[0]:.1f} at the end"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def keep(rows: Sequence[Row], raw: Mapping[str, Rounds], skipped: Sequence[str]) -> Path:
    """The results as JSON."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"speed-{time.strftime('%Y%m%d-%H%M%S')}.json"
    content = {"machine": described(), "skipped": list(skipped), "rows": [row.__dict__ for row in rows], "rounds": raw}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
