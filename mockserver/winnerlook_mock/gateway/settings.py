"""What an operator sets for one account."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal

from winnerlook.operations import BALANCE_INTERVAL_SECONDS, DEFAULT_SMS_TYPE


@dataclass(slots=True, kw_only=True)
class Settings:
    """An account's settings. Every list is empty by default and then allows everything.

    :param price: what one SMS segment costs.
    :param frozen: the account is frozen (-25).
    :param expires_at: aware; from then on the account has expired (-11).
    :param allowed_ips: addresses or networks (``10.0.0.0/8``) that may call (-17).
    :param blacklist: numbers refused with -12. `user_blacklist` refuses with -46, `system_blacklist` with -47. A send that may carry
        several numbers answers -20 for all three.
    :param user_words: words that a text must not hold (-24). `system_words` answers -54.
    :param signatures: registered signatures by their numbers; a text must carry one of them in ``【…】``, that of `autograph` where the
        call names one (-5).
    :param signature_length: fewest and most characters in a signature (-10).
    :param templates: registered texts with ``{…}`` for what varies; a text must fit one (-4).
    :param sms_types: known values of smsType (-41).
    :param monthly_limit: SMS segments a calendar month in China (-51).
    :param number_limit: how many SMS one number gets within how many seconds (-48).
    :param channel_open: whether there is a channel; `channel_hours` are its hours in China, from and to (-8).
    :param balance_interval: seconds between two questions for the balance (-16), `call_interval` between two calls of any other
        operation.
    :param strict_limits: answer -19 above 50 recipients already (R4-R6).
    :param replay: answer every operation with the document's own sample.
    :param delivery_delay: seconds until a report is there.
    :param sender_number: the number that the account's SMS come from; an extension is put behind it.
    """

    price: Decimal = Decimal(1)
    frozen: bool = False
    expires_at: datetime | None = None
    allowed_ips: frozenset[str] = frozenset()
    blacklist: frozenset[str] = frozenset()
    user_blacklist: frozenset[str] = frozenset()
    system_blacklist: frozenset[str] = frozenset()
    user_words: tuple[str, ...] = ()
    system_words: tuple[str, ...] = ()
    signatures: dict[str, str] = field(default_factory=dict)
    signature_length: tuple[int, int] | None = None
    templates: tuple[str, ...] = ()
    sms_types: frozenset[int] = frozenset({DEFAULT_SMS_TYPE})
    monthly_limit: int | None = None
    number_limit: tuple[int, float] | None = None
    channel_open: bool = True
    channel_hours: tuple[time, time] | None = None
    balance_interval: float = BALANCE_INTERVAL_SECONDS
    call_interval: float = 0.0
    strict_limits: bool = False
    replay: bool = False
    delivery_delay: float = 0.0
    sender_number: str = "106911378882931"

    def __post_init__(self) -> None:
        """Raise ValueError for what no operator could set, and take any iterable where a collection is meant."""
        self.price = Decimal(self.price)
        for name in ("allowed_ips", "blacklist", "user_blacklist", "system_blacklist", "sms_types"):
            setattr(self, name, frozenset(_several(name, getattr(self, name))))
        for name in ("user_words", "system_words", "templates"):
            setattr(self, name, tuple(_several(name, getattr(self, name))))
        for address in self.allowed_ips:
            ipaddress.ip_network(address)
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at needs a time zone")

    def allows_ip(self, peer: str) -> bool:
        """Whether this address may call."""
        if not self.allowed_ips:
            return True
        address = ipaddress.ip_address(peer)
        return any(address in ipaddress.ip_network(allowed) for allowed in self.allowed_ips)

    def fits_a_template(self, text: str) -> bool:
        """Whether a text is one of the registered ones."""
        return not self.templates or any(re.fullmatch(_template(template), text, re.DOTALL) for template in self.templates)

    def in_channel_hours(self, moment: time) -> bool:
        """Whether the channel is open at this time of day in China; hours may pass midnight."""
        if self.channel_hours is None:
            return True
        start, end = self.channel_hours
        return start <= moment < end if start <= end else moment >= start or moment < end


def _several(name: str, value: object) -> list[object]:
    if isinstance(value, str):  # would be taken letter by letter
        raise ValueError(f"{name} takes several values, not one string")  # noqa: TRY004  # what callers of settings catch
    return list(value)  # type: ignore[call-overload, no-any-return]  # any iterable


def _template(template: str) -> str:
    return "(?:.+?)".join(re.escape(piece) for piece in re.split(r"\{[^{}]*\}", template))
