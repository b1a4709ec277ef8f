"""A clock that all processes of a run share: it goes faster than real time, and may be moved on."""

from __future__ import annotations

import mmap
import struct
import time
from dataclasses import dataclass
from pathlib import Path

_AHEAD = struct.Struct("=d")


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """What a process needs to read the clock. `began` is on the machine's monotonic clock, the same for all processes; `epoch` is the
    moment, in seconds since 1970, at which both began."""

    path: str
    began: float
    epoch: float
    factor: float


class VirtualTime:
    """Seconds since 1970, `factor` of them to a real one, plus what was jumped."""

    def __init__(self, spec: TimeSpec) -> None:
        self.spec = spec
        with Path(spec.path).open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _AHEAD.size)
        self._jumps: list[tuple[float, float]] = []

    @classmethod
    def begin(cls, path: Path, factor: float) -> VirtualTime:
        """Start a clock whose shared part is in this file."""
        path.write_bytes(_AHEAD.pack(0.0))
        return cls(TimeSpec(str(path), time.monotonic(), time.time(), factor))

    def __call__(self) -> float:
        return self.spec.epoch + (time.monotonic() - self.spec.began) * self.spec.factor + float(_AHEAD.unpack(self._shared[:])[0])

    def jump(self, seconds: float) -> None:
        """Move it on, for all processes. Only one process of a run does that."""
        self._jumps.append((time.time(), seconds))
        self._shared[:] = _AHEAD.pack(float(_AHEAD.unpack(self._shared[:])[0]) + seconds)

    def of_real(self, epoch: float) -> float:
        """What it showed at a moment of real time, for the process that makes the jumps."""
        jumped = sum(seconds for at, seconds in self._jumps if at <= epoch)
        return self.spec.epoch + (epoch - self.spec.epoch) * self.spec.factor + jumped
