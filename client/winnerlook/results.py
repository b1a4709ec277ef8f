"""What a successful call gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from winnerlook.attempts import Attempt
from winnerlook.certainty import Certainty
from winnerlook.masking import MaskedRepr, mask_phones


@dataclass(frozen=True, slots=True, repr=False)
class Sent(MaskedRepr):
    """The gateway took a send on. `batch_number` is what its reports will carry: an opaque string of 19 digits (R12).
    `attempts` are the tries it took."""

    _masks: ClassVar = {"phones": mask_phones}
    batch_number: str
    operation: str
    phones: tuple[str, ...]
    customer_uuid: str = ""
    attempts: tuple[Attempt, ...] = field(default=(), repr=False, compare=False)

    @property
    def certainty(self) -> Certainty:
        """Always ACCEPTED."""
        return Certainty.ACCEPTED
