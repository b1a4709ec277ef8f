"""Numbers and user names that make the gateway misbehave on purpose, so that a program in any language can provoke every outcome
without a control channel.

| what | effect |
|---|---|
| recipient ``199000000NN`` | any send that names it answers ``-NN`` |
| user name ``code-NN`` | any operation answers ``-NN``, whatever the password |
| recipient ``198000000NN`` | accepted, and ends as `DELIVERIES` says |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAILING_NUMBER = "199000000"
"""First nine digits of a recipient whose last two are the failure code."""
DELIVERY_NUMBER = "198000000"
"""First nine digits of a recipient whose last two pick the delivery."""
FAILING_USER = "code-"
"""What stands before the failure code in a user name."""

_FAILING_USER = re.compile(re.escape(FAILING_USER) + r"([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message ends: its report's `status`, None when no report ever comes, and how many seconds after the send it is there."""

    status: str | None
    meaning: str
    delay: float = 0.0


DELIVERIES: dict[str, Delivery] = {
    "00": Delivery("DELIVRD", "delivered"),
    "01": Delivery("UNDELIV", "could not be delivered"),
    "02": Delivery("EXPIRED", "the operator gave up after its time"),
    "03": Delivery("REJECTD", "the operator refused it"),
    "04": Delivery("DELETED", "deleted by the operator"),
    "05": Delivery("UNKNOWN", "the operator does not know"),
    "06": Delivery("UNDELIVRD", "could not be delivered, as the document's sample spells it"),
    "07": Delivery("ACCEPTD", "the operator took it and says no more"),
    "08": Delivery("MK:0001", "a network's own code: no such number"),
    "09": Delivery("MI:0010", "a network's own code: handset off or out of reach"),
    "10": Delivery("DELIVRD", "delivered an hour later", delay=3600.0),
    "11": Delivery("UNDELIV", "could not be delivered, known an hour later", delay=3600.0),
    "99": Delivery(None, "no report ever comes"),
}
"""Deliveries by the last two digits of the recipient."""


def failing_number(phone: str) -> int | None:
    """The failure code that a recipient asks for, or None."""
    if len(phone) == len(FAILING_NUMBER) + 2 and phone.startswith(FAILING_NUMBER) and phone[-2:].isdigit() and phone.isascii():
        return -int(phone[-2:]) or None
    return None


def failing_user(user_code: str) -> int | None:
    """The failure code that a user name asks for, or None."""
    match = _FAILING_USER.fullmatch(user_code)
    return -int(match[1]) or None if match else None


def delivery_to(phone: str) -> Delivery | None:
    """How a message to this number ends; None for a number that is not reserved for that."""
    if len(phone) == len(DELIVERY_NUMBER) + 2 and phone.startswith(DELIVERY_NUMBER):
        return DELIVERIES.get(phone[-2:], DELIVERIES["00"])
    return None
