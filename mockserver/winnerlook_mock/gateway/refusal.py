"""How a rule says no."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  # a verdict, not an error
    """The gateway answers this failure code and does nothing else."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
