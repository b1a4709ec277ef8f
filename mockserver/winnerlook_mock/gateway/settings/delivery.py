"""What becomes of accepted messages: the settings of delivery."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr, mask_phones
from winnerlook.records import DELIVERED
from winnerlook_mock.delays import AT_ONCE, Delay, delay_of, drawn
from winnerlook_mock.gateway.settings import checks

NO_REPORT = "NO_REPORT"
"""Stands for a status where no report is ever to come."""

STATUS = re.compile(r"[!-+\--{}~]{1,32}")
"""Visible ASCII but for comma and bar, which part the fields of a poll (F1)."""
_PATTERN = re.compile(r"\+?[0-9]+\*?|\*", re.ASCII)


@dataclass(kw_only=True, repr=False)
class DeliverySettings(MaskedRepr):
    """How messages end.

    :param delivery_delay: from a send until its report is there: seconds, a `Delay`, or one in words, ``lognormal:3,0.5``.
    :param delivery_rules: statuses by recipient: a number, or how it begins and a star, ``{"139*": "UNDELIV"}``; the longest that fits
        counts, before reserved numbers and `delivery_statuses`.
    :param delivery_statuses: statuses with their probabilities, ``{"UNDELIV": 0.05}``; what is left to 1 is delivered. In both, NO_REPORT
        means that no report ever comes.
    :param seed: what chance begins with: the same calls in the same order have the same outcome.
    :param refund_failures: give back what a message cost when its report says that it was not delivered.
    :param unsubscribe_words: a handset that answers with one of these gets no more (-46): its number is put into `user_blacklist` (L3).
    """

    _masks: ClassVar[Mapping[str, Callable[[Any], str]]] = {"delivery_rules": mask_phones}
    delivery_delay: Delay | float | str = AT_ONCE
    delivery_rules: dict[str, str] = field(default_factory=dict)
    delivery_statuses: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    refund_failures: bool = False
    unsubscribe_words: tuple[str, ...] = ()

    def check_delivery(self) -> None:
        """Raise ValueError for what no operator could set."""
        self.delivery_delay = delay_of("delivery_delay", self.delivery_delay)
        for name in ("delivery_rules", "delivery_statuses"):
            if not isinstance(getattr(self, name), Mapping):
                raise ValueError(f"{name} is a mapping, {{'139*': 'UNDELIV'}} or {{'UNDELIV': 0.05}}")  # noqa: TRY004  # as all settings
            setattr(self, name, dict(getattr(self, name)))
        self.unsubscribe_words = tuple(checks.several("unsubscribe_words", self.unsubscribe_words))
        checks.hold(self, _RULES)

    def delay(self, random: Random) -> float:
        """Seconds from a send until its report."""
        return drawn(self.delivery_delay, random)

    def rule_for(self, phone: str) -> str | None:
        """The status that a rule gives to this recipient."""
        if not self.delivery_rules:
            return None
        exact = self.delivery_rules.get(phone)
        if exact is not None:
            return exact
        beginnings = (f"{phone[:length]}*" for length in range(len(phone), -1, -1))
        return next((self.delivery_rules[pattern] for pattern in beginnings if pattern in self.delivery_rules), None)

    def status_at(self, point: float) -> str:
        """The status at a point between 0 and 1, chosen by chance."""
        for status, probability in self.delivery_statuses.items():
            point -= probability
            if point < 0:
                return status
        return DELIVERED


def _statuses(values: Mapping[Any, Any] | Any) -> bool:
    return all(isinstance(value, str) and STATUS.fullmatch(value) for value in values)


_RULES: tuple[checks.Rule[DeliverySettings], ...] = (
    (
        "delivery_rules has numbers, or their beginnings and a star, as keys",
        lambda s: all(isinstance(key, str) and _PATTERN.fullmatch(key) for key in s.delivery_rules),
    ),
    ("delivery_rules has statuses without blanks, commas and bars as values", lambda s: _statuses(s.delivery_rules.values())),
    ("delivery_statuses has statuses without blanks, commas and bars as keys", lambda s: _statuses(s.delivery_statuses)),
    (
        "delivery_statuses has probabilities as values, together 1 at most",
        lambda s: checks.probabilities(*s.delivery_statuses.values()) and math.fsum(s.delivery_statuses.values()) <= 1 + 1e-9,
    ),
    ("seed is an integer", lambda s: type(s.seed) is int),
    ("refund_failures is True or False", lambda s: checks.switches(s.refund_failures)),
    ("unsubscribe_words are strings that are not empty", lambda s: checks.texts(s.unsubscribe_words)),
)
