"""One call while it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from winnerlook.operations import Operation
from winnerlook_mock.faults.board import Armed
from winnerlook_mock.gateway.origin import Origin
from winnerlook_mock.gateway.submission import Parameters, text_of


@dataclass(slots=True, eq=False)
class Call:
    """What was asked, by whom. `parameters` are replaced by the decrypted ones once the caller is known; `notes` gather what the
    journal should say of the call beyond its answer, and `fault` is the one that struck it."""

    operation: Operation
    parameters: Parameters = field(repr=False)
    origin: Origin
    notes: list[str] = field(default_factory=list)
    fault: Armed | None = None

    @property
    def user_code(self) -> str:
        """The user name that was given, whether or not there is such an account."""
        return text_of(self.parameters, "userCode")
