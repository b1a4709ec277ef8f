"""What is wrong with a scenario, where, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from winnerlook.masking import mask_digits

Path = tuple[str | int, ...]
"""Where something stands: keys, and positions in lists from 0 on."""
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` counts from 1; None where there is no file, or where it cannot be read. Values are not quoted: they
    may be passwords, numbers or texts (L2)."""

    path: Path
    wrong: str
    right: str = ""
    file: str = ""
    line: int | None = None

    @property
    def dotted(self) -> str:
        """The path as people write it: ``accounts[0].settings.price``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{shown_key(part)}" for part in self.path).removeprefix(".")

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return ": ".join(part for part in (place, self.dotted, "; ".join(filter(None, (self.wrong, self.right)))) if part)


class ScenarioError(ValueError):
    """A scenario is wrong; `problems` are all that were found, in the order of the file. Nothing of it was applied."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def shown_key(key: str) -> str:
    """A key as it can be shown: in quotes where it needs them, without the digits of a phone number."""
    shown = mask_digits(key[:_LONGEST_KEY])
    return shown if _BARE.fullmatch(key) else repr(shown)
