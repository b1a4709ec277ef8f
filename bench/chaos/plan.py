"""What is put, and how: the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from winnerlook.outbox import Hold, Message, ResendAfter

ACCOUNTS = {"chaos-polled": "polled-pass", "chaos-pushed": "pushed-pass"}
POLLED, PUSHED = ACCOUNTS
CHUNK = 50
_BULK_SHARE = 0.85
_SAME_TEXTS = ("系统将于今晚维护【测试】", "您的会员即将到期【测试】", "新品上架【测试】")


class Way(StrEnum):
    """How a chunk gets into the outbox."""

    JOINED = "put in the caller's transaction"
    ROLLED_BACK = "put in the caller's transaction, rolled back, and put again"
    SINGLE = "put alone"
    MANY = "put_many"
    MANY_JOINED = "put_many in the caller's transaction"
    STREAMED = "put_many, each thousand committed"


_WAYS = {Way.JOINED: 25, Way.ROLLED_BACK: 15, Way.SINGLE: 3, Way.MANY: 25, Way.MANY_JOINED: 20, Way.STREAMED: 12}


def phone(index: int) -> str:
    """Each message's number is its own: it is by it that the mock's ledger and the outbox are compared."""
    return f"13{index:09}"


def ghost_phone(index: int) -> str:
    """Of a message that must never be there: rolled back, or a second one with a known key."""
    return f"15{index:09}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Messages that are put together. `ghosts` are put and rolled back before; `again` are put after, their keys being known."""

    number: int
    way: Way
    messages: tuple[Message, ...] = field(repr=False)
    ghosts: tuple[Message, ...] = field(repr=False)
    again: tuple[Message, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """Of a run."""

    seed: int
    messages: int

    @property
    def chunks(self) -> int:
        """How many there are."""
        return -(-self.messages // CHUNK)

    def chunk(self, number: int, now: float) -> Chunk:
        """One of them; `now` only moves the times in it."""
        random = Random(f"{self.seed}:{number}")  # a run is to repeat
        (way,) = random.choices(list(_WAYS), list(_WAYS.values()))
        indices = range(number * CHUNK, min((number + 1) * CHUNK, self.messages))
        # What is put without a transaction of the caller's needs keys, to be put again after an error that says nothing of the commit.
        keyed = way in {Way.SINGLE, Way.MANY, Way.STREAMED}
        messages = tuple(_message(random, index, now, keyed=keyed) for index in indices)
        ghosts = tuple(_message(random, index, now, keyed=False, ghost=True) for index in indices[:20]) if way is Way.ROLLED_BACK else ()
        known = [message for message in messages if message.dedup_key]
        again = tuple(
            Message(ghost_phone(index), message.text, account=message.account, dedup_key=message.dedup_key)
            for index, message in zip(indices, known[:2], strict=False)
        )
        return Chunk(number, way, messages, ghosts, again)

    def phones(self) -> Iterator[str]:
        """Of all messages that must be there."""
        return map(phone, range(self.messages))


def _message(random: Random, index: int, now: float, *, keyed: bool, ghost: bool = False) -> Message:
    bulk = random.random() < _BULK_SHARE
    patient = random.random() < 0.6
    options: dict[str, Any] = {
        "account": random.choice(list(ACCOUNTS)), "bulk": bulk, "reference": f"order-{index}",
        "priority": random.choice((0, 5) if bulk else (0, 5, 10, -3)),
        "policy": Hold() if patient else ResendAfter(timedelta(minutes=random.randint(2, 6)), times=random.randint(1, 2)),
    }
    if not bulk and random.random() < 0.1:
        options["extension"] = str(random.randint(1, 9999))
    if keyed or random.random() < 0.1:
        options["dedup_key"] = f"key-{index}"
    options |= _times(random, now)
    text = random.choice(_SAME_TEXTS) if bulk and random.random() < 0.5 else f"您的验证码是:{index:06}【测试】"
    return Message(ghost_phone(index) if ghost else phone(index), text, **options)


def _times(random: Random, now: float) -> dict[str, datetime]:
    moment = datetime.fromtimestamp(now, UTC)
    if random.random() < 0.1:
        return {"not_before": moment + timedelta(seconds=random.randint(1, 120))}
    if random.random() < 0.06:
        return {"expires_at": moment + timedelta(seconds=random.choice((300, 600, 1200, 3600)))}
    return {}
