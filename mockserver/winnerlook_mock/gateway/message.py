"""An SMS that the gateway took on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from winnerlook.masking import MaskedRepr, mask_phone, mask_text


@dataclass(frozen=True, slots=True, repr=False)
class Message(MaskedRepr):
    """One SMS to one number. `operation` is the documented name, `door` how it came in, `cost` what was charged for it, `segments` how
    many SMS it goes out as. `sent_from` is the number the handset sees."""

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
