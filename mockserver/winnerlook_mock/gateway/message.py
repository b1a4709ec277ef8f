"""An SMS that the gateway took on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from winnerlook.masking import MaskedRepr, mask_phone, mask_text
from winnerlook_mock.otp import otp_in


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a message: accepted, report, refunded, polled or pushed. `detail` says more: a status, who polled, which push."""

    at: datetime
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Message(MaskedRepr):
    """One SMS to one number. `number` counts the messages of a gateway; `operation` is the documented name, `door` how it came in, `cost`
    what was charged for it, `segments` how many SMS it goes out as. `sent_from` is the number the handset sees, `status` what its newest
    report says, empty before there is one. `timeline` is what has happened to it so far."""

    _masks: ClassVar = {"phone": mask_phone, "text": mask_text}
    batch_number: str
    phone: str
    text: str
    operation: str
    door: str
    accepted_at: datetime
    segments: int
    cost: Decimal
    sms_type: int
    sent_from: str
    customer_uuid: str = ""
    autograph: str = ""
    extension: str = ""
    number: int = 0
    timeline: list[Step] = field(default_factory=list, repr=False, compare=False, hash=False)

    @property
    def refunded(self) -> bool:
        """Whether its cost was given back."""
        return any(step.what == "refunded" for step in self.timeline)

    @property
    def otp(self) -> str | None:
        """The verification code in its text (see `otp_in`), None where there is none."""
        return otp_in(self.text)

    @property
    def status(self) -> str:
        """What the newest report says."""
        return next((step.detail for step in reversed(self.timeline) if step.what == "report"), "")
