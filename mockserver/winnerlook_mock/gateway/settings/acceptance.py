"""Who may send what, and how much of it: the settings that refuse calls."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr, mask_phones
from winnerlook.operations import BALANCE_INTERVAL_SECONDS, DEFAULT_SMS_TYPE
from winnerlook_mock.gateway import money
from winnerlook_mock.gateway.settings import checks


@dataclass(kw_only=True, repr=False)
class AcceptanceSettings(MaskedRepr):
    """What an account accepts. Every list is empty by default and then allows everything.

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
    :param messages_kept: how many SMS are remembered, the newest; replies echo nothing of an SMS that is forgotten. As many reports and
        replies wait to be polled at most, and 100 000 where it is less.
    :param sender_number: the number that the account's SMS come from; an extension is put behind it.
    """

    _masks: ClassVar[Mapping[str, Callable[[Any], str]]] = {
        "blacklist": mask_phones, "user_blacklist": mask_phones, "system_blacklist": mask_phones,
    }
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
    messages_kept: int = 100_000
    sender_number: str = "106911378882931"

    def check_acceptance(self) -> None:
        """Raise ValueError for what no operator could set, and take any iterable where a collection is meant."""
        self.price = money.amount("price", self.price)
        for name in ("allowed_ips", "blacklist", "user_blacklist", "system_blacklist", "sms_types"):
            setattr(self, name, frozenset(checks.several(name, getattr(self, name))))
        for name in ("user_words", "system_words", "templates"):
            setattr(self, name, tuple(checks.several(name, getattr(self, name))))
        if not isinstance(self.signatures, Mapping):
            raise ValueError("signatures maps numbers of signatures to signatures")  # noqa: TRY004  # what callers of settings catch
        self.signatures = dict(self.signatures)
        checks.hold(self, _RULES)

    def allows_ip(self, peer: str) -> bool:
        """Whether this address may call."""
        if not self.allowed_ips:
            return True
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:  # a caller whose address nobody knows
            return False
        # A socket that listens on both families shows an IPv4 caller as ::ffff:10.0.0.1.
        address = getattr(address, "ipv4_mapped", None) or address
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


def _template(template: str) -> str:
    """A regular expression in which nothing is tried twice, so that a long text that does not fit is told as fast as one that does."""
    first, *rest = (re.escape(piece) for piece in re.split(r"\{[^{}]*\}", template))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.+?{piece})" for piece in middle) + ".+" + last


_RULES: tuple[checks.Rule[AcceptanceSettings], ...] = (
    (
        "frozen, channel_open, strict_limits and replay are True or False",
        lambda s: checks.switches(s.frozen, s.channel_open, s.strict_limits, s.replay),
    ),
    (
        "expires_at is a datetime with a time zone",
        lambda s: s.expires_at is None or (isinstance(s.expires_at, datetime) and s.expires_at.utcoffset() is not None),
    ),
    ("allowed_ips are addresses or networks, 192.0.2.7 or 10.0.0.0/8", lambda s: all(map(checks.is_network, s.allowed_ips))),
    (
        "blacklist, user_blacklist and system_blacklist hold numbers as strings",
        lambda s: checks.texts(s.blacklist | s.user_blacklist | s.system_blacklist),
    ),
    ("user_words and system_words hold strings that are not empty", lambda s: checks.texts(s.user_words + s.system_words)),
    ("templates are strings that are not empty", lambda s: checks.texts(s.templates)),
    ("signatures and their numbers are strings that are not empty", lambda s: checks.texts([*s.signatures, *s.signatures.values()])),
    (
        "signature_length is a pair, the fewest characters first",
        lambda s: checks.two(s.signature_length, lambda shortest, longest: checks.counts(shortest, longest) and shortest <= longest),
    ),
    ("sms_types are integers", lambda s: all(type(value) is int for value in s.sms_types)),
    ("monthly_limit is a count of segments", lambda s: s.monthly_limit is None or checks.counts(s.monthly_limit)),
    (
        "number_limit is a pair, how many SMS in how many seconds",
        lambda s: checks.two(s.number_limit, lambda most, seconds: checks.counts(most) and checks.seconds(seconds)),
    ),
    (
        "channel_hours are a pair of times of day without a time zone",
        lambda s: checks.two(s.channel_hours, lambda *hours: all(isinstance(hour, time) and hour.tzinfo is None for hour in hours)),
    ),
    (
        "balance_interval and call_interval are seconds from 0 on",
        lambda s: checks.seconds(s.balance_interval, s.call_interval),
    ),
    ("messages_kept is a count of SMS", lambda s: checks.counts(s.messages_kept)),
    (
        "sender_number is a string of digits",
        lambda s: isinstance(s.sender_number, str) and re.fullmatch(r"[0-9]*", s.sender_number) is not None,
    ),
)
