"""The garbage collector in a process that is a mock and nothing else."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50


def look_rarely() -> None:
    """Leave out what was imported, and look through what is kept a hundred times less often than Python would: little of what a mock makes
    is in cycles, and each look through a hundred thousand messages holds up all calls for a tenth of a second. Programs with a mock in
    them decide for themselves."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
