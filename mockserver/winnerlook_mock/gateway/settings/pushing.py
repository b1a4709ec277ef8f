"""Whether reports and replies are pushed to the customer, and how badly: the settings of pushes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from random import Random
from typing import Any, ClassVar
from urllib.parse import urlsplit

from winnerlook.masking import MaskedRepr
from winnerlook_mock.delays import AT_ONCE, LONGEST, Delay, delay_of, drawn
from winnerlook_mock.gateway.settings import checks
from winnerlook_mock.push.ledger import shown_url

_BACKOFF = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
_URL = re.compile(r"[!-~]+")
"""ASCII without blanks and control characters: an HTTP request holds it in its first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushChaos:
    """What goes wrong with pushes, each as a probability from 0 to 1. A receiver that does its part has every record in the end.

    :param duplicate: a push that was taken is delivered once more.
    :param reorder: a push is held back until the next one of the account has gone, or for 30 s; the records in it are shuffled.
    :param drop: an attempt is lost on its way, and made again later like any that failed.
    :param split: a push is cut into several.
    :param merge: records are held back until the next come, or for 30 s, and go out together with those.
    :param early: a receipt is delivered before the send's own answer; only where the report is there at once.
    :param delay: how long a push waits before its first attempt; seconds, a `Delay`, or one in words.
    """

    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    split: float = 0.0
    merge: float = 0.0
    early: float = 0.0
    delay: Delay | float | str = AT_ONCE

    def __post_init__(self) -> None:
        object.__setattr__(self, "delay", delay_of("push_chaos delay", self.delay))
        names = [field.name for field in fields(self) if field.name != "delay"]
        if not checks.probabilities(*(getattr(self, name) for name in names)):
            raise ValueError(f"push_chaos has probabilities from 0 to 1: {', '.join(names)}")

    def pause(self, random: Random) -> float:
        """Seconds that a push waits before its first attempt."""
        return drawn(self.delay, random)


@dataclass(kw_only=True, repr=False)
class PushSettings(MaskedRepr):
    """Pushes P1-P4.

    :param report_url: where reports are POSTed to; empty for no pushes. `reply_url` is for replies.
    :param push_form: send the form field ``json_str`` instead of a raw JSON body (P3).
    :param poll_pushed: leave for polling what is pushed, too.
    :param push_batch: records in one push at most.
    :param push_interval: seconds for which records are gathered before they are pushed together.
    :param push_timeout: seconds of real time that the receiver has to take the connection, and to answer.
    :param push_backoff: seconds from a failed attempt to the next one; after the last the push is given up.
    :param push_verify: check the certificate of an https receiver.
    :param push_chaos: what goes wrong, a `PushChaos` or a mapping of its fields.
    :param pushes_kept: how many pushes the ledger keeps, the newest.
    """

    _masks: ClassVar[Mapping[str, Callable[[Any], str]]] = {"report_url": shown_url, "reply_url": shown_url}
    report_url: str = ""
    reply_url: str = ""
    push_form: bool = False
    poll_pushed: bool = False
    push_batch: int = 100
    push_interval: float = 0.0
    push_timeout: float = 5.0
    push_backoff: tuple[float, ...] = _BACKOFF
    push_verify: bool = True
    push_chaos: PushChaos | Mapping[str, Any] = PushChaos()
    pushes_kept: int = 10_000

    def check_pushing(self) -> None:
        """Raise ValueError for what no operator could set."""
        self.push_backoff = tuple(checks.several("push_backoff", self.push_backoff))
        if isinstance(self.push_chaos, Mapping):
            self.push_chaos = _chaos(self.push_chaos)
        checks.hold(self, _RULES)


def _chaos(values: Mapping[str, Any]) -> PushChaos:
    try:
        return PushChaos(**values)
    except TypeError:
        raise ValueError(f"push_chaos has {', '.join(field.name for field in fields(PushChaos))}") from None


def _spans(*values: object) -> bool:
    """Whether all are seconds after which there is still a moment that a datetime can name."""
    return checks.seconds(*values) and all(isinstance(value, int | float) and value <= LONGEST for value in values)


def _is_url(value: object) -> bool:
    if value == "":
        return True
    try:
        parts = urlsplit(value) if isinstance(value, str) and _URL.fullmatch(value) else None
        return bool(parts and parts.scheme in {"http", "https"} and parts.hostname and parts.username is None and parts.port != 0)
    except ValueError:  # a port that is none
        return False


_RULES: tuple[checks.Rule[PushSettings], ...] = (
    (
        "report_url and reply_url are addresses as http://127.0.0.1:8000/push, in ASCII, without blanks, user name and password",
        lambda s: _is_url(s.report_url) and _is_url(s.reply_url),
    ),
    ("push_form, poll_pushed and push_verify are True or False", lambda s: checks.switches(s.push_form, s.poll_pushed, s.push_verify)),
    ("push_batch is a count of records from 1 on", lambda s: checks.counts(s.push_batch) and s.push_batch > 0),
    ("push_interval is seconds from 0 to a year", lambda s: _spans(s.push_interval)),
    ("push_timeout is seconds above 0, a year at most", lambda s: _spans(s.push_timeout) and s.push_timeout > 0),
    ("push_backoff is a list of seconds, each a year at most", lambda s: _spans(*s.push_backoff)),
    ("push_chaos is a PushChaos or a mapping of its fields", lambda s: isinstance(s.push_chaos, PushChaos)),
    ("pushes_kept is a count of pushes", lambda s: checks.counts(s.pushes_kept)),
)
